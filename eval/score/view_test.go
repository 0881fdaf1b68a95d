package score

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/metrics"
)

// A view is what an evaluation of the chosen metrics and queries alone would
// have found.
func TestViewsAreEvaluations(t *testing.T) {
	var all []metrics.Metric
	for _, name := range []string{"ndcg@10", "mrr", "map", "judged@10", "precision@2"} {
		m, err := metrics.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	rapid.Check(t, func(t *rapid.T) {
		run := rapid.SampledFrom([]*eval.Run{evaltest.SampleRun(), evaltest.TaggedRun()}).Draw(t, "run")
		whole, err := Evaluate(run, all)
		if err != nil {
			t.Fatal(err)
		}
		chosen := rapid.Permutation(all).Draw(t, "metrics")[:rapid.IntRange(1, len(all)).Draw(t, "how many metrics")]
		places := make([]int, len(run.Queries))
		for i := range places {
			places[i] = i
		}
		places = rapid.Permutation(places).Draw(t, "queries")[:rapid.IntRange(1, len(places)).Draw(t, "how many queries")]
		part := *run
		part.Queries = nil
		for _, i := range places {
			part.Queries = append(part.Queries, run.Queries[i])
		}
		want, err := Evaluate(&part, chosen)
		if err != nil {
			t.Fatal(err)
		}
		got := whole.OfMetrics(chosen).OfQueries(places)
		// High is by the highest grade of the whole run.
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.IgnoreFields(SystemScores{}, "High"), cmp.AllowUnexported(metrics.Metric{}, SystemScores{}), cmpopts.IgnoreUnexported(Evaluation{})); diff != "" {
			t.Fatalf("(-evaluated +view)\n%s", diff)
		}
		for i, m := range chosen {
			if diff := cmp.Diff(want.Systems[1].Values[i], got.Column(want.Systems[1].System, m), cmpopts.EquateNaNs()); diff != "" {
				t.Fatalf("column %s (-evaluated +view)\n%s", m, diff)
			}
		}
		if got.Column("nothing", chosen[0]) != nil {
			t.Fatal("an unknown system has a column")
		}
	})
}
