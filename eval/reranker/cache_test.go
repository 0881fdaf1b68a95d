package reranker

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/judgments"
)

// counter scores a text by its length, and notes what it is sent.
type counter struct {
	*httptest.Server
	mu    sync.Mutex
	sent  [][]string
	times []time.Time
}

func newCounter(t interface{ Cleanup(func()) }) *counter {
	c := &counter{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Query     string
			Documents []string
		}
		_ = json.NewDecoder(r.Body).Decode(&q)
		c.mu.Lock()
		c.sent, c.times = append(c.sent, q.Documents), append(c.times, time.Now())
		c.mu.Unlock()
		var results []any
		for i, text := range q.Documents {
			results = append(results, map[string]any{"index": i, "score": len(text) + 100*len(q.Query)})
		}
		_ = json.NewEncoder(w).Encode(results)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *counter) texts() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, texts := range c.sent {
		n += len(texts)
	}
	return n
}

func open1(t interface{ Fatal(...any) }, folder string, a judgments.RerankAPI) (*Set, *judgments.Reranker) {
	a.API, a.Fields = "openai-compatible", []string{"plot"}
	r := judgments.Reranker{Name: "r", API: &a, Window: 10}
	set, err := Open([]judgments.Reranker{r}, Options{Cache: folder, Getenv: func(string) string { return "" }, Config: cluster.Config{Retries: -1}})
	if err != nil {
		t.Fatal(err)
	}
	return set, &r
}

// Each part of what a score depends on is part of what it is kept by.
func TestCacheTellsRequestsApart(t *testing.T) {
	s, folder := newCounter(t), t.TempDir()
	apis := []judgments.RerankAPI{
		{URL: s.URL}, {URL: s.URL + "/other"}, {URL: s.URL, Model: "m"}, {URL: s.URL, Instruction: "i"}, {URL: s.URL, Parameters: json.RawMessage(`{"raw":true}`)},
	}
	for round := range 2 {
		for i, a := range apis {
			set, r := open1(t, folder, a)
			for _, query := range []string{"q", "query"} {
				before := s.texts()
				got, err := set.Score(t.Context(), r, query, []string{"a", "bb"}, false)
				if err != nil || !slices.Equal(got.Scores, []float64{1 + 100*float64(len(query)), 2 + 100*float64(len(query))}) {
					t.Fatalf("%v, %v", got, err)
				}
				if sent := s.texts() - before; sent != 2-2*round {
					t.Errorf("round %d, API %d, %s: %d texts were sent", round, i, query, sent)
				}
			}
			set.Close()
		}
	}
	// a batch, a limit, another key or field change no score
	set, r := open1(t, folder, judgments.RerankAPI{URL: s.URL, Batch: 1, RequestsPerMinute: 1, MaxCharacters: 7})
	defer set.Close()
	before := s.texts()
	if _, err := set.Score(t.Context(), r, "q", []string{"bb", "a"}, false); err != nil || s.texts() != before {
		t.Errorf("%d texts were sent again, %v", s.texts()-before, err)
	}
	_ = filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if info, _ := d.Info(); err == nil && !d.IsDir() && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		return nil
	})
}

// Whatever happens to a cache file, no score that the API did not give comes
// out of it, and what it lost is asked for again.
func TestDamagedCacheIsNotBelieved(t *testing.T) {
	s := newCounter(t)
	dir := t.TempDir()
	texts := []string{"a", "bb", "ccc", "dddd"}
	want := []float64{101, 102, 103, 104}
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		folder := filepath.Join(dir, fmt.Sprint(n))
		set, r := open1(t, folder, judgments.RerankAPI{URL: s.URL})
		if _, err := set.Score(t.Context(), r, "q", texts, false); err != nil {
			t.Fatal(err)
		}
		set.Close()
		files, _ := filepath.Glob(filepath.Join(folder, "*", "*"))
		if len(files) != 1 {
			t.Fatalf("files %v", files)
		}
		content, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		whole := string(content)
		switch rapid.SampledFrom([]string{"cut", "edit", "digits", "garbage", "swap"}).Draw(t, "damage") {
		case "cut":
			content = content[:rapid.IntRange(0, len(content)-1).Draw(t, "at")]
		case "edit":
			content[rapid.IntRange(0, len(content)-1).Draw(t, "at")] = byte(rapid.IntRange(0, 255).Draw(t, "byte"))
		case "digits":
			content = []byte(strings.ReplaceAll(whole, `"score":10`, `"score":99`))
		case "garbage":
			content = append(content, rapid.SliceOf(rapid.Byte()).Draw(t, "garbage")...)
		case "swap": // the scores of one text for those of another
			content = []byte(strings.NewReplacer(`"score":101`, `"score":104`, `"score":104`, `"score":101`).Replace(whole))
		}
		if err := os.WriteFile(files[0], content, 0o600); err != nil {
			t.Fatal(err)
		}
		for round := range 2 {
			again, r := open1(t, folder, judgments.RerankAPI{URL: s.URL})
			before := s.texts()
			got, err := again.Score(t.Context(), r, "q", texts, false)
			if err != nil || !slices.Equal(got.Scores, want) {
				t.Fatalf("%v, %v", got.Scores, err)
			}
			if round == 1 && s.texts() != before {
				t.Fatalf("what was asked for again was not kept: %d texts", s.texts()-before)
			}
			if strings.HasPrefix(whole, string(content)) || round == 1 {
				again.Close()
				continue
			}
			if notes := again.CacheNotes(); s.texts() > before && len(notes) == 0 {
				t.Fatalf("%d texts were asked for again, and nothing is said", s.texts()-before)
			}
			again.Close()
		}
	})
}

// A cache that cannot be written costs the next run, and not this one.
func TestCacheThatCannotBeWritten(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("as root every folder can be written to: a file stands in the way instead")
	}
	s := newCounter(t)
	folder := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	set, r := open1(t, folder, judgments.RerankAPI{URL: s.URL})
	defer set.Close()
	for range 2 {
		if got, err := set.Score(t.Context(), r, "q", []string{"a"}, false); err != nil || got.Scores[0] != 101 {
			t.Fatalf("%v, %v", got, err)
		}
	}
	if s.texts() != 1 || len(set.CacheNotes()) != 1 {
		t.Errorf("%d texts, notes %q", s.texts(), set.CacheNotes())
	}
}

// Texts are asked for once however often they stand in a window, in batches;
// what was timed in whole is timed, and what came in part from the cache is not.
func TestBatchesAndTimes(t *testing.T) {
	s := newCounter(t)
	set, r := open1(t, "", judgments.RerankAPI{URL: s.URL, Batch: 2})
	defer set.Close()
	got, err := set.Score(t.Context(), r, "q", []string{"a", "bb", "a", "ccc", "a"}, false)
	if err != nil || !slices.Equal(got.Scores, []float64{101, 102, 101, 103, 101}) {
		t.Fatalf("%v, %v", got, err)
	}
	if len(s.sent) != 2 || len(s.sent[0]) != 2 || len(s.sent[1]) != 1 {
		t.Errorf("sent %v", s.sent)
	}
	whole, err := set.Score(t.Context(), r, "other", []string{"a", "bb", "ccc"}, false)
	if err != nil || whole.Untimed || whole.Call <= 0 || whole.Attempts != 1 {
		t.Errorf("%+v, %v", whole, err)
	}
	part, err := set.Score(t.Context(), r, "other", []string{"a", "dddd"}, false)
	if err != nil || !part.Untimed {
		t.Errorf("%+v, %v", part, err)
	}
	again, err := set.Score(t.Context(), r, "other", []string{"a", "bb", "ccc"}, false)
	if err != nil || again.Untimed || again.Call != whole.Call || again.Attempts != 0 {
		t.Errorf("%+v, %v", again, err)
	}
	before := s.texts()
	fresh, err := set.Score(t.Context(), r, "other", []string{"a", "bb", "ccc"}, true)
	if err != nil || s.texts()-before != 3 || fresh.Untimed {
		t.Errorf("%d texts were asked for afresh: %+v, %v", s.texts()-before, fresh, err)
	}
}

// A listwise model sees a window at once, and its scores are those of the whole
// list.
func TestListwiseIsOneRequest(t *testing.T) {
	s, folder := newCounter(t), t.TempDir()
	a := judgments.RerankAPI{URL: s.URL, Listwise: true, Batch: 10}
	for round := range 2 {
		set, r := open1(t, folder, a)
		for _, texts := range [][]string{{"a", "a", "bb"}, {"a", "bb"}, {"bb", "a"}} {
			got, err := set.Score(t.Context(), r, "q", texts, false)
			if err != nil || len(got.Scores) != len(texts) || got.Untimed || got.Call <= 0 {
				t.Errorf("%+v, %v", got, err)
			}
		}
		if len(s.sent) != 3 {
			t.Errorf("round %d: sent %v", round, s.sent)
		}
		if _, err := set.Score(t.Context(), r, "q", make([]string, 11), false); err == nil || !strings.Contains(err.Error(), "listwise") {
			t.Errorf("a list was split: %v", err)
		}
		set.Close()
	}
}

// Requests come no faster than the suite allows, whoever sends them.
func TestRequestsPerMinute(t *testing.T) {
	s := newCounter(t)
	set, r := open1(t, "", judgments.RerankAPI{URL: s.URL, RequestsPerMinute: 1200}) // 50 ms
	defer set.Close()
	var group sync.WaitGroup
	for i := range 5 {
		group.Go(func() {
			got, err := set.Score(t.Context(), r, strings.Repeat("q", i+1), []string{"a"}, false)
			if err != nil || got.Call > 40*time.Millisecond {
				t.Errorf("%+v, %v: the wait is in the time of the call", got, err)
			}
		})
	}
	group.Wait()
	if took := s.times[4].Sub(s.times[0]); took < 180*time.Millisecond {
		t.Errorf("5 requests within %v", took)
	}
}
