package main

import (
	"bufio"
	"bytes"
	"cmp"
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
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
)

// BenchmarkOverhead measures what the harness costs on top of the searches: a
// whole `releval run` against an engine on a loopback socket, next to a bare
// net/http loop that posts the same bodies with as many requests in flight,
// each in a process of its own. The window of the reranker is 100.
//
// The engine repeats what the embedded engine answered before: at once, which
// leaves nothing but the harness to measure, and after 50 ms, which is what
// users have. "µs/search" and "bare-µs/search" are the processor time, of the
// program and of the system for it, that a search costs; "ratio" is that of
// the wall times of the searching, from the first search to the last line of
// the run file, and "whole-ratio" that of the whole command, which also reads
// the suite, computes the statistics and writes the report. All are medians of
// the pairs.
func BenchmarkOverhead(b *testing.B) {
	const queries, documents, concurrency = 1500, 2000, 4
	folder := b.TempDir()
	suite := syntheticSuite(b, folder, queries, documents)
	engine := newRepeating(b, serveSuite(b, suite))
	server := httptest.NewServer(engine)
	defer server.Close()
	run := func(b *testing.B) (searching, whole, processor time.Duration) {
		start := time.Now()
		path := filepath.Join(folder, "run.jsonl")
		command := releval(b, "run", "--cluster", server.URL, "--quiet", "--out", path, "--concurrency", fmt.Sprint(concurrency), suite)
		if printed, err := command.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, printed)
		}
		whole = time.Since(start)
		stored, err := runfile.Read(path)
		if err != nil {
			b.Fatal(err)
		}
		os.Remove(path)
		return stored.Complete.Finished.Sub(stored.Manifest.Started), whole, processorTime(command)
	}
	run(b) // records the answers
	bodies := filepath.Join(folder, "bodies.ndjson")
	searches := engine.writeBodies(b, bodies)
	post := func(b *testing.B) (wall, processor time.Duration) {
		command := releval(b, server.URL, bodies, fmt.Sprint(concurrency))
		command.Env = append(command.Env, asBareLoop+"=1")
		printed, err := command.CombinedOutput()
		if err != nil {
			b.Fatalf("%v\n%s", err, printed)
		}
		if wall, err = time.ParseDuration(string(printed)); err != nil {
			b.Fatal(err)
		}
		return wall, processorTime(command)
	}
	for _, c := range []struct {
		name  string
		delay time.Duration
		pairs int
	}{{"at-once", 0, 9}, {"after-50ms", 50 * time.Millisecond, 1}} {
		b.Run(c.name, func(b *testing.B) {
			engine.delay = c.delay
			for b.Loop() {
				var harness, bare, ratios, wholes []float64
				for i := range c.pairs {
					// The one that goes first alternates: a machine whose speed
					// drifts favours neither.
					var posted, postedFor time.Duration
					if i%2 == 0 {
						posted, postedFor = post(b)
					}
					searched, whole, ranFor := run(b)
					if i%2 == 1 {
						posted, postedFor = post(b)
					}
					harness = append(harness, float64(ranFor.Microseconds())/float64(searches))
					bare = append(bare, float64(postedFor.Microseconds())/float64(searches))
					ratios = append(ratios, searched.Seconds()/posted.Seconds())
					wholes = append(wholes, whole.Seconds()/posted.Seconds())
				}
				for unit, values := range map[string][]float64{"µs/search": harness, "bare-µs/search": bare, "ratio": ratios, "whole-ratio": wholes} {
					slices.Sort(values)
					b.ReportMetric(values[len(values)/2], unit)
				}
			}
		})
	}
}

// processorTime is what a finished process took.
func processorTime(c *exec.Cmd) time.Duration {
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime()
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

// repeating is an engine that passes requests on to another, and answers the
// searches of the queries by itself when they come again, after a delay.
type repeating struct {
	proxy   *httputil.ReverseProxy
	delay   time.Duration // set while nothing is searched
	mu      sync.Mutex
	answers map[string][]byte // by the body without its point in time
	bodies  [][]byte
}

func newRepeating(b *testing.B, address string) *repeating {
	b.Helper()
	target, err := url.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	r := &repeating{proxy: httputil.NewSingleHostReverseProxy(target), answers: make(map[string][]byte)}
	r.proxy.ModifyResponse = r.record
	return r
}

// searched is the key of a search's body in the request's context.
type searched struct{}

func (r *repeating) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if !strings.HasSuffix(request.URL.Path, "/_search") {
		r.proxy.ServeHTTP(w, request)
		return
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	query, carriesPIT := withoutPIT(body)
	if !carriesPIT {
		r.proxy.ServeHTTP(w, request)
		return
	}
	r.mu.Lock()
	answer := r.answers[query]
	if answer == nil {
		r.bodies = append(r.bodies, body)
	}
	r.mu.Unlock()
	if answer == nil {
		request.Header.Del("Accept-Encoding") // the answer is kept as it is read
		r.proxy.ServeHTTP(w, request.WithContext(context.WithValue(request.Context(), searched{}, query)))
		return
	}
	time.Sleep(r.delay)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	_, _ = w.Write(answer) // a client that has gone needs no answer
}

// record keeps the answer to a query's search.
func (r *repeating) record(response *http.Response) error {
	query, ok := response.Request.Context().Value(searched{}).(string)
	if !ok {
		return nil
	}
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	response.Body = io.NopCloser(bytes.NewReader(answer))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers[query] = answer
	return nil
}

// withoutPIT gives a body without its point in time, if it carries one and a
// retriever: then it is the search of a query.
func withoutPIT(body []byte) (string, bool) {
	const before = `"pit":{"id":"`
	start := bytes.LastIndex(body, []byte(before))
	if start < 0 || !bytes.Contains(body, []byte(`"retriever":`)) {
		return "", false
	}
	start += len(before)
	return string(body[:start]) + string(body[start+bytes.IndexByte(body[start:], '"'):]), true
}

// writeBodies writes the bodies of the recorded searches, a line each, and
// counts them.
func (r *repeating) writeBodies(b *testing.B, path string) int {
	b.Helper()
	if err := os.WriteFile(path, bytes.Join(r.bodies, []byte("\n")), 0o644); err != nil {
		b.Fatal(err)
	}
	return len(r.bodies)
}

// asBareLoop is the environment variable that makes the test binary the bare
// loop that the harness is measured against.
const asBareLoop = "RELEVAL_TEST_AS_BARE_LOOP"

// bareLoop posts every line of a file to an address, with some requests in
// flight, reads every answer to its end, and prints how long that took.
func bareLoop(address, path, concurrency string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	workers, err := strconv.Atoi(concurrency)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	work := make(chan []byte)
	var group errgroup.Group
	start := time.Now()
	for range workers {
		group.Go(func() error {
			var failed error
			for body := range work {
				failed = cmp.Or(failed, postOne(client, address, body))
			}
			return failed
		})
	}
	for body := range bytes.SplitSeq(content, []byte("\n")) {
		work <- body
	}
	close(work)
	err = group.Wait()
	fmt.Print(time.Since(start))
	return err
}

func postOne(client *http.Client, address string, body []byte) error {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address+"/_search?allow_partial_search_results=false", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return nil
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
