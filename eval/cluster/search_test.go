package cluster

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSearch(t *testing.T) {
	var path string
	var query url.Values
	s := &script{answer: func(_ int, r *http.Request) (*http.Response, error) {
		path, query = r.URL.Path, r.URL.Query()
		return reply(200, oneHit), nil
	}}
	c := newTestClient(t, s, nil)
	body := `{"retriever":{"anything":{"new":true}}}`
	got, err := c.Search(t.Context(), []byte(body), SearchOptions{Index: "films,more films", Size: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got.Wall <= 0 {
		t.Errorf("wall time %v", got.Wall)
	}
	got.Wall = 0
	want := Response{
		Hits:     []Hit{{Index: "films", ID: "1", Score: 1.5, Fields: []Field{{"title", []string{"Heat"}}}}},
		Total:    -1,
		Took:     3 * time.Millisecond,
		Attempts: 1,
		Shards:   Shards{Total: 1, Successful: 1},
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Response{})); d != "" {
		t.Errorf("response (-want +got):\n%s", d)
	}
	if path != "/films,more films/_search" {
		t.Errorf("path %q", path)
	}
	if query.Get("allow_partial_search_results") != "false" {
		t.Errorf("partial results are not refused: %v", query)
	}
	if s.bodies[0] != body {
		t.Errorf("the body changed on its way: %s", s.bodies[0])
	}
}

// TestSearchRefusesBadAnswers: whatever cannot be trusted is an error of a
// defined kind.
func TestSearchRefusesBadAnswers(t *testing.T) {
	hits := func(ids ...string) string {
		var b strings.Builder
		for i, id := range ids {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`{"_index":"films","_id":"` + id + `","_score":1}`)
		}
		return `{"timed_out":false,"_shards":{"total":1,"failed":0},"hits":{"hits":[` + b.String() + `]}}`
	}
	typed := func(contentType, body string) *http.Response {
		r := reply(200, body)
		r.Header.Set("Content-Type", contentType)
		return r
	}
	tests := []struct {
		name   string
		answer *http.Response
		kind   Kind
		says   string
	}{
		{"timed out", reply(200, strings.Replace(oneHit, `"timed_out":false`, `"timed_out":true`, 1)), KindPartial, "ran out of time"},
		{"failed shard", reply(200, `{"_shards":{"total":2,"successful":1,"failed":1,"failures":[{"shard":1,"reason":{"type":"a","reason":"b","caused_by":{"type":"node_disconnected","reason":"gone"}}}]},"hits":{"hits":[]}}`), KindPartial, "1 of 2 shards failed, so hits may be missing (HTTP 200, node_disconnected: gone)"},
		{"remote cluster", reply(200, `{"_shards":{"total":2,"failed":0},"_clusters":{"total":2,"skipped":1},"hits":{"hits":[]}}`), KindPartial, "remote cluster"},
		{"too many hits", reply(200, hits("1", "2", "3")), KindWrongHits, "3 hits where 2 were asked for"},
		{"a hit twice", reply(200, hits("1", "1")), KindWrongHits, `"1" of index "films" twice`},
		{"no id", reply(200, hits("")), KindInvalidResponse, "hit 1 of the answer has no _id"},
		{"no hits object", reply(200, `{"took":1}`), KindInvalidResponse, "no hits object"},
		{"cut short", reply(200, oneHit[:len(oneHit)-20]), KindInvalidResponse, "malformed or incomplete"},
		{"empty", reply(200, ""), KindInvalidResponse, "empty"},
		{"two texts", reply(200, oneHit+"{}"), KindInvalidResponse, "malformed or incomplete"},
		{"web page", typed("text/html", "<html>hello"), KindInvalidResponse, "web page"},
		{"other type", typed("text/plain; charset=utf-8", oneHit), KindInvalidResponse, `type "text/plain"`},
		{"too large", reply(200, oneHit+strings.Repeat(" ", 2000)), KindTooLarge, "larger than 625 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newTestClient(t, transportFunc(func(*http.Request) (*http.Response, error) { return test.answer, nil }), func(c *Config) {
				c.Retries = -1
				c.MaxResponse = 1000
			})
			r, err := c.Search(t.Context(), []byte("{}"), SearchOptions{Size: 2})
			if KindOf(err) != test.kind {
				t.Fatalf("kind %q of %v, want %q", KindOf(err), err, test.kind)
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q does not say %q", err, test.says)
			}
			if len(r.Hits) > 0 {
				t.Errorf("hits beside an error: %v", r.Hits)
			}
		})
	}
}

func TestSearchBrokenBody(t *testing.T) {
	c := newTestClient(t, transportFunc(func(*http.Request) (*http.Response, error) {
		r := reply(200, "")
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader(oneHit[:30]), brokenReader{io.ErrUnexpectedEOF}))
		return r, nil
	}), func(c *Config) { c.Retries = 1 })
	_, err := c.Search(t.Context(), []byte("{}"), SearchOptions{})
	if KindOf(err) != KindConnection || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

func TestSearchCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := newTestClient(t, transportFunc(func(r *http.Request) (*http.Response, error) {
		cancel()
		<-r.Context().Done()
		return nil, r.Context().Err()
	}), nil)
	_, err := c.Search(ctx, []byte("{}"), SearchOptions{})
	if KindOf(err) != KindCanceled || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestPIT(t *testing.T) {
	s := &script{answer: func(_ int, r *http.Request) (*http.Response, error) {
		switch {
		case r.Method == "POST" && r.URL.Path == "/films/_pit" && r.URL.Query().Get("keep_alive") == "300000ms":
			return reply(200, `{"id":"abc","_shards":{"total":1,"failed":0}}`), nil
		case r.Method == "DELETE" && r.URL.Path == "/_pit":
			return reply(404, `{"succeeded":true,"num_freed":0}`), nil
		}
		return reply(400, `{}`), nil
	}}
	c := newTestClient(t, s, nil)
	p, err := c.OpenPIT(t.Context(), "films", 5*time.Minute)
	if err != nil || p.ID != "abc" {
		t.Fatalf("%v, %v", p, err)
	}
	if _, err := c.OpenRoutedPIT(t.Context(), "films", 5*time.Minute, "a", "_local"); err != nil || s.last.Get("routing") != "a" || s.last.Get("preference") != "_local" {
		t.Errorf("%v, %v", s.last, err)
	}
	if err := c.ClosePIT(t.Context(), p.ID); err != nil {
		t.Errorf("closing what is gone: %v", err)
	}
	if s.bodies[2] != `{"id":"abc"}`+"\n" {
		t.Errorf("body %q", s.bodies[1])
	}
}
