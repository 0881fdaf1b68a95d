package execute_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/runfile"
)

// elasticEndpoint makes the engine's stand-in pass for Elastic Rerank.
var elasticEndpoint = evaltest.At("/_inference/", 200, `{"endpoints":[{"inference_id":".rerank-v1-elasticsearch","task_type":"rerank","service":"elasticsearch","service_settings":{"model_id":".rerank-v1","num_threads":1}}]}`)

var longSuite = evaltest.SuiteHead + `
  retriever: {standard: {query: {match: {note: "{{query}}"}}}}
  rerankers: {elastic: {field: plot, rank_window_size: 3}}
metrics: [mrr@5]
queries:
  - {id: short, query: crime, relevant: [T1]}
  - {id: long, query: crime, inference_text: ` + strings.Repeat("q", 48) + `, relevant: [T0]}
  - {id: other, query: storm, relevant: [T4]}
`

// longDocuments have plots of so many characters; the last is about a storm.
func longDocuments(lengths ...int) string {
	var b strings.Builder
	for i, n := range lengths {
		note := "crime"
		if i == len(lengths)-1 {
			note = "storm"
		}
		fmt.Fprintf(&b, `{"id": "%d", "title": "T%d", "note": %q, "plot": [%q, "second"]}`+"\n", i, i, note, strings.Repeat("x", n))
	}
	return b.String()
}

// The texts of the windows are looked up in one search, where the model is
// known to read so little, and never else. What is too long depends on the
// query: 512 tokens of 4 characters are for both.
func TestTextsLongerThanTheModelReads(t *testing.T) {
	documents := longDocuments(2048-48+1, 2048-48, 2048, 5000, 10)
	for _, test := range []struct {
		name     string
		override evaltest.Override
		want     map[string]eval.Texts
		tooLong  [][]bool
	}{
		{"Elastic Rerank", elasticEndpoint, map[string]eval.Texts{"elastic": {Tokens: 512, Characters: map[string]int{"0": 2001, "2": 2048}}},
			[][]bool{{false, false, true}, {true, false, true}, {false}}},
		{"another model", func(http.ResponseWriter, *http.Request) bool { return false }, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var searches atomic.Int64
			count := func(_ http.ResponseWriter, r *http.Request) bool {
				if strings.HasSuffix(r.URL.Path, "/_search") {
					searches.Add(1)
				}
				return false
			}
			client, plan := evaltest.Served(t, longSuite, documents, nil, count, test.override)
			out := filepath.Join(t.TempDir(), "run.jsonl")
			if _, err := execute.Execute(t.Context(), client, plan, execute.Settings{Out: out}); err != nil {
				t.Fatal(err)
			}
			stored, err := runfile.Read(out)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, stored.Complete.Texts); diff != "" {
				t.Error(diff)
			}
			long := integrity.FindLongTexts(&stored.Run, "elastic")
			if test.want == nil {
				if long != nil {
					t.Errorf("%s, without a limit", long)
				}
				return
			}
			if diff := cmp.Diff(test.tooLong, long.TooLong); diff != "" || long.Hits != 7 || long.Long != 3 {
				t.Errorf("%d of %d hits\n%s", long.Long, long.Hits, diff)
			}
			sent := searches.Load()
			plain, same := evaltest.Served(t, longSuite, documents, nil, count)
			if _, err := execute.Execute(t.Context(), plain, same, execute.Settings{}); err != nil {
				t.Fatal(err)
			}
			if without := searches.Load() - sent; sent != without+1 {
				t.Errorf("%d searches, and %d where no text is looked up", sent, without)
			}
		})
	}
}
