package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/judgments"
)

// BenchmarkOverhead measures what the harness costs on top of the searches:
// `releval run` against the embedded engine behind a loopback socket, next to
// a bare net/http loop that posts the same bodies with as many requests in
// flight. The two take turns; the ratio of each pair is what counts, and the
// median of the ratios is reported.
func BenchmarkOverhead(b *testing.B) {
	const queries, concurrency, pairs = 3000, 4, 7
	folder := b.TempDir()
	suite := syntheticSuite(b, folder, queries)
	recorder := &recorder{engine: embedded.New(embedded.Options{})}
	client, err := cluster.New(cluster.Config{Transport: recorder.engine})
	if err != nil {
		b.Fatal(err)
	}
	loaded, err := loadSuite(suite)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := eval.LoadDocuments(b.Context(), client, loaded, true); err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(recorder)
	defer server.Close()

	run := func(out string) time.Duration {
		start := time.Now()
		p := &program{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: os.Stderr, Getenv: func(string) string { return "" }}
		if code := p.main(b.Context(), []string{"run", "--cluster", server.URL, "--quiet", "--out", filepath.Join(folder, out), "--concurrency", fmt.Sprint(concurrency), suite}); code != exitOK {
			b.Fatalf("releval run: exit code %d", code)
		}
		return time.Since(start)
	}
	recorder.record.Store(true)
	run("recorded.jsonl")
	recorder.record.Store(false)
	pit, err := client.OpenPIT(b.Context(), loaded.Search.Index, time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	bodies := recorder.under(pit.ID)
	for b.Loop() {
		var ratios, harness []float64
		for i := range pairs {
			bare := post(b, server.URL, bodies, concurrency)
			whole := run(fmt.Sprintf("run%d.jsonl", i))
			os.Remove(filepath.Join(folder, fmt.Sprintf("run%d.jsonl", i)))
			ratios = append(ratios, whole.Seconds()/bare.Seconds())
			harness = append(harness, queries/whole.Seconds())
		}
		slices.Sort(ratios)
		slices.Sort(harness)
		b.ReportMetric(harness[pairs/2], "queries/s")
		b.ReportMetric(harness[pairs/2]*ratios[pairs/2], "bare-queries/s")
		b.ReportMetric(ratios[pairs/2], "ratio")
	}
}

// recorder keeps the bodies of the searches that carry a point in time: the
// searches of the queries.
type recorder struct {
	engine *embedded.Engine
	record atomic.Bool
	mu     sync.Mutex
	bodies [][]byte
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if r.record.Load() && strings.HasSuffix(request.URL.Path, "/_search") {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if bytes.Contains(body, []byte(`"pit":{"id":"`)) {
			r.mu.Lock()
			r.bodies = append(r.bodies, body)
			r.mu.Unlock()
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	r.engine.ServeHTTP(w, request)
}

// under gives the bodies with another point in time.
func (r *recorder) under(pit string) [][]byte {
	const before, after = `"pit":{"id":"`, `"`
	changed := make([][]byte, len(r.bodies))
	for i, body := range r.bodies {
		start := bytes.LastIndex(body, []byte(before)) + len(before)
		end := start + bytes.Index(body[start:], []byte(after))
		changed[i] = slices.Concat(body[:start], []byte(pit), body[end:])
	}
	return changed
}

// post sends every body and reads every answer to its end.
func post(b *testing.B, url string, bodies [][]byte, concurrency int) time.Duration {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: concurrency}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	work := make(chan []byte)
	var group sync.WaitGroup
	start := time.Now()
	for range concurrency {
		group.Go(func() {
			for body := range work {
				request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url+"/_search?allow_partial_search_results=false", bytes.NewReader(body))
				if err != nil {
					b.Error(err)
					continue
				}
				request.Header.Set("Content-Type", "application/json")
				response, err := client.Do(request)
				if err != nil {
					b.Error(err)
					continue
				}
				if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
					b.Errorf("status %d, %v", response.StatusCode, err)
				}
				response.Body.Close()
			}
		})
	}
	for _, body := range bodies {
		work <- body
	}
	close(work)
	group.Wait()
	return time.Since(start)
}

// syntheticSuite writes a suite of many queries over the sample suite's
// documents: a few words out of a plot, with its film as the relevant one.
func syntheticSuite(b *testing.B, folder string, queries int) string {
	b.Helper()
	documents, err := filepath.Abs("../../judgments/films/films.ndjson")
	if err != nil {
		b.Fatal(err)
	}
	var plots [][]string
	var ids []string
	for d, err := range judgments.Documents(documents) {
		if err != nil {
			b.Fatal(err)
		}
		words := strings.FieldsFunc(string(d.Source), func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
		plots, ids = append(plots, words), append(ids, d.ID)
	}
	random := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	fmt.Fprintf(&text, `name: overhead
search:
  index: overhead
  title_field: title
  documents: %q
  retriever: {standard: {query: {multi_match: {query: "{{query}}", fields: [plot, genre]}}}}
  rerankers:
    elastic: {field: plot, rank_window_size: 50}
queries:
`, documents)
	for n := range queries {
		film := random.IntN(len(plots))
		var words []string
		for range 4 {
			words = append(words, plots[film][random.IntN(len(plots[film]))])
		}
		fmt.Fprintf(&text, "  - {id: q%d, query: \"%s %d\", relevant: [{id: %s}]}\n", n, strings.Join(words, " "), n, ids[film])
	}
	path := filepath.Join(folder, "suite.yaml")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	return path
}
