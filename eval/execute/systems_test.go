package execute_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/integrity"
)

const systemsSuite = `
search:
  index: films
  title_field: title
  documents: documents.ndjson
  mappings: {properties: {v: {type: dense_vector, dims: 2, similarity: cosine}}}
  retrievers:
    bm25: {standard: {query: {match: {note: "{{query}}"}}, filter: "{{only}}"}}
    near: {knn: {field: v, query_vector: "{{vector}}", k: 10, num_candidates: 10}}
    hybrid:
      rrf:
        rank_window_size: 10
        retrievers:
          - standard: {query: {match: {note: "{{query}}"}}}
          - knn: {field: v, query_vector: "{{vector}}", k: 10, num_candidates: 10}
  rerankers:
    model: {field: plot, inference_id: model, rank_window_size: 4}
    deep: {field: plot, inference_id: model, rank_window_size: 8}
    title: {field: title, inference_id: model, rank_window_size: 3}
  requests:
    app: {body: {size: 2, query: {match: {note: "{{query}}"}}, sort: [{_score: desc}]}}
  params: {only: {match_all: {}}}
  request: {preference: _local}
metrics: [ndcg@5]
queries:
  - {query: crime, params: {vector: [1, 0.5]}, relevant: [Heat]}
  - {query: storm, params: {vector: [-1.0, 0.25], only: {term: {title: twister}}}, relevant: [Twister]}
`

// systemsDocuments are the proof's with vectors.
func systemsDocuments() string {
	var lines []string
	for i, line := range strings.Split(strings.TrimSpace(proofDocuments), "\n") {
		lines = append(lines, strings.Replace(line, "{", fmt.Sprintf(`{"v": [%d, %d], `, 6-i, 1+i%3), 1))
	}
	return strings.Join(lines, "\n") + "\n"
}

// Three first stages, three rerankers over each and a request of its own are
// thirteen systems: each is searched once a query, and no first stage twice.
func TestManySystems(t *testing.T) {
	var mu sync.Mutex
	searches := make(map[string]int)
	opened := ""
	count := func(_ http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasSuffix(r.URL.Path, "/_pit") && r.Method == http.MethodPost {
			opened = r.URL.Query().Get("preference")
		}
		if r.URL.Path == "/_search" {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			var without map[string]json.RawMessage
			if err := json.Unmarshal(body, &without); err != nil {
				t.Error(err)
			}
			if without["retriever"] != nil || without["query"] != nil && without["sort"] != nil {
				delete(without, "pit")
				key, _ := json.Marshal(without)
				searches[string(key)]++
			}
		}
		return false
	}
	client, plan := evaltest.Served(t, systemsSuite, systemsDocuments(), []embedded.Endpoint{{ID: "model", Service: "test", Model: "test", Scorer: scorer(byLength)}}, count)
	run, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if len(searches) != 26 { // 13 systems × 2 queries
		t.Errorf("%d different searches, want 26", len(searches))
	}
	for search, times := range searches {
		if times != 1 {
			t.Errorf("%d times: %s", times, search)
		}
	}
	if opened != "_local" {
		t.Errorf("the point in time was opened with the preference %q", opened)
	}
	for _, q := range run.Queries {
		for _, name := range run.Manifest.Names() {
			r := q.Results[name]
			if r.Failed() || len(r.Hits) == 0 && !(q.ID == "storm" && strings.HasSuffix(name, "+title")) {
				t.Errorf("%s, %s: %+v", q.ID, name, r)
			}
		}
		// a model that scores by length alone: each window is a part of the next
		if q.ID == "crime" && len(q.Results["bm25+deep"].Hits) < len(q.Results["bm25+model"].Hits) {
			t.Errorf("%d hits at window 8, %d at 4", len(q.Results["bm25+deep"].Hits), len(q.Results["bm25+model"].Hits))
		}
	}
	if got := titlesOf(run.Queries[1].Results["bm25"]); !slices.Equal(got, []string{"Twister"}) {
		t.Errorf("the query's own filter gives %v", got)
	}
	if got := len(run.Queries[0].Results["app"].Hits); got != 2 {
		t.Errorf("%d hits of the request, whose size is 2", got)
	}
	for _, s := range integrity.Check(run).Systems {
		if len(s.Failed) > 0 {
			t.Errorf("%s failed: %v", s.System, s.Failed)
		}
	}
}

func titlesOf(r *eval.Result) []string {
	var titles []string
	for _, h := range r.Hits {
		titles = append(titles, h.Title)
	}
	return titles
}

// An ES|QL query is asked beside the searches, with the query as a parameter;
// a partial answer fails the query.
func TestESQLSystem(t *testing.T) {
	suite := strings.Replace(evaltest.SuiteHead+evaltest.Standard+evaltest.SuiteTail, "metrics:", `  requests: {esql: {esql: "FROM films METADATA _id | WHERE MATCH(plot, ?query)"}}
metrics:`, 1)
	var mu sync.Mutex
	var asked []string
	answer := func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/_query" {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, string(body))
		partial := strings.Contains(string(body), "creature")
		evaltest.Answer(w, 200, fmt.Sprintf(`{"took":3,"is_partial":%v,"columns":[{"name":"_id","type":"keyword"},{"name":"title","type":"text"}],"values":[["3","Seven"],["1","Heat"]]}`, partial))
		return true
	}
	client, plan := evaltest.Served(t, suite, evaltest.Documents, nil, answer)
	run, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(asked)
	const head = `{"query":"FROM films METADATA _id | WHERE MATCH(plot, ?query)","params":[{"query":`
	if diff := cmp.Diff([]string{head + `"creature"}]}`, head + `"crime"}]}`}, asked); diff != "" {
		t.Error(diff)
	}
	if got := titlesOf(run.Queries[0].Results["esql"]); !slices.Equal(got, []string{"Seven", "Heat"}) {
		t.Errorf("%v, want the order of the rows", got)
	}
	if r := run.Queries[1].Results["esql"]; !strings.Contains(r.Error, "rows may be missing") {
		t.Errorf("the partial answer gives %+v", r)
	}
}

// A run that would cost too much, or of which that is not known, searches
// nothing.
func TestMaxUSD(t *testing.T) {
	const prices = "prices: {elastic: {usd: 3, per: 1000 documents}}\n"
	for name, test := range map[string]struct {
		prices, says string
		limit        float64
		timed        int
	}{
		// 2 queries × 3 documents × 3 / 1000, and as many again that are timed
		"within":  {prices, "", 0.0181, 0},
		"beyond":  {prices, "costs up to 0.018 dollars", 0.0179, 0},
		"timed":   {prices, "costs up to 0.027 dollars (2 systems × 2 queries, and 1 once more for latencies: 6 searches, at most 9 documents to rerank", 0.0181, 1},
		"unknown": {"", "the price of elastic is not known", 100, 0},
	} {
		t.Run(name, func(t *testing.T) {
			suite := test.prices + evaltest.SuiteHead + evaltest.Standard + evaltest.Rerankers + evaltest.SuiteTail
			client, plan := evaltest.Served(t, suite, evaltest.Documents, nil)
			var said []string
			run, err := execute.Execute(t.Context(), client, plan, execute.Settings{MaxUSD: &test.limit, LatencySamples: test.timed, Note: func(text string) { said = append(said, text) }})
			_, refused := errors.AsType[*execute.CostError](err)
			if refused != (test.says != "") || refused && (run != nil || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("%v, want %q", err, test.says)
			}
			if test.prices != "" && test.timed == 0 && !slices.Contains(said, "2 systems × 2 queries: 4 searches, at most 6 documents to rerank, at most 0.018 dollars") {
				t.Errorf("said %q", said)
			}
		})
	}
}

// Tokens are a quarter of the characters of the field and of what is asked:
// plots of 29, 24, 36 and 24 characters, 28.25 on the average, and queries of
// 6.5 make 8.6875.
func TestTokensAreEstimated(t *testing.T) {
	suite := "prices: {elastic: {usd: 1000, per: 1000000 tokens}}\n" + evaltest.SuiteHead + evaltest.Standard + evaltest.Rerankers + evaltest.SuiteTail
	client, plan := evaltest.Served(t, suite, evaltest.Documents, nil)
	run, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	s := run.Manifest.System("elastic")
	if s.Tokens != 8.6875 {
		t.Errorf("%v tokens", s.Tokens)
	}
	// two documents a search: 1000 × 2 × 8.6875 / 1000
	if got := run.USDPer1000("elastic"); run.DocumentsScored("elastic") != 2 || got != 2*8.6875 {
		t.Errorf("%v dollars for %v documents", got, run.DocumentsScored("elastic"))
	}
}
