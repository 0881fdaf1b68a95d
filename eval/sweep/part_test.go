package sweep

import (
	"context"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/plan"
)

// A plan of a part of the suite's queries, as by --tag or --query, is swept as
// one of the whole: their numbers are those of the suite, not of the plan.
func TestPartOfTheSuite(t *testing.T) {
	windows := []int{5, 20, 40}
	for _, glob := range []string{"q2?", "q[3579]", "q29"} {
		t.Run(glob, func(t *testing.T) {
			d := newDouble(120)
			part := func(endpoint string) *plan.Plan {
				plan, err := plan.New(newPlan(t, d, 30, endpoint).Suite, plan.Overrides{QueryGlob: glob})
				if err != nil {
					t.Fatal(err)
				}
				return plan
			}
			result, run := executed(t, d, part("pointwise"), Options{Windows: windows, Audit: 100, LatencySamples: 3})
			r := result.Rerankers[0]
			if r.Origin != Audited || r.Audit.Identical != r.Audit.Cells || r.Audit.Cells != 2*len(run.Queries) {
				t.Errorf("origin %q, audit %v, of %d queries", r.Origin, r.Audit, len(run.Queries))
			}
			if r.Latency == nil {
				t.Error("no latency was measured")
			}

			result, _ = executed(t, d, part("listwise"), Options{Windows: windows, Audit: 100, LatencySamples: -1})
			r = result.Rerankers[0]
			if r.Origin != Measured {
				t.Fatalf("origin %q, want %q", r.Origin, Measured)
			}
			for i, w := range windows {
				plan := part("listwise")
				plan.Rerankers[0].Window = w
				runner := execute.Runner{Cluster: d}
				queries, err := runner.Run(context.Background(), plan, nil)
				if err != nil {
					t.Fatal(err)
				}
				alone := &eval.Run{Manifest: eval.Manifest{Systems: plan.Systems()}, Queries: queries}
				want := plan.Metrics[0].Aggregate(expected(alone, plan.Metrics)[1][0]).Value
				if got := float64(r.Points[i].Values[0]); got != want {
					t.Errorf("window %d: %v, a run has %v", w, got, want)
				}
			}
		})
	}
}
