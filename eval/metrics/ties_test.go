package metrics

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// permutations calls use with every order of the hits of the ties.
func permutations(grades []float64, ties []Tie, use func(grades []float64)) {
	if len(ties) == 0 {
		use(grades)
		return
	}
	first, last := ties[0].First-1, min(ties[0].Last, len(grades))
	var place func(i int)
	place = func(i int) {
		if i >= last {
			permutations(grades, ties[1:], use)
			return
		}
		for k := i; k < last; k++ {
			grades[i], grades[k] = grades[k], grades[i]
			place(i + 1)
			grades[i], grades[k] = grades[k], grades[i]
		}
	}
	place(first)
}

// drawTies draws ties of at most four ranks, the last perhaps cut off by the
// end of the list.
func drawTies(t *rapid.T, hits int) []Tie {
	var ties []Tie
	for rank := 1; rank <= hits; {
		size := rapid.IntRange(1, 4).Draw(t, "tie")
		if size > 1 || rapid.Bool().Draw(t, "tie of one") {
			ties = append(ties, Tie{rank, rank + size - 1})
		}
		rank += size
	}
	return ties
}

func TestExpectedIsTheMeanOverAllOrders(t *testing.T) {
	ms := everyMetric(t)
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t)
		if len(q.grades) > 8 {
			q.grades = q.grades[:8]
		}
		r := q.ranking()
		ties := drawTies(t, len(q.grades))
		sums, orders := make([]float64, len(ms)), 0.0
		permutations(slices.Clone(q.grades), ties, func(grades []float64) {
			orders++
			for i, m := range ms {
				sums[i] += m.Score(Ranking{Grades: grades, Judged: r.Judged})
			}
		})
		for i, m := range ms {
			got, want := m.Expected(r, ties, 1), sums[i]/orders
			if math.IsNaN(want) && math.IsNaN(got.Value) {
				continue
			}
			tolerance := 1e-12 * max(1, want)
			if m.sampled() {
				// 6 standard errors, and something where 1,000 orders missed a rare one.
				tolerance = 6*got.Error + 0.02
			} else if got.Error != 0 {
				t.Fatalf("%v has an error of %v", m, got.Error)
			}
			if !(math.Abs(got.Value-want) <= tolerance) {
				t.Fatalf("%v of %v with ties %v is %v, over %v orders %v", m, q.grades, ties, got.Value, orders, want)
			}
		}
	})
}

func TestExpectedWithoutTiesIsTheScore(t *testing.T) {
	ms := everyMetric(t)
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t)
		for _, m := range ms {
			score, got := m.Score(q.ranking()), m.Expected(q.ranking(), nil, 1)
			if math.Float64bits(score) != math.Float64bits(got.Value) || got.Error != 0 {
				t.Fatalf("%v of %v is %v, expected %v", m, q.grades, score, got)
			}
		}
	})
}

// A list that is one tie scores alike in whatever order it came.
func TestExpectedDoesNotSeeTheOrderOfTies(t *testing.T) {
	ms := everyMetric(t)
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t)
		tie := []Tie{{1, max(1, len(q.grades))}}
		shuffled := Ranking{Grades: rapid.Permutation(q.grades).Draw(t, "order"), Judged: NewJudged(q.all)}
		for _, m := range ms {
			a, b := m.Expected(q.ranking(), tie, 1), m.Expected(shuffled, tie, 1)
			if math.IsNaN(a.Value) && math.IsNaN(b.Value) {
				continue
			}
			if !(math.Abs(a.Value-b.Value) <= 1e-12+6*(a.Error+b.Error)) {
				t.Fatalf("%v of %v is %v, of %v %v", m, q.grades, a, shuffled.Grades, b)
			}
		}
	})
}

func TestExpectedByHand(t *testing.T) {
	// Ranks 2 to 4 are tied; one relevant hit among them. Nothing else.
	r := Ranking{Grades: []float64{0, 1, na, 0}, Judged: NewJudged([]float64{0, 1, 0})}
	ties := []Tie{{2, 4}}
	for _, c := range []struct {
		name string
		want float64
	}{
		{"mrr", (1./2 + 1./3 + 1./4) / 3},
		{"mrr@3", (1./2 + 1./3) / 3},
		{"map", (1./2 + 1./3 + 1./4) / 3},
		{"success@3", 2. / 3},
		{"precision@2", 1. / 3 / 2},
		{"recall@3", 2. / 3},
		{"ndcg@10", (1/log2(3) + 1/log2(4) + 1/log2(5)) / 3},
		{"ndcg@2", 1 / log2(3) / 3},
		{"judged@3", (1 + 2*2./3) / 3},
	} {
		m, err := Parse(c.name)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Expected(r, ties, 1); math.Abs(got.Value-c.want) > 1e-12 || got.Error != 0 {
			t.Errorf("%s is %v, want %v", c.name, got, c.want)
		}
	}
}

func TestSampledExpectationRepeats(t *testing.T) {
	m, err := Parse("infap")
	if err != nil {
		t.Fatal(err)
	}
	ties := []Tie{{1, 5}}
	first := m.Expected(example(), ties, 4)
	if again := m.Expected(example(), ties, 4); again != first || first.Error <= 0 || first.Error > 0.016 {
		t.Errorf("%v, then %v", first, again)
	}
	if other := m.Expected(example(), ties, 5); other == first {
		t.Error("another seed gives the same random orders")
	}
}

func TestCheckTies(t *testing.T) {
	for _, good := range [][]Tie{nil, {{1, 1}}, {{1, 3}, {4, 9}}} {
		if err := CheckTies(good); err != nil {
			t.Errorf("%v: %v", good, err)
		}
	}
	for _, bad := range [][]Tie{{{0, 2}}, {{3, 2}}, {{1, 3}, {3, 4}}, {{4, 5}, {1, 2}}} {
		if CheckTies(bad) == nil {
			t.Errorf("%v has no error", bad)
		}
		m, _ := Parse("mrr")
		if got := m.Expected(example(), bad, 1); !math.IsNaN(got.Value) {
			t.Errorf("the expectation with ties %v is %v, want NaN", bad, got)
		}
	}
}

func TestRankRange(t *testing.T) {
	ties := []Tie{{2, 4}, {7, 20}}
	for _, c := range []struct{ rank, best, worst int }{{1, 1, 1}, {2, 2, 4}, {4, 2, 4}, {5, 5, 5}, {8, 7, 10}, {10, 7, 10}} {
		if best, worst := RankRange(c.rank, 10, ties); best != c.best || worst != c.worst {
			t.Errorf("rank %d could be %d to %d, want %d to %d", c.rank, best, worst, c.best, c.worst)
		}
	}
}
