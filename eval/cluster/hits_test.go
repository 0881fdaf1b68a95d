package cluster

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestDecodeResponse(t *testing.T) {
	const body = ` {"pit_id":"p1","took":12,"timed_out":false,"terminated_early":true,"num_reduce_phases":2,
	"_shards":{"total":3,"successful":3,"skipped":1,"failed":0},
	"hits":{"total":{"value":123,"relation":"eq"},"max_score":null,"hits":[
	 {"_index":"films","_id":"1","_score":2.5e0,"_ignored":["x"],"fields":{"title":["Am\u00e9lie \"1\"","Amélie"],"year":[2001],"a.b":[true,null,{"c":[1]}]},"sort":[1,"a"]},
	 {"_index":"films","_id":"2","_score":null,"_source":{"deep":[{"a":[{}]}]}},
	 {"_index":"more","_id":"ü\n","_score":-0.25,"fields":{}}]},
	"aggregations":{"x":{"value":1}},"_clusters":{"total":1,"successful":1,"skipped":0}} `
	// What was decoded before and what is decoded after must not show.
	var d hitDecoder
	other := func() {
		t.Helper()
		if r, err := d.decode(answerOf(50), 0, nil); err != nil || len(r.Hits) != 50 {
			t.Fatal(len(r.Hits), err)
		}
	}
	other()
	got, err := d.decode([]byte(body), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	other()
	want := Response{
		PIT: "p1", Took: 12 * time.Millisecond, Total: 123, Shards: Shards{3, 3, 1, 0},
		Hits: []Hit{
			{Index: "films", ID: "1", Score: 2.5, Fields: []Field{
				{"title", []string{`Amélie "1"`, "Amélie"}}, {"year", []string{"2001"}}, {"a.b", []string{"true", `{"c":[1]}`}}}, Sort: []string{"1", `"a"`}},
			{Index: "films", ID: "2", Score: math.NaN()},
			{Index: "more", ID: "ü\n", Score: -0.25},
		},
	}
	if diff := cmp.Diff(want, got.Response, cmpopts.EquateNaNs(), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Response{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if v, ok := got.Hits[0].Value("title"); v != `Amélie "1"` || !ok {
		t.Errorf("title %q, %v", v, ok)
	}
	if _, ok := got.Hits[1].Value("title"); ok {
		t.Error("a title out of nowhere")
	}
}

// reference decodes the same with encoding/json, as far as the types allow.
type reference struct {
	Took   int64  `json:"took"`
	PIT    string `json:"pit_id"`
	Timed  bool   `json:"timed_out"`
	Shards struct {
		Total, Successful, Skipped, Failed int
	} `json:"_shards"`
	Hits struct {
		Hits []struct {
			Index  string                       `json:"_index"`
			ID     string                       `json:"_id"`
			Score  *float64                     `json:"_score"`
			Fields map[string][]json.RawMessage `json:"fields"`
		} `json:"hits"`
	} `json:"hits"`
}

// FuzzDecodeResponse holds the scanner against encoding/json: what it accepts
// must be JSON, and where both accept, the hits must be the same.
func FuzzDecodeResponse(f *testing.F) {
	for _, seed := range []string{
		oneHit, oneHit[:70], ``, `{}`, `[]`, `null`, `{"hits":{"hits":[]}}`, `{"hits":{"hits":[{"_id":"\ud800","_score":1e3}]}}`,
		`{"took":1,"hits":{"total":{"value":2},"hits":[{"_index":"a","_id":"b","_score":null,"fields":{"t":["x",1,null,{"y":[]}]}}]}}`,
		`{"took":01}`, `{"took":1.}`, `{"took":1e}`, `{"a":"` + "\x01" + `"}`, `{"a":"` + "\xff" + `"}`, `{"a":tru}`, `{"a":1}{}`,
		`{"pit_id":"\u00e4\/"}`, strings.Repeat(`[`, 300), `{"a":` + strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100) + `}`,
		`{"_shards":{"failed":1,"failures":[{"reason":{"type":"x"}}]}}`, `{"_clusters":{"skipped":1}}`, `{"hits":{"total":7,"hits":[]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var used hitDecoder // of which nothing must come through
		before, err := used.decode(answerOf(3), 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := used.decode(body, 0, &before.Response)
		if err != nil {
			return
		}
		if !json.Valid(body) {
			t.Fatalf("accepted %q", body)
		}
		if e := got.check(3, make(map[string]int)); e != nil {
			_ = e.Error()
		}
		if repeats(body) {
			return // encoding/json merges what stands twice
		}
		var want reference
		if json.Unmarshal(body, &want) != nil {
			return
		}
		if int64(got.Took/time.Millisecond) != want.Took && want.Took < math.MaxInt64/int64(time.Millisecond) && want.Took > 0 ||
			got.PIT != want.PIT || got.timedOut != want.Timed || got.Shards.Failed != want.Shards.Failed || len(got.Hits) != len(want.Hits.Hits) {
			t.Fatalf("%+v, want %+v", got, want)
		}
		for i, h := range want.Hits.Hits {
			g := got.Hits[i]
			if g.Index != h.Index || g.ID != h.ID || (h.Score == nil) != math.IsNaN(g.Score) || h.Score != nil && *h.Score != g.Score {
				t.Fatalf("hit %d: %+v, want %+v", i, g, h)
			}
			for name, values := range h.Fields {
				for _, raw := range values {
					var s string
					if json.Unmarshal(raw, &s) == nil && string(raw) != "null" {
						if v, ok := g.Value(name); !ok || len(values) == 1 && v != s {
							t.Fatalf("field %q: %q, want %q", name, v, s)
						}
						break
					}
				}
			}
		}
	})
}

// repeats tells whether some object has a key twice, or one that differs from
// another only in case: encoding/json takes those for the same.
func repeats(body []byte) bool {
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	type level struct {
		keys   map[string]bool
		object bool
		isKey  bool
	}
	var stack []level
	for {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		top := func() *level {
			if len(stack) == 0 {
				return &level{}
			}
			return &stack[len(stack)-1]
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				stack = append(stack, level{keys: map[string]bool{}, object: v == '{', isKey: true})
				continue
			}
			stack = stack[:len(stack)-1]
			top().isKey = true
			continue
		case string:
			if l := top(); l.object && l.isKey {
				key := strings.ToLower(v)
				if l.keys[key] || key != v {
					return true
				}
				l.keys[key] = true
				l.isKey = false
				continue
			}
		}
		top().isKey = true
	}
}

// FuzzDecodeError: whatever the body, the error is a sentence on one line, and
// has a kind.
func FuzzDecodeError(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `[]`, `"x"`, `{"error":"x","status":405}`, `{"error":{"type":1,"reason":{}}}`, `{"error":null}`,
		wrapped("resource_not_found_exception", "Inference endpoint not found ["), wrapped("a", "no such index [x"),
		simple("index_not_found_exception", "no such index"), `{"ok":false,"message":"x"}`, `<html>`,
		`{"error":{"suppressed":[null,{"caused_by":{"suppressed":[{}]}}]}}`,
		`{"error":` + strings.Repeat(`{"caused_by":`, 500) + `{}` + strings.Repeat(`}`, 501),
		`{"error":{"type":"a\nb","reason":"c\u001b[31m"}}`, `{"status":99999999999999999999,"error":{"failed_shards":[{"reason":{"reason":"r"}}]}}`,
	} {
		f.Add(400, []byte(seed))
		f.Add(503, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		e := failure(answer{target: target{op: "search", index: "i", endpoint: "e"}, status: status, body: body, address: "http://a"})
		s := e.Error()
		if e.Kind == "" || e.What == "" {
			t.Fatalf("no kind or sentence: %+v", e)
		}
		if strings.ContainsAny(s, "\n\r\x1b\x00") {
			t.Fatalf("control characters in %q", s)
		}
		if len(e.chain) > deepest {
			t.Fatalf("%d causes", len(e.chain))
		}
	})
}

// answerOf makes the body of a search with n hits, as a server writes it.
func answerOf(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"pit_id":"` + strings.Repeat("x", 150) + `","took":5,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"hits":{"max_score":9.5,"hits":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"_index":"films","_id":"%d","_score":%.6f,"fields":{"title":["The Return of Film Number %d"]}}`, i, 9.5-float64(i)/100, i)
	}
	b.WriteString(`]}}`)
	return []byte(b.String())
}

func BenchmarkDecodeResponse(b *testing.B) {
	body := answerOf(100)
	b.Run("scanner", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		w := newWorkspace()
		var last Response
		for b.Loop() {
			r, err := w.decoder.decode(body, 0, &last)
			if err != nil || r.check(100, w.ranks) != nil {
				b.Fatal(err)
			}
			last = r.Response
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			var r reference
			if err := json.Unmarshal(body, &r); err != nil {
				b.Fatal(err)
			}
		}
	})
}
