package integrity

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// A title is ambiguous where two documents of an answer have it, as one of their
// titles; a document that has it twice is one.
func TestAmbiguousAmongSeveralTitles(t *testing.T) {
	q := &eval.Query{
		Judgments: []judgments.Judgment{{Title: "Heat", Grade: 1}, {Title: "Alien", Grade: 1}, {Title: "Ronin", Grade: 1}},
		Results: eval.Results{"a": {Hits: []eval.Hit{
			{Document: &eval.Document{ID: "1", Title: "Heat\nAlien"}}, {Document: &eval.Document{ID: "2", Title: "Other\nHEAT"}},
			{Document: &eval.Document{ID: "3", Title: "Ronin\nronin"}},
		}}},
	}
	got := map[string]bool{}
	noteAmbiguous(q, got)
	if diff := cmp.Diff(map[string]bool{"Heat": true}, got); diff != "" {
		t.Error(diff)
	}
}
