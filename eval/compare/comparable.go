package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// obstacles lists why a difference between the two runs would mean nothing.
func obstacles(base, next *eval.Run) []string {
	var found []string
	if base.Manifest.Suite != next.Manifest.Suite {
		found = append(found, fmt.Sprintf("they are of different suites, %s and %s", base.Manifest.Suite, next.Manifest.Suite))
	}
	byID := make(map[string]*eval.Query)
	for i := range base.Queries {
		byID[base.Queries[i].ID] = &base.Queries[i]
	}
	var added, judged, asked []string
	for i := range next.Queries {
		q := &next.Queries[i]
		before, ok := byID[q.ID]
		delete(byID, q.ID)
		switch {
		case !ok:
			added = append(added, q.ID)
		case !sameQuestion(before, q):
			asked = append(asked, q.ID)
		case !sameJudgments(before, q):
			judged = append(judged, q.ID)
		}
	}
	var removed []string
	for id := range byID {
		removed = append(removed, id)
	}
	slices.Sort(removed)
	say := func(ids []string, what string) {
		if len(ids) > 0 {
			found = append(found, fmt.Sprintf("%s (%s)", what, text.List(ids, 3)))
		}
	}
	say(judged, "the judgments of "+text.Count(len(judged), "query")+" changed")
	say(asked, "the text of "+text.Count(len(asked), "query")+" changed")
	say(added, text.Count(len(added), "query")+" only in the new run")
	say(removed, text.Count(len(removed), "query")+" only in the base run")
	return found
}

func sameQuestion(a, b *eval.Query) bool {
	return a.Text == b.Text && a.InferenceText == b.InferenceText
}

// sameJudgments compares the judgments as what they mean: without regard to
// their order and to how the titles are written.
func sameJudgments(a, b *eval.Query) bool {
	return slices.Equal(canonical(a.Judgments), canonical(b.Judgments))
}

func canonical(js []judgments.Judgment) []judgments.Judgment {
	c := make([]judgments.Judgment, len(js))
	for i, j := range js {
		c[i] = judgments.Judgment{ID: j.ID, Grade: j.Grade}
		if j.ID == "" {
			c[i].Title = judgments.FoldTitle(j.Title)
		}
	}
	slices.SortFunc(c, func(x, y judgments.Judgment) int {
		if n := strings.Compare(x.ID, y.ID); n != 0 {
			return n
		}
		return strings.Compare(x.Title, y.Title)
	})
	return c
}

// changes lists what else differs between the runs: what the comparison may
// be about.
func changes(base, next *eval.Run) []string {
	found := next.Manifest.Differences(&base.Manifest)
	// what is about the queries and judgments has been said more exactly
	found = slices.DeleteFunc(found, func(s string) bool {
		return s == "the judgments changed" || s == "the queries changed" ||
			strings.HasPrefix(s, "the suite (") || strings.HasPrefix(s, "the number of queries")
	})
	if a, b := base.Manifest.Tool, next.Manifest.Tool; a != b {
		found = append(found, fmt.Sprintf("releval itself (%s, there %s)", b, a))
	}
	return found
}
