package metrics

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A pooled query: what each document is graded, Unjudged() for the holes, and
// the documents of each list in order.
type pooled struct {
	grades []float64
	lists  [][]int
	ties   [][]Tie
}

func drawPooled(t *rapid.T, most float64, tied bool) pooled {
	var q pooled
	holes := 0
	for range rapid.IntRange(0, 9).Draw(t, "documents") {
		g := Unjudged()
		if holes == 4 || rapid.Bool().Draw(t, "judged") {
			g = float64(rapid.IntRange(-1, int(most)).Draw(t, "grade"))
		} else {
			holes++
		}
		q.grades = append(q.grades, g)
	}
	for range rapid.IntRange(2, 3).Draw(t, "lists") {
		var all []int
		for i := range q.grades {
			all = append(all, i)
		}
		list := all
		if len(all) > 0 {
			list = rapid.Permutation(all).Draw(t, "list")[:rapid.IntRange(0, len(all)).Draw(t, "hits")]
		}
		q.lists = append(q.lists, list)
		var ties []Tie
		if tied {
			ties = drawTies(t, len(list))
		}
		q.ties = append(q.ties, ties)
	}
	return q
}

// graded joins the lists with grades of the documents.
func (q pooled) graded(grades []float64) *Holes {
	h := &Holes{Judged: NewJudged(grades)}
	for i, list := range q.lists {
		l := HoleList{Documents: list, Ties: q.ties[i], Grades: []float64{}}
		for _, d := range list {
			l.Grades = append(l.Grades, grades[d])
		}
		h.Lists = append(h.Lists, l)
	}
	return h
}

// holesOf are the unjudged documents within the depth of any list.
func (q pooled) holesOf(depth int) []int {
	var holes []int
	for _, list := range q.lists {
		for i, d := range list {
			if (depth == 0 || i < depth) && IsUnjudged(q.grades[d]) && !slices.Contains(holes, d) {
				holes = append(holes, d)
			}
		}
	}
	return holes
}

// everyGrading calls use with the grades of all documents for each way of
// grading the holes from 0 to most.
func (q pooled) everyGrading(holes []int, most int, use func(grades []float64)) {
	grades := slices.Clone(q.grades)
	var grade func(i int)
	grade = func(i int) {
		if i == len(holes) {
			use(grades)
			return
		}
		for g := 0; g <= most; g++ {
			grades[holes[i]] = float64(g)
			grade(i + 1)
		}
	}
	grade(0)
}

// The bounds against every grading: true for all metrics, and exact where
// there are no ties.
func TestHoleBoundsHoldForEveryGrading(t *testing.T) {
	for _, tied := range []bool{false, true} {
		testHoleBounds(t, tied)
	}
}

func testHoleBounds(t *testing.T, tied bool) {
	ms := everyMetric(t)
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 3).Draw(t, "most")
		q := drawPooled(t, float64(most), tied)
		depth := rapid.SampledFrom([]int{0, 0, 0, 2}).Draw(t, "depth")
		h := q.graded(q.grades)
		h.MaxGrade, h.Depth = float64(most), depth
		for _, m := range ms {
			reach := depth
			if reach == 0 {
				reach = m.Cutoff()
			}
			holes := q.holesOf(reach)
			if len(holes) == 0 && m.sampled() {
				continue // the bounds are the sample itself
			}
			// Values of the first list, of the second, and their difference.
			low := []float64{h.value(m, 0), h.value(m, 1), h.value(m, 1) - h.value(m, 0)}
			high := slices.Clone(low)
			if !m.IsCoverage() {
				q.everyGrading(holes, most, func(grades []float64) {
					g := q.graded(grades)
					a, b := g.value(m, 0), g.value(m, 1)
					for i, v := range []float64{a, b, b - a} {
						low[i], high[i] = min(low[i], v), max(high[i], v)
					}
				})
			}
			for i := range low {
				var gotLow, gotHigh float64
				if i < 2 {
					gotLow, gotHigh = m.HoleBounds(h, i)
				} else {
					gotLow, gotHigh = m.HoleDifference(h, 0, 1)
				}
				if math.IsNaN(low[i]) { // judged of an empty list
					if !math.IsNaN(gotLow) || !math.IsNaN(gotHigh) {
						t.Fatalf("%v has bounds %v to %v, want NaN", m, gotLow, gotHigh)
					}
					continue
				}
				if !(gotLow <= low[i]+1e-9 && gotHigh >= high[i]-1e-9) {
					t.Fatalf("%v, value %d of %+v: bounds %v to %v, some grading reaches %v to %v", m, i, q, gotLow, gotHigh, low[i], high[i])
				}
				if !m.IsCount() && !m.IsUnbounded() && (gotLow < -1 || gotHigh > 1 || i < 2 && gotLow < -1e-12) {
					t.Fatalf("%v, value %d of %+v: bounds %v to %v beyond the metric's range", m, i, q, gotLow, gotHigh)
				}
				if !tied && !m.loose() && !(gotLow >= low[i]-1e-9 && gotHigh <= high[i]+1e-9) {
					t.Fatalf("%v, value %d of %+v: bounds %v to %v, every grading lies in %v to %v", m, i, q, gotLow, gotHigh, low[i], high[i])
				}
			}
		}
	})
}

// value is what a list scores as it stands, its ties by every order where the
// expectation is a sample.
func (h *Holes) value(m Metric, list int) float64 {
	l := h.Lists[list]
	r := Ranking{Grades: l.Grades, Judged: h.Judged}
	if !m.sampled() {
		return m.Expected(r, l.Ties, 1).Value
	}
	var sum, orders float64
	permutations(slices.Clone(l.Grades), l.Ties, func(grades []float64) {
		sum += m.Score(Ranking{Grades: grades, Judged: h.Judged})
		orders++
	})
	return sum / orders
}

// loose says that the bounds may be wider than any grading reaches.
func (m Metric) loose() bool {
	switch m.kind {
	case kindInfAP, kindG, kindRNDCG, kindRBPGraded:
		return true
	}
	return false
}

// sampled says that the expectation over ties comes from random orders.
func (m Metric) sampled() bool {
	return m.kind == kindInfAP || m.kind == kindIPrec || m.kind == kind11pt || m.kind == kindG
}

// Hits that a metric cannot notice may be left out.
func TestBoundsOfCutLists(t *testing.T) {
	ms := everyMetric(t)
	rapid.Check(t, func(t *rapid.T) {
		h := drawPooled(t, 2, true).holes()
		for _, m := range ms {
			cut := *h
			cut.Lists = slices.Clone(h.Lists)
			for i := range cut.Lists {
				l := &cut.Lists[i]
				l.Len = len(l.Grades)
				reach := m.Reach(l.Len, l.Ties)
				l.Grades, l.Documents = l.Grades[:reach], l.Documents[:reach]
			}
			low, high := m.HoleDifference(h, 0, 1)
			if l, u := m.HoleDifference(&cut, 0, 1); !same(l, low) || !same(u, high) {
				t.Fatalf("%v of %+v: %v to %v, and cut %v to %v", m, h, low, high, l, u)
			}
			low, high = m.HoleBounds(h, 0)
			if l, u := m.HoleBounds(&cut, 0); !same(l, low) || !same(u, high) {
				t.Fatalf("%v of the first list of %+v: %v to %v, and cut %v to %v", m, h, low, high, l, u)
			}
		}
	})
}

// holes are the query with grades up to 2.
func (q pooled) holes() *Holes {
	h := q.graded(q.grades)
	h.MaxGrade = 2
	return h
}
