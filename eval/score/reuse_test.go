package score

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// drawQuery is a query of two systems, whose hits may be tied, judged or fail.
func drawQuery(t *rapid.T, n int) eval.Query {
	q := eval.Query{Number: n, ID: fmt.Sprint(n), Judgments: []judgments.Judgment{{Title: "Best", Grade: 3}}}
	var all []int
	for d := range 12 {
		all = append(all, d)
		if grade := rapid.IntRange(-1, 2).Draw(t, "grade"); grade >= 0 {
			q.Judgments = append(q.Judgments, judgments.Judgment{Title: fmt.Sprint("Film ", d), Grade: float64(grade)})
		}
	}
	q.Results = eval.Results{}
	for _, system := range []string{eval.FirstStage, "elastic"} {
		r := &eval.Result{Hits: []eval.Hit{}}
		if rapid.IntRange(0, 9).Draw(t, "fails") == 0 {
			r = &eval.Result{Error: "gone"}
		}
		for i, d := range rapid.Permutation(all).Draw(t, "order")[:rapid.IntRange(0, 12).Draw(t, "hits")] {
			if r.Error == "" {
				r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: fmt.Sprint(d), Title: fmt.Sprint("film ", d)}, Score: float64(20 - i)})
			}
		}
		if len(r.Hits) > 4 && rapid.Bool().Draw(t, "tied") {
			r.Ties = [][2]int{{2, len(r.Hits) - 1}}
		}
		q.Results[system] = r
	}
	return q
}

// A query of many is worth what it is by itself: nothing of one is left in the
// memory that the next is worked out in.
func TestQueriesLeaveNothingBehind(t *testing.T) {
	m := eval.Manifest{
		Metrics: []string{"ndcg@3", "mrr@3", "recall@5", "map", "err@4", "bpref", "precision"},
		Systems: []eval.System{
			{Name: eval.FirstStage, Kind: eval.KindRetriever, Depth: 12},
			{Name: "elastic", Kind: eval.KindReranked, FirstStage: eval.FirstStage, Window: 12, Depth: 12},
		},
	}
	rapid.Check(t, func(t *rapid.T) {
		run := &eval.Run{Manifest: m}
		for i := range rapid.IntRange(2, 6).Draw(t, "queries") {
			run.Queries = append(run.Queries, drawQuery(t, i))
		}
		all, err := Evaluate(run, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range run.Queries {
			alone, err := Evaluate(&eval.Run{Manifest: m, Queries: run.Queries[i : i+1]}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for s := range all.Systems {
				a, b := &all.Systems[s], &alone.Systems[s]
				if a.Errors[i] != b.Errors[0] && len(run.Queries[i].Results["elastic"].Hits) > 0 {
					t.Fatalf("query %d: %q, and by itself %q", i, a.Errors[i], b.Errors[0])
				}
				if a.Errors[i] != b.Errors[0] {
					continue // a list that is empty says more beside others
				}
				if !slices.Equal(a.Judged[i], b.Judged[0]) {
					t.Fatalf("query %d: judged hits %v, and by itself %v", i, a.Judged[i], b.Judged[0])
				}
				for k, m := range all.Metrics {
					got := []float64{a.Values[k][i], a.AsRanked[k][i], a.Low[k][i], a.High[k][i]}
					want := []float64{b.Values[k][0], b.AsRanked[k][0], b.Low[k][0], b.High[k][0]}
					if !slices.EqualFunc(got, want, func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) }) {
						t.Fatalf("query %d, %s of %s: %v, and by itself %v", i, m, a.System, got, want)
					}
				}
			}
		}
	})
}
