package eval

import (
	"testing"

	"github.com/releval/releval/judgments"
)

// Where one index was searched its hits do not name it: a judgment or an
// exclusion of another index's document is not about them.
func TestOneIndexIsThatOfItsHits(t *testing.T) {
	for _, test := range []struct {
		searched, named string
		is              bool
	}{
		{"a", "a", true},
		{"a", "zzz", false},
		{"a", "", true},
		{"", "zzz", true}, // from files, or not known
	} {
		q := Query{
			Index:     test.searched,
			Judgments: []judgments.Judgment{{ID: "1", Index: test.named, Grade: 2}},
			Exclude:   []judgments.Excluded{{ID: "1", Index: test.named}},
		}
		hits := []Hit{{Document: &Document{ID: "1"}}}
		if got := q.Matches(hits)[0] == 0; got != test.is {
			t.Errorf("%q judged, %q searched: credited %t", test.named, test.searched, got)
		}
		if got := q.Excludes(hits[0].Document); got != test.is {
			t.Errorf("%q excluded, %q searched: %t", test.named, test.searched, got)
		}
	}
	// The document of the one index is found beside that of another.
	q := Query{Index: "a", Judgments: []judgments.Judgment{{ID: "1", Index: "a", Grade: 1}, {ID: "1", Index: "zzz", Grade: 3}}}
	if got := q.Grades([]Hit{{Document: &Document{ID: "1"}}}); got[0] != 1 {
		t.Errorf("grade %v", got)
	}
}
