package execute_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/runfile"
)

// watched counts searches, names the system of each by what it sends, and knows
// how many are in flight.
type watched struct {
	mu      sync.Mutex
	order   []string
	flight  int
	most    int
	refuse  func(system string, search int) bool
	inSight func(system string, search int)
}

func (w *watched) override(rw http.ResponseWriter, r *http.Request) bool {
	if r.URL.Path != "/_search" {
		return false
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	system := ""
	switch {
	case !bytes.Contains(body, []byte(`"pit"`)) || bytes.Contains(body, []byte(`"terms"`)):
		return false // a look-up of titles
	case bytes.Contains(body, []byte(`"text_similarity_reranker"`)):
		system = "reranked"
	default:
		system = "first"
	}
	w.mu.Lock()
	w.order = append(w.order, system)
	n := len(w.order)
	w.flight++
	w.most = max(w.most, w.flight)
	w.mu.Unlock()
	if w.inSight != nil {
		w.inSight(system, n)
	}
	refused := w.refuse != nil && w.refuse(system, n)
	if refused {
		evaltest.Answer(rw, 500, `{"error":{"type":"illegal_state_exception","reason":"no time today"}}`)
	} else {
		time.Sleep(2 * time.Millisecond) // long enough for another to come
	}
	w.mu.Lock()
	w.flight--
	w.mu.Unlock()
	return refused
}

// twelve are queries enough for the systems to come in both orders.
func twelve() string {
	var b strings.Builder
	b.WriteString(strings.Split(evaltest.SuiteHead+evaltest.Standard+evaltest.Rerankers+evaltest.SuiteTail, "queries:")[0] + "queries:\n")
	for _, word := range []string{"crime", "creature", "crew", "detective", "water", "gluttony", "meets", "a", "and", "in", "the", "of"} {
		b.WriteString("  - {query: " + word + ", relevant: [Heat]}\n")
	}
	return b.String()
}

// The searches of the samples come after the run's, one at a time, as many as
// was said before, in an order that changes from query to query.
func TestLatencySamples(t *testing.T) {
	w := &watched{}
	client, plan := evaltest.Served(t, twelve(), evaltest.Documents, []embedded.Endpoint{{ID: "model", Service: "test", Model: "test", Scorer: scorer(byLength)}}, w.override)
	path := filepath.Join(t.TempDir(), "run.jsonl")
	var said []string
	var run *eval.Run
	afterRun := 2 * len(plan.Queries)
	w.inSight = func(_ string, n int) {
		if n == afterRun+1 {
			w.mu.Lock()
			w.most = w.flight
			w.mu.Unlock()
		}
	}
	var err error
	run, err = execute.Execute(t.Context(), client, plan, execute.Settings{Out: path, LatencySamples: 8, Seed: 3, Note: func(text string) { said = append(said, text) }})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(w.order); got != afterRun+2*8 {
		t.Errorf("%d searches, want %d", got, afterRun+2*8)
	}
	if w.most != 1 {
		t.Errorf("%d searches were in flight while latencies were measured", w.most)
	}
	if !slices.ContainsFunc(said, func(s string) bool {
		return strings.Contains(s, "one search at a time, in random order (seed 3)")
	}) {
		t.Errorf("said %q", said)
	}
	first := 0
	for i := afterRun; i < len(w.order); i += 2 {
		if w.order[i] == w.order[i+1] {
			t.Errorf("searches %d and %d are of the same system", i, i+1)
		}
		if w.order[i] == "first" {
			first++
		}
	}
	if first == 0 || first == 8 {
		t.Errorf("the first stage went first %d times of 8", first)
	}
	samples := run.Complete.Latency
	if len(samples.Queries) != 8 || len(samples.Times) != 2 || len(samples.Times["elastic"]) != 8 {
		t.Fatalf("%+v", samples)
	}
	for _, time := range append(samples.Times["elastic"], samples.Times[eval.FirstStage]...) {
		if time.WallMS < 2 || time.Error != "" {
			t.Errorf("%+v", time)
		}
	}
	stored, err := runfile.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := stored.Complete.Latency; !slices.Equal(got.Queries, samples.Queries) || !slices.Equal(got.Times["elastic"], samples.Times["elastic"]) {
		t.Errorf("%+v is in the file", got)
	}
	if run.Manifest.Concurrency != 4 {
		t.Errorf("the manifest says that %d queries were in flight", run.Manifest.Concurrency)
	}
}

// A search that fails gives no time, and takes nothing from the run.
func TestLatencySamplesFail(t *testing.T) {
	w := &watched{}
	endpoints := []embedded.Endpoint{{ID: "model", Service: "test", Model: "test", Scorer: scorer(byLength)}}
	client, plan := evaltest.Served(t, twelve(), evaltest.Documents, endpoints, w.override)
	w.refuse = func(system string, n int) bool { return n > 24 && system == "reranked" }
	run, err := execute.Execute(t.Context(), client, plan, execute.Settings{LatencySamples: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, time := range run.Complete.Latency.Times["elastic"] {
		if !strings.Contains(time.Error, "no time today") {
			t.Errorf("%+v", time)
		}
	}
	if run.Failed() > 0 || run.Complete.Latency.Times[eval.FirstStage][0].Error != "" {
		t.Errorf("%d queries failed; %+v", run.Failed(), run.Complete.Latency)
	}
}

// What is interrupted while latencies are measured is resumed without searching
// the queries again, and keeps at which load they were searched.
func TestLatencySamplesAreResumed(t *testing.T) {
	w := &watched{}
	endpoints := []embedded.Endpoint{{ID: "model", Service: "test", Model: "test", Scorer: scorer(byLength)}}
	client, plan := evaltest.Served(t, twelve(), evaltest.Documents, endpoints, w.override)
	path := filepath.Join(t.TempDir(), "run.jsonl")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	w.inSight = func(_ string, n int) {
		if n == 24+3 {
			stop()
		}
	}
	if _, err := execute.Execute(ctx, client, plan, execute.Settings{Out: path, LatencySamples: 5, Concurrency: 2}); err == nil {
		t.Fatal("the run was not interrupted")
	}
	stored, err := runfile.Read(path)
	if err != nil || len(stored.Queries) != 12 || stored.Complete != nil {
		t.Fatalf("%v, %d queries", err, len(stored.Queries))
	}
	before := len(w.order)
	run, err := execute.Execute(t.Context(), client, plan, execute.Settings{Resume: stored, ResumePath: path, LatencySamples: 5, Concurrency: 3})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(w.order) - before; got != 10 {
		t.Errorf("%d searches to resume, want 10", got)
	}
	if len(run.Complete.Latency.Queries) != 5 || run.Manifest.Concurrency != 2 || run.Queries[0].Concurrency != 0 {
		t.Errorf("%+v, %d in flight", run.Complete.Latency, run.Manifest.Concurrency)
	}
}
