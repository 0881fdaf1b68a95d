//go:build elasticsearch

package cluster_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
)

// testErrors: each way in which a search can be wrong is told by its kind, in
// a sentence, after one attempt.
func testErrors(t *testing.T, s *estest.Server, c *cluster.Client) {
	endpoint(t, s, "good", "")
	endpoint(t, s, "short", `"top_n":5`)
	endpoint(t, s, "lossy", `"withhold":1`)
	nothing := `{"standard":{"query":{"match":{"plot":"zzzzzz"}}}}`
	films := cluster.SearchOptions{Index: "films"}
	none := cluster.PIT{}
	tests := []struct {
		name    string
		body    []byte
		options cluster.SearchOptions
		kind    cluster.Kind
		says    string
	}{
		{"missing endpoint", search(none, 5, "nope", firstStage, 5, ""), films, cluster.KindMissingEndpoint, `the inference endpoint "nope" does not exist`},
		{"missing endpoint, nothing found", search(none, 5, "nope", nothing, 5, ""), films, cluster.KindMissingEndpoint, `"nope"`},
		{"size above the window", search(none, 20, "good", firstStage, 10, ""), films, cluster.KindInvalidRequest, "requires [rank_window_size: 10] be greater than or equal to [size: 20]"},
		{"window above the index's", search(none, 5, "good", firstStage, 10001, ""), films, cluster.KindInvalidRequest, "index.max_result_window"},
		{"window above top_n", search(none, 5, "short", firstStage, 10, ""), films, cluster.KindInvalidRequest, "larger top_n"},
		{"score missing", search(none, 5, "lossy", firstStage, 10, ""), films, cluster.KindServer, "count mismatch"},
		{"missing index", search(none, 5, "", firstStage, 0, ""), cluster.SearchOptions{Index: "fims"}, cluster.KindMissingIndex, `the index "fims" does not exist`},
		{"missing index, reranked", search(none, 5, "good", firstStage, 5, ""), cluster.SearchOptions{Index: "fims"}, cluster.KindMissingIndex, `"fims"`},
		{"typo in a retriever", search(none, 5, "", `{"standrad":{}}`, 0, ""), films, cluster.KindInvalidRequest, "standrad"},
		{"typo in a retriever, reranked", search(none, 5, "good", `{"standrad":{}}`, 5, ""), films, cluster.KindInvalidRequest, "standrad"},
		{"unknown setting", search(none, 5, "good", firstStage, 5, `,"wndow":1`), films, cluster.KindInvalidRequest, "wndow"},
		{"not JSON", []byte(`{"size":`), films, cluster.KindInvalidRequest, ""},
		{"query beside a retriever", []byte(`{"query":{"match_all":{}},"retriever":` + firstStage + `}`), films, cluster.KindInvalidRequest, "cannot specify [retriever] and [query]"},
		{"broken query", search(none, 5, "", `{"standard":{"query":{"range":{"plot":{"gte":"2020-99-99||/x"}}}}}`, 0, ""), cluster.SearchOptions{Index: "films,fims"}, cluster.KindMissingIndex, "fims"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := c.Search(t.Context(), test.body, test.options)
			wantKind(t, err, test.kind, test.says)
			t.Log(err)
		})
	}
	t.Run("licence", func(t *testing.T) {
		licensed := func(value string) {
			if status, body, err := s.Do(t.Context(), "PUT", "/_cluster/settings", `{"persistent":{"rerank_probe.licensed":`+value+`}}`); err != nil || status != 200 {
				t.Fatalf("%d %s, %v", status, body, err)
			}
		}
		licensed("false")
		defer licensed("null")
		_, err := c.Search(t.Context(), search(none, 5, "good", firstStage, 5, ""), films)
		wantKind(t, err, cluster.KindLicence, "the cluster's licence does not allow text_similarity_reranker")
		_, err = c.RerankWithin(t.Context(), "good", "q", []string{"x"}, 0)
		wantKind(t, err, cluster.KindLicence, "does not allow inference")
		if _, err := c.Search(t.Context(), search(none, 5, "", firstStage, 0, ""), films); err != nil {
			t.Errorf("the first stage needs no licence: %v", err)
		}
	})
	t.Run("elsewhere", func(t *testing.T) {
		_, err := c.OpenPIT(t.Context(), "fims", time.Minute)
		wantKind(t, err, cluster.KindMissingIndex, `"fims"`)
		_, err = c.IndexInfo(t.Context(), "fims")
		wantKind(t, err, cluster.KindMissingIndex, `"fims"`)
		_, err = c.FieldCaps(t.Context(), "fims", "plot")
		wantKind(t, err, cluster.KindMissingIndex, `"fims"`)
		_, err = c.Endpoint(t.Context(), "nope")
		wantKind(t, err, cluster.KindMissingEndpoint, `"nope"`)
		wantKind(t, c.DeleteIndex(t.Context(), "fims"), cluster.KindMissingIndex, `"fims"`)
		wantKind(t, c.CreateIndex(t.Context(), "films", nil), cluster.KindInvalidRequest, "already exists")
		wantKind(t, c.CreateIndex(t.Context(), "Films", nil), cluster.KindInvalidRequest, "lowercase")
		result, err := c.Bulk(t.Context(), "films", func(yield func(cluster.Document, error) bool) {
			yield(cluster.Document{ID: "bad", JSON: []byte(`{"plot":{"an":"object"}}`)}, nil)
		})
		if err != nil || result.Failed != 1 || result.Failures[0].Status != 400 || !strings.Contains(result.Failures[0].Reason, "") {
			t.Errorf("%+v, %v", result, err)
		}
	})
}

// testFaults: endpoints that are cold, failing, slow or full.
func testFaults(t *testing.T, s *estest.Server) {
	paused := false
	c := connect(t, cluster.Config{URL: s.URL, Notify: func(n cluster.Notice) { paused = paused || n.Kind == cluster.NoticePause }})
	once := connect(t, cluster.Config{URL: s.URL, Retries: -1})
	films := cluster.SearchOptions{Index: "films", Size: 5}
	ask := func(c *cluster.Client, id string) (cluster.Response, error) {
		return c.Search(t.Context(), search(cluster.PIT{}, 5, id, firstStage, 10, ""), films)
	}
	for _, status := range []int{408, 409, 429} {
		t.Run(fmt.Sprintf("cold with %d", status), func(t *testing.T) {
			id := fmt.Sprintf("cold-%d", status)
			endpoint(t, s, id, fmt.Sprintf(`"fail_status":%d,"fail_first_n":4`, status))
			_, err := ask(once, id)
			wantKind(t, err, cluster.KindColdModel, "the reranking model is not running yet")
			r, err := ask(c, id)
			if err != nil || r.Attempts != 4 || len(r.Hits) != 5 {
				t.Errorf("%+v, %v", r, err)
			}
			if asked, failed := calls(t, s, id); asked != 5 || failed != 4 {
				t.Errorf("asked %d times, failed %d", asked, failed)
			}
		})
	}
	t.Run("warm-up", func(t *testing.T) {
		endpoint(t, s, "warming", `"fail_status":409,"fail_first_n":6`)
		progress := 0
		if _, err := c.WarmUp(t.Context(), "warming", time.Minute, func(cluster.WarmUpProgress) { progress++ }); err != nil || progress != 6 {
			t.Errorf("%d, %v", progress, err)
		}
		if r, err := ask(once, "warming"); err != nil || len(r.Hits) != 5 {
			t.Errorf("%+v, %v", r, err)
		}
		endpoint(t, s, "never", `"fail_status":409`)
		_, err := c.WarmUp(t.Context(), "never", 500*time.Millisecond, nil)
		wantKind(t, err, cluster.KindColdModel, "not ready within 500ms")
		_, err = c.WarmUp(t.Context(), "nope", time.Minute, nil)
		wantKind(t, err, cluster.KindMissingEndpoint, "nope")
	})
	t.Run("always 503", func(t *testing.T) {
		endpoint(t, s, "failing", `"fail_status":503`)
		_, err := ask(c, "failing")
		wantKind(t, err, cluster.KindUnavailable, "after 5 attempts")
		if asked, _ := calls(t, s, "failing"); asked != 5 {
			t.Errorf("asked %d times", asked)
		}
	})
	t.Run("provider down behind a 400", func(t *testing.T) {
		endpoint(t, s, "provider", `"fail_status":400,"fail_first_n":2,"fail_reason":"Received a server busy error status code for request from inference entity id [provider] status [503]"`)
		if r, err := ask(c, "provider"); err != nil || r.Attempts != 3 {
			t.Errorf("%+v, %v", r, err)
		}
	})
	t.Run("full queue", func(t *testing.T) {
		endpoint(t, s, "full", `"latency_ms":100,"concurrency":1,"queue":1`)
		all := func(c *cluster.Client) (succeeded, throttled, attempts int) {
			var mu sync.Mutex
			var group sync.WaitGroup
			for range 8 {
				group.Go(func() {
					r, err := ask(c, "full")
					mu.Lock()
					defer mu.Unlock()
					attempts += r.Attempts
					switch cluster.KindOf(err) {
					case "":
						succeeded++
					case cluster.KindThrottled:
						throttled++
					default:
						t.Error(err)
					}
				})
			}
			group.Wait()
			return succeeded, throttled, attempts
		}
		succeeded, throttled, _ := all(once)
		if succeeded == 0 || throttled == 0 {
			t.Errorf("without retries: %d succeeded, %d throttled", succeeded, throttled)
		}
		patient := connect(t, cluster.Config{URL: s.URL, Concurrency: 8, Retries: 20, Backoff: cluster.Backoff{Base: 200 * time.Millisecond}})
		succeeded, throttled, attempts := all(patient)
		if succeeded != 8 || throttled != 0 || attempts <= 8 {
			t.Errorf("with retries: %d succeeded, %d throttled, %d attempts", succeeded, throttled, attempts)
		}
	})
	t.Run("slow", func(t *testing.T) {
		endpoint(t, s, "slowish", `"latency_ms":300`)
		r, err := ask(c, "slowish")
		if err != nil || r.Took < 290*time.Millisecond || r.Wall < r.Took {
			t.Errorf("took %v, wall %v, %v", r.Took, r.Wall, err)
		}
		hasty := connect(t, cluster.Config{URL: s.URL, Timeout: 100 * time.Millisecond, Retries: 1})
		_, err = ask(hasty, "slowish")
		wantKind(t, err, cluster.KindTimeout, "the server did not answer within the time limit, after 2 attempts")
	})
	t.Run("failures hidden by the server", func(t *testing.T) {
		// Why a suite may not ask for allow_rerank_failures: the answer is the
		// first stage's, with HTTP 200 and without a word.
		endpoint(t, s, "hidden", `"fail_status":503`)
		plain, err := c.Search(t.Context(), search(cluster.PIT{}, 5, "", firstStage, 0, ""), films)
		if err != nil {
			t.Fatal(err)
		}
		r, err := once.Search(t.Context(), search(cluster.PIT{}, 5, "hidden", firstStage, 10, `,"allow_rerank_failures":true`), films)
		if err != nil || ids(r.Hits) != ids(plain.Hits) {
			t.Errorf("%s, want %s, %v", ids(r.Hits), ids(plain.Hits), err)
		}
	})
	if paused {
		t.Error("a failing endpoint was taken for a cluster that is away")
	}
}

// testRestart stops the server while searches run, and starts it again: the
// callers wait, nobody's search fails, and only the point in time is lost.
func testRestart(t *testing.T, s *estest.Server) {
	var mu sync.Mutex
	var seen []cluster.NoticeKind
	c := connect(t, cluster.Config{URL: s.URL, Backoff: cluster.Backoff{Base: 50 * time.Millisecond, Cap: 500 * time.Millisecond},
		Notify: func(n cluster.Notice) {
			if n.Kind != cluster.NoticeRetry {
				mu.Lock()
				seen = append(seen, n.Kind)
				mu.Unlock()
			}
		}})
	pit, err := c.OpenPIT(t.Context(), "films", 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	done := make(chan struct{})
	var group sync.WaitGroup
	searches := 0
	for range 3 {
		group.Go(func() {
			for {
				_, err := c.Search(ctx, search(cluster.PIT{}, 5, "", firstStage, 0, ""), cluster.SearchOptions{Index: "films", Size: 5})
				mu.Lock()
				searches++
				mu.Unlock()
				if err != nil {
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				case <-time.After(5 * time.Millisecond):
				}
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	if err := s.Halt(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	if err := s.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second)
	close(done)
	group.Wait()
	t.Logf("%d searches, %v", searches, seen)
	if len(seen) < 2 || seen[0] != cluster.NoticePause || seen[len(seen)-1] != cluster.NoticeResume {
		t.Errorf("notices %v", seen)
	}
	_, err = c.Search(t.Context(), search(pit, 5, "", firstStage, 0, ""), cluster.SearchOptions{Size: 5})
	wantKind(t, err, cluster.KindLostPIT, "point in time no longer exists")
}
