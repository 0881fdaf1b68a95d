package pool

import (
	"bytes"
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// A document with several titles is judged by any of them, and where it is a
// candidate it is named by its id, with all titles shown; one that the query
// excludes is none.
func TestSeveralTitles(t *testing.T) {
	run := twoSystems()
	q := &run.Queries[0]
	q.Exclude = []judgments.Excluded{{ID: "c"}}
	doc := func(index, id, title string) eval.Hit {
		return eval.Hit{Document: &eval.Document{Index: index, ID: id, Title: title}}
	}
	for _, r := range q.Results {
		r.Hits = []eval.Hit{doc("films", "a", "Other\nA"), doc("films", "b", "Bee\nBumblebee"), doc("films", "c", "C"), doc("books", "d", "bumblebee"), doc("books", "e", "E")}
	}
	p := New(run, metric(t, "precision@3"), Options{Depth: 10})
	var out bytes.Buffer
	if err := p.Write(&out, "pool.yaml", "suite.yaml"); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{
		"title: Bee\n        id: b\n        index: films\n        # also titled Bumblebee\n", // several titles
		"title: bumblebee\n        id: d\n        index: books\n",                            // one that another document has
		"title: E\n", // which needs no id
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the pool lacks\n%s:\n%s", want, got)
		}
	}
	for _, no := range []string{"id: a", "title: C\n", "id: e"} {
		if strings.Contains(got, no) {
			t.Errorf("the pool has %q:\n%s", no, got)
		}
	}
}
