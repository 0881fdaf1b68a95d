package execute_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/faults"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/embedded/static"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/reranker"
	"github.com/releval/releval/eval/reranker/standin"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
)

// apiServer is a rerank API that counts what it is asked.
type apiServer struct {
	URL string

	mu       sync.Mutex
	requests int
	texts    map[string]int // how often each was sent, by path
}

func (a *apiServer) sent() (requests int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests
}

// serveAPI serves a handler of rerank APIs.
func serveAPI(t *testing.T, h http.Handler) *apiServer {
	t.Helper()
	a := &apiServer{texts: make(map[string]int)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // a fault
		}
		var members struct{ Texts, Documents []string }
		if err := json.Unmarshal(body, &members); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		a.mu.Lock()
		a.requests++
		for _, text := range append(members.Texts, members.Documents...) {
			a.texts[r.URL.Path+" "+text]++
		}
		a.mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	a.URL = server.URL
	return a
}

const filmsHead = `
search:
  index: films
  title_field: title
  documents: films.ndjson
  retriever: {standard: {query: {multi_match: {query: "{{query}}", fields: [plot, genre^2]}}}}
  rerankers:
%smetrics: [ndcg@10]
queries: [{query: x, relevant: [Heat]}]
`

// films are the sample suite's first queries on an engine of their own, over one
// first stage and with other rerankers.
func films(t *testing.T, rerankers string, queries int) (*cluster.Client, *plan.Plan) {
	t.Helper()
	client := connectTo(t, cluster.Config{Transport: embedded.New(embedded.Options{})})
	return client, filmsOn(t, client, rerankers, queries)
}

// filmsOn are the same, loaded to a cluster.
func filmsOn(t *testing.T, client *cluster.Client, rerankers string, queries int) *plan.Plan {
	t.Helper()
	const path = "../../judgments/films/films.yaml"
	sample, err := judgments.Load(path, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	suite, err := judgments.Parse(path, fmt.Appendf(nil, filmsHead, rerankers), judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	suite.Queries = sample.Queries[:queries]
	p, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load.Documents(t.Context(), client, suite, true); err != nil {
		t.Fatal(err)
	}
	return p
}

// opened are the plan's APIs, asked without long waits.
func opened(t *testing.T, client *cluster.Client, p *plan.Plan, cache string) *reranker.Set {
	t.Helper()
	return openedFor(t, client, p, cache, time.Minute)
}

// openedFor is opened with a time limit for a request: one that is not met is a
// request more.
func openedFor(t *testing.T, client *cluster.Client, p *plan.Plan, cache string, limit time.Duration) *reranker.Set {
	t.Helper()
	set, err := reranker.Open(p.Rerankers, reranker.Options{
		Cluster: client, Getenv: func(string) string { return "" }, Cache: cache,
		Config: cluster.Config{
			Retries: 8, Timeout: limit, Outage: 2 * time.Second,
			Backoff: cluster.Backoff{Base: time.Millisecond, Cap: 4 * time.Millisecond},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	return set
}

const rescoreSuite = `
search:
  index: films
  title_field: title
  documents: documents.ndjson
  retriever: {standard: {query: {match: {note: "{{query}}"}}}}
  rerankers:
    api: {api: openai-compatible, url: %q, field: [title, plot], template: "{{plot}}/{{title}}", rank_window_size: 4, min_score: -2}
metrics: [ndcg@5]
queries:
  - {query: crime, relevant: [Heat]}
`

// scoredBy answers as a compatible server does, by a function of the text.
func scoredBy(of func(text string) any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct{ Documents []string }
		_ = json.NewDecoder(r.Body).Decode(&q)
		var results []any
		for i, text := range q.Documents {
			results = append(results, map[string]any{"index": i, "relevance_score": of(text)})
		}
		slices.Reverse(results)
		_ = json.NewEncoder(w).Encode(map[string]any{"results": results})
	})
}

// Ties keep the first stage's order and are ties in the run file; documents
// without a value are dropped and told apart from those below min_score; a
// score of 0 is one.
func TestRescoredTiesAndDropped(t *testing.T) {
	api := serveAPI(t, scoredBy(func(text string) any {
		switch {
		case strings.HasSuffix(text, "/C"):
			return -3
		case strings.HasSuffix(text, "/D"):
			return "0.5"
		}
		return 0
	}))
	documents := `{"_id":"1","note":"crime crime crime crime","title":"A","plot":"a"}
{"_id":"2","note":"crime crime crime of","title":"B","plot":"b"}
{"_id":"3","note":"crime crime of the","title":"C","plot":"c"}
{"_id":"4","note":"crime of the year","title":"D","plot":"d"}
{"_id":"5","note":"a crime of the year again","title":"E","plot":"e"}
`
	client, p := evaltest.Served(t, fmt.Sprintf(rescoreSuite, api.URL), documents, nil)
	path := filepath.Join(t.TempDir(), "run.jsonl")
	run, err := execute.Execute(t.Context(), client, p, execute.Settings{Rerankers: opened(t, client, p, ""), Out: path})
	if err != nil {
		t.Fatal(err)
	}
	result := run.Queries[0].Results["api"]
	var got []string
	for _, h := range result.Hits {
		got = append(got, fmt.Sprint(h.Title, h.Score))
	}
	if want := []string{"D0.5", "A0", "B0"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if !slices.Equal(result.Ties, [][2]int{{2, 3}}) {
		t.Errorf("ties %v", result.Ties)
	}
	if api.texts["/v1/rerank a/A"] != 1 || len(api.texts) != 4 {
		t.Errorf("sent %v", api.texts)
	}
	for _, s := range integrity.Check(run).Systems {
		if s.System == "api" && (len(s.NotReranked) > 0 || s.Documents() != 1 || len(s.Dropped[0].BelowMinScore) != 1) {
			t.Errorf("%+v", s)
		}
	}
	stored, err := runfile.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(run.Queries[0].Results["api"].Hits, stored.Queries[0].Results["api"].Hits); diff != "" {
		t.Error(diff)
	}
	if used := stored.Complete.Usage["api"]; used.Texts != 4 || used.Requests != 1 {
		t.Errorf("usage %+v", used)
	}
	if o := stored.Manifest.System("api").Outside; o == nil || o.URL != api.URL || o.Template == "" {
		t.Errorf("the manifest says %+v", o)
	}
}

const teiReranker = "    tei: {api: tei, url: %q, field: plot, rank_window_size: 40}\n"

// A second run sends no request, whatever system asked before; another window
// sends only what it has more. A repeat asks again, because that is what it is
// for.
func TestPaidOnce(t *testing.T) {
	api := serveAPI(t, standin.Handler(standin.Options{Scorer: static.New()}))
	cache := t.TempDir()
	client, p := films(t, fmt.Sprintf(teiReranker, api.URL), 12)
	execution := func(p *plan.Plan, repeat int) *eval.Run {
		run, err := execute.Execute(t.Context(), client, p, execute.Settings{Rerankers: opened(t, client, p, cache), Repeat: repeat})
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	first := execution(p, 1)
	paid := api.sent()
	again := execution(p, 1)
	if paid == 0 || api.sent() != paid {
		t.Fatalf("%d requests, and %d by the second run", paid, api.sent()-paid)
	}
	for i := range first.Queries {
		a, b := first.Queries[i].Results["tei"], again.Queries[i].Results["tei"]
		if diff := gocmp.Diff(a.Hits, b.Hits); diff != "" || a.CallMS != b.CallMS || b.Untimed {
			t.Errorf("%s: the call took %v and %v ms: %s", first.Queries[i].ID, a.CallMS, b.CallMS, diff)
		}
	}
	narrow, _ := plan.New(p.Suite, plan.Overrides{Window: 10})
	for _, q := range execution(narrow, 1).Queries {
		if r := q.Results["tei"]; len(r.Hits) > 0 && len(q.Results[eval.FirstStage].Hits) > 10 && !r.Untimed {
			t.Errorf("%s: at window 10 the call is said to have taken %v ms, which nobody measured", q.ID, r.CallMS)
		}
	}
	if api.sent() != paid {
		t.Errorf("a smaller window sent %d requests", api.sent()-paid)
	}
	execution(p, 2)
	if api.sent() != 2*paid {
		t.Errorf("a repeat sent %d requests, want %d", api.sent()-paid, paid)
	}
	for text, times := range api.texts {
		if times > 20 {
			t.Errorf("%d times: %s", times, text)
		}
	}
}

// Faults of an API are survived as those of a cluster are: nothing is lost, and
// nothing is wrong.
func TestReliabilityOfRerankAPIs(t *testing.T) {
	const queries = 10
	api := serveAPI(t, standin.Handler(standin.Options{Scorer: static.New()}))
	client, p := films(t, fmt.Sprintf(teiReranker, api.URL), queries)
	whole, err := execute.Execute(t.Context(), client, p, execute.Settings{Rerankers: openedFor(t, client, p, "", 500*time.Millisecond)})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []faults.Kind{
		faults.Slow, faults.Throttled, faults.ThrottledRetryAfter, faults.Unavailable, faults.BadGateway, faults.Reset, faults.ResetMidBody,
		faults.Truncated, faults.HalfOpen, faults.ColdModel, faults.WrongType,
	} {
		t.Run(string(kind), func(t *testing.T) {
			proxy, err := faults.New(api.URL, nil, func(n int, _ *http.Request) faults.Fault {
				if n%3 == 1 {
					return faults.Fault{Kind: kind, Delay: time.Millisecond}
				}
				return faults.Fault{}
			})
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(proxy)
			defer server.Close()
			defer proxy.Close()
			for i := range p.Rerankers {
				spoiled := *p.Rerankers[i].API
				spoiled.URL = server.URL
				p.Rerankers[i].API = &spoiled
			}
			run, err := execute.Execute(t.Context(), client, p, execute.Settings{Rerankers: openedFor(t, client, p, "", 500*time.Millisecond)})
			if err != nil {
				t.Fatal(err)
			}
			if proxy.Injected()[kind] < 3 {
				t.Errorf("%d faults were injected", proxy.Injected()[kind])
			}
			for i := range whole.Queries {
				want, got := whole.Queries[i].Results["tei"], run.Queries[i].Results["tei"]
				if got.Failed() || !gocmp.Equal(want.Hits, got.Hits) {
					t.Errorf("%s: %+v", run.Queries[i].ID, got.Error)
				}
			}
			if len(run.Queries) != queries {
				t.Errorf("%d queries", len(run.Queries))
			}
		})
	}
}

// An API that goes away for good ends the run with what is safe, and the run is
// resumed where it stopped without paying again for what was scored.
func TestResumeAfterTheAPIWentAway(t *testing.T) {
	var mu sync.Mutex
	left := 5
	inner := standin.Handler(standin.Options{Scorer: static.New()})
	api := serveAPI(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		left--
		gone := left < 0
		mu.Unlock()
		if gone {
			w.WriteHeader(http.StatusPaymentRequired)
			fmt.Fprint(w, `{"message":"your credit is used up"}`)
			return
		}
		inner.ServeHTTP(w, r)
	}))
	client, p := films(t, fmt.Sprintf("    cohere: {api: cohere, url: \"%s/cohere/v2/rerank\", model: x, field: plot, rank_window_size: 40}\n", api.URL), 12)
	path, cache := filepath.Join(t.TempDir(), "run.jsonl"), t.TempDir()
	_, err := execute.Execute(t.Context(), client, p, execute.Settings{Rerankers: opened(t, client, p, cache), Out: path, Concurrency: 1})
	if cluster.KindOf(err) != cluster.KindProvider || !strings.Contains(err.Error(), "your credit is used up") {
		t.Fatalf("%v", err)
	}
	left = 100
	asked := api.sent()
	stored, err := runfile.Read(path)
	if err != nil || len(stored.Queries) == 0 {
		t.Fatalf("%d queries are safe: %v", len(stored.Queries), err)
	}
	run, err := execute.Execute(t.Context(), client, p, execute.Settings{Rerankers: opened(t, client, p, cache), Resume: stored, ResumePath: path})
	if err != nil || run.Failed() > 0 || len(run.Queries) != 12 {
		t.Fatalf("%d of %d queries failed: %v", run.Failed(), len(run.Queries), err)
	}
	sent := 0
	for _, q := range run.Queries {
		if len(q.Results[eval.FirstStage].Hits) > 0 {
			sent++
		}
	}
	if got := api.sent() - asked; got != sent-5 {
		t.Errorf("%d requests after the resume, want %d: %d of %d were answered before", got, sent-5, 5, sent)
	}
}

// What an API refuses for every query, or answers so that it cannot be used, is
// found at the first queries, and named with its place. It need not be the suite
// that is wrong.
func TestAPIThatRefusesEverything(t *testing.T) {
	api := serveAPI(t, standin.Handler(standin.Options{Scorer: static.New(), Batch: 5}))
	for line, want := range map[string]string{
		"    x: {api: tei, url: %q, field: plot, rank_window_size: 40}\n":                                     "batch size 32 > maximum allowed batch size 5",
		"    x: {api: voyage, url: \"%s/v1/rerank\", model: x, field: plot, rank_window_size: 4}\n":           "it has no results",
		"    x: {api: voyage, url: \"%s/voyage/v1/rerank\", model: x, field: plot, parameters: {top_n: 2}}\n": "Argument 'top_n' is not supported",
		"    x: {api: tei, url: \"%s/nowhere\", field: plot}\n":                                               "knows no such path or model",
	} {
		client, p := films(t, fmt.Sprintf(strings.ReplaceAll(line, "%q", `"%s"`), api.URL), 12)
		asked := api.sent()
		path := filepath.Join(t.TempDir(), "run.jsonl")
		_, err := execute.Execute(t.Context(), client, p, execute.Settings{Rerankers: opened(t, client, p, ""), Out: path})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
		if !strings.Contains(line, "nowhere") && !strings.Contains(err.Error(), `.yaml:8:5: the reranker "x" fails for both queries that were tried: `) {
			t.Errorf("%s: the error has no place in the suite: %v", line, err)
		}
		if _, wrong := errors.AsType[judgments.Problems](err); wrong {
			t.Errorf("%s: the suite is called wrong: %v", line, err)
		}
		if _, err := os.Stat(path); !strings.Contains(line, "nowhere") && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the run's file is there: %v", line, err)
		}
		if sent := api.sent() - asked; sent > 2 {
			t.Errorf("%s: %d requests", line, sent)
		}
	}
}

// An interruption ends a wait for a slow API at once.
func TestInterruptedWhileAnAPIIsSlow(t *testing.T) {
	arrived := make(chan struct{}, 100)
	api := serveAPI(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	client, p := films(t, fmt.Sprintf(teiReranker, api.URL), 3)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	start := time.Now()
	if _, err := execute.Execute(ctx, client, p, execute.Settings{Rerankers: opened(t, client, p, "")}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

// What texts sent to an API cost is said before the first is sent, with their
// characters and tokens; --max-usd refuses what goes beyond, but lets a run pass
// whose scores the cache has.
func TestCostOfRerankAPIs(t *testing.T) {
	api := serveAPI(t, standin.Handler(standin.Options{Scorer: static.New()}))
	const prices = "    tei: {api: tei, url: %q, field: [title, plot], rank_window_size: 40}\n"
	client, p := films(t, fmt.Sprintf(prices, api.URL), 12)
	p.Suite.Prices = []judgments.Price{{Name: "tei", USD: 0.05, Per: judgments.PerDocuments}}
	p, err := plan.New(p.Suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	execution := func(p *plan.Plan, usd float64) (notes string, err error) {
		_, err = execute.Execute(t.Context(), client, p, execute.Settings{
			Rerankers: opened(t, client, p, cache), MaxUSD: &usd, Note: func(text string) { notes += text + "\n" }, Concurrency: 1,
			WarmUp: time.Second, // which asks the cluster's endpoints alone
		})
		return notes, err
	}
	// 12 queries × 40 documents at 0.05 a thousand
	notes, err := execution(p, 0.0239)
	if _, refused := errors.AsType[*execute.CostError](err); !refused || api.sent() > 0 || !strings.Contains(err.Error(), "up to 0.024 dollars") {
		t.Fatalf("%v after %d requests", err, api.sent())
	}
	var documents, characters, tokens int
	if _, err := fmt.Sscanf(strings.ReplaceAll(notes, ",", ""), "2 systems × 12 queries: 12 searches at most %d documents to rerank 480 of them sent outside Elasticsearch with about %d characters %d tokens", &documents, &characters, &tokens); err != nil || documents != 480 || characters < 480*100 || characters > 480*400 || tokens != characters/4 {
		t.Errorf("said %q: %v", notes, err)
	}
	if _, err := execution(p, 0.024); err != nil {
		t.Fatal(err)
	}
	paid := api.sent()
	if notes, err = execution(p, 0); err != nil || api.sent() != paid || !strings.Contains(notes, "but for what the cache has") {
		t.Errorf("a run that costs nothing: %v after %d requests, said %q", err, api.sent()-paid, notes)
	}
	wide, err := plan.New(p.Suite, plan.Overrides{Window: 60})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = execution(wide, 0.0005); cluster.KindOf(err) != cluster.KindConfig || !strings.Contains(err.Error(), "--max-usd") {
		t.Errorf("beyond what the cache has: %v", err)
	}
	api.mu.Lock()
	defer api.mu.Unlock()
	sent := 0
	for _, times := range api.texts {
		sent += times
	}
	whole := 0
	run, err := execute.Execute(t.Context(), client, p, execute.Settings{Rerankers: opened(t, client, p, cache)})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range run.Queries {
		whole += len(q.Results["tei"].Hits)
	}
	if more := sent - whole; more < 0 || more > 10 { // 0.0005 dollars are 10 documents
		t.Errorf("%d texts were sent for 0.0005 dollars", more)
	}
}

// A filter keeps documents from an API as it does from the server's reranker:
// those that it lets through alone are sent.
func TestFilterOfRerankAPI(t *testing.T) {
	api := serveAPI(t, scoredBy(func(text string) any { return len(text) }))
	suite := strings.Replace(fmt.Sprintf(rescoreSuite, api.URL), "min_score: -2", `filter: {match: {plot: "{{word}}"}}`, 1)
	suite = strings.Replace(suite, "{query: crime,", "{query: crime, params: {word: b}, ", 1)
	documents := `{"_id":"1","note":"crime crime crime","title":"A","plot":"a"}
{"_id":"2","note":"crime crime of","title":"B","plot":"b"}
{"_id":"3","note":"crime of the year","title":"C","plot":"b c"}
`
	client, p := evaltest.Served(t, suite, documents, nil)
	run, err := execute.Execute(t.Context(), client, p, execute.Settings{Rerankers: opened(t, client, p, "")})
	if err != nil {
		t.Fatal(err)
	}
	if got := titlesOf(run.Queries[0].Results["api"]); !slices.Equal(got, []string{"C", "B"}) || len(api.texts) != 2 {
		t.Errorf("%v, sent %v", got, api.texts)
	}
	for _, s := range integrity.Check(run).Systems {
		if len(s.Dropped)+len(s.Outside)+len(s.Failed) > 0 {
			t.Errorf("%s: %+v", s.System, s)
		}
	}
}
