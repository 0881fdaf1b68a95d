package index

// merger joins the two indexes of one field.
type merger struct {
	renumber []int32 // new number of each document of the first part, -1 for dead
	base     int32   // what is added to the numbers of the second part
	total    int     // documents of the result
}

// merge returns the joined field, or nil where nothing is left of it. Either
// part may be nil.
func (m *merger) merge(a, b *Field) *Field {
	kind := Text
	if b != nil {
		kind = b.Kind
	} else {
		kind = a.Kind
	}
	f := &Field{Kind: kind, present: newBitset(m.total)}
	empty := true
	m.each(a, b, func(part *Field, old, doc int32) {
		if part.present.has(old) {
			f.present.set(doc)
			empty = false
		}
	})
	if empty {
		return nil
	}
	switch kind {
	case Text, Keyword:
		m.norms(f, a, b)
		m.postings(f, a, b)
	case Vector:
		m.vectors(f, a, b)
	default:
		m.numbers(f, a, b)
	}
	f.finish()
	return f
}

// each visits the live documents of both parts that have an index.
func (m *merger) each(a, b *Field, visit func(part *Field, old, doc int32)) {
	if a != nil {
		for old, doc := range m.renumber {
			if doc >= 0 {
				visit(a, int32(old), doc)
			}
		}
	}
	if b != nil {
		for doc := m.base; doc < int32(m.total); doc++ {
			visit(b, doc-m.base, doc)
		}
	}
}

func (m *merger) norms(f, a, b *Field) {
	if f.Kind != Text {
		return
	}
	f.Norms = make([]byte, m.total)
	m.each(a, b, func(part *Field, old, doc int32) { f.Norms[doc] = part.Norms[old] })
}

func (m *merger) numbers(f, a, b *Field) {
	f.numStarts = make([]int32, 0, m.total+1)
	m.each(a, b, func(part *Field, old, doc int32) {
		for int32(len(f.numStarts)) <= doc {
			f.numStarts = append(f.numStarts, int32(len(f.longs)+len(f.doubles)))
		}
		f.longs = append(f.longs, part.Longs(old)...)
		f.doubles = append(f.doubles, part.Doubles(old)...)
	})
	for len(f.numStarts) <= m.total {
		f.numStarts = append(f.numStarts, int32(len(f.longs)+len(f.doubles)))
	}
}

func (m *merger) vectors(f, a, b *Field) {
	if a != nil {
		for i, old := range a.vectors.docs {
			if doc := m.renumber[old]; doc >= 0 {
				f.vectors.add(doc, a.vectors.of(i))
			}
		}
	}
	if b != nil {
		for i, doc := range b.vectors.docs {
			f.vectors.add(m.base+doc, b.vectors.of(i))
		}
	}
}

// postings walks both sorted lists of terms at once.
func (m *merger) postings(f, a, b *Field) {
	if f.Kind == Text {
		f.freqs, f.posStarts = []int32{}, []uint32{0}
	}
	f.starts = append(f.starts, 0)
	i, j := 0, 0
	for i < a.termCount() || j < b.termCount() {
		var term string
		switch {
		case i == a.termCount():
			term = b.terms[j]
		case j == b.termCount():
			term = a.terms[i]
		default:
			term = min(a.terms[i], b.terms[j])
		}
		before := len(f.docs)
		if i < a.termCount() && a.terms[i] == term {
			p := a.postings(i)
			for k, old := range p.Docs {
				if doc := m.renumber[old]; doc >= 0 {
					f.append(p, k, doc)
				}
			}
			i++
		}
		if j < b.termCount() && b.terms[j] == term {
			p := b.postings(j)
			for k, old := range p.Docs {
				f.append(p, k, m.base+old)
			}
			j++
		}
		if len(f.docs) > before {
			f.terms = append(f.terms, term)
			f.starts = append(f.starts, int32(len(f.docs)))
		}
	}
}

func (f *Field) termCount() int {
	if f == nil {
		return 0
	}
	return len(f.terms)
}

// append adds the k-th posting of p under a new document number.
func (f *Field) append(p Postings, k int, doc int32) {
	f.docs = append(f.docs, doc)
	if f.Kind != Text {
		return
	}
	f.freqs = append(f.freqs, p.Freqs[k])
	f.positions = append(f.positions, p.Positions(k)...)
	f.posStarts = append(f.posStarts, uint32(len(f.positions)))
}
