package cluster

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// transportFunc is an http.RoundTripper in a function.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// reply makes an answer as Elasticsearch gives it.
func reply(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"X-Elastic-Product": {"Elasticsearch"}, "Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(body)),
	}
}

// script answers the n-th request, from 0, by what the function says.
type script struct {
	mu     sync.Mutex
	calls  int
	bodies []string
	times  []time.Time
	last   url.Values
	answer func(n int, r *http.Request) (*http.Response, error)
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	s.mu.Lock()
	n := s.calls
	s.calls++
	s.bodies = append(s.bodies, body)
	s.times = append(s.times, time.Now())
	s.last = r.URL.Query()
	s.mu.Unlock()
	return s.answer(n, r)
}

// newTestClient makes a client over a transport, with short waits.
func newTestClient(t *testing.T, transport http.RoundTripper, change func(*Config)) *Client {
	t.Helper()
	c := Config{Transport: transport, Seed: 1, Backoff: Backoff{Base: time.Millisecond, Cap: 4 * time.Millisecond}}
	if change != nil {
		change(&c)
	}
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// always answers every request alike.
func always(status int, body string) transportFunc {
	return func(*http.Request) (*http.Response, error) { return reply(status, body), nil }
}

const oneHit = `{"took":3,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"hits":{"max_score":1.5,"hits":[{"_index":"films","_id":"1","_score":1.5,"fields":{"title":["Heat"]}}]}}`
