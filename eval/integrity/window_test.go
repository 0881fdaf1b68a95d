package integrity

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
)

func TestHoldAgainst(t *testing.T) {
	hits := func(pairs ...any) []eval.Hit {
		var list []eval.Hit
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, eval.Hit{Document: &eval.Document{ID: pairs[i].(string)}, Score: pairs[i+1].(float64)})
		}
		return list
	}
	ids := func(list []eval.Hit) string {
		text := ""
		for _, h := range list {
			text += h.ID
		}
		return text
	}
	type want struct {
		dropped, outside string
		both             int
		sameOrder        bool
	}
	seen := hits("a", 3.0, "b", 2.0, "c", 1.0, "d", 1.0)
	for _, test := range []struct {
		name     string
		reranked []eval.Hit
		want     want
	}{
		{"another order", hits("b", 9.0, "a", 8.0, "c", 7.0, "d", 6.0), want{"", "", 4, false}},
		{"the same order", hits("a", 9.0, "b", 8.0, "c", 7.0, "d", 6.0), want{"", "", 4, true}},
		{"dropped", hits("a", 9.0, "d", 8.0), want{"bc", "", 2, true}},
		{"outside", hits("a", 9.0, "x", 8.0, "b", 7.0, "c", 6.0, "d", 5.0), want{"", "x", 4, true}},
		// c and d share the window's last score: x may have stood for d
		{"a tie at the end", hits("a", 9.0, "x", 8.0, "b", 7.0, "c", 6.0), want{"", "", 3, true}},
		{"two for two", hits("x", 9.0, "y", 8.0, "b", 7.0, "a", 6.0), want{"", "", 2, false}},
		// b does not have that score: x did not come in its place
		{"no tie", hits("a", 9.0, "x", 8.0, "c", 7.0, "d", 6.0), want{"b", "x", 3, true}},
		{"nothing", nil, want{"abcd", "", 0, true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := holdAgainst(seen, len(seen), test.reranked)
			got := want{ids(h.dropped), ids(h.outside), h.both, h.sameOrder}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A document that the first stage lists below the window with another score did
// not come in the place of a tied one; one whose score goes on below the end of
// its list may have. A score of 0 is no score: a sorted first stage has no ties.
func TestWindowEnd(t *testing.T) {
	hit := func(id string, score float64) eval.Hit {
		return eval.Hit{Document: &eval.Document{ID: id}, Score: score}
	}
	first := []eval.Hit{hit("a", 3), hit("b", 2), hit("c", 2), hit("d", 1)}
	sorted := []eval.Hit{hit("a", 0), hit("b", 0)}
	for _, test := range []struct {
		name   string
		first  []eval.Hit
		window int
		hit    string
		want   bool
	}{
		{"tied below the window", first, 2, "c", true},
		{"lower below the window", first, 2, "d", false},
		{"higher in the window", first, 2, "a", false},
		{"unlisted, the list ends lower", first, 2, "x", false},
		{"unlisted, the list ends at that score", first[:3], 2, "x", true},
		{"the window is longer than the list", first, 5, "x", false},
		{"no scores", sorted, 1, "b", false},
		{"no window", first, 0, "a", false},
	} {
		if got := EndOf(test.first, test.window).Ties(hit(test.hit, 9)); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	if h := holdAgainst(first, 2, []eval.Hit{hit("d", 9), hit("a", 8)}); len(h.dropped) != 1 || len(h.outside) != 1 {
		t.Errorf("d, which scores less than the window's end, excuses b: dropped %v, outside %v", h.dropped, h.outside)
	}
}
