package metrics

import (
	"cmp"
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

// A Settler finds the bounds of the mean difference of two lists over many
// queries, and few documents whose judging could settle its sign. It keeps four
// numbers of each query.
type Settler struct {
	m          Metric
	base, next int
	queries    []settleQuery
	bounder    Bounder
	holes      []int // documents
	seen       []bool
}

// NewSettler is for the difference next minus base of the lists at these
// places.
func NewSettler(m Metric, base, next int) *Settler { return &Settler{m: m, base: base, next: next} }

// Add takes the next query. It is not kept. It has both lists, with Documents.
func (s *Settler) Add(h *Holes) {
	var q settleQuery
	q.now, q.low, q.high = s.bounder.bounds(s.m, h, s.base, s.next, nil)
	q.judged = q.now
	if holes := s.documents(h); len(holes) > 0 {
		q.judged = s.bounder.value(s.m, h, s.base, s.next, holes)
	}
	s.queries = append(s.queries, q)
}

// Settle is what was found. Some queries are asked for again, by the order in
// which they were added; only the last one given is in use. The choice of
// documents is greedy, by how much each narrows the bound on the side of 0, or
// by query where bounds are dear, and then thinned out: it need not be the smallest, but that it suffices follows
// from the bounds of HoleDifference. Without queries all is 0. It ends the use
// of the Settler.
func (s *Settler) Settle(query func(int) *Holes) Settling {
	n := float64(len(s.queries))
	if n == 0 {
		return Settling{}
	}
	var found Settling
	for _, q := range s.queries {
		found.Mean += q.now / n
		found.Low += q.low / n
		found.High += q.high / n
	}
	found.SettledLow, found.SettledHigh = found.Low, found.High
	found.Open = found.Mean > 0 && found.Low <= settled || found.Mean < 0 && found.High >= -settled || found.Mean == 0 && found.Low < found.High
	if !found.Open || math.Abs(found.Mean) <= settled {
		return found
	}
	if found.Mean < 0 { // a rise, from here on
		s.base, s.next = s.next, s.base
		for i, q := range s.queries {
			s.queries[i] = settleQuery{-q.now, -q.high, -q.low, -q.judged}
		}
	}
	work := settler{Settler: s, query: query, need: settled * n, touched: make(map[int]*touched)}
	for _, q := range s.queries {
		work.sum += q.low
	}
	if !work.choose() {
		return found
	}
	if !s.m.boundedBySearch() || len(work.chosen) <= mostThinned {
		work.thin()
	}
	found.Documents = work.chosen
	found.SettledLow, found.SettledHigh = 0, 0
	for i, q := range s.queries {
		if t := work.touched[i]; t != nil && len(t.chosen) > 0 {
			q.now, q.low, q.high = s.bounder.bounds(s.m, query(i), s.base, s.next, t.chosen)
		}
		if found.Mean < 0 {
			q.low, q.high = -q.high, -q.low
		}
		found.SettledLow += q.low / n
		found.SettledHigh += q.high / n
	}
	return found
}

// settled is how far from 0 a bound of the mean difference must lie for its
// sign to be settled: more than rounding error.
const settled = 1e-12

// A settleQuery is the difference of a query: as things stand, its bounds, and
// what it were if all its holes were of grade 0.
type settleQuery struct{ now, low, high, judged float64 }

// sees says whether the list has an unjudged document where the metric looks.
func (l *HoleList) sees(m Metric, document int) bool {
	for k, g := range l.noticed(m) {
		if IsUnjudged(g) && l.document(k) == document {
			return true
		}
	}
	return false
}

// A settler chooses documents until the sum of the queries' lowest differences
// exceeds what is needed.
type settler struct {
	*Settler
	query     func(int) *Holes
	touched   map[int]*touched
	sum, need float64
	chosen    []HoleDocument
}

// touched is a query of which documents were chosen: those, its lowest
// difference before each of them was, NaN where that is not known, and after
// the last.
type touched struct {
	chosen []int
	before []float64
	low    float64
}

// documents are the holes of the metric, by the best of their ranks.
func (s *Settler) documents(h *Holes) []int {
	depth := h.Depth
	if depth == 0 {
		depth = s.m.cutoff
	}
	longest := 0
	for i := range h.Lists {
		longest = max(longest, len(h.Lists[i].down(depth)))
	}
	s.holes, s.seen = s.holes[:0], s.seen[:0]
	for rank := range longest {
		for i := range h.Lists {
			l := &h.Lists[i]
			if rank >= len(l.Grades) || !IsUnjudged(l.Grades[rank]) {
				continue
			}
			document := l.document(rank)
			for len(s.seen) <= document {
				s.seen = append(s.seen, false)
			}
			if !s.seen[document] {
				s.seen[document] = true
				s.holes = append(s.holes, document)
			}
		}
	}
	return s.holes
}

// A settleStep is what to judge next in a query: the document with the largest
// gain, or, before that has been looked up, the most that any could gain.
type settleStep struct {
	query, document int
	gain            float64
	low             float64 // the lowest difference after it
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

// low is the lowest difference of a query after what was chosen of it.
func (s *settler) low(q int) float64 {
	if t := s.touched[q]; t != nil {
		return t.low
	}
	return s.queries[q].low
}

// chooseQueries is choose for metrics whose bounds are dear: it judges all
// documents of one query after the other, since what that leaves is known, those
// that gain most first.
func (s *settler) chooseQueries() bool {
	var order []int
	gain := func(q int) float64 { return s.queries[q].judged - s.queries[q].low }
	for q := range s.queries {
		if gain(q) > 0 {
			order = append(order, q)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(gain(b), gain(a)) })
	taken := 0
	for ; s.sum <= s.need; taken++ {
		if taken == len(order) {
			return false
		}
		s.sum += gain(order[taken])
	}
	for _, q := range order[:taken] {
		if s.sum-gain(q) > s.need { // it settles without this one too
			s.sum -= gain(q)
			continue
		}
		t := &touched{low: s.queries[q].judged, chosen: slices.Clone(s.documents(s.query(q)))}
		s.touched[q] = t
		for _, document := range t.chosen {
			s.chosen, t.before = append(s.chosen, HoleDocument{q, document}), append(t.before, math.NaN())
		}
	}
	return true
}

// choose says whether the sign could be settled.
func (s *settler) choose() bool {
	if s.m.boundedBySearch() {
		return s.chooseQueries()
	}
	var steps settleHeap
	for q := range s.queries {
		if most := s.queries[q].judged - s.low(q); most > 0 {
			steps = append(steps, settleStep{query: q, gain: most})
		}
	}
	heap.Init(&steps)
	for s.sum <= s.need {
		if len(steps) == 0 {
			return false
		}
		step := steps[0]
		q := step.query
		if !step.known {
			steps[0] = s.best(q)
			heap.Fix(&steps, 0)
			continue
		}
		t := s.touched[q]
		if t == nil {
			t = &touched{low: s.queries[q].low}
			s.touched[q] = t
		}
		s.chosen = append(s.chosen, HoleDocument{q, step.document})
		t.chosen, t.before = append(t.chosen, step.document), append(t.before, t.low)
		s.sum -= t.low
		t.low = step.low
		s.sum += t.low
		if most := s.queries[q].judged - t.low; most > 0 {
			steps[0] = settleStep{query: q, gain: most}
			heap.Fix(&steps, 0)
		} else {
			heap.Pop(&steps)
		}
	}
	return true
}

// best is the document of a query that gains most. Where none gains anything
// alone, as where two documents have the same effect, it is the one of the
// best rank: of those that the metric sees in neither list, which all have the
// same effect, the first speaks for the others.
func (s *settler) best(q int) settleStep {
	step := settleStep{query: q, gain: math.Inf(-1), known: true}
	h, low := s.query(q), s.low(q)
	var chosen []int
	if t := s.touched[q]; t != nil {
		chosen = t.chosen
	}
	chosen = append(make([]int, 0, len(chosen)+1), chosen...)
	elsewhere := false
	for _, document := range s.documents(h) {
		if slices.Contains(chosen, document) {
			continue
		}
		if !h.Lists[s.base].sees(s.m, document) && !h.Lists[s.next].sees(s.m, document) {
			if elsewhere {
				continue
			}
			elsewhere = true
		}
		after := s.bounder.lowest(s.m, h, s.base, s.next, append(chosen, document))
		if gain := after - low; gain > step.gain+settled {
			step.document, step.gain, step.low = document, gain, after
		}
	}
	return step
}

// mostThinned is how many documents are thinned out where each takes a search.
const mostThinned = 100

// thin takes documents out again without which the sign is settled too, the
// last chosen first.
func (s *settler) thin() {
	kept := len(s.chosen)
	for i := len(s.chosen) - 1; i >= 0; i-- {
		c := s.chosen[i]
		t := s.touched[c.Query]
		place := slices.Index(t.chosen, c.Document)
		low := t.before[place]
		if place < len(t.chosen)-1 || math.IsNaN(low) { // others were chosen later, or with it
			others := slices.Delete(slices.Clone(t.chosen), place, place+1)
			low = s.bounder.lowest(s.m, s.query(c.Query), s.base, s.next, others)
		}
		if sum := s.sum - t.low + low; sum > s.need {
			s.sum, t.low = sum, low
			t.chosen, t.before = slices.Delete(t.chosen, place, place+1), slices.Delete(t.before, place, place+1)
			continue
		}
		kept--
		s.chosen[kept] = c
	}
	s.chosen = slices.Delete(s.chosen, 0, kept)
}
