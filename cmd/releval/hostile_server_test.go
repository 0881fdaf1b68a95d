//go:build unix

package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// mostForAnswers is what the command may take, all in all, with four searches
// in flight and whatever a server answers.
const mostForAnswers = 200 << 20

// endlessly writes the head, then the text until the client hangs up or so
// many bytes have gone.
func endlessly(w io.Writer, head, text string, most int) {
	if _, err := io.WriteString(w, head); err != nil {
		return
	}
	block := []byte(strings.Repeat(text, max(1, (64<<10)/len(text))))
	for sent := 0; sent < most; sent += len(block) {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// gibibyte is more than any of the limits, and ends an answer that nobody cuts.
const gibibyte = 1 << 30

// hostileAnswers are bodies of a search's answer, each for a status.
func hostileAnswers() map[string]func(w http.ResponseWriter) {
	const (
		head = `{"took":1,"timed_out":false,"_shards":{"total":1,"failed":0},"hits":{"hits":[`
		hit  = `{"_index":"films","_id":"%s","_score":1.5,"fields":{"title":["%s"]}}`
	)
	ok := func(head, text string) func(w http.ResponseWriter) {
		return func(w http.ResponseWriter) { endlessly(w, head, text, gibibyte) }
	}
	zipped := func(head, text string, members int) func(w http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			endlessly(z, head, text, 64<<20)
			_ = z.Close()
			bomb := b.Bytes()
			for range members {
				if _, err := w.Write(bomb); err != nil {
					return
				}
			}
		}
	}
	large := strings.Repeat("x", 1<<20)
	return map[string]func(w http.ResponseWriter){
		"hits without end":              ok(head, fmt.Sprintf(hit, "1", "Heat")+","),
		"empty hits without end":        ok(head, `{},`),
		"a source without end":          ok(head+`{"_id":"1","_score":1,"_source":{"a":"`, "x"),
		"a title without end":           ok(head+`{"_id":"1","_score":1,"fields":{"title":["`, "x"),
		"titles without end":            ok(head+`{"_id":"1","_score":1,"fields":{"title":[`, `"x",`),
		"fields without end":            ok(head+`{"_id":"1","_score":1,"fields":{`, `"x":["y"],`),
		"an id without end":             ok(head+`{"_id":"`, "x"),
		"a number without end":          ok(head+`{"_score":`, "1"),
		"white space without end":       ok(`{"took":1,`, " "),
		"lists in lists":                ok("", "["),
		"objects in objects":            ok(head, `{"a":`),
		"keys without end":              ok("{", `"a":1,`),
		"sort values without end":       ok(head+`{"_id":"1","_score":1,"sort":[`, `1,`),
		"escapes without end":           ok(head+`{"_id":"`, `\ud83d\ude00`),
		"few hits with titles of 1 MiB": ok(head, fmt.Sprintf(hit, "1", large)+","),
		"much, zipped":                  zipped(head, fmt.Sprintf(hit, "1", "Heat")+",", 3),
		"much, zipped of blanks":        zipped("", " ", 3),
		"much, zipped of lists":         zipped("", "[", 3),
		"a failure without end":         func(w http.ResponseWriter) { w.WriteHeader(400); endlessly(w, `{"error":{"reason":"`, "x", gibibyte) },
		"causes without end": func(w http.ResponseWriter) {
			w.WriteHeader(400)
			endlessly(w, `{"error":`, `{"type":"x","reason":"y","caused_by":`, gibibyte)
		},
		"root causes without end": func(w http.ResponseWriter) {
			w.WriteHeader(500)
			endlessly(w, `{"error":{"root_cause":[`, `{"type":"x","reason":"y"},`, gibibyte)
		},
		"a shard's failures without end":    ok(`{"took":1,"timed_out":false,"_shards":{"total":1,"failed":1,"failures":[`, `{"shard":0,"reason":{"type":"x","reason":"y"}},`),
		"a page of an unavailable balancer": func(w http.ResponseWriter) { w.WriteHeader(503); endlessly(w, "<html>", "<p>away</p>", gibibyte) },
	}
}

// Whatever a server answers to four searches at once, and whatever else it is
// asked, the command takes less than 200 MiB, and says in a few words what is
// wrong. What each takes is printed by go test -v.
func TestHostileServersAreBounded(t *testing.T) {
	b := newKillBench(t)
	folder := t.TempDir()
	suite := filepath.Join(folder, "suite.yaml")
	text := smallSuite
	for _, id := range []string{"a", "b", "c", "d"} {
		text += "  - {id: " + id + ", query: crime " + id + ", relevant: [Heat]}\n"
	}
	if err := os.WriteFile(suite, []byte(strings.NewReplacer("  documents: docs.ndjson\n", "", "index: films", "index: releval-films").Replace(text)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, hostile := range hostileAnswers() {
		for where, meant := range map[string]func(*http.Request) bool{
			"searches": isRunSearch,
			"all else": func(r *http.Request) bool {
				return !isRunSearch(r) && r.URL.Path != "/" && r.Method == http.MethodPost || strings.Contains(r.URL.Path, "_inference")
			},
		} {
			t.Run(name+" to "+where, func(t *testing.T) {
				var reached atomic.Int64
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if !meant(r) || strings.HasSuffix(r.URL.Path, "/_pit") {
						b.engine.ServeHTTP(w, r)
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					w.Header().Set("X-Elastic-Product", "Elasticsearch")
					w.Header().Set("Content-Type", "application/json")
					reached.Add(1)
					hostile(w)
				}))
				defer server.Close()
				account := filepath.Join(folder, "memory")
				stdout, stderr, code := command(t, []string{accountMemory + "=" + account}, "run", "--cluster", server.URL, "--concurrency", "4", "--retries", "0", "--timeout", "20s", "--outage", "2s", "--no-progress", "--format", "json", "--reranker", "elastic", suite)
				if code == exitOK || reached.Load() == 0 {
					t.Errorf("exit code %d after %d hostile answers: %.300s", code, reached.Load(), stderr)
				}
				if len(stderr) > 64<<10 || len(stdout) > 4<<20 || strings.Contains(stderr, "goroutine ") {
					t.Errorf("%d and %d bytes were printed: %.300s", len(stdout), len(stderr), stderr)
				}
				memory := accounted(t, account)
				if most := int64(mostForAnswers); memory > most && !(underRace && memory <= 2*most) {
					t.Errorf("it took %d MiB, want at most %d", memory>>20, most>>20)
				}
				t.Logf("%d MiB: %.120s", memory>>20, stderr)
			})
		}
	}
}

// accounted is the memory that a command said it took.
func accounted(t *testing.T, path string) int64 {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	memory, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return memory
}

// Documents made to cost much, in each compression, are refused for a suite
// that is not trusted, with exit code 2 and in little memory.
func TestHostileDocumentsAreRefused(t *testing.T) {
	if underRace {
		t.Skip("gigabytes take minutes under the race detector, which finds nothing in one goroutine")
	}
	zip := map[string]func(io.Writer) io.WriteCloser{
		"":    func(w io.Writer) io.WriteCloser { return plain{w} },
		".gz": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		".zst": func(w io.Writer) io.WriteCloser {
			z, _ := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest))
			return z
		},
	}
	for name, parts := range map[string][]part{
		"one endless line":  {{`{"title":"`, 1}, {"x", 300 * megabyte}},
		"blank lines":       {{"\n", 300 * megabyte}},
		"blanks":            {{" ", 300 * megabyte}},
		"small documents":   {{`{"title":"a","plot":"b"}` + "\n", 8 * megabyte}},
		"deep":              {{`{"a":`, 1}, {"[", 100 * megabyte}},
		"an endless array":  {{"[", 1}, {`{"title":"a"},`, 16 * megabyte}},
		"an array of blank": {{"[", 1}, {" ", 300 * megabyte}},
		"keys":              {{"{", 1}, {`"a":1,`, 40 * megabyte}},
	} {
		for ending, compress := range zip {
			t.Run(name+ending, func(t *testing.T) {
				folder := t.TempDir()
				file, err := os.Create(filepath.Join(folder, "docs.ndjson"+ending))
				if err != nil {
					t.Fatal(err)
				}
				z := compress(file)
				for _, p := range parts {
					block := strings.Repeat(p.text, max(1, min(p.times, megabyte/len(p.text))))
					for left := p.times * len(p.text); left > 0; left -= len(block) {
						if _, err := io.WriteString(z, block[:min(left, len(block))]); err != nil {
							t.Fatal(err)
						}
					}
				}
				if err := z.Close(); err != nil {
					t.Fatal(err)
				}
				if err := file.Close(); err != nil {
					t.Fatal(err)
				}
				suite := filepath.Join(folder, "suite.yaml")
				if err := os.WriteFile(suite, []byte(strings.Replace("cluster: embedded\n"+smallSuite, "docs.ndjson", "docs.ndjson"+ending, 1)), 0o600); err != nil {
					t.Fatal(err)
				}
				account := filepath.Join(folder, "memory")
				_, stderr, code := command(t, []string{accountMemory + "=" + account}, "run", "--untrusted", "--allow-index", "films", "--allow-title-field", "title", suite)
				if code != exitUsage || !strings.HasPrefix(stderr, "releval: ") || len(stderr) > 64<<10 || strings.Contains(stderr, "goroutine ") {
					t.Errorf("exit code %d: %.300s", code, stderr)
				}
				memory := accounted(t, account)
				if most := int64(mostForAnswers); memory > most && !(underRace && memory <= 2*most) {
					t.Errorf("it took %d MiB, want at most %d", memory>>20, most>>20)
				}
				t.Logf("%d MiB: %.120s", memory>>20, stderr)
			})
		}
	}
}

// plain writes without compression.
type plain struct{ io.Writer }

func (plain) Close() error { return nil }
