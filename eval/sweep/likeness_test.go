package sweep

import (
	"math"
	"strings"
	"testing"

	"github.com/releval/releval/eval"
)

func TestCompareLists(t *testing.T) {
	hit := func(id string, score float64) eval.Hit {
		return eval.Hit{Document: &eval.Document{ID: id}, Score: score}
	}
	derived := []eval.Hit{hit("a", 3), hit("b", 2), hit("c", 2), hit("d", 1)}
	for _, test := range []struct {
		name     string
		searched []eval.Hit
		want     likeness
		reason   string
	}{
		{"the same", []eval.Hit{hit("a", 3), hit("b", 2), hit("c", 2), hit("d", 1)}, same, ""},
		{"the same order, other scores", []eval.Hit{hit("a", 9), hit("b", 8), hit("c", 7), hit("d", 6)}, same, ""},
		{"equal scores swapped", []eval.Hit{hit("a", 3), hit("c", 2), hit("b", 2), hit("d", 1)}, swapped, ""},
		{"other scores swapped", []eval.Hit{hit("b", 2), hit("a", 3), hit("c", 2), hit("d", 1)}, different, `rank 1 is "b" instead of "a", with the same scores`},
		{"scores moved", []eval.Hit{hit("a", 3), hit("c", 2.5), hit("b", 2), hit("d", 1)}, different, `rank 2 is "c" instead of "b", and 1 of 4 scores changed`},
		{"one more", []eval.Hit{hit("a", 3), hit("b", 2), hit("c", 2), hit("d", 1), hit("e", 1)}, different, `returns "e" as well`},
		{"one less", []eval.Hit{hit("a", 3), hit("b", 2), hit("c", 2)}, different, `does not return "d"`},
		{"another", []eval.Hit{hit("a", 3), hit("b", 2), hit("e", 2), hit("d", 1)}, different, `returns "e" instead of "c"`},
		{"nothing", nil, different, `does not return "a" and 3 more`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, reason := compareLists(nil, derived, test.searched, 4)
			if got != test.want || !strings.Contains(reason, test.reason) || (reason == "") != (test.reason == "") {
				t.Errorf("got %d, %q; want %d, %q", got, reason, test.want, test.reason)
			}
		})
	}
}

// Scores come out of JSON as float64 but are float32 on the server: what is
// equal there must be equal here.
func TestCompareListsAsFloat32(t *testing.T) {
	a := float64(float32(1.1))
	b := math.Nextafter(a, 2)
	derived := []eval.Hit{{Document: &eval.Document{ID: "x"}, Score: a}, {Document: &eval.Document{ID: "y"}, Score: a}}
	searched := []eval.Hit{{Document: &eval.Document{ID: "y"}, Score: b}, {Document: &eval.Document{ID: "x"}, Score: a}}
	if got, reason := compareLists(nil, derived, searched, 2); got != swapped {
		t.Errorf("got %d (%s), want a swap of equal scores", got, reason)
	}
}

func TestCompareEmptyLists(t *testing.T) {
	if got, _ := compareLists(nil, nil, nil, 1); got != same {
		t.Errorf("two empty lists are %d, want the same", got)
	}
}

// Where the window ends among equal first-stage scores the server may take
// other documents of that score, and no others.
func TestCompareListsAtTheWindowsEnd(t *testing.T) {
	hit := func(id string, score float64) eval.Hit {
		return eval.Hit{Document: &eval.Document{ID: id}, Score: score}
	}
	// The window of 3 ends at score 5, which c to e share.
	first := []eval.Hit{hit("a", 9), hit("b", 7), hit("c", 5), hit("d", 5), hit("e", 5), hit("f", 4)}
	derived := []eval.Hit{hit("c", 3), hit("a", 2), hit("b", 1)}
	for _, test := range []struct {
		name     string
		first    []eval.Hit
		searched []eval.Hit
		want     likeness
	}{
		{"another of that score", first, []eval.Hit{hit("e", 8), hit("a", 2), hit("b", 1)}, tied},
		{"one of a lower score", first, []eval.Hit{hit("f", 8), hit("a", 2), hit("b", 1)}, different},
		{"instead of one of a higher score", first, []eval.Hit{hit("d", 8), hit("c", 3), hit("b", 1)}, different},
		{"the others in another order", first, []eval.Hit{hit("e", 8), hit("b", 1), hit("a", 2)}, different},
		{"one that is not in the list, whose last score is lower", first, []eval.Hit{hit("x", 8), hit("a", 2), hit("b", 1)}, different},
		{"one that is not in the list, whose last score is that of the end", first[:5], []eval.Hit{hit("x", 8), hit("a", 2), hit("b", 1)}, tied},
		{"a first stage without scores", []eval.Hit{hit("a", 0), hit("b", 0), hit("c", 0), hit("d", 0)}, []eval.Hit{hit("d", 8), hit("a", 2), hit("b", 1)}, different},
		{"a first stage shorter than the window", first[:2], []eval.Hit{hit("e", 8), hit("a", 2), hit("b", 1)}, different},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, reason := compareLists(test.first, derived, test.searched, 3)
			if got != test.want || (reason == "") != (got != different) {
				t.Errorf("got %d, %q; want %d", got, reason, test.want)
			}
		})
	}
}
