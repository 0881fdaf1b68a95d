package gate

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/judgments"
)

func TestResultString(t *testing.T) {
	in := films()
	in.gates(judgments.Gate{
		Position: judgments.Position{File: "films.yaml", Line: 12, Column: 5},
		Source:   "{metric: ndcg@10, min: 0.8}",
		Metric:   "ndcg@10", Min: new(0.8),
	})
	in.Scores.Run.Queries[0].Expect = []judgments.Expectation{{
		Position: judgments.Position{File: "films.yaml", Line: 31, Column: 9},
		Source:   "{title: Heat, within: 3}",
		Title:    "Heat", Within: 3,
	}}
	results, err := Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"films.yaml:12:5: failed: {metric: ndcg@10, min: 0.8}: elastic: expected at least 0.8, found 0.7000 (margin -0.1000)",
		`films.yaml:31:9: failed: {title: Heat, within: 3}: query "crime": elastic: expected "Heat" within the first 3, found not among 0 hits`,
	}
	for i, r := range results {
		if r.String() != want[i] {
			t.Errorf("got  %s\nwant %s", r, want[i])
		}
	}
}

func TestOverall(t *testing.T) {
	tests := []struct {
		verdicts []Verdict
		want     Verdict
	}{
		{nil, Passed},
		{[]Verdict{Passed, Skipped}, Passed},
		{[]Verdict{Passed, Inconclusive, Passed}, Inconclusive},
		{[]Verdict{Inconclusive, Failed, Passed}, Failed},
	}
	for _, test := range tests {
		var results []Result
		for _, v := range test.verdicts {
			results = append(results, Result{Verdict: v})
		}
		if got := Overall(results); got != test.want {
			t.Errorf("Overall(%v) = %s, want %s", test.verdicts, got, test.want)
		}
	}
}

func TestEvaluateRefusesOptionsOfStats(t *testing.T) {
	in := films()
	in.gates(judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.1)})
	in.Stats.Resamples = -1
	if _, err := Evaluate(in); err == nil || !strings.Contains(err.Error(), "ndcg@10 of elastic: -1 bootstrap resamples") {
		t.Errorf("error = %v", err)
	}
}

func TestMetrics(t *testing.T) {
	got, err := Metrics([]judgments.Gate{{Metric: "ndcg_cut_10"}, {Metric: "took_p95"}, {Metric: "mrr"}, {Metric: "nDCG@10"}, {Metric: "failed"}})
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(got); s != "[ndcg@10 mrr]" {
		t.Errorf("Metrics = %s, want [ndcg@10 mrr]", s)
	}
	_, err = Metrics([]judgments.Gate{{Position: judgments.Position{File: "a.yaml", Line: 3, Column: 7}, Metric: "ndgc@10"}})
	if err == nil || !strings.HasPrefix(err.Error(), "a.yaml:3:7: ") {
		t.Errorf("error = %v, want one with the gate's place", err)
	}
}

// Whatever the values: a verdict agrees with its margin, nothing passes while
// a query of its scope failed, and a looser limit is no worse.
func TestVerdictProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "queries")
		value := rapid.OneOf(rapid.SampledFrom([]float64{0, 0.25, 0.5, 1}), rapid.Float64Range(0, 1))
		queries := make([]string, n)
		for i := range queries {
			queries[i] = fmt.Sprint(i)
		}
		var systems []scored
		for _, name := range []string{firstStage, "elastic"} {
			systems = append(systems, system(name, rapid.SliceOfN(value, n, n).Draw(t, name)...))
		}
		in := Input{Scores: evaluated(queries, systems...), Now: noon}
		failed := rapid.Bool().Draw(t, "failed")
		if failed {
			fail(in.Scores, "elastic", rapid.IntRange(0, n-1).Draw(t, "which"), "timed out")
		}
		in.Stats.Resamples, in.Stats.Permutations = 100, 100
		limit := rapid.Float64Range(0, 1).Draw(t, "limit")
		looser := limit + rapid.Float64Range(0, 0.5).Draw(t, "looser")
		for _, g := range []func(float64) judgments.Gate{
			func(l float64) judgments.Gate { return judgments.Gate{Metric: "ndcg@10", Max: &l} },
			func(l float64) judgments.Gate { return judgments.Gate{Metric: "ndcg@10", Min: new(1 - l)} },
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxDrop: &l}
			},
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(1 - l)}
			},
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxQueryDrop: &l}
			},
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxDrop: &l, Confidence: 0.9}
			},
		} {
			in.gates(g(limit), g(looser))
			results, err := Evaluate(in)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				switch {
				case failed && r.Verdict == Passed:
					t.Fatalf("passed in spite of a failed query: %s", r)
				case r.Verdict == Passed && r.Margin < 0, r.Verdict == Failed && r.Margin >= 0:
					t.Fatalf("verdict and margin disagree: %s", r)
				case r.Verdict == Failed && len(r.Queries) == 0 && r.Margin < -1e-6:
					t.Fatalf("failed, but no query is to blame: %s", r)
				case r.Verdict == Inconclusive && r.Reason == "":
					t.Fatalf("inconclusive without a reason: %s", r)
				}
			}
			if results[0].Verdict == Passed && results[1].Verdict == Failed {
				t.Fatalf("a looser limit fails:\n%s\n%s", results[0], results[1])
			}
		}
	})
}
