package gate

import (
	"fmt"
	"strings"
	"testing"

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
	results := Evaluate(in)
	want := []string{
		"films.yaml:12:5: failed: {metric: ndcg@10, min: 0.8}: elastic: expected at least 0.8, found 0.7000 (margin -0.1000)",
		`films.yaml:31:9: failed: {title: Heat, within: 3}: query "crime": elastic: expected "Heat" within the first 3, found not among 1 hit`,
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
