package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/releval/releval/eval/check"
	"github.com/releval/releval/eval/evaltest"
)

// A check looks at the hits of its probe: how many are longer than the model
// reads, where that is known.
func TestTextsLongerThanTheModelReads(t *testing.T) {
	var documents strings.Builder
	for i, n := range []int{10, 20, 2045, 5000} { // 512 tokens of 4 characters, 5 of which the query takes; the last is not among the hits
		note := map[bool]string{true: "storm", false: "crime"}[i == 3]
		fmt.Fprintf(&documents, `{"id": "%d", "title": "T%d", "note": %q, "plot": %q}`+"\n", i, i, note, strings.Repeat("x", n))
	}
	elastic := evaltest.At("/_inference/", 200, `{"endpoints":[{"inference_id":".rerank-v1-elasticsearch","task_type":"rerank","service":"elasticsearch","service_settings":{"model_id":".rerank-v1","num_threads":1}}]}`)
	client, plan := evaltest.Served(t, evaltest.SuiteHead+`
  retriever: {standard: {query: {match: {note: "{{query}}"}}}}
  rerankers: {elastic: {field: plot, rank_window_size: 3}}
metrics: [mrr@5]
queries:
  - {id: first, query: crime, relevant: [T1]}
  - {query: storm, relevant: [T3]}
`, documents.String(), nil, elastic)
	found, err := check.Online(t.Context(), client, plan, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const want = `elastic: about 1 of 3 hits of its windows (33 %) are longer in plot than the 512 tokens that .rerank-v1 reads with a query; what is behind is not scored; this is an estimate of 4 characters a token; looked at were the hits of the query "first" alone`
	for _, f := range found {
		if strings.HasPrefix(f.Message, want) {
			if f.Line != plan.Rerankers[0].Line || f.Line == 0 {
				t.Errorf("at line %d, not at the reranker's", f.Line)
			}
			return
		}
	}
	t.Errorf("%+v does not say %q", found, want)
}
