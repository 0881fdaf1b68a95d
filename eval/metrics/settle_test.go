package metrics

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func settle(m Metric, queries []*Holes, base, next int) Settling {
	s := NewSettler(m, base, next)
	for _, h := range queries {
		s.Add(h)
	}
	return s.Settle(func(i int) *Holes { return queries[i] })
}

// withNonRelevant is the query after some of its holes have turned out to be
// of grade 0.
func (h *Holes) withNonRelevant(documents []int) *Holes {
	after := *h
	grades := slices.Clone(h.Judged.grades)
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

// A Bounder that has seen other queries bounds one with documents of grade 0 as
// a new one bounds the query that says so itself.
func TestBoundsAfterJudging(t *testing.T) {
	ms := everyMetric(t)
	var b Bounder
	rapid.Check(t, func(t *rapid.T) {
		q := drawPooled(t, 3, rapid.Bool().Draw(t, "tied"))
		h := q.graded(q.grades)
		h.MaxGrade = 3
		for _, m := range ms {
			holes := NewSettler(m, 0, 1).documents(h)
			zero := holes[:rapid.IntRange(0, len(holes)).Draw(t, "of grade 0")]
			after := h.withNonRelevant(zero)
			low, high := m.HoleDifference(after, 0, 1)
			now, gotLow, gotHigh := b.bounds(m, h, 0, 1, zero)
			if want := m.holeValue(after, 1) - m.holeValue(after, 0); !same(now, want) || !same(gotLow, low) || !same(gotHigh, high) {
				t.Fatalf("%v of %+v with %v of grade 0: %v from %v to %v, want %v from %v to %v", m, q, zero, now, gotLow, gotHigh, want, low, high)
			}
			if lowest := b.lowest(m, h, 0, 1, zero); !same(lowest, low) {
				t.Fatalf("%v of %+v with %v of grade 0: lowest %v, want %v", m, q, zero, lowest, low)
			}
		}
	})
}

func (m Metric) holeValue(h *Holes, list int) float64 {
	l := h.Lists[list]
	return m.Expected(Ranking{Grades: l.Grades, Judged: h.Judged}, l.Ties, 1).Value
}

func same(a, b float64) bool { return a == b || a != a && b != b }

// After the chosen documents of a small suite have turned out to be of grade
// 0, every grading of the others leaves the sign as it is.
func TestSettledSignsHoldForEveryGrading(t *testing.T) {
	var ms []Metric
	for _, name := range []string{"ndcg@3", "mrr@3", "map", "recall@2", "success@2", "rbp"} {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		ms = append(ms, m)
	}
	chosen := 0
	rapid.Check(t, func(t *rapid.T) {
		var suite []pooled
		var queries []*Holes
		for range rapid.IntRange(1, 3).Draw(t, "queries") {
			q := drawPooled(t, 2, false)
			h := q.graded(q.grades)
			h.MaxGrade = 2
			suite, queries = append(suite, q), append(queries, h)
		}
		n := float64(len(suite))
		for _, m := range ms {
			s := settle(m, queries, 0, 1)
			if !(s.Low <= s.Mean+1e-12 && s.Mean <= s.High+1e-12) {
				t.Fatalf("%v: %+v out of order", m, s)
			}
			crosses := s.Mean > 0 && s.Low <= 1e-12 || s.Mean < 0 && s.High >= -1e-12 || s.Mean == 0 && s.Low < s.High
			if s.Open != crosses {
				t.Fatalf("%v: open is %v in %+v", m, s.Open, s)
			}
			if len(s.Documents) == 0 {
				if s.SettledLow != s.Low || s.SettledHigh != s.High {
					t.Fatalf("%v: nothing chosen, but settled: %+v", m, s)
				}
				continue
			}
			chosen++
			// The queries are independent: the worst of the suite is the worst
			// of each.
			low, high := 0.0, 0.0
			for i, q := range suite {
				holes := q.holesOf(m.Cutoff())
				after := pooled{slices.Clone(q.grades), q.lists, q.ties}
				var rest []int
				for _, d := range holes {
					if slices.Contains(s.Documents, HoleDocument{i, d}) {
						after.grades[d] = 0
					} else {
						rest = append(rest, d)
					}
				}
				lowest, highest := 2.0, -2.0
				after.everyGrading(rest, 2, func(grades []float64) {
					g := after.graded(grades)
					d := g.value(m, 1) - g.value(m, 0)
					lowest, highest = min(lowest, d), max(highest, d)
				})
				low, high = low+lowest/n, high+highest/n
			}
			if s.Mean > 0 && !(low > 0) || s.Mean < 0 && !(high < 0) {
				t.Fatalf("%v: after %v some grading of the others gives %v to %v: %+v", m, s.Documents, low, high, s)
			}
			if s.SettledLow > low+1e-9 || s.SettledHigh < high-1e-9 {
				t.Fatalf("%v: the bounds %v to %v are narrower than %v to %v", m, s.SettledLow, s.SettledHigh, low, high)
			}
			// None of them can be left out.
			for i := range s.Documents {
				others := slices.Delete(slices.Clone(s.Documents), i, i+1)
				low, high := 0.0, 0.0
				for k, h := range queries {
					var documents []int
					for _, d := range others {
						if d.Query == k {
							documents = append(documents, d.Document)
						}
					}
					a, b := m.HoleDifference(h.withNonRelevant(documents), 0, 1)
					low, high = low+a/n, high+b/n
				}
				if s.Mean > 0 && low > 1e-9 || s.Mean < 0 && high < -1e-9 {
					t.Fatalf("%v: %v settle it without %v", m, others, s.Documents[i])
				}
			}
		}
	})
	if chosen == 0 {
		t.Error("no suite had anything to settle")
	}
}

func TestSettleByHand(t *testing.T) {
	// Query 0: a relevant document at rank 1 in next, at rank 2 in base below
	// the unjudged document 7. mrr: +1/2, and 0 if document 7 is relevant.
	// Query 1: the same lists, a hole at rank 2 that changes nothing.
	queries := []*Holes{
		{Judged: NewJudged([]float64{1}), MaxGrade: 1, Lists: []HoleList{
			{Grades: []float64{na, 1}, Documents: []int{7, 1}}, {Grades: []float64{1, na}, Documents: []int{1, 8}}}},
		{Judged: NewJudged([]float64{1}), MaxGrade: 1, Lists: []HoleList{
			{Grades: []float64{1, na}, Documents: []int{1, 2}}, {Grades: []float64{1, na}, Documents: []int{1, 2}}}},
	}
	m, err := Parse("mrr")
	if err != nil {
		t.Fatal(err)
	}
	got := settle(m, queries, 0, 1)
	if got.Mean != 0.25 || got.Low != 0 || got.High != 0.25 || !got.Open || got.SettledLow != 0.25 || got.SettledHigh != 0.25 ||
		!slices.Equal(got.Documents, []HoleDocument{{0, 7}}) {
		t.Errorf("Settle = %+v, want document 7 of query 0", got)
	}
	back := settle(m, queries, 1, 0)
	if back.Mean != -0.25 || back.High != 0 || !back.Open || back.SettledHigh != -0.25 || !slices.Equal(back.Documents, got.Documents) {
		t.Errorf("the other way round: %+v", back)
	}
	if none := settle(m, queries[1:], 0, 1); none.Open || none.Documents != nil {
		t.Errorf("nothing open: %+v", none)
	}
	if none := settle(m, nil, 0, 1); none.Open || none.Mean != 0 {
		t.Errorf("no queries: %+v", none)
	}
}

// largeHoles is a query of three lists of hits, a part of them unjudged.
func largeHoles(r *rand.Rand, hits int, unjudged float64) *Holes {
	grades := make([]float64, 2*hits)
	for i := range grades {
		grades[i] = float64(max(0, r.IntN(6)-2))
		if r.Float64() < unjudged {
			grades[i] = na
		}
	}
	q := pooled{grades: grades, ties: make([][]Tie, 3)}
	for range 3 {
		q.lists = append(q.lists, r.Perm(len(grades))[:hits])
	}
	h := q.graded(grades)
	h.MaxGrade = 3
	return h
}

// Lists that are too large for every grading: random ones must lie within.
func TestHoleBoundsOfLargeLists(t *testing.T) {
	ms := everyMetric(t)
	r := rand.New(rand.NewPCG(17, 5))
	for _, hits := range []int{15, 60} {
		h := largeHoles(r, hits, 0.5)
		for _, m := range ms {
			low, high := m.HoleDifference(h, 0, 1)
			holes := NewSettler(m, 0, 1).documents(h)
			for range 200 {
				graded := make(map[int]float64)
				all := slices.Clone(h.Judged.grades)
				share := r.Float64()
				for _, d := range holes {
					graded[d] = 0
					if r.Float64() < share {
						graded[d] = float64(1 + r.IntN(3))
					}
					all = append(all, graded[d])
				}
				var values [2]float64
				for i := range values {
					l := h.Lists[i]
					grades := slices.Clone(l.Grades)
					for k, d := range l.Documents {
						if g, isHole := graded[d]; isHole && IsUnjudged(grades[k]) {
							grades[k] = g
						}
					}
					values[i] = m.Score(Ranking{Grades: grades, Judged: NewJudged(all)})
				}
				d := values[1] - values[0]
				if !m.IsCoverage() && !(d >= low-1e-9 && d <= high+1e-9) {
					t.Errorf("%v of %d hits: %v outside %v to %v", m, hits, d, low, high)
				}
			}
		}
	}
}

func BenchmarkHoleDifference(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, name := range []string{"ndcg@10", "ndcg", "mrr@10", "recall@50", "map@10", "map", "err@10", "bpref"} {
		m, err := Parse(name)
		if err != nil {
			b.Fatal(err)
		}
		for _, hits := range []int{10, 100} {
			h := largeHoles(r, hits, 0.4)
			b.Run(fmt.Sprintf("%s/hits=%d", name, hits), func(b *testing.B) {
				var bounder Bounder
				for b.Loop() {
					bounder.Difference(m, h, 0, 1)
				}
			})
		}
	}
}

// A suite of 114 queries, ten hits of which a fifth is unjudged.
func BenchmarkSettle(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	m, err := Parse("ndcg@10")
	if err != nil {
		b.Fatal(err)
	}
	var queries []*Holes
	for range 114 {
		queries = append(queries, largeHoles(r, 10, 0.2))
	}
	for b.Loop() {
		settle(m, queries, 0, 1)
	}
}
