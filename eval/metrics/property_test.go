package metrics

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// everyMetric is one of each family, with and without cutoffs and parameters.
func everyMetric(t testing.TB) []Metric {
	var ms []Metric
	for _, name := range []string{
		"ndcg", "ndcg@1", "ndcg@5", "ndcg_exp", "ndcg_exp@3", "mrr", "mrr@3", "mrr(rel=2)", "precision", "precision@5",
		"precision(rel=2)@3", "recall", "recall@3", "success@1", "success@5", "map", "map@4", "rprec", "bpref", "infap", "err",
		"err@5", "err(max=2)@5", "rbp", "rbp(0.95)", "rbp(0.3)@4", "rbp_residual", "judged", "judged@5", "relative_precision",
		"relative_precision@4", "set_map", "set_f", "set_f(0.5)", "iprec@0", "iprec@0.3", "iprec@1", "11pt_avg", "iprec(levels=rounded)@0.3", "gm_map",
		"gm_bpref", "num_q", "num_ret", "num_rel", "num_rel_ret", "num_nonrel_judged_ret",
		"dcg", "dcg@3", "dcg_exp@3", "recall_cap", "recall_cap@2", "recall_cap(rel=2)@3", "unjudged", "unjudged@5", "rprec_mult@0.2",
		"rprec_mult@1.4", "utility", "g", "rndcg", "rbp_graded", "rbp_graded(0.5)@4",
	} {
		m, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		ms = append(ms, m)
	}
	return ms
}

// A query as it may come: hits, some unjudged, and judgments that were not
// returned. all holds the judged grades in no particular order.
type query struct {
	grades []float64
	all    []float64
}

func (q query) ranking() Ranking { return Ranking{Grades: q.grades, Judged: NewJudged(q.all)} }

func drawQuery(t *rapid.T) query {
	grade := rapid.SampledFrom([]float64{-1, 0, 0, 0, 1, 1, 2, 3, 4, 7, 0.5})
	var q query
	for range rapid.IntRange(0, 12).Draw(t, "hits") {
		g := Unjudged()
		if rapid.Bool().Draw(t, "judged") {
			g = grade.Draw(t, "grade")
			q.all = append(q.all, g)
		}
		q.grades = append(q.grades, g)
	}
	for range rapid.IntRange(0, 6).Draw(t, "missed") {
		q.all = append(q.all, grade.Draw(t, "grade"))
	}
	return q
}

// The least and the most of unbounded metrics are those of the query.
func TestScoresLieBetween0And1(t *testing.T) {
	ms := everyMetric(t)
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t)
		for _, m := range ms {
			s := m.Score(q.ranking())
			switch {
			case math.IsNaN(s):
				if m.kind != kindJudged || len(q.grades) > 0 {
					t.Fatalf("%v of %v in %v is NaN", m, q.grades, q.all)
				}
			case m.IsCount():
				if s < 0 || s != math.Trunc(s) {
					t.Fatalf("%v of %v is %v", m, q.grades, s)
				}
			case m.IsUnbounded():
				if least, most := m.Limits(NewJudged(q.all)); s < least || s > most+1e-9 {
					t.Fatalf("%v of %v in %v is %v, outside [%v, %v]", m, q.grades, q.all, s, least, most)
				}
			case s < 0 || s > 1:
				t.Fatalf("%v of %v in %v is %v", m, q.grades, q.all, s)
			}
			low, high := m.Bounds(q.ranking(), 7)
			if s == s && (low > s+1e-12 || high < s-1e-12 || !m.IsCount() && !m.IsUnbounded() && (low < 0 || high > 1)) {
				t.Fatalf("%v of %v in %v is %v, outside [%v, %v]", m, q.grades, q.all, s, low, high)
			}
		}
	})
}

// What a ranking that returns everything judged, the best first, must score.
func TestPerfectRankingScores1(t *testing.T) {
	always := []string{"ndcg", "ndcg@1", "ndcg@3", "ndcg@10", "ndcg_exp", "ndcg_exp@3", "mrr", "mrr@1", "success@1", "recall", "map",
		"rprec", "bpref", "iprec@0", "iprec@0.5", "iprec@1", "11pt_avg", "gm_map", "relative_precision", "relative_precision@3",
		"recall_cap", "recall_cap@1", "recall_cap@3", "rprec_mult@1", "rndcg"}
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t)
		q.all = append(q.all, 1) // something relevant
		ideal := slices.Clone(q.all)
		slices.Sort(ideal)
		slices.Reverse(ideal)
		for range rapid.IntRange(0, 5).Draw(t, "unjudged") {
			ideal = append(ideal, Unjudged())
		}
		r := Ranking{Grades: ideal, Judged: NewJudged(q.all)}
		for _, name := range always {
			m, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			if s := m.Score(r); math.Abs(s-1) > 1e-12 {
				t.Fatalf("%v of the ideal ranking %v is %v", m, ideal, s)
			}
		}
		// RBP reaches 1 - p^R, precision@k min(k, R)/k.
		relevant := float64(r.Judged.Relevant(1))
		rbp, _ := Parse("rbp")
		if s, want := rbp.Score(r), 1-math.Pow(.8, relevant); math.Abs(s-want) > 1e-12 {
			t.Fatalf("rbp of the ideal ranking %v is %v, want %v", ideal, s, want)
		}
		p5, _ := Parse("precision@5")
		if s, want := p5.Score(r), min(5, relevant)/5; math.Abs(s-want) > 1e-12 {
			t.Fatalf("precision@5 of the ideal ranking %v is %v, want %v", ideal, s, want)
		}
	})
}

// Moving a better document up past a worse one never lowers a metric. Counts
// and shares of judged hits are no opinion on order, bpref and infap pass over
// unjudged hits, and so are compared over judged hits alone.
func TestMovingUpHelps(t *testing.T) {
	ms := everyMetric(t)
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t)
		if len(q.grades) < 2 {
			return
		}
		i := rapid.IntRange(0, len(q.grades)-2).Draw(t, "rank")
		j := rapid.IntRange(i+1, len(q.grades)-1).Draw(t, "other rank")
		up := slices.Clone(q.grades)
		up[i], up[j] = up[j], up[i]
		value := func(g float64) float64 {
			if IsUnjudged(g) || g < 0 {
				return 0
			}
			return g
		}
		if value(up[i]) < value(up[j]) {
			q.grades, up = up, q.grades
		}
		judgedOnly := !IsUnjudged(up[i]) && !IsUnjudged(up[j]) && up[i] >= 0 && up[j] >= 0
		for _, m := range ms {
			switch m.kind {
			case kindJudged, kindUnjudged, kindRBPResidual:
				continue
			case kindG: // what comes late costs less after a late hit
				continue
			case kindBpref, kindInfAP, kindGMBpref:
				if !judgedOnly {
					continue
				}
			}
			if m.kind == kindInfAP && j != i+1 {
				continue
			}
			before := m.Score(Ranking{Grades: q.grades, Judged: NewJudged(q.all)})
			after := m.Score(Ranking{Grades: up, Judged: NewJudged(q.all)})
			if after < before-1e-12 {
				t.Fatalf("%v fell from %v to %v when %v became %v", m, before, after, q.grades, up)
			}
		}
	})
}

func TestOrderOfJudgmentsChangesNothing(t *testing.T) {
	ms := everyMetric(t)
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t)
		shuffled := query{grades: q.grades, all: rapid.Permutation(q.all).Draw(t, "order")}
		for _, m := range ms {
			a, b := m.Score(q.ranking()), m.Score(shuffled.ranking())
			if math.Float64bits(a) != math.Float64bits(b) {
				t.Fatalf("%v of %v is %v with the judgments %v, %v with %v", m, q.grades, a, q.all, b, shuffled.all)
			}
		}
	})
}

// Unjudged hits at the end add nothing but length, and a list scores as the
// ranking that it was made from.
func TestListsScoreAsRankings(t *testing.T) {
	ms := everyMetric(t)
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t)
		l := NewList(q.ranking(), nil)
		all := ScoreAll(nil, ms, q.ranking())
		for i, m := range ms {
			a, b := m.Score(q.ranking()), m.ScoreList(&l)
			if math.Float64bits(a) != math.Float64bits(b) || math.Float64bits(a) != math.Float64bits(all[i]) {
				t.Fatalf("%v of %v is %v, of the list %v, among all %v", m, q.grades, a, b, all[i])
			}
		}
	})
}

func TestNamesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMetric(kind(rapid.IntRange(1, int(kindCount)-1).Draw(t, "family")))
		f := &families[m.kind]
		if f.cut {
			m.cutoff = rapid.IntRange(0, maxCutoff).Draw(t, "cutoff")
		}
		if f.rel {
			m.rel = rapid.OneOf(rapid.Just(1.), rapid.Float64Range(1e-300, 1e300)).Draw(t, "rel")
		}
		if f.param != "" {
			m.param = rapid.OneOf(rapid.Just(f.paramDefault), rapid.Float64Range(f.paramLow, f.paramHigh)).Draw(t, "parameter")
			if f.paramOpen && (m.param <= f.paramLow || m.param >= f.paramHigh) {
				m.param = f.paramDefault
			}
		}
		if rapid.Bool().Draw(t, "rounded") {
			m = m.RoundedRecall()
		}
		got, err := Parse(m.String())
		if err != nil || got != m {
			t.Fatalf("Parse(%q) = %+v, %v, want %+v", m.String(), got, err, m)
		}
	})
}
