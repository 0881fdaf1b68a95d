package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
)

// BenchmarkOverhead measures what the harness costs on top of the searches: a
// whole `releval run` against the embedded engine, which another process
// serves on a loopback socket, next to a bare net/http loop that posts the
// same bodies with as many requests in flight. The index has 10,000 documents,
// the reranker's window is 100. The two take turns, and the medians of the
// pairs' ratios are reported: "whole-ratio" for the whole command, which also
// reads the suite, computes the statistics and writes the report, and
// "searching-ratio" for its searching alone, from the first search to the last
// line of the run file.
func BenchmarkOverhead(b *testing.B) {
	const queries, documents, concurrency, pairs = 3000, 10000, 4, 9
	folder := b.TempDir()
	suite := syntheticSuite(b, folder, queries, documents)
	address := serveSuite(b, suite)

	run := func(url, out string) (searching, whole time.Duration) {
		start := time.Now()
		path := filepath.Join(folder, out)
		command := releval(b, "run", "--cluster", url, "--quiet", "--out", path, "--concurrency", fmt.Sprint(concurrency), suite)
		if printed, err := command.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, printed)
		}
		whole = time.Since(start)
		stored, err := runfile.Read(path)
		if err != nil {
			b.Fatal(err)
		}
		os.Remove(path)
		return stored.Complete.Finished.Sub(stored.Manifest.Started), whole
	}
	recorder := newRecorder(b, address)
	proxy := httptest.NewServer(recorder)
	run(proxy.URL, "recorded.jsonl")
	proxy.Close()
	client, err := cluster.New(cluster.Config{URL: address})
	if err != nil {
		b.Fatal(err)
	}
	pit, err := client.OpenPIT(b.Context(), "overhead", time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	bodies := recorder.under(pit.ID)
	for b.Loop() {
		var bare, searching, ratios, wholes []float64
		for i := range pairs {
			// The one that goes first alternates: a machine whose speed drifts
			// favours neither.
			var posted, searched, whole time.Duration
			if i%2 == 0 {
				posted = post(b, address, bodies, concurrency)
			}
			searched, whole = run(address, fmt.Sprintf("run%d.jsonl", i))
			if i%2 == 1 {
				posted = post(b, address, bodies, concurrency)
			}
			bare = append(bare, queries/posted.Seconds())
			searching = append(searching, queries/searched.Seconds())
			ratios = append(ratios, searched.Seconds()/posted.Seconds())
			wholes = append(wholes, whole.Seconds()/posted.Seconds())
		}
		for _, values := range [][]float64{bare, searching, ratios, wholes} {
			slices.Sort(values)
		}
		b.ReportMetric(searching[pairs/2], "queries/s")
		b.ReportMetric(bare[pairs/2], "bare-queries/s")
		b.ReportMetric(ratios[pairs/2], "searching-ratio")
		b.ReportMetric(wholes[pairs/2], "whole-ratio")
	}
}

// releval is the command in a process of its own: this test's binary again.
func releval(b *testing.B, args ...string) *exec.Cmd {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	command := exec.CommandContext(b.Context(), self, args...)
	command.Env = append(os.Environ(), asCommand+"=1", "GITHUB_ACTIONS=")
	return command
}

// serveSuite serves the suite's documents from another process, and returns
// its address.
func serveSuite(b *testing.B, suite string) string {
	b.Helper()
	command := releval(b, "serve", "--listen", "127.0.0.1:0", suite)
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := command.Process.Kill(); err != nil {
			b.Error(err)
		}
		_ = command.Wait() // killed: its error says only that
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// recorder passes requests on, and keeps the bodies of the searches that carry
// a point in time: the searches of the queries.
type recorder struct {
	proxy  *httputil.ReverseProxy
	mu     sync.Mutex
	bodies [][]byte
}

func newRecorder(b *testing.B, address string) *recorder {
	b.Helper()
	target, err := url.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	return &recorder{proxy: httputil.NewSingleHostReverseProxy(target)}
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if strings.HasSuffix(request.URL.Path, "/_search") {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if bytes.Contains(body, []byte(`"retriever":`)) && bytes.Contains(body, []byte(`"pit":{"id":"`)) {
			r.mu.Lock()
			r.bodies = append(r.bodies, body)
			r.mu.Unlock()
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	r.proxy.ServeHTTP(w, request)
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
func post(b *testing.B, address string, bodies [][]byte, concurrency int) time.Duration {
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
				request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address+"/_search?allow_partial_search_results=false", bytes.NewReader(body))
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

// syntheticSuite writes a suite of many queries over documents whose plots
// are sentences of the sample suite's plots, mixed: a few words out of a plot,
// with its document as the relevant one.
func syntheticSuite(b *testing.B, folder string, queries, documents int) string {
	b.Helper()
	var sentences []string
	for d, err := range judgments.Documents("../../judgments/films/films.ndjson") {
		if err != nil {
			b.Fatal(err)
		}
		var film struct{ Plot string }
		if err := json.Unmarshal(d.Source, &film); err != nil {
			b.Fatal(err)
		}
		sentences = append(sentences, strings.SplitAfter(film.Plot, ". ")...)
	}
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(from []string) string { return from[random.IntN(len(from))] }
	var films, text strings.Builder
	text.WriteString(`name: overhead
search:
  index: overhead
  title_field: title
  documents: films.ndjson
  retriever: {standard: {query: {multi_match: {query: "{{query}}", fields: [title, plot]}}}}
  rerankers:
    elastic: {field: plot, rank_window_size: 100}
queries:
`)
	for n := range documents {
		plot := pick(sentences) + pick(sentences) + pick(sentences)
		film, err := json.Marshal(map[string]string{"id": fmt.Sprint(n), "title": fmt.Sprintf("Film %d", n), "plot": plot})
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintf(&films, "%s\n", film)
		if n < queries {
			words := strings.FieldsFunc(plot, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
			fmt.Fprintf(&text, "  - {id: q%d, query: \"%s %s %s %s %d\", relevant: [Film %d]}\n", n, pick(words), pick(words), pick(words), pick(words), n, n)
		}
	}
	for name, content := range map[string]string{"films.ndjson": films.String(), "suite.yaml": text.String()} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return filepath.Join(folder, "suite.yaml")
}
