package embedded

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestBulkItems(t *testing.T) {
	c := newClient(t)
	c.must("PUT", "/films", `{"mappings":{"properties":{"n":{"type":"integer"}}}}`)
	out := c.must("POST", "/_bulk?refresh=true", `{"index":{"_index":"films","_id":"1"}}
{"n":1}
{"create":{"_index":"films","_id":"1"}}
{"n":2}
{"index":{"_index":"films"}}
{"n":"x"}

{"index":{"_index":"films","_id":"1"}}
{"n":3}
{"delete":{"_index":"films","_id":"9"}}
{"index":{"_index":"films","_id":"2"}}
{"n":
{"create":{"_index":"made-by-writing","_id":"1"}}
{"n":4}
`)
	if out["errors"] != true {
		t.Errorf("errors is %v", out["errors"])
	}
	var got []string
	for _, item := range out["items"].([]any) {
		for op, v := range item.(map[string]any) {
			m := v.(map[string]any)
			got = append(got, fmt.Sprint(op, " ", m["status"], " ", m["result"], " ", m["_version"]))
		}
	}
	want := []string{
		"index 201 created 1", "create 409 <nil> <nil>", "index 400 <nil> <nil>", "index 200 updated 2",
		"delete 404 not_found 1", "index 400 <nil> <nil>", "create 201 created 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("items\n%s, want\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n := c.must("GET", "/films,made*/_count", "")["count"]; n != 2.0 {
		t.Errorf("%v documents, want 2", n)
	}
}

func TestBulkRefuses(t *testing.T) {
	c := newClient(t)
	for _, tt := range []struct{ body, want string }{
		{"", "request body is required"},
		{"{\"index\":{}}\n{}", "must be terminated by a newline"},
		{"{\"index\":{}}\n{}\n", "index is missing"},
		{"{\"delete\":{\"_index\":\"a\"}}\n", "id is missing"},
		{"{\"index\":{\"_index\":\"a\"}}\n", "expected a document after it"},
		{"{\"update\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{}\n", "has no [update]"},
		{"{\"upsert\":{}}\n{}\n", "expected field [create], [delete], [index] or [update] but found [upsert]"},
		{"{\"index\":{\"_index\":\"a\",\"pipeline\":\"p\"}}\n{}\n", "line [1] contains an unknown parameter [pipeline]"},
		{"[]\n", "expected START_OBJECT but found [START_ARRAY]"},
		{"{\n", "unexpected end of input"},
	} {
		status, text := c.raw("POST", "/_bulk", tt.body)
		if status != 400 || !strings.Contains(text, tt.want) {
			t.Errorf("%q: %d %s, want 400 and %q", tt.body, status, text, tt.want)
		}
	}
}

// Writes are invisible to searches until a refresh, but can be read by id.
func TestRefresh(t *testing.T) {
	c := newClient(t)
	c.must("PUT", "/films", "")
	c.must("PUT", "/films/_doc/1", `{"title":"x"}`)
	count := func() any { return c.must("GET", "/films/_count", "")["count"] }
	if n := count(); n != 0.0 {
		t.Errorf("%v documents before the refresh", n)
	}
	if out := c.must("GET", "/films/_doc/1", ""); out["found"] != true {
		t.Errorf("the document cannot be read: %v", out)
	}
	c.must("POST", "/films/_refresh", "")
	if n := count(); n != 1.0 {
		t.Errorf("%v documents after the refresh", n)
	}
	c.must("DELETE", "/films/_doc/1?refresh=true", "")
	if n := count(); n != 0.0 {
		t.Errorf("%v documents after the deletion", n)
	}
	if status, out := c.do("GET", "/films/_doc/1", ""); status != 404 || out["found"] != false {
		t.Errorf("the deleted document: %d %v", status, out)
	}
}

// Readers and writers at once: every search sees a state that was whole, one
// with as many documents as its words are common.
func TestConcurrentReadsAndWrites(t *testing.T) {
	c := newClient(t)
	c.load("films", `{"title":"night"}`)
	server := httptest.NewServer(c.e)
	defer server.Close()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 25 {
				c.raw("PUT", fmt.Sprintf("/films/_doc/%d-%d?refresh=true", w, i%5), `{"title":"night train"}`)
			}
		})
		wg.Go(func() {
			for range 25 {
				status, text := c.raw("POST", "/films/_search", `{"size":100,"query":{"match":{"title":"night"}}}`)
				if status != http.StatusOK || !strings.Contains(text, `"_id":"0"`) {
					t.Errorf("status %d: %s", status, text)
				}
				resp, err := http.Get(server.URL + "/films/_count")
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
			}
		})
	}
	wg.Wait()
	if n := c.must("GET", "/films/_count", "")["count"]; n != 21.0 { // 4*5 and the first
		t.Errorf("%v documents, want 21", n)
	}
}

func FuzzParseBulk(f *testing.F) {
	for _, s := range []string{"{\"index\":{\"_id\":\"1\"}}\n{}\n", "{\"delete\":{\"_index\":\"a\",\"_id\":1}}\r\n", "\n\n", "{}\n", "{\"create\":null}\n{}\n", "{\"index\":{}}\n\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		actions, err := parseBulk(body, "index")
		if err != nil {
			if asFailure(err).status != http.StatusBadRequest {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		for _, a := range actions {
			if a.index == "" || a.op == "delete" && a.id == "" {
				t.Fatalf("%q: an action without its target: %+v", body, a)
			}
		}
		c := newClient(t)
		if status, text := c.raw("POST", "/index/_bulk?refresh=true", string(body)); status != http.StatusOK {
			t.Fatalf("%q: status %d: %s", body, status, text)
		}
		if status, text := c.raw("POST", "/_search", ""); status != http.StatusOK {
			t.Fatalf("%q: status %d: %s", body, status, text)
		}
	})
}
