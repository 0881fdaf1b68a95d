package metrics

import (
	"container/heap"
	"math"
	"slices"
)

// A Settling says what judging could do to the sign of the mean difference of
// two lists over many queries.
type Settling struct {
	// Mean is the mean difference, next minus base, as things stand; Low and
	// High are its bounds over every way of grading the holes.
	Mean, Low, High float64
	// Open says that some grading gives the mean difference another sign than
	// it has, or none.
	Open bool
	// Documents are holes whose judging could settle the sign, in the order in
	// which they do most for it: if all of them turn out to be of grade 0,
	// then no grading of the other holes gives the mean difference another
	// sign. SettledLow and SettledHigh are its bounds in that case. If one
	// turns out to be relevant, the mean difference has changed, and what
	// settles it is to be asked again. Documents are empty where the sign is
	// not open, and where not even the judging of all holes as grade 0 settles
	// it, as where the mean difference is 0.
	Documents               []HoleDocument
	SettledLow, SettledHigh float64
}

// A HoleDocument is a document of a query, both by number: the index of the
// Holes, and the number in HoleList.Documents.
type HoleDocument struct{ Query, Document int }

// Settle finds the bounds of the mean difference of two lists, next minus
// base, and few documents whose judging could settle its sign. Every Holes has
// these two lists, at the same places, with Documents. The choice is greedy,
// by how much each document narrows the bound on the side of 0, and then
// thinned out: it need not be the smallest, but that it suffices follows from
// the bounds of HoleDifference. Without queries all is 0.
func (m Metric) Settle(queries []*Holes, base, next int) Settling {
	n := float64(len(queries))
	if n == 0 {
		return Settling{}
	}
	var s Settling
	bounds := make([]settleBounds, len(queries))
	for i, h := range queries {
		b := m.settleBounds(h, base, next)
		bounds[i] = b
		s.Mean += b.now / n
		s.Low += b.low / n
		s.High += b.high / n
	}
	s.SettledLow, s.SettledHigh = s.Low, s.High
	s.Open = s.Mean > 0 && s.Low <= settled || s.Mean < 0 && s.High >= -settled || s.Mean == 0 && s.Low < s.High
	if !s.Open || math.Abs(s.Mean) <= settled {
		return s
	}
	if s.Mean < 0 {
		base, next = next, base // a rise, from here on
	}
	work := settler{m: m, base: base, next: next, queries: slices.Clone(queries), need: settled * n}
	for _, b := range bounds {
		if s.Mean < 0 {
			b = settleBounds{-b.now, -b.high, -b.low}
		}
		work.low = append(work.low, b.low)
		work.sum += b.low
	}
	if !work.choose() {
		return s
	}
	work.thin(queries)
	s.Documents = work.chosen
	s.SettledLow, s.SettledHigh = 0, 0
	for _, h := range work.queries {
		b := m.settleBounds(h, base, next)
		if s.Mean < 0 {
			b = settleBounds{-b.now, -b.high, -b.low}
		}
		s.SettledLow += b.low / n
		s.SettledHigh += b.high / n
	}
	return s
}

// settled is how far from 0 a bound of the mean difference must lie for its
// sign to be settled: more than rounding error.
const settled = 1e-12

type settleBounds struct{ now, low, high float64 }

func (m Metric) settleBounds(h *Holes, base, next int) settleBounds {
	low, high := m.HoleDifference(h, base, next)
	return settleBounds{m.holeValue(h, next) - m.holeValue(h, base), low, high}
}

// withNonRelevant is the query after some of its holes have turned out to be
// of grade 0.
func (h *Holes) withNonRelevant(documents []int) *Holes {
	after := *h
	var grades []float64
	if h.Judged != nil {
		grades = h.Judged.grades
	}
	grades = slices.Clone(grades)
	for range documents {
		grades = append(grades, 0)
	}
	after.Judged = NewJudged(grades)
	after.Lists = slices.Clone(h.Lists)
	for i := range after.Lists {
		l := &after.Lists[i]
		l.Grades = slices.Clone(l.Grades)
		for k, g := range l.Grades {
			if IsUnjudged(g) && slices.Contains(documents, l.document(k)) {
				l.Grades[k] = 0
			}
		}
	}
	return &after
}

// documents are the holes of the metric, by the best of their ranks.
func (h *Holes) documents(m Metric) []int {
	depth := h.Depth
	if depth == 0 {
		depth = m.cutoff
	}
	var all []int
	longest := 0
	for _, l := range h.Lists {
		longest = max(longest, len(l.Grades))
	}
	seen := make(map[int]bool)
	for rank := 0; rank < longest && (depth == 0 || rank < depth); rank++ {
		for _, l := range h.Lists {
			if rank < len(l.Grades) && IsUnjudged(l.Grades[rank]) && !seen[l.document(rank)] {
				seen[l.document(rank)] = true
				all = append(all, l.document(rank))
			}
		}
	}
	return all
}

// sees says whether a list has an unjudged document where the metric looks.
func (m Metric) sees(h *Holes, list, document int) bool {
	l := &h.Lists[list]
	for k, g := range l.Grades[:m.reach(l)] {
		if IsUnjudged(g) && l.document(k) == document {
			return true
		}
	}
	return false
}

// A settler chooses documents until the sum of the queries' lowest differences
// exceeds what is needed.
type settler struct {
	m          Metric
	base, next int
	queries    []*Holes // with the chosen documents of grade 0
	low        []float64
	sum, need  float64
	chosen     []HoleDocument
}

// A settleStep is what to judge next in a query: the document with the largest
// gain, or, before that has been looked up, the most that any could gain.
type settleStep struct {
	query, document int
	gain            float64
	known           bool
}

type settleHeap []settleStep

func (h settleHeap) Len() int { return len(h) }
func (h settleHeap) Less(i, k int) bool {
	if h[i].gain != h[k].gain {
		return h[i].gain > h[k].gain
	}
	return h[i].query < h[k].query
}
func (h settleHeap) Swap(i, k int) { h[i], h[k] = h[k], h[i] }
func (h *settleHeap) Push(x any)   { *h = append(*h, x.(settleStep)) }
func (h *settleHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// lowest is the lowest difference of a query.
func (s *settler) lowest(h *Holes) float64 {
	return s.m.holeLowest(h, s.base, s.next)
}

// choose says whether the sign could be settled.
func (s *settler) choose() bool {
	var steps settleHeap
	for q := range s.queries {
		if most := s.most(q); most > 0 {
			steps = append(steps, settleStep{query: q, gain: most})
		}
	}
	heap.Init(&steps)
	for s.sum <= s.need {
		if len(steps) == 0 {
			return false
		}
		step := heap.Pop(&steps).(settleStep)
		if !step.known {
			heap.Push(&steps, s.best(step.query))
			continue
		}
		q := step.query
		s.chosen = append(s.chosen, HoleDocument{q, step.document})
		s.queries[q] = s.queries[q].withNonRelevant([]int{step.document})
		s.sum -= s.low[q]
		s.low[q] = s.lowest(s.queries[q])
		s.sum += s.low[q]
		if most := s.most(q); most > 0 {
			heap.Push(&steps, settleStep{query: q, gain: most})
		}
	}
	return true
}

// most is what the lowest difference of a query gains once all its holes are
// of grade 0.
func (s *settler) most(q int) float64 {
	holes := s.queries[q].documents(s.m)
	if len(holes) == 0 {
		return 0
	}
	return s.lowest(s.queries[q].withNonRelevant(holes)) - s.low[q]
}

// best is the document of a query that gains most. Where none gains anything
// alone, as where two documents have the same effect, it is the one of the
// best rank: of those that the metric sees in neither list, which all have the same effect, the
// first speaks for the others.
func (s *settler) best(q int) settleStep {
	step := settleStep{query: q, gain: math.Inf(-1), known: true}
	elsewhere := false
	for _, document := range s.queries[q].documents(s.m) {
		if !s.m.sees(s.queries[q], s.base, document) && !s.m.sees(s.queries[q], s.next, document) {
			if elsewhere {
				continue
			}
			elsewhere = true
		}
		gain := s.lowest(s.queries[q].withNonRelevant([]int{document})) - s.low[q]
		if gain > step.gain+settled {
			step.document, step.gain = document, gain
		}
	}
	return step
}

// thin takes documents out again without which the sign is settled too, the
// last chosen first.
func (s *settler) thin(queries []*Holes) {
	for i := len(s.chosen) - 1; i >= 0; i-- {
		q := s.chosen[i].Query
		var others []int
		for k, c := range s.chosen {
			if k != i && c.Query == q {
				others = append(others, c.Document)
			}
		}
		without := queries[q].withNonRelevant(others)
		low := s.lowest(without)
		if sum := s.sum - s.low[q] + low; sum > s.need {
			s.sum, s.low[q], s.queries[q] = sum, low, without
			s.chosen = slices.Delete(s.chosen, i, i+1)
		}
	}
}
