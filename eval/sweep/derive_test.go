package sweep

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

func TestDerive(t *testing.T) {
	hits := func(ids ...string) []eval.Hit {
		var list []eval.Hit
		for _, id := range ids {
			list = append(list, eval.Hit{Document: &eval.Document{ID: id}})
		}
		return list
	}
	first := hits("a", "b", "c", "d", "e")
	reranked := hits("e", "c", "a", "b") // d was dropped
	for _, test := range []struct {
		window int
		want   []eval.Hit
	}{
		{1, hits("a")},
		{2, hits("a", "b")},
		{3, hits("c", "a", "b")},
		{4, hits("c", "a", "b")},
		{5, reranked},
		{9, reranked},
	} {
		if diff := cmp.Diff(test.want, Derive(first, reranked, test.window)); diff != "" {
			t.Errorf("window %d (-want +got):\n%s", test.window, diff)
		}
	}
}

func TestDeriveTellsIndicesApart(t *testing.T) {
	first := []eval.Hit{{Document: &eval.Document{Index: "x", ID: "1"}}, {Document: &eval.Document{Index: "y", ID: "1"}}}
	reranked := []eval.Hit{{Document: &eval.Document{Index: "y", ID: "1"}}, {Document: &eval.Document{Index: "x", ID: "1"}}}
	want := []eval.Hit{{Document: &eval.Document{Index: "x", ID: "1"}}}
	if diff := cmp.Diff(want, Derive(first, reranked, 1)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// drawDouble draws an index whose scores tie in both stages and whose
// documents partly lack the field.
func drawDouble(t *rapid.T) *double {
	n := rapid.IntRange(0, 40).Draw(t, "documents")
	firstScores := rapid.SliceOfN(rapid.IntRange(0, 8), n, n).Draw(t, "first")
	rerankScores := rapid.SliceOfN(rapid.IntRange(0, 6), n, n).Draw(t, "rerank")
	titles := rapid.IntRange(1, 40).Draw(t, "titles")
	d := &double{
		match:     func(_ string, doc stored) float32 { return float32(firstScores[doc.place]) },
		endpoints: make(map[string]scorer),
	}
	d.endpoints["drawn"] = func(_ string, window []stored) []float32 {
		scores := make([]float32, len(window))
		for i, doc := range window {
			// Some below 1, as the server scales negative scores.
			scores[i] = float32(rerankScores[doc.place])/2 + 0.5
		}
		return scores
	}
	for i := range n {
		d.documents = append(d.documents, stored{
			id: fmt.Sprintf("d%d", i), title: fmt.Sprintf("T%d", i%titles),
			shard: rapid.IntRange(0, 2).Draw(t, "shard"), place: i,
			noField: rapid.IntRange(0, 5).Draw(t, "field") == 0,
		})
	}
	return d
}

// ask searches the double for the one query.
func ask(t rapid.TB, d *double, window int, minScore *float32) (first, reranked []eval.Hit) {
	child := map[string]any{"standard": map[string]any{"query": map[string]any{"match": map[string]string{"text": "q"}}}}
	r := rerankerBody{Window: window, InferenceID: "drawn", MinScore: minScore, Retriever: rawObject(t, child)}
	list := func(found []scoredDocument) []eval.Hit {
		var hits []eval.Hit
		for _, f := range found {
			hits = append(hits, eval.Hit{Document: &eval.Document{ID: f.id, Title: f.title}, Score: float64(f.score)})
		}
		return hits
	}
	return list(d.firstStage(r.Retriever["standard"], window)), list(d.rerank(r))
}

// Over random lists with equal scores, dropped documents and thresholds, what
// is derived at every window is what reranking that window gives.
func TestDeriveEqualsReranking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDouble(t)
		largest := rapid.IntRange(1, 50).Draw(t, "largest")
		var minScore *float32
		if rapid.Bool().Draw(t, "thresholded") {
			limit := float32(rapid.IntRange(-1, 3).Draw(t, "threshold")) / 2
			minScore = &limit
		}
		first, reranked := ask(t, d, largest, minScore)
		for w := 1; w <= largest; w++ {
			_, want := ask(t, d, w, minScore)
			if diff := cmp.Diff(want, Derive(first, reranked, w), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("window %d of %d (-reranked +derived):\n%s", w, largest, diff)
			}
		}
	})
}

// The metrics of all windows, which come from one scan, are those of the
// derived lists taken one by one, duplicate titles included.
func TestCurveEqualsDerivedLists(t *testing.T) {
	var chosen []metrics.Metric
	for _, name := range []string{"ndcg@10", "ndcg_exp@3", "mrr", "recall@5", "precision@4", "map", "bpref", "judged@10", "num_ret", "rbp", "err@10"} {
		m, err := metrics.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		chosen = append(chosen, m)
	}
	rapid.Check(t, func(t *rapid.T) {
		d := drawDouble(t)
		windows := rapid.SliceOfNDistinct(rapid.IntRange(1, 50), 1, 12, rapid.ID[int]).Draw(t, "windows")
		slices.Sort(windows)
		largest := windows[len(windows)-1]
		first, reranked := ask(t, d, largest, nil)
		query := eval.Query{ID: "q", Results: eval.Results{
			eval.FirstStage: {Hits: first}, "drawn": {Hits: reranked},
		}}
		for i := range rapid.IntRange(0, 6).Draw(t, "judged") {
			j := judgments.Judgment{Grade: float64(rapid.IntRange(0, 3).Draw(t, "grade"))}
			if rapid.Bool().Draw(t, "by id") {
				j.ID = fmt.Sprintf("d%d", i*3)
			} else {
				j.Title = fmt.Sprintf("T%d", i*2)
			}
			query.Judgments = append(query.Judgments, j)
		}
		run := &eval.Run{Manifest: eval.Manifest{Systems: evaltest.Systems(largest, eval.System{Name: "drawn"})}, Queries: []eval.Query{query}}
		b := newBase(run, eval.FirstStage, chosen, windows)
		c := newCurve(b, eval.System{Name: "drawn", Window: largest}, nil)
		for i, w := range windows {
			derived := Derive(first, reranked, w)
			ranking := metrics.Ranking{Grades: query.Grades(derived), Judged: query.Judged()}
			for m, metric := range chosen {
				want, got := metric.Score(ranking), c.values[m][i][0]
				if want != got && !(math.IsNaN(want) && math.IsNaN(got)) {
					t.Fatalf("%s at window %d: %v from the derived list, %v from the scan", metric, w, want, got)
				}
			}
			if want := len(derived); c.scored[i] != want {
				t.Fatalf("window %d: %d documents scored, want %d", w, c.scored[i], want)
			}
			l := c.losses[i]
			if got, want := l.Found+l.Below+l.Dropped+l.Undelivered+l.NotInIndex+l.Unanswered, query.Judged().Relevant(1); got != want {
				t.Fatalf("window %d: %d relevant documents accounted for, want %d: %+v", w, got, want, c.losses[i])
			}
		}
		for m, metric := range chosen {
			want := metric.Score(metrics.Ranking{Grades: query.Grades(first), Judged: query.Judged()})
			if got := b.values[m][0]; want != got && !(math.IsNaN(want) && math.IsNaN(got)) {
				t.Fatalf("%s of the first stage: %v, want %v", metric, got, want)
			}
		}
	})
}
