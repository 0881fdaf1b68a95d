package query

import (
	"context"
	"math/bits"

	"github.com/releval/releval/eval/embedded/index"
)

// list is what a node of a query gives: documents in ascending order and,
// where scores are wanted, a score for each.
type list struct {
	docs   []int32
	scores []float32
}

// exec evaluates one query. Its buffers are kept for the next.
type exec struct {
	ctx context.Context
	err error
	seg *index.Segment
	// size is how many documents a nearest query looks for that does not say.
	size int

	// sums, maxima and counts have a place for every document; between uses
	// they are zero where marks is, and marks is zero.
	sums   []float64
	maxima []float32
	counts []int32
	marks  []uint64

	ints   arena[int32]
	floats arena[float32]
}

func (sr *Searcher) acquire(ctx context.Context, s *index.Segment) *exec {
	x, _ := sr.idle.Get().(*exec)
	if x == nil {
		x = new(exec)
	}
	x.ctx, x.seg, x.err = ctx, s, ctx.Err()
	if n := s.Len(); len(x.sums) < n {
		x.sums, x.maxima, x.counts = make([]float64, n), make([]float32, n), make([]int32, n)
		x.marks = make([]uint64, (n+63)/64)
	}
	return x
}

func (sr *Searcher) release(x *exec) {
	x.ctx, x.seg = nil, nil
	x.ints.reset()
	x.floats.reset()
	sr.idle.Put(x)
}

// eval gives the documents that match, scored where scoring.
func (x *exec) eval(q Query, boost float32, scoring bool) list {
	if x.err == nil {
		x.err = x.ctx.Err()
	}
	if x.err != nil {
		return list{}
	}
	switch q := q.(type) {
	case matchNone:
		return list{}
	case term:
		return x.term(q, boost, scoring)
	case phrase:
		return x.phrase(q, boost, scoring)
	case boolean:
		return x.boolean(q, boost, scoring)
	case disMax:
		return x.disMax(q, boost, scoring)
	case nearest:
		return x.nearest(q, boost, scoring)
	case boosted:
		return x.eval(q.inner, boost*q.boost, scoring)
	case constant:
		return x.constant(x.eval(q.inner, 1, false).docs, boost, scoring)
	}
	return x.constant(x.matching(q), boost, scoring)
}

// constant scores every document the same.
func (x *exec) constant(docs []int32, score float32, scoring bool) list {
	l := list{docs: docs}
	if scoring {
		l.scores = x.floats.get(len(docs))
		for i := range l.scores {
			l.scores[i] = score
		}
	}
	return l
}

func (x *exec) term(q term, boost float32, scoring bool) list {
	f := x.seg.Field(q.field)
	p := f.Postings(q.term)
	l := list{docs: p.Docs}
	if scoring && len(p.Docs) > 0 {
		l.scores = x.floats.get(len(p.Docs))
		s := f.Scorer(boost, f.IDF(len(p.Docs)))
		s.ScoreAll(p, l.scores)
	}
	return l
}

// gather lists the marked documents, clears the marks, and lets take have the
// score of each.
func (x *exec) gather(scoring bool, take func(doc int32) float32) list {
	n := 0
	words := x.marks[:(x.seg.Len()+63)/64]
	for _, w := range words {
		n += bits.OnesCount64(w)
	}
	l := list{docs: x.ints.get(n)}
	if scoring {
		l.scores = x.floats.get(n)
	}
	n = 0
	for i, w := range words {
		for ; w != 0; w &= w - 1 {
			d := int32(i<<6 + bits.TrailingZeros64(w))
			l.docs[n] = d
			if scoring {
				l.scores[n] = take(d)
			}
			n++
		}
		words[i] = 0
	}
	return l
}

func (x *exec) mark(d int32) { x.marks[d>>6] |= 1 << (d & 63) }

// disMax takes the best of the scores, and tie times the sum of the others.
func (x *exec) disMax(q disMax, boost float32, scoring bool) list {
	lists := make([]list, 0, len(q.queries))
	for _, sub := range q.queries {
		if l := x.eval(sub, boost, scoring); len(l.docs) > 0 {
			lists = append(lists, l)
		}
	}
	if len(lists) == 1 {
		return lists[0]
	}
	for _, l := range lists {
		for i, d := range l.docs {
			x.mark(d)
			if !scoring {
				continue
			}
			// sums has the scores that were not the best.
			if s := l.scores[i]; s >= x.maxima[d] {
				x.sums[d] += float64(x.maxima[d])
				x.maxima[d] = s
			} else {
				x.sums[d] += float64(s)
			}
		}
	}
	return x.gather(scoring, func(d int32) float32 {
		s := float32(float64(x.maxima[d]) + float64(x.sums[d]*float64(q.tie)))
		x.maxima[d], x.sums[d] = 0, 0
		return s
	})
}

// arena hands out slices that live until reset.
type arena[T any] struct {
	chunk []T
	used  int
}

const arenaChunk = 1 << 15

func (a *arena[T]) get(n int) []T {
	if a.used+n > len(a.chunk) {
		a.chunk = make([]T, max(n, 2*len(a.chunk), arenaChunk))
		a.used = 0
	}
	s := a.chunk[a.used : a.used+n : a.used+n]
	a.used += n
	return s
}

func (a *arena[T]) reset() { a.used = 0 }
