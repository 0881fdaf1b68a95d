package index

import (
	"slices"

	"github.com/releval/releval/eval/embedded/analysis"
)

// valueGap is what Elasticsearch leaves between the positions of two values
// of a text field, so that no phrase spans them.
const valueGap = 100

// inverter collects the values of one field over new documents, which come in
// ascending order.
type inverter struct {
	kind    Kind
	total   int
	present bitset
	norms   []byte
	terms   map[string]*posting
	tokens  []analysis.Token

	numStarts []int32
	longs     []int64
	doubles   []float64

	vectors vectors
}

type posting struct {
	docs, freqs, positions []int32
}

func newInverter(kind Kind, total int) *inverter {
	inv := &inverter{kind: kind, total: total, present: newBitset(total)}
	switch kind {
	case Text:
		inv.norms = make([]byte, total)
		inv.terms = make(map[string]*posting)
	case Keyword:
		inv.terms = make(map[string]*posting)
	}
	return inv
}

func (inv *inverter) add(doc int32, v *Values) {
	inv.present.set(doc)
	switch inv.kind {
	case Text:
		inv.addText(doc, v)
	case Keyword:
		for _, s := range v.Strings {
			p := inv.posting(s)
			if n := len(p.docs); n == 0 || p.docs[n-1] != doc {
				p.docs = append(p.docs, doc)
			}
		}
	case Long:
		inv.startNumbers(int(doc))
		inv.longs = append(inv.longs, v.Longs...)
		slices.Sort(inv.longs[inv.numStarts[doc]:])
	case Double:
		inv.startNumbers(int(doc))
		inv.doubles = append(inv.doubles, v.Doubles...)
		slices.Sort(inv.doubles[inv.numStarts[doc]:])
	case Vector:
		normalized := make([][]float32, len(v.Vectors))
		for i, one := range v.Vectors {
			normalized[i] = v.Similarity.Normalize(one)
		}
		inv.vectors.add(doc, normalized...)
	}
}

func (inv *inverter) addText(doc int32, v *Values) {
	length, base := 0, 0
	for i, s := range v.Strings {
		if i > 0 {
			base += valueGap
		}
		var next int
		inv.tokens, next = v.Analyzer.Analyze(inv.tokens[:0], s)
		for _, t := range inv.tokens {
			p := inv.posting(t.Term)
			if n := len(p.docs); n > 0 && p.docs[n-1] == doc {
				p.freqs[n-1]++
			} else {
				p.docs, p.freqs = append(p.docs, doc), append(p.freqs, 1)
			}
			p.positions = append(p.positions, int32(base+t.Position))
		}
		length += len(inv.tokens)
		base += next
	}
	inv.norms[doc] = EncodeLength(length)
}

func (inv *inverter) posting(term string) *posting {
	p := inv.terms[term]
	if p == nil {
		p = new(posting)
		inv.terms[term] = p
	}
	return p
}

// startNumbers notes where the numbers of a document begin.
func (inv *inverter) startNumbers(doc int) {
	for len(inv.numStarts) <= doc {
		inv.numStarts = append(inv.numStarts, int32(len(inv.longs)+len(inv.doubles)))
	}
}

// field lays everything out flat.
func (inv *inverter) field() *Field {
	f := &Field{Kind: inv.kind, Norms: inv.norms, present: inv.present, longs: inv.longs, doubles: inv.doubles, vectors: inv.vectors}
	if inv.kind == Long || inv.kind == Double {
		inv.startNumbers(inv.total)
		f.numStarts = inv.numStarts
		f.finish()
		return f
	}
	if inv.kind == Vector {
		f.finish()
		return f
	}
	f.terms = sortedTerms(inv.terms)
	f.starts = append(f.starts, 0)
	if inv.kind == Text {
		f.freqs, f.posStarts = []int32{}, []uint32{0}
	}
	for _, t := range f.terms {
		p := inv.terms[t]
		f.docs = append(f.docs, p.docs...)
		f.starts = append(f.starts, int32(len(f.docs)))
		if inv.kind != Text {
			continue
		}
		f.freqs = append(f.freqs, p.freqs...)
		for _, n := range p.freqs {
			f.posStarts = append(f.posStarts, f.posStarts[len(f.posStarts)-1]+uint32(n))
		}
		f.positions = append(f.positions, p.positions...)
	}
	f.finish()
	return f
}
