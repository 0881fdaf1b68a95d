package eval_test

import (
	"fmt"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// Cohere bills a search for each 100 documents of a request; what other services
// and the first stage cost by the search does not depend on the window.
func TestSearchUnits(t *testing.T) {
	for _, test := range []struct {
		api, per string
		batch    int
		scored   []int // documents of each query
		window   int
		want     float64 // dollars for 1,000 searches, 0.50 of them the first stage's
	}{
		{"cohere", judgments.PerThousand, 0, []int{40}, 100, 2.5},
		{"cohere", judgments.PerThousand, 0, []int{100}, 100, 2.5},
		{"cohere", judgments.PerThousand, 0, []int{101}, 200, 4.5},
		{"cohere", judgments.PerThousand, 0, []int{500}, 101, 4.5},
		// the mean of 1, 1 and 3 units; the mean window would have 2
		{"cohere", judgments.PerThousand, 0, []int{10, 10, 300}, 300, 0.5 + 2*5.0/3},
		// three requests of 80, 80 and 40 documents
		{"cohere", judgments.PerThousand, 80, []int{200}, 200, 6.5},
		// two of 150, each of two units, and one of 10
		{"cohere", judgments.PerThousand, 150, []int{310}, 400, 10.5},
		{"cohere", judgments.PerThousand, 0, []int{0}, 100, 2.5},
		{"cohere", judgments.PerDocuments, 0, []int{300}, 300, 600.5},
		{"jina", judgments.PerThousand, 0, []int{300}, 300, 2.5},
		{"", judgments.PerThousand, 0, []int{300}, 300, 2.5},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			reranked := eval.System{Name: "bm25+model", Kind: eval.KindReranked, FirstStage: "bm25", Reranker: "model", Window: test.window, Prices: []judgments.Price{
				{Name: "model", USD: 2, Per: test.per}, {Name: "bm25", USD: 0.5, Per: judgments.PerThousand},
			}}
			if test.api != "" {
				reranked.Outside = &judgments.RerankAPI{API: test.api, Batch: test.batch}
			}
			run := &eval.Run{Manifest: eval.Manifest{Systems: []eval.System{{Name: "bm25", Kind: eval.KindRetriever}, reranked}}}
			for _, n := range test.scored {
				run.Queries = append(run.Queries, eval.Query{Results: map[string]*eval.Result{
					"bm25": {Hits: make([]eval.Hit, n)}, "bm25+model": {Hits: make([]eval.Hit, min(n, test.window))},
				}})
			}
			if got := run.USDPer1000("bm25+model"); got < test.want-1e-9 || got > test.want+1e-9 {
				t.Errorf("%v dollars, want %v", got, test.want)
			}
			if len(test.scored) == 1 {
				if got := reranked.USDPer1000(float64(min(test.window, test.scored[0]))); got < test.want-1e-9 || got > test.want+1e-9 {
					t.Errorf("%v dollars by the number of documents, want %v", got, test.want)
				}
			}
		})
	}
}
