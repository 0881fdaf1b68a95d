package index

import "slices"

// Segment is an immutable set of documents with the index of their fields.
// Document numbers count from 0 in the order of writing.
type Segment struct {
	docs   []*Document
	byID   map[string]int32
	fields map[string]*Field
}

// Len is the number of documents. A nil Segment has none.
func (s *Segment) Len() int {
	if s == nil {
		return 0
	}
	return len(s.docs)
}

// Document returns the document with this number.
func (s *Segment) Document(doc int32) *Document { return s.docs[doc] }

// ByID finds a document's number by its id.
func (s *Segment) ByID(id string) (doc int32, ok bool) {
	if s == nil {
		return 0, false
	}
	doc, ok = s.byID[id]
	return doc, ok
}

// Field returns the index of a field, or nil where no document has it.
func (s *Segment) Field(name string) *Field {
	if s == nil {
		return nil
	}
	return s.fields[name]
}

// Apply gives the segment that results from the writes, in their order. The
// receiver may be nil and is not changed.
func (s *Segment) Apply(ops []Op) *Segment {
	last := make(map[string]int, len(ops))
	for i, op := range ops {
		last[op.ID] = i
	}
	var added []*Document
	for i, op := range ops {
		if op.Document != nil && last[op.ID] == i {
			added = append(added, op.Document)
		}
	}
	fresh := build(added)
	if s.Len() == 0 {
		return fresh
	}
	dead := newBitset(len(s.docs))
	for id := range last {
		if d, ok := s.byID[id]; ok {
			dead.set(d)
		}
	}
	return merge(s, dead, fresh)
}

// build makes a segment of new documents.
func build(docs []*Document) *Segment {
	inverters := make(map[string]*inverter)
	for d, doc := range docs {
		for i := range doc.Fields {
			v := &doc.Fields[i]
			if v.Unindexed {
				continue
			}
			inv := inverters[v.Field]
			if inv == nil {
				inv = newInverter(v.Kind, len(docs))
				inverters[v.Field] = inv
			}
			inv.add(int32(d), v)
		}
	}
	s := &Segment{docs: docs, fields: make(map[string]*Field, len(inverters))}
	for name, inv := range inverters {
		s.fields[name] = inv.field()
	}
	s.number()
	return s
}

// number fills the table of ids.
func (s *Segment) number() {
	s.byID = make(map[string]int32, len(s.docs))
	for d, doc := range s.docs {
		s.byID[doc.ID] = int32(d)
	}
}

// merge puts the live documents of a before those of b.
func merge(a *Segment, dead bitset, b *Segment) *Segment {
	m := &Segment{docs: make([]*Document, 0, len(a.docs)+len(b.docs)), fields: make(map[string]*Field)}
	renumber := make([]int32, len(a.docs))
	for d, doc := range a.docs {
		renumber[d] = int32(len(m.docs))
		if dead.has(int32(d)) {
			renumber[d] = -1
			continue
		}
		m.docs = append(m.docs, doc)
	}
	base := int32(len(m.docs))
	m.docs = append(m.docs, b.docs...)
	names := append(sortedTerms(a.fields), sortedTerms(b.fields)...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		fm := merger{renumber: renumber, base: base, total: len(m.docs)}
		if f := fm.merge(a.fields[name], b.fields[name]); f != nil {
			m.fields[name] = f
		}
	}
	m.number()
	return m
}
