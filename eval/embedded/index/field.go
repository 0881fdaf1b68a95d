package index

import (
	"slices"
	"sort"
	"strings"
)

// Field is the index of one field. It is never changed once built.
type Field struct {
	Kind Kind
	// DocCount is the number of documents with at least one term here.
	DocCount int
	// SumTermFreq is the number of terms of all documents: with repetitions
	// for Text, without for Keyword.
	SumTermFreq int64
	// Norms holds a Text field's encoded length for every document.
	Norms []byte
	// present marks the documents that have a value, even an empty text.
	present bitset

	terms     []string // sorted
	lookup    map[string]int32
	starts    []int32 // len(terms)+1, into docs and freqs
	docs      []int32
	freqs     []int32  // nil for Keyword
	posStarts []uint32 // len(docs)+1, into positions; nil for Keyword
	positions []int32

	inverse []float32 // BM25's length factor by code; see bm25.go

	numStarts []int32 // len(documents)+1, into longs or doubles
	longs     []int64
	doubles   []float64

	vectors vectors
}

// Postings are the documents of one term, in ascending order.
type Postings struct {
	Docs []int32
	// Freqs are the occurrences in each document; nil where every one is 1.
	Freqs []int32

	posStarts []uint32
	positions []int32
}

// Positions are the places of the term in the document Docs[i], ascending.
func (p Postings) Positions(i int) []int32 {
	return p.positions[p.posStarts[i]:p.posStarts[i+1]]
}

// Postings returns the documents of a term; none where the term is unknown or
// the field is nil.
func (f *Field) Postings(term string) Postings {
	if f == nil {
		return Postings{}
	}
	t, ok := f.lookup[term]
	if !ok {
		return Postings{}
	}
	return f.postings(int(t))
}

func (f *Field) postings(t int) Postings {
	from, to := f.starts[t], f.starts[t+1]
	p := Postings{Docs: f.docs[from:to:to]}
	if f.freqs != nil {
		p.Freqs = f.freqs[from:to:to]
		p.posStarts = f.posStarts[from : to+1]
		p.positions = f.positions
	}
	return p
}

// Prefixed gives the postings of every term with this prefix.
func (f *Field) Prefixed(prefix string) []Postings {
	if f == nil {
		return nil
	}
	var all []Postings
	for t := sort.SearchStrings(f.terms, prefix); t < len(f.terms) && strings.HasPrefix(f.terms[t], prefix); t++ {
		all = append(all, f.postings(t))
	}
	return all
}

// Range gives the postings of every term t for which low(t) and high(t) hold,
// where low is false only for terms before and high only for terms after.
func (f *Field) Range(low, high func(term string) bool) []Postings {
	if f == nil {
		return nil
	}
	var all []Postings
	for t := sort.Search(len(f.terms), func(i int) bool { return low(f.terms[i]) }); t < len(f.terms) && high(f.terms[t]); t++ {
		all = append(all, f.postings(t))
	}
	return all
}

// Longs are the whole numbers of a document, ascending.
func (f *Field) Longs(doc int32) []int64 {
	if f == nil || f.Kind != Long {
		return nil
	}
	return f.longs[f.numStarts[doc]:f.numStarts[doc+1]]
}

// Doubles are the fractions of a document, ascending.
func (f *Field) Doubles(doc int32) []float64 {
	if f == nil || f.Kind != Double {
		return nil
	}
	return f.doubles[f.numStarts[doc]:f.numStarts[doc+1]]
}

// Present gives the documents that have a value in the field.
func (f *Field) Present() []int32 {
	if f == nil {
		return nil
	}
	return f.present.list()
}

// finish makes the lookup table and counts what the postings say.
func (f *Field) finish() {
	f.lookup = make(map[string]int32, len(f.terms))
	for t, term := range f.terms {
		f.lookup[term] = int32(t)
	}
	if f.Kind != Text && f.Kind != Keyword {
		f.DocCount = len(f.present.list())
		return
	}
	if f.freqs == nil {
		f.SumTermFreq = int64(len(f.docs))
	}
	for _, n := range f.freqs {
		f.SumTermFreq += int64(n)
	}
	seen := newBitset(len(f.present) * 64)
	for _, d := range f.docs {
		seen.set(d)
	}
	f.DocCount = seen.count()
	f.inverse = lengthFactors(f.SumTermFreq, f.DocCount)
}

// sortedTerms are the keys of a map in order.
func sortedTerms[V any](m map[string]V) []string {
	terms := make([]string, 0, len(m))
	for t := range m {
		terms = append(terms, t)
	}
	slices.Sort(terms)
	return terms
}
