package sweep_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded/static"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/reranker"
	"github.com/releval/releval/eval/reranker/standin"
	"github.com/releval/releval/eval/sweep"
	"github.com/releval/releval/judgments"
)

// api serves a model, and notes the number of texts of each request.
func api(t *testing.T, model standin.Scorer) (url string, sent func() []int) {
	t.Helper()
	var mu sync.Mutex
	var sizes []int
	inner := standin.Handler(standin.Options{Scorer: model})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var members struct{ Documents []string }
		if err := json.Unmarshal(body, &members); err != nil {
			t.Error(err)
		}
		mu.Lock()
		sizes = append(sizes, len(members.Documents))
		mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []int {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(sizes)
	}
}

// withAPI puts an API in the place of the plan's first reranker.
func withAPI(t *testing.T, client *cluster.Client, p *plan.Plan, a judgments.RerankAPI) *reranker.Set {
	t.Helper()
	r := p.Rerankers[0]
	a.API, a.Fields = judgments.APICompatible, []string{r.Field}
	r.Field, r.InferenceID, r.API, r.Name = "", "", &a, "api"
	p.Rerankers = []judgments.Reranker{r}
	set, err := reranker.Open(p.Rerankers, reranker.Options{Cluster: client, Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	return set
}

func sum(sizes []int) (n int) {
	for _, s := range sizes {
		n += s
	}
	return n
}

// A sweep of 20 windows sends an API what the largest window needs, and gives
// for every window what a run at that window gives.
func TestSweepOutsideSendsTheLargestWindow(t *testing.T) {
	url, sent := api(t, static.New())
	client, p := films(t, 15)
	set := withAPI(t, client, p, judgments.RerankAPI{URL: url})
	var windows []int
	for w := 5; w <= 100; w += 5 {
		windows = append(windows, w)
	}
	result, run, err := sweep.Execute(t.Context(), p, client, sweep.Options{Windows: windows, Outside: set})
	if err != nil {
		t.Fatal(err)
	}
	needed, answered := make(map[string]bool), 0
	for _, q := range run.Queries {
		if hits := q.Results["api"].Hits; len(hits) > 0 {
			answered++
			for _, h := range hits {
				needed[q.ID+" "+h.ID] = true
			}
		}
	}
	if got := sent(); len(got) != answered || sum(got) != len(needed) {
		t.Errorf("%d requests with %d texts, want %d with %d", len(got), sum(got), answered, len(needed))
	}
	r := result.Rerankers[0]
	if r.Audit != nil || r.Origin != sweep.Unaudited || !strings.Contains(strings.Join(r.Notes, "\n"), "not audited") {
		t.Errorf("an audit %v, origin %q, notes %q", r.Audit, r.Origin, r.Notes)
	}
	paid := len(sent())
	for _, w := range []int{5, 35, 100} {
		one := *p
		one.Rerankers = slices.Clone(p.Rerankers)
		one.Rerankers[0].Window = w
		real, err := execute.Execute(t.Context(), client, &one, execute.Settings{Rerankers: set})
		if err != nil {
			t.Fatal(err)
		}
		for i, q := range real.Queries {
			derived := sweep.Derive(run.Queries[i].Results[eval.FirstStage].Hits, run.Queries[i].Results["api"].Hits, w)
			if hits := q.Results["api"].Hits; len(derived)+len(hits) > 0 && !cmp.Equal(derived, hits) {
				t.Errorf("%s at %d: %s", q.ID, w, cmp.Diff(derived, hits))
			}
		}
	}
	if len(sent()) != paid {
		t.Errorf("runs at windows of the sweep sent %d requests", len(sent())-paid)
	}
	// where it is asked for, the audit asks the API and not the cache
	result, _, err = sweep.Execute(t.Context(), p, client, sweep.Options{Windows: windows, Outside: set, AuditOutside: true, Audit: 12, LatencySamples: -1})
	if err != nil {
		t.Fatal(err)
	}
	if a := result.Rerankers[0].Audit; a == nil || !a.Passed() || a.Cells != 12 || len(sent())-paid != 12 {
		t.Errorf("audit %v with %d requests", a, len(sent())-paid)
	}
}

// The windows of a listwise model are asked for whole, each by itself, and are
// derived by no flag.
func TestSweepOutsideNeverDerivesListwise(t *testing.T) {
	url, sent := api(t, listwise{})
	client, p := films(t, 6)
	set := withAPI(t, client, p, judgments.RerankAPI{URL: url, Model: "jina-reranker-v3"})
	windows := []int{5, 10, 20}
	result, run, err := sweep.Execute(t.Context(), p, client, sweep.Options{Windows: windows, Outside: set})
	if err != nil {
		t.Fatal(err)
	}
	var want []int
	for _, q := range run.Queries {
		if n := len(q.Results["api"].Hits); n > 0 {
			for _, w := range windows {
				want = append(want, min(w, n))
			}
		}
	}
	got := sent()
	slices.Sort(got)
	slices.Sort(want)
	// lists that are shorter than a window are one for both
	if result.Rerankers[0].Origin != sweep.Measured || len(got) > len(want) || len(got) < len(want)-2*len(run.Queries) || slices.Max(got) != slices.Max(want) {
		t.Errorf("origin %q, requests of %v texts, want %v", result.Rerankers[0].Origin, got, want)
	}
	if _, _, err := sweep.Execute(t.Context(), p, client, sweep.Options{Windows: windows, Outside: set, DeriveOnly: true}); err == nil || !strings.Contains(err.Error(), "listwise") {
		t.Errorf("derived all the same: %v", err)
	}
	run.Manifest.Metrics = []string{"ndcg@10"}
	if _, err := sweep.FromRun(run, sweep.Options{Windows: windows}); err == nil || !strings.Contains(err.Error(), "listwise") {
		t.Errorf("derived from the saved run: %v", err)
	}
	small := p.Rerankers[0]
	a := *small.API
	a.Batch, small.API = 15, &a
	if _, err := reranker.Open([]judgments.Reranker{small}, reranker.Options{Getenv: func(string) string { return "" }}); small.Window > 15 && err == nil {
		t.Error("a window of a listwise model is split")
	}
}
