package eval

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/releval/releval/judgments"
)

func listOf(ids ...string) *Result {
	r := &Result{}
	for i, id := range ids {
		r.Hits = append(r.Hits, Hit{Document: &Document{ID: id, Title: "T" + id}, Score: float64(-i)})
	}
	return r
}

func TestRanked(t *testing.T) {
	r := listOf("a", "b", "c", "d", "e", "f")
	r.Ties = [][2]int{{1, 2}, {3, 5}}
	for _, test := range []struct {
		name    string
		exclude []judgments.Excluded
		want    []string
		ties    [][2]int
	}{
		{"nothing", nil, []string{"a", "b", "c", "d", "e", "f"}, [][2]int{{1, 2}, {3, 5}}},
		{"what is not there", []judgments.Excluded{{ID: "x"}}, []string{"a", "b", "c", "d", "e", "f"}, [][2]int{{1, 2}, {3, 5}}},
		{"half of a tie", []judgments.Excluded{{ID: "a"}}, []string{"b", "c", "d", "e", "f"}, [][2]int{{2, 4}}},
		{"by title", []judgments.Excluded{{Title: "td"}}, []string{"a", "b", "c", "e", "f"}, [][2]int{{1, 2}, {3, 4}}},
		{"two", []judgments.Excluded{{ID: "b"}, {ID: "f"}}, []string{"a", "c", "d", "e"}, [][2]int{{2, 4}}},
		{"another index", []judgments.Excluded{{ID: "b", Index: "films"}}, []string{"a", "c", "d", "e", "f"}, [][2]int{{2, 4}}},
	} {
		q := Query{Exclude: test.exclude}
		ranked := q.Ranked(r)
		var got []string
		for _, h := range ranked.Hits {
			got = append(got, h.ID)
		}
		if diff := cmp.Diff(test.want, got); diff != "" || !cmp.Equal(test.ties, ranked.Ties) {
			t.Errorf("%s: ties %v, want %v; hits (-want +got):\n%s", test.name, ranked.Ties, test.ties, diff)
		}
	}
	if len(r.Hits) != 6 || r.Ties[0] != [2]int{1, 2} {
		t.Error("the result itself has changed")
	}
	// Of several indices only the document of the one that is named.
	q := Query{Exclude: []judgments.Excluded{{ID: "b", Index: "films"}}}
	if q.Excludes(&Document{Index: "other", ID: "b"}) || !q.Excludes(&Document{Index: "films", ID: "b"}) || !q.Excludes(&Document{ID: "b"}) {
		t.Error("the index does not decide")
	}
	if q.Ranked(nil) != nil {
		t.Error("no result became one")
	}
}

// What is scored is what a server would have returned that never had the
// excluded documents.
func TestRankedIsTheListWithoutThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all, kept []string
		var q Query
		for i := range rapid.IntRange(0, 12).Draw(t, "hits") {
			id := fmt.Sprint(i)
			all = append(all, id)
			if rapid.Bool().Draw(t, "excluded") {
				q.Exclude = append(q.Exclude, judgments.Excluded{ID: id})
			} else {
				kept = append(kept, id)
			}
			if rapid.Bool().Draw(t, "judged") {
				q.Judgments = append(q.Judgments, judgments.Judgment{ID: id, Grade: 1})
			}
		}
		want, got := listOf(kept...), q.Ranked(listOf(all...))
		if !cmp.Equal(q.Matches(want.Hits), q.Matches(got.Hits)) {
			t.Fatalf("%v without %v is %v", all, q.Exclude, got.Hits)
		}
	})
}

// A judgment that names an index is credited to the document of that index, and
// to the only one there is where the run covers no other.
func TestJudgmentsOfAnIndex(t *testing.T) {
	hit := func(index, id string) Hit { return Hit{Document: &Document{Index: index, ID: id, Title: id}} }
	q := Query{Judgments: []judgments.Judgment{{ID: "1", Index: "b", Grade: 2}, {ID: "2", Grade: 1}, {ID: "1", Index: "c", Grade: 3}}}
	for _, test := range []struct {
		hits []Hit
		want []int
	}{
		{[]Hit{hit("a", "1"), hit("b", "1"), hit("a", "2"), hit("c", "1"), hit("b", "1")}, []int{-1, 0, 1, 2, -1}},
		{[]Hit{hit("", "2"), hit("", "3")}, []int{1, -1}},
	} {
		if got := q.Matches(test.hits); !cmp.Equal(got, test.want) {
			t.Errorf("matches %v, want %v", got, test.want)
		}
	}
	one := Query{Judgments: q.Judgments[:1]}
	if got := one.Matches([]Hit{hit("", "1")}); got[0] != 0 {
		t.Errorf("in one index it matches %v", got)
	}
}
