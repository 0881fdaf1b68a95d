package execute_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	difference "github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
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
  mappings: {properties: {v: {type: dense_vector, dims: 2, similarity: cosine, index_options: {type: flat}}}}
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
    title: {field: title, inference_id: model, rank_window_size: 3, filter: "{{only}}"}
  requests:
    app: {body: {size: 2, query: {bool: {should: [{match: {note: "{{query}}"}}, {match: {note: {query: "about a {{also}}", boost: 4}}}]}}, sort: [{_score: desc}]}}
    blend:
      body:
        size: 3
        retriever:
          linear:
            rank_window_size: 10
            retrievers:
              - {retriever: {standard: {query: {match: {note: "{{query}}"}}}}, weight: 2, normalizer: minmax}
              - {retriever: {knn: {field: v, query_vector: "{{vector}}", k: 10, num_candidates: 10}}, weight: 1, normalizer: minmax}
  params: {only: {match_all: {}}, also: ""}
  request: {preference: _local}
metrics: [ndcg@5]
queries:
  - {query: crime, params: {vector: [1, 0.5]}, relevant: [Heat]}
  - {query: storm, params: {vector: [-1.0, 0.25], only: {term: {title: twister}}, also: creature}, relevant: [Twister]}
`

// systemsDocuments are the proof's with vectors.
func systemsDocuments() string {
	var lines []string
	for i, line := range strings.Split(strings.TrimSpace(proofDocuments), "\n") {
		lines = append(lines, strings.Replace(line, "{", fmt.Sprintf(`{"v": [%d, %d], `, 6-i, 1+i%3), 1))
	}
	return strings.Join(lines, "\n") + "\n"
}

// searchCount counts the searches of a run on their way, by what they ask, and
// the calls of an endpoint beside them, and keeps the preference
// that the point in time was opened with.
type searchCount struct {
	next       http.RoundTripper
	mu         sync.Mutex
	searches   map[string]int
	inferences int
	opened     string
}

func (c *searchCount) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/_inference/") && r.Method == http.MethodPost {
		c.mu.Lock()
		c.inferences++
		c.mu.Unlock()
	}
	if strings.HasSuffix(r.URL.Path, "/_pit") && r.Method == http.MethodPost {
		c.opened = r.URL.Query().Get("preference")
	}
	if r.URL.Path == "/_search" {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		var asked map[string]json.RawMessage
		if err := json.Unmarshal(body, &asked); err != nil {
			return nil, err
		}
		if asked["retriever"] != nil || asked["query"] != nil && asked["sort"] != nil {
			delete(asked, "pit")
			key, err := json.Marshal(asked)
			if err != nil {
				return nil, err
			}
			c.mu.Lock()
			c.searches[string(key)]++
			c.mu.Unlock()
		}
	}
	return c.next.RoundTrip(r)
}

// checkManySystems runs three first stages, three rerankers over each and two
// requests of their own, each searched once a query, and no first stage twice:
// fourteen systems, and three first stages with the filter of a reranker. The
// queries give a vector as a list, a filter as an object, and words as a text.
func checkManySystems(t *testing.T, next http.RoundTripper, config cluster.Config) {
	count := &searchCount{next: next, searches: make(map[string]int)}
	config.Transport = count
	client := connectTo(t, config)
	plan := loaded(t, client, systemsSuite, systemsDocuments())
	run, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if len(count.searches) != 34 { // 17 systems × 2 queries
		t.Errorf("%d different searches, want 34", len(count.searches))
	}
	for search, times := range count.searches {
		if times != 1 {
			t.Errorf("%d times: %s", times, search)
		}
	}
	if count.opened != "_local" {
		t.Errorf("the point in time was opened with the preference %q", count.opened)
	}
	for _, q := range run.Queries {
		for _, name := range run.Manifest.Names() {
			if r := q.Results[name]; r.Failed() || len(r.Hits) == 0 && !strings.HasSuffix(name, "+title") {
				t.Errorf("%s, %s: %+v", q.ID, name, r)
			}
		}
	}
	crime, storm := run.Queries[0].Results, run.Queries[1].Results
	if got := titlesOf(storm["bm25"]); !slices.Equal(got, []string{"Twister"}) {
		t.Errorf("the query's own filter gives %v", got)
	}
	for i, vector := range [][2]float64{{1, 0.5}, {-1, 0.25}} {
		want, got := byCosine(vector), titlesOf(run.Queries[i].Results["near"])
		if !slices.Equal(got, want[:len(got)]) || len(got) != 10 {
			t.Errorf("near %v: %v, want %v", vector, got, want)
		}
	}
	if got := titlesOf(crime["app"]); len(got) != 2 || slices.Contains(got, "Jaws") {
		t.Errorf("the request finds %v, want two of crime", got)
	}
	if got := titlesOf(storm["app"]); len(got) != 2 || !slices.Contains([]string{"Jaws", "Tremors", "Alien"}, got[0]) {
		t.Errorf("the request with words of the query's own finds %v, want creatures first", got)
	}
	if len(crime["hybrid"].Hits) != 10 || len(crime["blend"].Hits) != 3 {
		t.Errorf("%d hits of hybrid, %d of blend", len(crime["hybrid"].Hits), len(crime["blend"].Hits))
	}
	for _, stage := range []string{"bm25", "near", "hybrid"} {
		// Each reranked list is made of its window of the one first stage.
		for reranker, window := range map[string]int{"model": 4, "deep": 8, "title": 3} {
			name := stage
			if reranker == "title" {
				name = stage + "/title"
				if got := titlesOf(storm[name]); !slices.Equal(got, []string{"Twister"}) {
					t.Errorf("the reranker's filter lets %s find %v", name, got)
				}
			}
			first, reranked := titlesOf(crime[name]), titlesOf(crime[stage+"+"+reranker])
			for _, title := range reranked {
				if !slices.Contains(first[:min(window, len(first))], title) {
					t.Errorf("%s+%s has %s, which is not among the first %d of %v", stage, reranker, title, window, first)
				}
			}
		}
	}
	for _, s := range integrity.Check(run).Systems {
		if len(s.Failed) > 0 {
			t.Errorf("%s failed: %v", s.System, s.Failed)
		}
	}
}

// byCosine are the titles of the documents by the angle to a vector.
func byCosine(query [2]float64) []string {
	type scored struct {
		title  string
		cosine float64
	}
	var all []scored
	for line := range strings.SplitSeq(strings.TrimSpace(systemsDocuments()), "\n") {
		var d struct {
			Title string
			V     [2]float64
		}
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			panic(err)
		}
		all = append(all, scored{d.Title, (query[0]*d.V[0] + query[1]*d.V[1]) / math.Hypot(query[0], query[1]) / math.Hypot(d.V[0], d.V[1])})
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.cosine, a.cosine) })
	titles := make([]string, len(all))
	for i, s := range all {
		titles[i] = s.title
	}
	return titles
}

func TestManySystems(t *testing.T) {
	engine := embedded.New(embedded.Options{Endpoints: []embedded.Endpoint{{ID: "model", Service: "test", Model: "test", Scorer: scorer(byLength)}}})
	checkManySystems(t, engine, cluster.Config{})
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
	if diff := difference.Diff([]string{head + `"creature"}]}`, head + `"crime"}]}`}, asked); diff != "" {
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
		warmUp       time.Duration
	}{
		// 2 queries × 3 documents × 3 / 1000, and as many again that are timed
		"within": {prices, "", 0.0181, 0, 0},
		"beyond": {prices, "costs up to 0.018 dollars", 0.0179, 0, 0},
		// and one text to warm up the model
		"warm":        {prices, "", 0.0211, 0, time.Second},
		"warm beyond": {prices, "costs up to 0.021 dollars (2 systems × 2 queries: 4 searches", 0.0209, 0, time.Second},
		"timed":       {prices, "costs up to 0.027 dollars (2 systems × 2 queries, and 1 once more for latencies: 6 searches, at most 9 documents to rerank", 0.0181, 1, 0},
		"unknown":     {"", "the price of elastic is not known", 100, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			suite := test.prices + evaltest.SuiteHead + evaltest.Standard + evaltest.Rerankers + evaltest.SuiteTail
			client, plan := evaltest.Served(t, suite, evaltest.Documents, nil)
			var said []string
			run, err := execute.Execute(t.Context(), client, plan, execute.Settings{MaxUSD: &test.limit, LatencySamples: test.timed, WarmUp: test.warmUp, Note: func(text string) { said = append(said, text) }})
			_, refused := errors.AsType[*execute.CostError](err)
			if refused != (test.says != "") || refused && (run != nil || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("%v, want %q", err, test.says)
			}
			if test.prices != "" && test.timed == 0 && test.warmUp == 0 && !slices.Contains(said, "2 systems × 2 queries: 4 searches, at most 6 documents to rerank, at most 0.018 dollars") {
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
