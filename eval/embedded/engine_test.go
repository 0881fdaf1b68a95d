package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// client sends requests to an engine in the process.
type client struct {
	t testing.TB
	e *Engine
}

func newClient(t testing.TB, endpoints ...Endpoint) client {
	return client{t, New(Options{Endpoints: endpoints})}
}

// do sends a request and gives the status and the JSON of the answer.
func (c client) do(method, path, body string) (int, map[string]any) {
	c.t.Helper()
	status, text := c.raw(method, path, body)
	out := map[string]any{}
	if len(text) > 0 {
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			c.t.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
	return status, out
}

func (c client) raw(method, path, body string) (int, string) {
	c.t.Helper()
	req := httptest.NewRequest(method, "http://embedded"+path, strings.NewReader(body))
	resp, err := c.e.RoundTrip(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("X-Elastic-Product"); got != "Elasticsearch" {
		c.t.Errorf("%s %s: X-Elastic-Product is %q", method, path, got)
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// must sends a request that has to succeed.
func (c client) must(method, path, body string) map[string]any {
	c.t.Helper()
	status, out := c.do(method, path, body)
	if status >= 300 {
		c.t.Fatalf("%s %s: status %d: %v", method, path, status, out)
	}
	return out
}

// load indexes documents under the ids 0, 1, ...
func (c client) load(index string, documents ...string) {
	c.t.Helper()
	var lines strings.Builder
	for i, d := range documents {
		fmt.Fprintf(&lines, "{\"index\":{\"_id\":\"%d\"}}\n%s\n", i, d)
	}
	if out := c.must("POST", "/"+index+"/_bulk?refresh=true", lines.String()); out["errors"] != false {
		c.t.Fatalf("bulk: %v", out)
	}
}

// hits are the ids and scores of a search.
type hits struct {
	IDs    []string
	Scores []float64
}

func (c client) search(path, body string) hits {
	c.t.Helper()
	return hitsOf(c.must("POST", path, body))
}

func hitsOf(out map[string]any) hits {
	var h hits
	for _, one := range out["hits"].(map[string]any)["hits"].([]any) {
		m := one.(map[string]any)
		h.IDs = append(h.IDs, m["_id"].(string))
		if s, ok := m["_score"].(float64); ok {
			h.Scores = append(h.Scores, s)
		}
	}
	return h
}

// reasons are those of an error from the outside in, the way a client that
// looks for the cause walks it.
func reasons(v any) []string {
	var out []string
	switch v := v.(type) {
	case map[string]any:
		if r, ok := v["reason"].(string); ok {
			out = append(out, r)
		} else {
			out = append(out, reasons(v["reason"])...)
		}
		for _, k := range []string{"suppressed", "failed_shards", "caused_by"} {
			out = append(out, reasons(v[k])...)
		}
	case []any:
		for _, one := range v {
			out = append(out, reasons(one)...)
		}
	}
	return out
}

func TestInfoSaysWhatItIs(t *testing.T) {
	out := newClient(t).must("GET", "/", "")
	if out["cluster_name"] != "releval-embedded" || !strings.Contains(out["tagline"].(string), "embedded engine") {
		t.Errorf("%v", out)
	}
	if v := out["version"].(map[string]any); v["number"] != Version || v["build_flavor"] != "default" {
		t.Errorf("version %v", v)
	}
}

func TestSmallEndpoints(t *testing.T) {
	c := newClient(t)
	c.load("films", `{"title":"x"}`)
	for _, tt := range []struct{ path, key, want string }{
		{"/_cluster/health", "status", "green"},
		{"/_license", "license", "trial"},
		{"/films/_count", "count", "1"},
		{"/films/_settings", "films", "number_of_shards:1"},
		{"/films/_mapping", "films", "type:text"},
		{"/films", "films", "mappings:"},
		{"/_alias", "films", "aliases:"},
		{"/films/_field_caps?fields=title,nope", "fields", "searchable:true"},
		{"/_inference/rerank/_all", "endpoints", "service:embedded"},
		{"/films/_doc/0", "_source", "title:x"},
	} {
		if got := fmt.Sprint(c.must("GET", tt.path, "")[tt.key]); !strings.Contains(got, tt.want) {
			t.Errorf("GET %s: %s is %s, want %q in it", tt.path, tt.key, got, tt.want)
		}
	}
	if status, text := c.raw("GET", "/_cat/indices?h=index,docs.count", ""); status != 200 || text != "films 1\n" {
		t.Errorf("_cat/indices: %d %q", status, text)
	}
	if status, text := c.raw("HEAD", "/films", ""); status != 200 || text != "" {
		t.Errorf("HEAD of an index: %d %q", status, text)
	}
	if status, _ := c.raw("HEAD", "/nope", ""); status != 404 {
		t.Errorf("HEAD of no index: %d", status)
	}
}

// What is unknown must be refused by name, whatever it is.
func TestUnknownIsRefused(t *testing.T) {
	c := newClient(t)
	c.load("films", `{"title":"x"}`)
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/nope/_search", "", 404, "no such index [nope]"},
		{"GET", "/films/_search?explain=true", "", 400, "contains unrecognized parameter: [explain]"},
		{"POST", "/_query", `{"query":"FROM films"}`, 400, "releval's embedded engine does not support ES|QL"},
		{"POST", "/films/_search", `{"aggs":{}}`, 400, "releval's embedded engine does not support [aggs] in the body of a search"},
		{"POST", "/films/_search", `{"nope":{}}`, 400, "Unknown key for a START_OBJECT in [nope]."},
		{"POST", "/films/_search", `{"knn":[]}`, 400, "does not support [knn] in the body of a search"},
		{"POST", "/films/_search", `{"query":{"function_score":{}}}`, 400, "does not support the query [function_score]"},
		{"POST", "/films/_search", `{"query":{"bool":{"must":{"nested":{}}}}}`, 400, "does not support the query [nested]"},
		{"POST", "/films/_search", `{"query":{"nope":{}}}`, 400, "unknown query [nope]"},
		{"POST", "/films/_search", `{"retriever":{"pinned":{}}}`, 400, "does not support the retriever [pinned]"},
		{"POST", "/films/_search", `{"retriever":{"ranked":{}}}`, 400, "unknown retriever [ranked]"},
		{"POST", "/films/_search", `{"size":1,"size":2}`, 400, "Duplicate field 'size'"},
		{"PUT", "/new", `{"settings":{"number_of_shards":2}}`, 400, "has 1 shard"},
		{"PUT", "/new", `{"settings":{"analysis":{"filter":{}}},"mappings":{"properties":{"v":{"type":"sparse_vector"}}}}`, 400, "mapper type [sparse_vector]"},
		{"PUT", "/new", `{"settings":{"index":{"sort.field":"x"}}}`, 400, "unknown setting [index.sort.field]"},
		{"PUT", "/New", ``, 400, "must be lowercase"},
		{"PUT", "/films", ``, 400, "already exists"},
		{"POST", "/films/_update_by_query", ``, 400, "no handler found for uri [/films/_update_by_query] and method [POST]"},
		{"PUT", "/films/_search", ``, 405, "Incorrect HTTP method for uri [/films/_search] and method [PUT], allowed: [GET, POST]"},
		{"POST", "/_inference/rerank/nope", `{"query":"a","input":["b"]}`, 404, "Inference endpoint not found [nope]"},
		{"POST", "/films/_pit", ``, 400, "[keep_alive] is not specified"},
		{"POST", "/films/_pit?keep_alive=25h", ``, 400, "too large"},
	} {
		status, text := c.raw(tt.method, tt.path, tt.body)
		if status != tt.status || !strings.Contains(strings.ReplaceAll(text, `\"`, `"`), tt.want) {
			t.Errorf("%s %s %s: %d %s, want %d and %q", tt.method, tt.path, tt.body, status, text, tt.status, tt.want)
		}
	}
}

func TestFormOfAnswers(t *testing.T) {
	c := newClient(t)
	c.load("films", `{"title":"x","o":{"a":1,"b":[{"c":2,"d":3}]}}`)
	for _, tt := range []struct{ path, want string }{
		{"/films/_count?filter_path=count", `{"count":1}`},
		{"/films/_doc/0?filter_path=_source.o.b.c,found", `{"found":true,"_source":{"o":{"b":[{"c":2}]}}}`},
		{"/films/_doc/0?filter_path=**.d", `{"_source":{"o":{"b":[{"d":3}]}}}`},
		{"/films/_doc/0?filter_path=-_source.o,_*", `{"_id":"0","_index":"films","_primary_term":1,"_seq_no":0,"_source":{"title":"x"},"_version":1}`},
		{"/films/_doc/0?filter_path=nope", `{}`},
	} {
		_, got := c.raw("GET", tt.path, "")
		var a, b any
		if json.Unmarshal([]byte(got), &a) != nil || json.Unmarshal([]byte(tt.want), &b) != nil || !cmp.Equal(a, b) {
			t.Errorf("GET %s: %s, want %s", tt.path, got, tt.want)
		}
	}
	if _, got := c.raw("GET", "/films/_count?pretty&filter_path=count", ""); got != "{\n  \"count\": 1\n}\n" {
		t.Errorf("pretty: %q", got)
	}
}

func TestCancelledRequestFails(t *testing.T) {
	c := newClient(t)
	c.load("films", `{"title":"x"}`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/films/_search", strings.NewReader(`{}`))
	if _, err := c.e.RoundTrip(req); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}
