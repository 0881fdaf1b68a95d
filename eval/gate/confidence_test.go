package gate

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// repeat is n times the values.
func repeat(n int, values ...float64) []float64 {
	var all []float64
	for range n {
		all = append(all, values...)
	}
	return all
}

func TestGatesWithConfidence(t *testing.T) {
	// The bound of five losses of 0.6 among 100 is 0.068861 at 0.05, by the
	// saddlepoint in another program (0.06904 by 2·10⁶ draws).
	few := append(repeat(5, -0.6), repeat(95, 0)...)
	tests := []struct {
		name   string
		gate   judgments.Gate
		change []float64
		want   Verdict
		actual string
		margin float64
		reason string
	}{
		// 1 − 0.05^(1/114) = 0.025936, and of 149 queries 0.019904.
		{"nothing changes, and the queries are too few", judgments.Gate{MaxDrop: new(0.02)}, repeat(114, 0), Inconclusive, "+0.0000, at most 0.0259 worse with 95 % confidence", 0.02 - 0.0259355,
			"no query's score changed: no drop on these 114, but on queries like them at most 0.0259 worse (95 %), above the limit of 0.02; 149 queries could show it"},
		{"nothing changes, and the queries suffice", judgments.Gate{MaxDrop: new(0.03)}, repeat(114, 0), Passed, "+0.0000, at most 0.0259 worse with 95 % confidence", 0.03 - 0.0259355, ""},
		{"one query less than it takes", judgments.Gate{MaxDrop: new(0.02)}, repeat(148, 0), Inconclusive, "+0.0000, at most 0.02004 worse with 95 % confidence", 0.02 - 0.0200377, "149 queries could show it"},
		{"as many as it takes", judgments.Gate{MaxDrop: new(0.02)}, repeat(149, 0), Passed, "+0.0000, at most 0.0199 worse with 95 % confidence", 0.02 - 0.0199046, ""},
		{"no limit at all", judgments.Gate{MaxDrop: new(0.0)}, repeat(149, 0), Inconclusive, "+0.0000, at most 0.0199 worse with 95 % confidence", -0.0199046, "no number of queries like these could show it"},

		{"a drop within the bound's limit", judgments.Gate{MaxDrop: new(0.07)}, few, Passed, "-0.0300, at most 0.0689 worse with 95 % confidence", 0.07 - 0.068861, ""},
		{"a drop within the limit alone", judgments.Gate{MaxDrop: new(0.05)}, few, Inconclusive, "-0.0300, at most 0.0689 worse with 95 % confidence", 0.05 - 0.068861,
			"a drop of 0.0300 on these 100 queries, but on queries like them at most 0.0689 worse (95 %), above the limit of 0.05; about "},
		{"a drop at the limit", judgments.Gate{MaxDrop: new(0.03)}, few, Inconclusive, "-0.0300, at most 0.0689 worse with 95 % confidence", 0.03 - 0.068861, "no number of queries like these could show it"},
		// Fail on fact: with or without the confidence.
		{"a drop beyond the limit", judgments.Gate{MaxDrop: new(0.02)}, few, Failed, "-0.0300", -0.01, "the limit lies inside the 95 % interval"},
		{"a collapse of three queries", judgments.Gate{MaxDrop: new(0.02)}, append(repeat(3, -1), repeat(97, 0)...), Failed, "-0.0300", -0.01, "another sample of queries could pass"},
		{"every query falls", judgments.Gate{MaxDrop: new(0.02)}, repeat(50, -0.1), Failed, "-0.1000", -0.08, ""},

		// All the same c: c + (1 − c)(1 − 0.05^(1/100)) of the loss −0.3, which
		// is −0.3 + 1.3·0.029513 = −0.261633.
		{"a gain", judgments.Gate{MinGain: new(0.2)}, repeat(100, 0.3), Passed, "+0.3000, at least 0.2616 better with 95 % confidence", 0.261633 - 0.2, ""},
		{"a gain that is not shown", judgments.Gate{MinGain: new(0.29)}, repeat(100, 0.3), Inconclusive, "+0.3000, at least 0.2616 better with 95 % confidence", 0.261633 - 0.29,
			"a gain of 0.3000 on these 100 queries, but on queries like them at least 0.2616 better (95 %), short of the limit of 0.29; about "},
		{"a gain that is not there", judgments.Gate{MinGain: new(0.02)}, repeat(100, 0), Failed, "+0.0000", -0.02, "the limit lies inside the 95 % interval, -0.0362 to +0.0362"},
		// 1 − 0.1^(1/114) = 0.019995
		{"another confidence", judgments.Gate{MaxDrop: new(0.02), Confidence: 0.9}, repeat(114, 0), Passed, "+0.0000, at most 0.019995 worse with 90 % confidence", 0.02 - 0.0199954, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.gate.Confidence = cmp.Or(test.gate.Confidence, 0.95)
			r := verdictOn(t, test.gate, test.change)
			if r.Verdict != test.want || r.Actual != test.actual || math.Abs(r.Margin-test.margin) > 1e-5 {
				t.Errorf("got %s, %q, margin %.6f\nwant %s, %q, margin %.6f: %s", r.Verdict, r.Actual, r.Margin, test.want, test.actual, test.margin, r)
			}
			if !strings.Contains(r.Reason, test.reason) || test.reason == "" && r.Reason != "" {
				t.Errorf("reason %q, want %q in it", r.Reason, test.reason)
			}
		})
	}
}

// Equal rankings of the same index by the same search prove the same system;
// equal scores do not, nor do equal rankings of another search.
func TestTheSameSystemNeedsNoBound(t *testing.T) {
	gate := judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.02), Confidence: 0.95}
	tests := []struct {
		name   string
		change func(run, base *eval.Run)
		want   Verdict
		reason string
	}{
		{"the same system", func(_, _ *eval.Run) {}, Passed, "the same system gave the same rankings: there is nothing to infer"},
		{"judged and reported otherwise", func(run, _ *eval.Run) {
			run.Manifest.Hashes.Judgments, run.Manifest.Metrics, run.Manifest.Gates, run.Manifest.Tool = "other", []string{"mrr"}, []judgments.Gate{gate}, "releval 2"
		}, Passed, "the same system"},
		{"another search", func(run, _ *eval.Run) { run.Manifest.Hashes.Search = "other" }, Inconclusive, "every ranking is the baseline's, but it is not proved that the system is"},
		{"no fingerprint", func(run, base *eval.Run) { run.Manifest.Hashes.Search, base.Manifest.Hashes.Search = "", "" }, Inconclusive, "not proved"},
		{"another index", func(run, _ *eval.Run) {
			run.Manifest.Indices = []eval.IndexInfo{{Name: "films", UUID: "v", Documents: 3}}
		}, Inconclusive, "not proved"},
		{"another server", func(run, _ *eval.Run) { run.Manifest.Cluster.Version = "9.0.0" }, Inconclusive, "not proved"},
		{"another engine", func(run, base *eval.Run) {
			run.Manifest.Cluster.Kind, base.Manifest.Cluster.Kind = "embedded", "embedded"
			run.Manifest.Tool = "releval 2"
		}, Inconclusive, "not proved"},
		{"another last hit", func(run, _ *eval.Run) {
			hits := run.Queries[1].Results["elastic"].Hits
			run.Queries[1].Results["elastic"] = &eval.Result{Hits: append(hits[:1:1], hit("9"))}
		}, Inconclusive, "no query's score changed"},
		{"one hit less", func(run, _ *eval.Run) {
			run.Queries[1].Results["elastic"] = &eval.Result{Hits: run.Queries[1].Results["elastic"].Hits[:1]}
		}, Inconclusive, "no query's score changed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			made := func() *score.Evaluation {
				e := evaluated([]string{"crime", "heist"}, system("elastic", 1, 0.5))
				e.Run.Manifest.Hashes.Search, e.Run.Manifest.Tool = "abc", "releval 1"
				e.Run.Manifest.Indices = []eval.IndexInfo{{Name: "films", UUID: "u", Documents: 3}}
				for i := range e.Run.Queries {
					e.Run.Queries[i].Results["elastic"].Hits = []eval.Hit{hit("1"), hit("2")}
				}
				return e
			}
			in := Input{Scores: made(), Baseline: made(), Integrity: &integrity.Integrity{}, Now: noon}
			in.gates(gate)
			test.change(in.Scores.Run, in.Baseline.Run)
			in.gates(gate)
			r := Evaluate(in)[0]
			if r.Verdict != test.want || !strings.Contains(r.Reason, test.reason) {
				t.Errorf("want %s with %q, got %s", test.want, test.reason, r)
			}
			// What lets a gate pass is no reason where it may not.
			in.Doubt = "since the baseline 1 query was removed"
			for _, confidence := range []float64{0, 0.95} {
				in.Scores.Run.Manifest.Gates[0].Confidence = confidence
				if r := Evaluate(in)[0]; r.Verdict != Inconclusive || test.want == Passed && r.Reason != in.Doubt {
					t.Errorf("with doubt: got %s", r)
				}
			}
		})
	}
}

// The number of queries that a reason names does bring the bound to the limit,
// if they are like these.
func TestNeededSuffices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(5, 60).Draw(t, "queries")
		losses := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0, 0, 0, -0.3, 0.1, 0.6}), n, n).Draw(t, "losses")
		limit := rapid.SampledFrom([]float64{0.02, 0.05, 0.1, 0.3, -0.05}).Draw(t, "limit")
		if stats.Upper(losses, 1, 0.05) <= limit {
			return
		}
		mean := 0.0
		for _, l := range losses {
			mean += l / float64(n)
		}
		text := needed(losses, limit, 0.05)
		var enough int
		switch _, err := fmt.Sscanf(strings.TrimPrefix(text, "about "), "%d quer", &enough); {
		case strings.HasPrefix(text, "more than"):
			if stats.Upper(stretched(losses, mostStretched), 1, 0.05) <= limit {
				t.Fatalf("%d are enough, but: %s", mostStretched, text)
			}
		case strings.HasPrefix(text, "no number"):
			if mean < limit-1e-6 {
				t.Fatalf("the mean %v is below %v, but: %s", mean, limit, text)
			}
		case err != nil:
			t.Fatalf("%q: %v", text, err)
		case enough <= n || stats.Upper(stretched(losses, enough), 1, 0.05) > limit:
			t.Fatalf("%q, but the bound of %d is %v, the limit %v", text, enough, stats.Upper(stretched(losses, enough), 1, 0.05), limit)
		}
	})
}
