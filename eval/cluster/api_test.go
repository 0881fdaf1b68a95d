package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// routes answers by "METHOD path".
type routes map[string]*http.Response

func (r routes) RoundTrip(q *http.Request) (*http.Response, error) {
	a, ok := r[q.Method+" "+q.URL.EscapedPath()]
	if !ok {
		return reply(404, `{"error":"no route for `+q.Method+" "+q.URL.EscapedPath()+`","status":404}`), nil
	}
	return a, nil
}

func TestInfo(t *testing.T) {
	c := newTestClient(t, routes{"GET /": reply(200, `{"name":"n","cluster_name":"c","cluster_uuid":"u","version":{"number":"8.17.1-SNAPSHOT","build_flavor":"default"},"tagline":"t"}`)}, nil)
	got, err := c.Info(t.Context())
	if d := cmp.Diff(Info{Known: true, Cluster: "c", UUID: "u", Version: "8.17.1-SNAPSHOT"}, got); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	if got.RanksWrongly() == "" || (Info{Version: "8.17.2"}).RanksWrongly() != "" || (Info{Version: "8.18.0"}).RanksWrongly() == "" {
		t.Error("the releases that rank wrongly are not known")
	}
	if !got.MixesUpIndices() || !(Info{Version: "8.17.0"}).MixesUpIndices() || (Info{Version: "8.17.2"}).MixesUpIndices() || (Info{Version: "8.18.0"}).MixesUpIndices() {
		t.Error("the releases that mix up indices are not known")
	}
	for _, status := range []int{403, 405} {
		got, err := newTestClient(t, always(status, `{"error":"no","status":405}`), nil).Info(t.Context())
		if err != nil || got != (Info{}) {
			t.Errorf("%d: %+v, %v", status, got, err)
		}
	}
}

func TestIndexInfo(t *testing.T) {
	c := newTestClient(t, routes{
		"GET /all/_settings": reply(200, `{"b":{"settings":{"index":{"uuid":"ub","number_of_shards":"2","number_of_replicas":"1","max_result_window":"500"}}},"a":{"settings":{"index":{"uuid":"ua"}}}}`),
		"POST /a/_count":     reply(200, `{"count":3,"_shards":{"total":1,"failed":0}}`),
		"POST /b/_count":     reply(200, `{"count":4,"_shards":{"total":2,"failed":0}}`),
	}, nil)
	got, err := c.IndexInfo(t.Context(), "all")
	want := []IndexInfo{{"a", "ua", 3, 10000, 0}, {"b", "ub", 4, 500, 2}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	if _, err := newTestClient(t, always(200, `{"count":3,"_shards":{"total":2,"failed":1}}`), func(c *Config) { c.Retries = -1 }).Count(t.Context(), "a"); KindOf(err) != KindPartial {
		t.Errorf("a count with a failed shard: %v", err)
	}
}

func TestFieldCaps(t *testing.T) {
	c := newTestClient(t, routes{"POST /a,b/_field_caps": reply(200, `{"indices":["b","a"],"fields":{
		"title":{"text":{"type":"text","searchable":true,"aggregatable":false}},
		"plot":{"text":{"type":"text","searchable":true,"aggregatable":false,"indices":["a"]},"unmapped":{"type":"unmapped","searchable":false,"aggregatable":false,"indices":["b"]}}}}`)}, nil)
	got, err := c.FieldCaps(t.Context(), "a, b", "title", "plot", "plott")
	if err != nil {
		t.Fatal(err)
	}
	want := FieldCaps{Indices: []string{"a", "b"}, Fields: map[string][]FieldType{
		"title": {{Type: "text", Searchable: true}},
		"plot":  {{Type: "text", Searchable: true, Indices: []string{"a"}}, {Type: "unmapped", Indices: []string{"b"}}},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for field, missing := range map[string][]string{"title": nil, "plot": {"b"}, "plott": {"a", "b"}} {
		if got.Mapped(field) != (field != "plott") || !slices.Equal(got.Unmapped(field), missing) {
			t.Errorf("%s: %v, %v", field, got.Mapped(field), got.Unmapped(field))
		}
	}
}

func TestEndpoint(t *testing.T) {
	tests := []struct {
		name, body string
		want       Endpoint
	}{
		{"default", `{"inference_id":".rerank-v1-elasticsearch","task_type":"rerank","service":"elasticsearch","service_settings":{"num_threads":1,"model_id":".rerank-v1","adaptive_allocations":{"enabled":true,"min_number_of_allocations":0,"max_number_of_allocations":32}},"task_settings":{"return_documents":true}}`,
			Endpoint{ID: ".rerank-v1-elasticsearch", TaskType: "rerank", Service: "elasticsearch", Model: ".rerank-v1", MinAllocations: 0}},
		{"fixed", `{"inference_id":"m","task_type":"rerank","service":"elasticsearch","service_settings":{"model_id":"x","num_allocations":2}}`,
			Endpoint{ID: "m", TaskType: "rerank", Service: "elasticsearch", Model: "x", MinAllocations: 2}},
		{"cohere", `{"inference_id":"c","task_type":"rerank","service":"cohere","service_settings":{"model_id":"rerank-english-v3.0"},"task_settings":{"top_n":10}}`,
			Endpoint{ID: "c", TaskType: "rerank", Service: "cohere", Model: "rerank-english-v3.0", TopN: 10, MinAllocations: -1}},
		{"voyage", `{"inference_id":"v","task_type":"rerank","service":"voyageai","service_settings":{"model_id":"rerank-2"},"task_settings":{"top_k":7}}`,
			Endpoint{ID: "v", TaskType: "rerank", Service: "voyageai", Model: "rerank-2", TopN: 7, MinAllocations: -1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newTestClient(t, always(200, `{"endpoints":[`+test.body+`]}`), nil)
			got, err := c.Endpoint(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	if !(Endpoint{Model: "jina-reranker-v3"}).Listwise() || (Endpoint{Model: "jina-reranker-v2-base-multilingual"}).Listwise() {
		t.Error("listwise models are not told apart")
	}
	if _, err := newTestClient(t, always(200, `{"endpoints":[]}`), func(c *Config) { c.Retries = -1 }).Endpoint(t.Context(), "x"); KindOf(err) != KindInvalidResponse {
		t.Errorf("no endpoints: %v", err)
	}
}

// Endpoints come sorted, with what their services say in ways of their own,
// and none is an answer.
func TestEndpoints(t *testing.T) {
	var path string
	c := newTestClient(t, transportFunc(func(r *http.Request) (*http.Response, error) {
		path = r.Method + " " + r.URL.Path
		return reply(200, `{"endpoints":[
			{"inference_id":"v","task_type":"rerank","service":"voyageai","service_settings":{"model_id":"rerank-2"},"task_settings":{"top_k":7}},
			{"inference_id":".rerank-v1-elasticsearch","task_type":"rerank","service":"elasticsearch","service_settings":{"num_threads":1,"model_id":".rerank-v1"}}]}`), nil
	}), nil)
	got, err := c.Endpoints(t.Context())
	want := []Endpoint{
		{ID: ".rerank-v1-elasticsearch", TaskType: "rerank", Service: "elasticsearch", Model: ".rerank-v1", MinAllocations: -1},
		{ID: "v", TaskType: "rerank", Service: "voyageai", Model: "rerank-2", TopN: 7, MinAllocations: -1},
	}
	if d := cmp.Diff(want, got); err != nil || path != "GET /_inference/rerank/_all" || d != "" {
		t.Errorf("%s: %v (-want +got):\n%s", path, err, d)
	}
	if got, err := newTestClient(t, always(200, `{"endpoints":[]}`), nil).Endpoints(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("none: %v, %v", got, err)
	}
	_, err = newTestClient(t, always(403, `{"error":{"root_cause":[{"type":"security_exception","reason":"no"}],"type":"security_exception","reason":"no"},"status":403}`), nil).Endpoints(t.Context())
	if KindOf(err) != KindForbidden || !strings.Contains(err.Error(), "list the inference endpoints") {
		t.Errorf("forbidden: %v", err)
	}
}

// Objects are gone through, multi-fields have their parent, and what no search
// for whole documents sees, or two indices disagree on, is left out.
func TestMapping(t *testing.T) {
	var path string
	c := newTestClient(t, transportFunc(func(r *http.Request) (*http.Response, error) {
		path = r.Method + " " + r.URL.Path
		return reply(200, `{
			"a":{"mappings":{"dynamic":"strict","properties":{
				"type":{"type":"keyword"},
				"o":{"properties":{"t":{"type":"text","index":false,"fields":{"raw":{"type":"keyword"},"s":{"type":"semantic_text","inference_id":"e"}}}}},
				"n":{"type":"nested","properties":{"x":{"type":"text"}}},
				"off":{"type":"object","enabled":false},
				"v":{"type":"dense_vector","dims":3,"index":true},
				"clash":{"type":"text"}}}},
			"b":{"mappings":{"properties":{"clash":{"type":"keyword"},"year":{"type":"integer"}}}},
			"empty":{"mappings":{}}}`), nil
	}), nil)
	got, err := c.Mapping(t.Context(), "a,b")
	want := []MappedField{
		{Name: "o.t", Type: "text"},
		{Name: "o.t.raw", Type: "keyword", Parent: "o.t", Searchable: true},
		{Name: "o.t.s", Type: "semantic_text", Parent: "o.t", Searchable: true},
		{Name: "type", Type: "keyword", Searchable: true},
		{Name: "v", Type: "dense_vector", Dimensions: 3, Searchable: true},
		{Name: "year", Type: "integer", Searchable: true},
	}
	if d := cmp.Diff(want, got); err != nil || path != "GET /a,b/_mapping" || d != "" {
		t.Errorf("%s: %v (-want +got):\n%s", path, err, d)
	}
}

func TestRerank(t *testing.T) {
	s := &script{answer: func(int, *http.Request) (*http.Response, error) {
		return reply(200, `{"rerank":[{"index":"1","relevance_score":"2.5","text":"b"},{"index":0,"relevance_score":-7e-1}]}`), nil
	}}
	got, err := newTestClient(t, s, nil).RerankWithin(t.Context(), "e", `a <b> & "c"`, []string{"x", "y"}, time.Minute)
	if err != nil || !slices.Equal(got, []float64{-0.7, 2.5}) {
		t.Errorf("%v, %v", got, err)
	}
	if want := `{"input":["x","y"],"query":"a <b> & \"c\""}` + "\n"; s.bodies[0] != want {
		t.Errorf("body %q", s.bodies[0])
	}
	for name, body := range map[string]string{
		"too few":      `{"rerank":[{"index":0,"relevance_score":1}]}`,
		"twice":        `{"rerank":[{"index":0,"relevance_score":1},{"index":0,"relevance_score":1}]}`,
		"out of range": `{"rerank":[{"index":0,"relevance_score":1},{"index":2,"relevance_score":1}]}`,
		"a fraction":   `{"rerank":[{"index":0,"relevance_score":1},{"index":0.5,"relevance_score":1}]}`,
		"no number":    `{"rerank":[{"index":0,"relevance_score":"NaN"},{"index":1,"relevance_score":1}]}`,
		"something":    `{"text_embedding":[]}`,
	} {
		if scores, err := newTestClient(t, always(200, body), func(c *Config) { c.Retries = -1 }).RerankWithin(t.Context(), "e", "q", []string{"x", "y"}, 0); KindOf(err) != KindInvalidResponse {
			t.Errorf("%s: %v, %v", name, scores, err)
		}
	}
}

func TestLicence(t *testing.T) {
	tests := []struct {
		status int
		body   string
		want   Licence
		allows bool
	}{
		{200, `{"license":{"status":"active","type":"trial","expiry_date_in_millis":1700000000000}}`, Licence{true, "trial", "active"}, true},
		{200, `{"license":{"status":"active","type":"basic"}}`, Licence{Known: true, Type: "basic", Status: "active"}, false},
		{200, `{"license":{"status":"expired","type":"enterprise"}}`, Licence{Known: true, Type: "enterprise", Status: "expired"}, false},
		{403, simple("security_exception", "no"), Licence{}, true},
		{410, simple("api_not_available_exception", "no"), Licence{}, true},
	}
	for _, test := range tests {
		got, err := newTestClient(t, always(test.status, test.body), nil).Licence(t.Context())
		if d := cmp.Diff(test.want, got); err != nil || d != "" || got.AllowsReranking() != test.allows {
			t.Errorf("%s: %v, %v\n%s", test.body, got.AllowsReranking(), err, d)
		}
	}
}

func TestPrivileges(t *testing.T) {
	c := newTestClient(t, routes{"POST /_security/user/_has_privileges": reply(200, `{"username":"u","has_all_requested":false,
		"cluster":{"monitor":false,"monitor_inference":true},"index":{"a":{"read":true,"view_index_metadata":true},"b":{"read":true,"view_index_metadata":false}}}`)}, nil)
	got, err := c.Privileges(t.Context(), "a,b")
	if d := cmp.Diff(Privileges{Known: true, User: "u", Read: true}, got); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	got, err = newTestClient(t, always(400, `{"error":"no handler found for uri [/_security/user/_has_privileges] and method [POST]"}`), nil).Privileges(t.Context(), "a")
	if err != nil || got.Known {
		t.Errorf("no security: %+v, %v", got, err)
	}
}

func TestIndexLife(t *testing.T) {
	exists := simple("resource_already_exists_exception", "index [a/x] already exists")
	answers := func(list ...*http.Response) *script {
		return &script{answer: func(n int, _ *http.Request) (*http.Response, error) { return list[n], nil }}
	}
	missing := simple("index_not_found_exception", "no such index [a]")
	if err := newTestClient(t, answers(reply(400, exists)), nil).CreateIndex(t.Context(), "a", nil); KindOf(err) != KindInvalidRequest {
		t.Errorf("an index that is there: %v", err)
	}
	if err := newTestClient(t, answers(reply(503, "{}"), reply(400, exists)), nil).CreateIndex(t.Context(), "a", []byte(`{}`)); err != nil {
		t.Errorf("created by the first attempt, whose answer was lost: %v", err)
	}
	if err := newTestClient(t, answers(reply(404, missing)), nil).DeleteIndex(t.Context(), "a"); KindOf(err) != KindMissingIndex {
		t.Errorf("deleting what is not there: %v", err)
	}
	if err := newTestClient(t, answers(reply(503, "{}"), reply(404, missing)), nil).DeleteIndex(t.Context(), "a"); err != nil {
		t.Errorf("deleted by the first attempt: %v", err)
	}
	for _, pattern := range []string{"", "*", "a*", "a,b", "_all"} {
		if err := newTestClient(t, answers(), nil).DeleteIndex(t.Context(), pattern); KindOf(err) != KindInvalidRequest {
			t.Errorf("deleting %q: %v", pattern, err)
		}
	}
	for status, want := range map[int]bool{200: true, 404: false} {
		found, err := newTestClient(t, answers(reply(status, "")), nil).Exists(t.Context(), "a")
		if err != nil || found != want {
			t.Errorf("%d: %v, %v", status, found, err)
		}
	}
	if _, err := newTestClient(t, answers(reply(401, "")), nil).Exists(t.Context(), "a"); KindOf(err) != KindUnauthorized {
		t.Errorf("401: %v", err)
	}
}

// documents makes a sequence.
func documents(list ...Document) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		for _, d := range list {
			if !yield(d, nil) {
				return
			}
		}
	}
}

func TestBulk(t *testing.T) {
	s := &script{}
	s.answer = func(n int, r *http.Request) (*http.Response, error) {
		if r.URL.Path != "/films/_bulk" || r.Header.Get("Content-Type") != "application/x-ndjson" {
			t.Errorf("%s %s", r.URL.Path, r.Header.Get("Content-Type"))
		}
		if n == 0 {
			return reply(200, `{"errors":true,"items":[{"index":{"_id":"a","status":201}},
				{"index":{"_id":"2","status":429,"error":{"type":"es_rejected_execution_exception","reason":"full"}}},
				{"index":{"_id":"c","status":400,"error":{"type":"document_parsing_exception","reason":"outer","caused_by":{"type":"illegal_argument_exception","reason":"bad\nyear"}}}}]}`), nil
		}
		return reply(200, `{"errors":false,"items":[{"index":{"_id":"2","status":200}}]}`), nil
	}
	c := newTestClient(t, s, nil)
	got, err := c.Bulk(t.Context(), "films", documents(
		Document{"a", json.RawMessage("{\n \"title\": \"Heat\"\n}")}, Document{"", json.RawMessage(`{"title":"<b>"}`)}, Document{"c", json.RawMessage(`{"year":"x"}`)}))
	want := BulkResult{Indexed: 2, Failed: 1, Failures: []BulkFailure{{"c", 400, Cause{"illegal_argument_exception", "bad year"}}}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	wantBodies := []string{
		`{"index":{"_id":"a"}}` + "\n" + `{"title":"Heat"}` + "\n" + `{"index":{"_id":"2"}}` + "\n" + `{"title":"<b>"}` + "\n" + `{"index":{"_id":"c"}}` + "\n" + `{"year":"x"}` + "\n",
		`{"index":{"_id":"2"}}` + "\n" + `{"title":"<b>"}` + "\n",
	}
	if d := cmp.Diff(wantBodies, s.bodies); d != "" {
		t.Errorf("bodies (-want +got):\n%s", d)
	}
}

func TestBulkFails(t *testing.T) {
	full := `{"errors":true,"items":[{"index":{"_id":"a","status":429,"error":{"type":"es_rejected_execution_exception","reason":"full"}}}]}`
	_, err := newTestClient(t, always(200, full), nil).Bulk(t.Context(), "films", documents(Document{"a", json.RawMessage("{}")}))
	if KindOf(err) != KindThrottled {
		t.Errorf("%v", err)
	}
	for _, source := range []string{"", "[]", "{", `{"a":1}{}`, "null"} {
		_, err = newTestClient(t, always(200, full), nil).Bulk(t.Context(), "films", documents(Document{"x", json.RawMessage(source)}))
		if KindOf(err) != KindInvalidRequest || !strings.Contains(err.Error(), `document 1 ("x") is not a JSON object`) {
			t.Errorf("%q: %v", source, err)
		}
	}
	broken := errors.New("line 7: broken")
	_, err = newTestClient(t, always(200, full), nil).Bulk(t.Context(), "films", func(yield func(Document, error) bool) { yield(Document{}, broken) })
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	_, err = newTestClient(t, always(200, `{"items":[]}`), func(c *Config) { c.Retries = -1 }).Bulk(t.Context(), "films", documents(Document{"a", json.RawMessage("{}")}))
	if KindOf(err) != KindInvalidResponse {
		t.Errorf("%v", err)
	}
}

// TestBulkBatches: no request has more than 1,000 documents or about 4 MiB,
// and nothing gets lost between them.
func TestBulkBatches(t *testing.T) {
	s := &script{}
	s.answer = func(n int, _ *http.Request) (*http.Response, error) {
		lines := strings.Count(s.bodies[n], "\n") / 2
		item := `{"index":{"status":201}}`
		return reply(200, `{"items":[`+strings.Repeat(item+",", lines-1)+item+`]}`), nil
	}
	var list []Document
	for i := range 2500 {
		list = append(list, Document{fmt.Sprint(i), json.RawMessage(`{}`)})
	}
	big := json.RawMessage(`{"t":"` + strings.Repeat("x", 3<<20) + `"}`)
	list = append(list, Document{"big1", big}, Document{"big2", big})
	got, err := newTestClient(t, s, nil).Bulk(t.Context(), "films", documents(list...))
	if err != nil || got.Indexed != len(list) {
		t.Errorf("%+v, %v", got, err)
	}
	if s.calls != 4 {
		t.Errorf("%d requests", s.calls)
	}
	for _, b := range s.bodies {
		if n := strings.Count(b, "\n") / 2; n > bulkDocuments || len(b) > bulkBytes {
			t.Errorf("a request of %d documents and %d bytes", n, len(b))
		}
	}
}

func TestHitWithoutScore(t *testing.T) {
	c := newTestClient(t, always(200, `{"hits":{"hits":[{"_index":"a","_id":"1","_score":null}]}}`), nil)
	r, err := c.Search(t.Context(), []byte("{}"), SearchOptions{})
	if err != nil || len(r.Hits) != 1 || !math.IsNaN(r.Hits[0].Score) {
		t.Errorf("%+v, %v", r, err)
	}
}
