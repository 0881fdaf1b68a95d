package embedded

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const films = `{"mappings":{"properties":{"title":{"type":"text","fields":{"raw":{"type":"keyword"}}},"plot":{"type":"text"},"genre":{"type":"keyword"},"year":{"type":"integer"},"rating":{"type":"float"},"seen":{"type":"boolean"},"on":{"type":"date"}}}}`

func filmClient(t testing.TB, endpoints ...Endpoint) client {
	c := newClient(t, endpoints...)
	c.must("PUT", "/films", films)
	c.load("films",
		`{"title":"Night Train","plot":"a robbery on a night train","genre":["crime","drama"],"year":1974,"rating":7.5,"seen":true,"on":"1974-05-06"}`,
		`{"title":"Night","plot":"a night in the city","genre":"drama","year":1951}`,
		`{"title":"Train","plot":"a train leaves the city","genre":"war","year":1999,"rating":5}`,
		`{"title":"Robbery","plot":"the robbery of the century","genre":"crime"}`,
		`{"title":"No plot","genre":"crime","year":1930}`,
	)
	return c
}

func TestHits(t *testing.T) {
	c := filmClient(t)
	status, text := c.raw("POST", "/films/_search", `{"query":{"term":{"year":1974}},"_source":["t*","rating"],"fields":["title","title.raw","genre","year","rating","seen","on","nope"]}`)
	if status != 200 {
		t.Fatal(text)
	}
	var got struct {
		Hits struct {
			Total json.RawMessage
			Max   float64 `json:"max_score"`
			Hits  []json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	want := `{"_index":"films","_id":"0","_score":1.0,"_source":{"title":"Night Train","rating":7.5},"fields":{"title":["Night Train"],"title.raw":["Night Train"],` +
		`"genre":["crime","drama"],"year":[1974],"rating":[7.5],"seen":[true],"on":["1974-05-06T00:00:00.000Z"]}}`
	if string(got.Hits.Total) != `{"value":1,"relation":"eq"}` || got.Hits.Max != 1 || len(got.Hits.Hits) != 1 || string(got.Hits.Hits[0]) != want {
		t.Errorf("%s, want the hit %s", text, want)
	}
}

func TestSource(t *testing.T) {
	c := newClient(t)
	c.load("films", `{"title":"x","o":{"a":1,"b":{"c":2}},"l":[{"a":1},{"b":2}]}`)
	for _, tt := range []struct{ source, want string }{
		{`true`, `{"title":"x","o":{"a":1,"b":{"c":2}},"l":[{"a":1},{"b":2}]}`},
		{`false`, ``},
		{`"title"`, `{"title":"x"}`},
		{`["o.b"]`, `{"o":{"b":{"c":2}}}`},
		{`{"includes":["o"],"excludes":["o.b"]}`, `{"o":{"a":1}}`},
		{`{"excludes":["o","l.a"]}`, `{"title":"x","l":[{},{"b":2}]}`},
		{`"nope"`, `{}`},
	} {
		_, text := c.raw("POST", "/films/_search", `{"_source":`+tt.source+`}`)
		var answer struct {
			Hits struct {
				Hits []struct {
					Source json.RawMessage `json:"_source"`
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &answer); err != nil {
			t.Fatal(err)
		}
		if got := string(answer.Hits.Hits[0].Source); got != tt.want {
			t.Errorf("_source %s: %s, want %s", tt.source, got, tt.want)
		}
	}
}

func TestTotalsAndPages(t *testing.T) {
	c := filmClient(t)
	all := c.search("/films/_search", `{"query":{"match":{"plot":"night train robbery"}}}`)
	for _, tt := range []struct {
		body  string
		ids   []string
		total string
	}{
		{`{"size":2}`, []string{"0", "1"}, "map[relation:eq value:5]"},
		{`{"size":2,"from":4}`, []string{"4"}, "map[relation:eq value:5]"},
		{`{"size":2,"from":9}`, nil, "map[relation:eq value:5]"},
		{`{"size":0,"track_total_hits":true}`, nil, "map[relation:eq value:5]"},
		{`{"size":0,"track_total_hits":3}`, nil, "map[relation:gte value:3]"},
		{`{"size":0,"track_total_hits":false}`, nil, "<nil>"},
		{`{"size":2,"from":1,"query":{"match":{"plot":"night train robbery"}}}`, all.IDs[1:3], "map[relation:eq value:4]"},
	} {
		out := c.must("POST", "/films/_search", tt.body)
		if got := hitsOf(out); !slices.Equal(got.IDs, tt.ids) {
			t.Errorf("%s: %v, want %v", tt.body, got.IDs, tt.ids)
		}
		if got := fmt.Sprint(out["hits"].(map[string]any)["total"]); got != tt.total {
			t.Errorf("%s: total %s, want %s", tt.body, got, tt.total)
		}
	}
}

func TestSort(t *testing.T) {
	c := filmClient(t)
	for _, tt := range []struct {
		sort string
		ids  string
		last string // sort values of the last hit
	}{
		{`"year"`, "4 1 0 2 3", "[2.147483647e+09]"},
		{`[{"year":"desc"}]`, "2 0 1 4 3", "[-2.147483648e+09]"},
		{`[{"year":{"order":"desc","missing":"_first"}}]`, "3 2 0 1 4", "[1930]"},
		{`["genre",{"year":"asc"}]`, "4 0 3 1 2", "[war 1999]"},
		{`[{"genre":"desc"},"_doc"]`, "2 0 1 3 4", "[crime 4]"},
		{`["rating"]`, "2 0 1 3 4", "[Infinity]"},
	} {
		out := c.must("POST", "/films/_search", `{"sort":`+tt.sort+`}`)
		got := hitsOf(out)
		all := out["hits"].(map[string]any)["hits"].([]any)
		last := fmt.Sprint(all[len(all)-1].(map[string]any)["sort"])
		if strings.Join(got.IDs, " ") != tt.ids || last != tt.last {
			t.Errorf("sort %s: %v, last %s; want %s, last %s", tt.sort, got.IDs, last, tt.ids, tt.last)
		}
	}
}

// Several indices are several shards: each with its own statistics, and ties
// in the order of their names.
func TestSeveralIndices(t *testing.T) {
	c := newClient(t)
	c.load("b", `{"t":"night"}`, `{"t":"day"}`)
	c.load("a", `{"t":"night"}`)
	out := c.must("POST", "/b,a/_search", `{}`)
	var got []string
	for _, h := range out["hits"].(map[string]any)["hits"].([]any) {
		m := h.(map[string]any)
		got = append(got, m["_index"].(string)+m["_id"].(string))
	}
	if diff := cmp.Diff([]string{"a0", "b0", "b1"}, got); diff != "" {
		t.Error(diff)
	}
	if h := c.search("/_search", `{"query":{"match":{"t":"night"}}}`); len(h.Scores) != 2 || h.Scores[0] <= h.Scores[1] {
		// In a, night is in every document; in b only in half of them.
		t.Errorf("scores %v, want the one of b higher", h.Scores)
	}
}

// The slices of a point in time have every document once.
func TestSlices(t *testing.T) {
	c := filmClient(t)
	all := c.search("/films/_search", `{"size":100}`).IDs
	id := c.must("POST", "/films/_pit?keep_alive=1m", "")["id"].(string)
	for parts := 2; parts < 2*len(all); parts++ {
		var got []string
		for i := range parts {
			part := c.search("/_search", fmt.Sprintf(`{"size":100,"slice":{"id":%d,"max":%d},"pit":{"id":%q}}`, i, parts, id)).IDs
			if parts == 2 && len(part) == len(all) {
				t.Errorf("one of 2 slices holds all %d documents", len(all))
			}
			got = append(got, part...)
		}
		slices.Sort(got)
		want := slices.Sorted(slices.Values(all))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d slices: %s", parts, diff)
		}
	}
	pit := fmt.Sprintf(`,"pit":{"id":%q}}`, id)
	for _, tt := range []struct{ body, want string }{
		{`{"slice":{"id":0,"max":2}}`, "[slice] can only be used with [scroll] or [point-in-time] requests"},
		{`{"slice":{"id":-1,"max":2}` + pit, "id must be greater than or equal to 0"},
		{`{"slice":{"id":0,"max":1}` + pit, "max must be greater than 1"},
		{`{"slice":{"id":2,"max":2}` + pit, "max must be greater than id"},
		{`{"slice":{"id":0,"max":2,"x":1}` + pit, "[slice] unknown field [x]"},
		{`{"slice":{"id":"a","max":2}` + pit, "[slice] failed to parse field [id]"},
		{`{"slice":3` + pit, "Unknown key for a VALUE_NUMBER in [slice]"},
		{`{"slice":{"id":0,"max":2},"retriever":{"standard":{}}` + pit, "beside a [retriever] is not supported"},
	} {
		if status, out := c.do("POST", "/_search", tt.body); status != 400 || !strings.Contains(fmt.Sprint(out), tt.want) {
			t.Errorf("%s: %d %v, want %q", tt.body, status, out, tt.want)
		}
	}
}

func TestPointInTime(t *testing.T) {
	c := filmClient(t)
	id := c.must("POST", "/films/_pit?keep_alive=1m", "")["id"].(string)
	c.must("DELETE", "/films/_doc/0?refresh=true", "")
	c.must("PUT", "/films/_doc/9?refresh=true", `{"title":"new"}`)
	body := `{"size":0,"pit":{"id":"` + id + `","keep_alive":"1m"},"query":{"ids":{"values":["0","9"]}}}`
	out := c.must("POST", "/_search", body)
	if got := fmt.Sprint(out["hits"].(map[string]any)["total"]); got != "map[relation:eq value:1]" || out["pit_id"] != id {
		t.Errorf("total %s, pit_id %v", got, out["pit_id"])
	}
	c.must("DELETE", "/films", "")
	if h := c.search("/_search", `{"pit":{"id":"`+id+`"}}`); len(h.IDs) != 5 {
		t.Errorf("%d hits after the index has gone, want 5", len(h.IDs))
	}
	for _, tt := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/films/_search", `{"pit":{"id":"` + id + `"}}`, 400, "[indices] cannot be used with point in time"},
		{"/_search?preference=x", `{"pit":{"id":"` + id + `"}}`, 400, "[preference] cannot be used with point in time"},
		{"/_search", `{"pit":{"id":"gone"}}`, 404, "No search context found for id [gone]"},
		{"/_search", `{"pit":{"id":"` + id + `","keep_alive":"soon"}}`, 400, "failed to parse setting [keep_alive] with value [soon]"},
		{"/_search", `{"pit":{}}`, 400, "Required [id]"},
	} {
		if status, text := c.raw("POST", tt.path, tt.body); status != tt.status || !strings.Contains(text, tt.want) {
			t.Errorf("%s %s: %d %s, want %d and %q", tt.path, tt.body, status, text, tt.status, tt.want)
		}
	}
	if out := c.must("DELETE", "/_pit", `{"id":"`+id+`"}`); out["num_freed"] != 1.0 {
		t.Errorf("closing: %v", out)
	}
	if out := c.must("DELETE", "/_pit", `{"id":"`+id+`"}`); out["num_freed"] != 0.0 {
		t.Errorf("closing again: %v", out)
	}
	if status, _ := c.raw("POST", "/_search", body); status != 404 {
		t.Errorf("searching a closed point in time: %d", status)
	}
}

func TestMultiSearch(t *testing.T) {
	c := filmClient(t)
	out := c.must("POST", "/_msearch", `{"index":"films"}
{"size":1}
{"index":"nope"}
{}
{"index":["films"],"preference":"x"}
{"query":{"match":{"year":"x"}}}
`)
	var got []string
	for _, r := range out["responses"].([]any) {
		m := r.(map[string]any)
		got = append(got, fmt.Sprint(m["status"], " ", m["error"] == nil))
	}
	if diff := cmp.Diff([]string{"200 true", "404 false", "400 false"}, got); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct{ body, want string }{
		{"{}\n{\"unknown\":1}\n", "Unknown key for a VALUE_NUMBER in [unknown]."},
		{"{}\n{}", "must be terminated by a newline"},
		{"{\"routing\":\"x\"}\n{}\n", "[routing] is not supported"},
		{"", "no requests added"},
		{"{}\n", "has no search after it"},
	} {
		if status, text := c.raw("POST", "/_msearch", tt.body); status != 400 || !strings.Contains(text, tt.want) {
			t.Errorf("%q: %d %s, want %q", tt.body, status, text, tt.want)
		}
	}
}

func FuzzParseSearch(f *testing.F) {
	for _, s := range []string{
		`{"size":1,"from":2,"query":{"match":{"title":"x"}},"sort":["year",{"rating":"desc"}],"_source":{"includes":["t*"]},"fields":["*"]}`,
		`{"retriever":{"text_similarity_reranker":{"retriever":{"standard":{"filter":[]}},"field":"plot","inference_text":"x","rank_window_size":3}},"size":3}`,
		`{"retriever":{"standard":{"sort":"_doc"}},"track_total_hits":3}`, `{"_source":[],"min_score":"1e9"}`, `{"pit":{"id":"x"}}`, `{"size":-1}`, `{"sort":{}}`, `{"fields":[{}]}`,
		`{"retriever":{"text_similarity_reranker":{"filter":{"ids":{}},"min_score":0}}}`,
	} {
		f.Add(s)
	}
	c := filmClient(f)
	f.Fuzz(func(t *testing.T, body string) {
		c.t = t
		status, text := c.raw("POST", "/films/_search", body)
		if status >= 500 || !json.Valid([]byte(text)) {
			t.Fatalf("%q: status %d: %s", body, status, text)
		}
		if (status == http.StatusOK) == strings.HasPrefix(text, `{"error"`) {
			t.Fatalf("%q: status %d: %s", body, status, text)
		}
	})
}
