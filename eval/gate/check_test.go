package gate

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/releval/releval/judgments"
)

func TestCheck(t *testing.T) {
	systems := []string{firstStage, "elastic", "cohere"}
	zero, half, one := 0.0, 0.5, 1.0
	tests := []struct {
		name    string
		gate    judgments.Gate
		systems []string
		want    string // a part of the only problem; empty for none
	}{
		{"floor", judgments.Gate{Metric: "ndcg@10", System: "elastic", Min: &half}, nil, ""},
		{"exactly 1", judgments.Gate{Metric: "ndcg@10", Min: &one, Max: &one}, nil, ""},
		{"gain", judgments.Gate{Metric: "P_10", Versus: firstStage, MinGain: &zero}, nil, ""},
		{"non-inferiority", judgments.Gate{Metric: "mrr", Versus: "baseline", MaxDrop: &zero, Confidence: 0.95}, nil, ""},
		{"query drop", judgments.Gate{Metric: "mrr", Versus: "baseline", MaxQueryDrop: &half}, nil, ""},
		{"latency", judgments.Gate{Metric: "took_p95", Max: new(300.0)}, nil, ""},
		{"count of documents", judgments.Gate{Metric: "num_rel_ret", Min: new(120.0)}, nil, ""},
		{"failures", judgments.Gate{Metric: "failed", System: firstStage, Max: &zero}, nil, ""},

		{"gain without a greatest value", judgments.Gate{Metric: "dcg@10", Min: new(7.5)}, nil, ""},
		{"drop of a gain", judgments.Gate{Metric: "dcg_exp@10", Versus: "baseline", MaxDrop: new(2.0)}, nil, ""},
		{"confidence without a greatest value", judgments.Gate{Metric: "dcg@10", Versus: "baseline", MaxDrop: &half, Confidence: 0.95}, nil, "remove confidence, or use ndcg@10"},

		{"system", judgments.Gate{Metric: "ndcg@10", System: "elastics", Min: &half}, nil, `unknown system "elastics"; did you mean "elastic"?`},
		{"system, nothing near", judgments.Gate{Metric: "ndcg@10", System: "voyage", Min: &half}, nil, `unknown system "voyage"; known are first-stage, elastic, cohere`},
		{"against itself", judgments.Gate{Metric: "ndcg@10", System: firstStage, Versus: firstStage, MinGain: &half}, nil, "cannot be compared with itself"},
		{"no reranker", judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: &half}, []string{firstStage}, "the suite has no reranker"},
		{"metric", judgments.Gate{Metric: "ndgc@10", Min: &half}, nil, "ndgc@10"},
		{"no metric", judgments.Gate{Min: &half}, nil, "a gate needs metric"},
		{"nothing to hold", judgments.Gate{Metric: "ndcg@10"}, nil, "a gate needs a limit"},
		{"above 1", judgments.Gate{Metric: "ndcg@10", Min: new(80.0)}, nil, "min is 80, but ndcg@10 goes from 0 to 1; for 80 % write 0.8"},
		{"far above 1", judgments.Gate{Metric: "ndcg@10", Max: new(1000.0)}, nil, "max is 1000, but ndcg@10 goes from 0 to 1"},
		{"percent", judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(2.0)}, nil, "for 2 % write 0.02"},
		{"negative", judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxQueryDrop: new(-0.1)}, nil, "max_query_drop is -0.1, but"},
		{"crossed", judgments.Gate{Metric: "ndcg@10", Min: &one, Max: &half}, nil, "min 1 is above max 0.5: the gate can never hold"},
		{"negative count", judgments.Gate{Metric: "num_rel", Max: new(-1.0)}, nil, "the gate can never hold"},
		{"negative failures", judgments.Gate{Metric: "failed", Max: new(-1.0)}, nil, "max of failed is -1: the gate can never hold"},
		{"no time at all", judgments.Gate{Metric: "wall_p50", Max: &zero}, nil, "max of wall_p50 is 0: the gate can never hold"},
		{"floor of a latency", judgments.Gate{Metric: "wall_p50", Min: &zero}, nil, "a gate on wall_p50 takes max only"},
		{"latency against a baseline", judgments.Gate{Metric: "wall_p50", Max: &one, Versus: "baseline"}, nil, "remove versus and confidence"},
		{"system of titles", judgments.Gate{Metric: "unresolved_titles", System: "elastic", Max: &one}, nil, "the same for every system"},
		{"first stage drops", judgments.Gate{Metric: "dropped_documents", System: firstStage, Max: &one}, nil, "the first stage drops no documents"},
		{"versus", judgments.Gate{Metric: "mrr", Versus: "main", MaxDrop: &half}, nil, `versus must be first-stage, baseline or a system, not "main"`},
		{"no versus", judgments.Gate{Metric: "mrr", MaxDrop: &half}, nil, "needs versus"},
		{"value and difference", judgments.Gate{Metric: "mrr", Min: &half, Versus: "baseline"}, nil, "write two gates"},
		{"two differences", judgments.Gate{Metric: "mrr", MinGain: &half, MaxDrop: &half, Versus: "baseline"}, nil, "write one gate for each"},
		{"confidence of a value", judgments.Gate{Metric: "mrr", Min: &half, Confidence: 0.95}, nil, "confidence goes with min_gain or max_drop"},
		{"count of queries", judgments.Gate{Metric: "mrr", Versus: "baseline", MaxQueryDrop: &half, MaxQueries: new(2), Inconclusive: "fail"}, nil, ""},
		{"share of queries", judgments.Gate{Metric: "mrr", Versus: "baseline", MaxQueryDrop: &half, MaxShare: new(0.02), Inconclusive: "pass"}, nil, ""},
		{"count without drop", judgments.Gate{Metric: "mrr", Versus: "baseline", MaxDrop: &half, MaxQueries: new(2)}, nil, "max_queries and max_share go with max_query_drop"},
		{"count of a latency", judgments.Gate{Metric: "took_p95", Max: &one, MaxQueries: new(2)}, nil, "takes max only"},
		{"count and share", judgments.Gate{Metric: "mrr", Versus: "baseline", MaxQueryDrop: &half, MaxQueries: new(2), MaxShare: new(0.02)}, nil, "one of max_queries and max_share"},
		{"share in percent", judgments.Gate{Metric: "mrr", Versus: "baseline", MaxQueryDrop: &half, MaxShare: new(2.0)}, nil, "max_share at least 0 and below 1"},
		{"inconclusive", judgments.Gate{Metric: "mrr", Min: &half, Inconclusive: "warn"}, nil, `inconclusive must be pass or fail, not "warn"`},
		{"confidence in percent", judgments.Gate{Metric: "mrr", Versus: "baseline", MaxDrop: &half, Confidence: 95}, nil, "confidence is 95"},
		{"confidence of a sum", judgments.Gate{Metric: "num_rel_ret", Versus: "baseline", MaxDrop: &half, Confidence: 0.95}, nil, "which num_rel_ret is not"},
		{"confidence of a geometric mean", judgments.Gate{Metric: "gm_map", Versus: "baseline", MaxDrop: &half, Confidence: 0.95}, nil, "which gm_map is not"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.gate.Position = judgments.Position{File: "films.yaml", Line: 9, Column: 5}
			if test.systems == nil {
				test.systems = systems
			}
			problems := Check(test.gate, test.systems, nil)
			if test.want == "" {
				if len(problems) > 0 {
					t.Fatalf("problems of a sound gate: %v", problems)
				}
				return
			}
			if len(problems) != 1 || !strings.Contains(problems[0].Message, test.want) {
				t.Fatalf("problems = %v, want one with %q", problems, test.want)
			}
			if problems[0].Position != test.gate.Position {
				t.Errorf("the problem is at %v, want the gate's place", problems[0].Position)
			}
		})
	}
}

func TestCheckAsksForTheMetric(t *testing.T) {
	problems := Check(judgments.Gate{Metric: "ndcg@10", Min: new(0.5)}, []string{firstStage}, func(name string) error {
		return errors.New("no " + name + " here")
	})
	if len(problems) != 1 || problems[0].Message != "no ndcg@10 here" {
		t.Errorf("problems = %v, want the error of metricOK", problems)
	}
}

func TestUnprovable(t *testing.T) {
	day := func(text string) *judgments.Quarantine {
		until, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return &judgments.Quarantine{Until: until}
	}
	suite := func(n int, gates ...judgments.Gate) *judgments.Suite {
		s := &judgments.Suite{Gates: gates, Queries: make([]judgments.Query, n)}
		for i := range s.Queries[:n/2] {
			s.Queries[i].Tags = []string{"half"}
		}
		return s
	}
	drop := func(limit float64) judgments.Gate {
		return judgments.Gate{Metric: "mrr", Versus: "baseline", MaxDrop: &limit, Confidence: 0.95}
	}
	tagged := drop(0.03)
	tagged.Tag = "half"
	held := suite(101, drop(0.03))
	held.Queries[0].Quarantine, held.Queries[1].Quarantine, held.Queries[2].Quarantine = day("2026-11-24"), day("2027-01-01"), day("2027-01-01")
	over := suite(101, drop(0.03))
	over.Queries[0].Quarantine = day("2026-11-23")
	for _, c := range []struct {
		name  string
		suite *judgments.Suite
		want  string // empty for no warning
	}{
		// 1 − 0.05^(1/114) = 0.0259 and 1 − 0.05^(1/149) = 0.0199.
		{"too few", suite(114, drop(0.02)), "max_drop 0.02 with confidence 0.95 needs 149 queries even if nothing changes, and the gate has 114: it is inconclusive unless scores rise; use max_drop 0.026, the least that they can show, remove confidence, or add queries"},
		{"enough", suite(149, drop(0.02)), ""},
		{"what is proposed", suite(114, drop(0.026)), ""},
		{"without confidence", suite(114, judgments.Gate{Metric: "mrr", Versus: "baseline", MaxDrop: new(0.02)}), ""},
		{"none allowed", suite(114, drop(0)), "max_drop 0 with confidence 0.95 can be shown by no number of queries on which nothing changes: the gate is inconclusive unless scores rise; use max_drop 0.026, the least that its 114 queries can show, or remove confidence"},
		{"a tag", suite(114, tagged), "the gate has 57"},
		{"quarantine", held, "needs 99 queries even if nothing changes, and the gate has 98"},
		{"quarantine that is over", over, ""},
		{"a gain", suite(10, judgments.Gate{Metric: "mrr", Versus: "first-stage", MinGain: new(0.3), Confidence: 0.95}), ""},
		// 1 − 2·(1 − 0.05^(1/4)) = −0.054
		{"a gain of few", suite(4, judgments.Gate{Metric: "mrr", Versus: "first-stage", MinGain: new(0.3), Confidence: 0.95}), "min_gain 0.3 with confidence 0.95 cannot be shown by 4 queries"},
		{"no queries", suite(0, drop(0.02)), ""},
	} {
		found := Unprovable(c.suite, noon)
		switch {
		case c.want == "" && len(found) > 0:
			t.Errorf("%s: %v", c.name, found)
		case c.want != "" && (len(found) != 1 || !strings.Contains(found[0].Message, c.want)):
			t.Errorf("%s: %v, want %q", c.name, found, c.want)
		}
	}
}

// What Unprovable says of a max_drop is what a run that changes nothing comes
// to.
func TestUnprovableIsWhatRunsShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 200).Draw(t, "queries")
		limit := rapid.SampledFrom([]float64{0, 0.01, 0.02, 0.05, 0.1, 0.3, 0.6}).Draw(t, "limit")
		g := judgments.Gate{Confidence: rapid.SampledFrom([]float64{0.5, 0.8, 0.9, 0.95, 0.99}).Draw(t, "confidence")}
		change := make([]float64, n)
		g.MaxDrop = &limit
		shown := verdictOn(t, g, change).Verdict == Passed
		if warned := unprovable(g, n) != ""; warned == shown {
			t.Fatalf("%d queries, limit %v, confidence %v: warned %v, shown %v", n, limit, g.Confidence, warned, shown)
		}
	})
}
