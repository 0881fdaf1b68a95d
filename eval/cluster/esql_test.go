package cluster

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
)

// esqlReply answers as the server's documentation shows it.
const esqlReply = `{"took":28,"is_partial":false,"documents_found":5,"values_loaded":10,
"columns":[{"name":"title","type":"text"},{"name":"_score","type":"double"},{"name":"_id","type":"keyword"},{"name":"year","type":"integer"}],
"values":[["Heat",1.043297290802002,"2",1995],[["Seven","Se7en"],0.5,"1",null],[null,null,"3",1]]}`

func TestESQL(t *testing.T) {
	s := &script{answer: func(_ int, r *http.Request) (*http.Response, error) {
		if r.Method != "POST" || r.URL.Path != "/_query" || r.URL.Query().Get("format") != "json" {
			return reply(400, `{}`), nil
		}
		return reply(200, esqlReply), nil
	}}
	c := newTestClient(t, s, nil)
	const body = `{"query":"FROM films | WHERE MATCH(plot, ?query)","params":[{"query":"crime"}]}`
	r, err := c.ESQL(t.Context(), []byte(body), "title", SearchOptions{Size: 3})
	if err != nil {
		t.Fatal(err)
	}
	if s.bodies[0] != body || r.Took != 28*time.Millisecond || r.Attempts != 1 || len(r.Hits) != 3 {
		t.Errorf("%q, %+v", s.bodies[0], r)
	}
	for i, want := range []struct {
		id, title string
		score     float64
	}{{"2", "Heat", 1.043297290802002}, {"1", "Seven", 0.5}, {"3", "", math.NaN()}} {
		h := r.Hits[i]
		title, _ := h.Value("title")
		if h.ID != want.id || title != want.title || h.Score != want.score && !(math.IsNaN(h.Score) && math.IsNaN(want.score)) {
			t.Errorf("hit %d is %+v, want %v", i, h, want)
		}
	}
	if r, err := c.ESQL(t.Context(), []byte(body), "title", SearchOptions{Size: 2}); err != nil || len(r.Hits) != 2 {
		t.Errorf("%d rows of the first 2, %v", len(r.Hits), err)
	}
}

func TestESQLOddAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		old, new string
		kind     Kind
		says     string
	}{
		"partial":        {`"is_partial":false`, `"is_partial":true`, KindPartial, "rows may be missing"},
		"no _id":         {`"_id"`, `"id"`, KindInvalidRequest, "METADATA _id"},
		"no title":       {`"title"`, `"titel"`, KindInvalidRequest, "no column title"},
		"null _id":       {`"3",1]`, `null,1]`, KindInvalidResponse, "hit 3 of the answer has no _id"},
		"twice":          {`"3",1]`, `"2",1]`, KindWrongHits, "twice"},
		"short row":      {`"2",1995]`, `"2"]`, KindInvalidResponse, "row 1 of the answer has 3 values for 4 columns"},
		"cut short":      {`"values":[[`, `"values":[`, KindInvalidResponse, "malformed"},
		"no JSON":        {`{"took"`, `<html`, KindInvalidResponse, "web page"},
		"no more _id is": {`"name":"_id"`, `"name":"_ID"`, KindInvalidRequest, "no column _id"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{answer: func(int, *http.Request) (*http.Response, error) {
				return reply(200, strings.Replace(esqlReply, test.old, test.new, 1)), nil
			}}
			_, err := newTestClient(t, s, nil).ESQL(t.Context(), []byte(`{}`), "title", SearchOptions{})
			if KindOf(err) != test.kind || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v (%v), want %q", err, KindOf(err), test.says)
			}
		})
	}
}
