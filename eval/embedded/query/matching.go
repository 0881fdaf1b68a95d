package query

import (
	"slices"

	"github.com/releval/releval/eval/embedded/index"
)

// matching gives the documents of a query that does not score.
func (x *exec) matching(q Query) []int32 {
	switch q := q.(type) {
	case matchAll:
		docs := x.ints.get(x.seg.Len())
		for i := range docs {
			docs[i] = int32(i)
		}
		return docs
	case ids:
		var docs []int32
		for _, id := range q.values {
			if d, ok := x.seg.ByID(id); ok {
				docs = append(docs, d)
			}
		}
		slices.Sort(docs)
		return slices.Compact(docs)
	case exists:
		for _, f := range q.fields {
			for _, d := range x.seg.Field(f).Present() {
				x.mark(d)
			}
		}
		return x.gather(false, nil).docs
	case terms:
		f := x.seg.Field(q.field)
		for _, t := range q.terms {
			for _, d := range f.Postings(t).Docs {
				x.mark(d)
			}
		}
		return x.gather(false, nil).docs
	case prefix:
		return x.union(x.seg.Field(q.field).Prefixed(q.prefix))
	case termRange:
		return x.union(x.seg.Field(q.field).Range(q.notBefore, q.notAfter))
	case longRange:
		f := x.seg.Field(q.field)
		return x.numbers(f, func(d int32) bool {
			all := f.Longs(d)
			i, _ := slices.BinarySearch(all, q.low)
			return i < len(all) && all[i] <= q.high
		})
	case doubleRange:
		f := x.seg.Field(q.field)
		return x.numbers(f, func(d int32) bool {
			all := f.Doubles(d)
			i, _ := slices.BinarySearch(all, q.low)
			return i < len(all) && all[i] <= q.high
		})
	}
	return nil
}

func (q termRange) notBefore(t string) bool {
	return q.low == nil || t > *q.low || t == *q.low && !q.openLow
}

func (q termRange) notAfter(t string) bool {
	return q.high == nil || t < *q.high || t == *q.high && !q.openHigh
}

// union lists the documents of several terms.
func (x *exec) union(all []index.Postings) []int32 {
	for _, p := range all {
		for _, d := range p.Docs {
			x.mark(d)
		}
	}
	return x.gather(false, nil).docs
}

// numbers lists the documents whose values pass.
func (x *exec) numbers(f *index.Field, pass func(doc int32) bool) []int32 {
	if f == nil {
		return nil
	}
	docs := x.ints.get(x.seg.Len())[:0]
	for d := range int32(x.seg.Len()) {
		if pass(d) {
			docs = append(docs, d)
		}
	}
	return docs
}
