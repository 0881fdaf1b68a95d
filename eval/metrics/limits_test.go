package metrics

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestLimits(t *testing.T) {
	judged := NewJudged([]float64{2, 1, 0, 3, -1})
	for _, c := range []struct {
		metric      string
		least, most float64
	}{
		{"ndcg@10", 0, 1},
		{"mrr", 0, 1},
		{"precision@10", 0, 0.3},        // 3 relevant among 10 ranks
		{"precision(rel=2)@1", 0, 1},    // one of two
		{"recall@2", 0, 2.0 / 3},        // 2 of 3 relevant
		{"recall(rel=3)@2", 0, 1},       //
		{"num_rel_ret", 0, 3},           //
		{"num_rel", 3, 3},               // whatever is returned
		{"num_nonrel_judged_ret", 0, 1}, // the grade 0, not −1
		{"num_q", 1, 1},
		{"judged@10", 0, 1},
		{"num_ret", 0, math.Inf(1)},
		// Grades 3, 2, 1 satisfy with 7/16, 3/16, 1/16 where the highest is 4:
		// 7/16 + 9/16·3/16/2 + 9/16·13/16·1/16/3.
		{"err@10", 0, 7.0/16 + 9.0/16*3/16/2 + 9.0/16*13/16/16/3},
	} {
		m, err := Parse(c.metric)
		if err != nil {
			t.Fatal(err)
		}
		if least, most := m.Limits(judged); math.Abs(least-c.least) > 1e-12 || most != c.most && math.Abs(most-c.most) > 1e-12 {
			t.Errorf("%s: from %v to %v, want %v to %v", m, least, most, c.least, c.most)
		}
	}
	if least, most := (Metric{}).Limits(judged); !math.IsNaN(least) || !math.IsNaN(most) {
		t.Error("the zero metric has limits")
	}
}

// No ranking of judged and unjudged documents scores outside the limits.
func TestLimitsHoldForEveryRanking(t *testing.T) {
	names := []string{
		"ndcg", "ndcg@3", "ndcg_exp@5", "mrr", "mrr@2", "mrr(rel=2)", "precision@5", "precision(rel=2)@3", "precision(rel=0.5)@3", "recall@3", "recall(rel=2)@4",
		"success@2", "map", "map@3", "map(rel=2)", "rprec", "rprec(rel=2)", "bpref", "infap", "err@4", "err(max=3)@5", "rbp", "rbp(0.95)", "rbp(rel=2)", "relative_precision@3", "set_map",
		"set_f", "set_f(rel=2)", "iprec@0.4", "11pt_avg", "gm_map", "gm_bpref", "num_q", "num_ret", "num_rel", "num_rel_ret", "num_rel_ret(rel=2)", "num_nonrel_judged_ret", "rbp_residual", "judged@3",
	}
	rapid.Check(t, func(t *rapid.T) {
		m, err := Parse(rapid.SampledFrom(names).Draw(t, "metric"))
		if err != nil {
			t.Fatal(err)
		}
		grades := rapid.SliceOfN(rapid.SampledFrom([]float64{-1, 0, 0, 1, 1, 2, 3}), 0, 8).Draw(t, "grades")
		judged := NewJudged(grades)
		hits := rapid.Permutation(append(append([]float64(nil), grades...), Unjudged(), Unjudged(), Unjudged())).Draw(t, "hits")
		hits = hits[:rapid.IntRange(0, len(hits)).Draw(t, "length")]
		least, most := m.Limits(judged)
		if v := m.Score(Ranking{Grades: hits, Judged: judged}); v < least-1e-12 || v > most+1e-12 {
			t.Fatalf("%s of %v scores %v, outside %v to %v", m, hits, v, least, most)
		}
	})
}
