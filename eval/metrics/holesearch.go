package metrics

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
)

// searchLimit is the number of hits that a search looks at before it gives up
// exactness: some tenths of a millisecond.
const searchLimit = 1 << 14

// boundedBySearch says that bounds take a search over the gradings which the
// number of relevant documents makes dear.
func (m Metric) boundedBySearch() bool {
	switch m.kind {
	case kindMAP, kindGMMAP, kindBpref, kindGMBpref, kindInfAP, kindIPrec, kind11pt:
		return true
	}
	return false
}

// search is the largest difference for metrics whose value is no sum over the
// hits. It is a best-first search by branch and bound over the gradings: a
// branch fixes whether the holes of the top ranks are relevant, and its bound
// takes the other holes at their best for the one list and at their worst for
// the other. For metrics of relevant documents the two must have the same
// number of them; with that number given, a relevant hit never does harm by
// standing higher. Where the search reaches its limit the bound of the best
// open branch stands, which is wider.
func (p *holeProblem) search() float64 {
	if p.m.kind == kindInfAP && !(p.plainForInfAP(p.next) && p.plainForInfAP(p.base)) {
		// A relevant hit may then do harm by standing higher.
		if p.next.n == 0 {
			return 0
		}
		return 1
	}
	s := newHoleSearch(p)
	branches := branchHeap{s.bound(make([]grading, len(p.holes)), 0)}
	for len(branches) > 0 {
		top := heap.Pop(&branches).(branch)
		if top.bound <= s.found+1e-12 || s.work > searchLimit {
			return max(top.bound, s.found)
		}
		for _, g := range []grading{relevant, nonRelevant} {
			fixed := slices.Clone(top.fixed)
			fixed[top.depth] = g
			child := s.bound(fixed, top.depth+1)
			child.bound = min(child.bound, top.bound)
			if child.bound > s.found+1e-12 {
				heap.Push(&branches, child)
			}
		}
	}
	return s.found
}

// plainForInfAP says that a list has neither ties nor hits that stay unjudged
// or are only in the pool.
func (p *holeProblem) plainForInfAP(s *holeSide) bool {
	judged := len(s.known)
	for _, h := range s.known {
		if h.Grade < 0 {
			return false
		}
	}
	for _, u := range p.holes {
		if s.at(u) > 0 {
			judged++
		}
	}
	return judged == s.n && len(s.ties) == 0
}

// grading is what a branch says of a hole.
type grading int8

const (
	open grading = iota
	relevant
	nonRelevant
)

// A branch is a set of gradings: those with the first depth holes as fixed.
type branch struct {
	fixed []grading
	depth int
	bound float64
}

type branchHeap []branch

func (h branchHeap) Len() int           { return len(h) }
func (h branchHeap) Less(i, k int) bool { return h[i].bound > h[k].bound }
func (h branchHeap) Swap(i, k int)      { h[i], h[k] = h[k], h[i] }
func (h *branchHeap) Push(x any)        { *h = append(*h, x.(branch)) }
func (h *branchHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

type holeSearch struct {
	p *holeProblem
	// m is the metric with the threshold at 1: grades are 1, 0 or −1, but for
	// err, which is graded.
	m Metric
	// counts says that the value depends on the number of relevant documents.
	counts bool
	// canBe says that a hole can turn out relevant.
	canBe      bool
	next, base searchSide
	// grades are more judgments than there are: see judged.
	grades []float64
	known  int // relevant judgments
	length int // judgments with those of the holes
	found  float64
	work   int
	list   List // the one in hand, and its judgments
	judged Judged
}

// A searchSide is one list with judged hits and holes together.
type searchSide struct {
	n     int
	slots []slot
	ties  []Tie
	// order holds the holes that are in the list by rising rank.
	order []int
	hits  []Hit // reused
}

// A slot is a hit: of a grade, or the hole of an index.
type slot struct {
	rank  int
	grade float64
	hole  int // −1 for judged hits
}

func newHoleSearch(p *holeProblem) *holeSearch {
	// From the top down, whichever list it is: the order does not depend on
	// the numbers of documents.
	slices.SortFunc(p.holes, func(a, b hole) int {
		return cmp.Or(cmp.Compare(a.top(), b.top()), cmp.Compare(a.next, b.next), cmp.Compare(a.base, b.base))
	})
	s := &holeSearch{p: p, m: p.m, found: math.Inf(-1), canBe: p.m.kind == kindERR || p.m.rel <= p.maxGrade}
	switch p.m.kind {
	case kindERR, kindMRR, kindSuccess:
	default:
		s.counts = true
	}
	if p.m.kind != kindERR {
		s.m.rel = 1
	}
	holes := len(p.holes) + p.elsewhere
	s.known = p.judged.Relevant(p.m.rel)
	nonRelevant := p.judged.NonRelevant(p.m.rel)
	s.length = s.known + nonRelevant + holes
	if s.counts {
		s.grades = make([]float64, 0, s.length+holes)
		for range s.known + holes {
			s.grades = append(s.grades, 1)
		}
		for range nonRelevant + holes {
			s.grades = append(s.grades, 0)
		}
	}
	s.next, s.base = s.side(p.next), s.side(p.base)
	return s
}

// judge sets the judgments of the list to what they are once t of the holes are
// relevant, for metrics that depend on it.
func (s *holeSearch) judge(t int) {
	s.judged = Judged{relevant: s.known + t}
	if s.counts {
		start := len(s.p.holes) + s.p.elsewhere - t
		s.judged.grades = s.grades[start : start+s.length]
	}
}

func (s *holeSearch) side(from *holeSide) searchSide {
	side := searchSide{n: from.n, ties: from.ties, slots: make([]slot, 0, len(from.known)+len(s.p.holes))}
	for _, h := range from.known {
		grade := h.Grade
		if s.p.m.kind != kindERR {
			switch {
			case grade >= s.p.m.rel:
				grade = 1
			case grade >= 0:
				grade = 0
			default:
				grade = -1
			}
		}
		side.slots = append(side.slots, slot{h.Rank, grade, -1})
	}
	for i, u := range s.p.holes {
		if rank := from.at(u); rank > 0 {
			side.slots = append(side.slots, slot{rank, 0, i})
			side.order = append(side.order, i)
		}
	}
	slices.SortFunc(side.slots, func(a, b slot) int { return a.rank - b.rank })
	slices.SortFunc(side.order, func(a, b int) int { return from.at(s.p.holes[a]) - from.at(s.p.holes[b]) })
	return side
}

// value is a list's value with the holes graded and t of all holes relevant;
// best says which end of what ties leave open counts where it is no closed
// form.
func (s *holeSearch) value(side *searchSide, graded []grading, t int, best bool) float64 {
	s.work += len(side.slots) + 1
	grade := 1.0
	if s.m.kind == kindERR {
		grade = s.p.maxGrade
	}
	side.hits = slices.Grow(side.hits[:0], len(side.slots))
	for _, slot := range side.slots {
		h := Hit{slot.rank, slot.grade}
		if slot.hole >= 0 && graded[slot.hole] == relevant {
			h.Grade = grade
		}
		side.hits = append(side.hits, h)
	}
	s.judge(t)
	s.list = List{Len: side.n, Hits: side.hits, Judged: &s.judged}
	switch s.m.kind {
	case kindInfAP, kindIPrec, kind11pt:
		orderTies(&s.list, side.ties, best)
		return s.m.ScoreList(&s.list)
	}
	return s.m.ExpectedList(&s.list, side.ties, 1).Value
}

// orderTies gives the judged hits of each tie their best ranks, the highest
// grade first, or their worst, the highest last.
func orderTies(l *List, ties []Tie, best bool) {
	segments, _ := tieSegments(nil, l, ties)
	for _, segment := range segments {
		hits := segment.hits
		slices.SortFunc(hits, func(a, b Hit) int {
			if best {
				return cmp.Compare(b.Grade, a.Grade)
			}
			return cmp.Compare(a.Grade, b.Grade)
		})
		for i := range hits {
			hits[i].Rank = segment.first + i
			if !best {
				hits[i].Rank = segment.last - len(hits) + 1 + i
			}
		}
	}
}

// bound makes a branch, and looks whether the gradings that bound it are
// better than what was found.
func (s *holeSearch) bound(fixed []grading, depth int) branch {
	b := branch{fixed: fixed, depth: depth, bound: math.Inf(-1)}
	already, free := 0, s.p.elsewhere
	for _, g := range fixed {
		switch g {
		case relevant:
			already++
		case open:
			free++
		}
	}
	switch {
	case !s.canBe && already > 0:
		return b // no such grading
	case !s.canBe:
		free = 0
	case !s.counts:
		s.boundFreely(&b)
		return b
	}
	var goodBest, badBest []grading
	var tBest int
	for t := range free + 1 {
		good, bad := s.fillNext(fixed, t), s.fillBase(fixed, t)
		value := s.value(&s.next, good, already+t, true) - s.value(&s.base, bad, already+t, false)
		if value > b.bound {
			b.bound, goodBest, badBest, tBest = value, good, bad, t
		}
	}
	for _, graded := range [][]grading{goodBest, badBest} {
		s.try(graded, already+tBest)
	}
	return b
}

// boundFreely is bound for metrics that do not depend on the number of
// relevant documents.
func (s *holeSearch) boundFreely(b *branch) {
	good, bad := slices.Clone(b.fixed), slices.Clone(b.fixed)
	for i := range b.fixed {
		if good[i] == open {
			good[i], bad[i] = nonRelevant, nonRelevant
			if s.p.next.at(s.p.holes[i]) > 0 {
				good[i] = relevant
			}
		}
	}
	b.bound = s.value(&s.next, good, 0, true) - s.value(&s.base, bad, 0, false)
	s.try(good, 0)
	s.try(bad, 0)
}

// try keeps the value of one grading, t of all holes relevant, if it is the
// largest so far.
func (s *holeSearch) try(graded []grading, t int) {
	s.found = max(s.found, s.value(&s.next, graded, t, true)-s.value(&s.base, graded, t, false))
}

// fillNext makes t more holes relevant: the highest in next, then those of no
// list, then the lowest in base.
func (s *holeSearch) fillNext(fixed []grading, t int) []grading {
	graded := slices.Clone(fixed)
	for _, i := range s.next.order {
		if t > 0 && graded[i] == open {
			graded[i] = relevant
			t--
		}
	}
	t -= s.p.elsewhere
	for k := len(s.base.order) - 1; k >= 0; k-- {
		if i := s.base.order[k]; t > 0 && graded[i] == open {
			graded[i] = relevant
			t--
		}
	}
	return graded
}

// fillBase makes t more holes relevant where they do base least good: those
// that it does not have, the highest in next first, then those of no list,
// then its own from the bottom.
func (s *holeSearch) fillBase(fixed []grading, t int) []grading {
	graded := slices.Clone(fixed)
	for _, i := range s.next.order {
		if t > 0 && graded[i] == open && s.p.base.at(s.p.holes[i]) == 0 {
			graded[i] = relevant
			t--
		}
	}
	t -= s.p.elsewhere
	for k := len(s.base.order) - 1; k >= 0; k-- {
		if i := s.base.order[k]; t > 0 && graded[i] == open {
			graded[i] = relevant
			t--
		}
	}
	return graded
}
