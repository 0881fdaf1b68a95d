package sweep

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

// permute calls use with every order of the hits.
func permute(hits []eval.Hit, at int, use func()) {
	if at == len(hits) {
		use()
		return
	}
	for i := at; i < len(hits); i++ {
		hits[at], hits[i] = hits[i], hits[at]
		permute(hits, at+1, use)
		hits[at], hits[i] = hits[i], hits[at]
	}
}

// The ceiling is the best value over all orders of the window's documents.
func TestCeilingIsTheBestOrder(t *testing.T) {
	var chosen []metrics.Metric
	for _, name := range []string{"ndcg@3", "ndcg", "mrr", "recall@2", "map", "err@4", "precision@3", "success@1", "bpref"} {
		m, err := metrics.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		chosen = append(chosen, m)
	}
	windows := []int{1, 2, 3, 5}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 6).Draw(t, "hits")
		query := eval.Query{ID: "q"}
		var first []eval.Hit
		for i := range n {
			first = append(first, eval.Hit{Document: &eval.Document{ID: fmt.Sprint(i), Title: fmt.Sprintf("T%d", i/2)}, Score: float64(n - i)})
		}
		for i := range 8 { // some of them are not in the list
			if rapid.Bool().Draw(t, "judged") {
				query.Judgments = append(query.Judgments, judgments.Judgment{ID: fmt.Sprint(i), Grade: float64(rapid.IntRange(0, 3).Draw(t, "grade"))})
			}
		}
		query.Results = eval.Results{eval.FirstStage: {Hits: first}}
		b := newBase(&eval.Run{Manifest: eval.Manifest{Systems: evaltest.Systems(10)}, Queries: []eval.Query{query}}, eval.FirstStage, chosen, windows)
		for i, w := range windows {
			held := append([]eval.Hit(nil), first[:min(w, n)]...)
			for m, metric := range chosen {
				best := 0.0
				permute(held, 0, func() {
					best = max(best, metric.Score(metrics.Ranking{Grades: query.Grades(held), Judged: query.Judged()}))
				})
				if got := b.ceilings[m][i][0]; math.Abs(got-best) > 1e-12 {
					t.Fatalf("%s at window %d: ceiling %v, the best order has %v", metric, w, got, best)
				}
			}
		}
	})
}

func TestRawMatchesKeepDuplicates(t *testing.T) {
	query := eval.Query{Judgments: []judgments.Judgment{{Title: "Heat", Grade: 1}, {ID: "9", Grade: 2}}}
	hits := []eval.Hit{{Document: &eval.Document{ID: "1", Title: "heat"}}, {Document: &eval.Document{ID: "2", Title: "Ran"}}, {Document: &eval.Document{ID: "9", Title: "Heat"}}, {Document: &eval.Document{ID: "3", Title: "Heat "}}}
	want := []int32{0, -1, 1, 0}
	for i, m := range rawMatches(&query, hits) {
		if m != want[i] {
			t.Errorf("hit %d matches judgment %d, want %d", i, m, want[i])
		}
	}
}

func TestBuckets(t *testing.T) {
	want := []int{0, 0, 0, 1, 1, 1, 2} // ranks 0 (unused) to 6 with windows 2, 5, 6
	got := buckets([]int{2, 5, 6})
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
