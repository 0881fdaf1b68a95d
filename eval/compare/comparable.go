package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
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
			found = append(found, fmt.Sprintf("%s (%s)", what, some(ids)))
		}
	}
	say(judged, "the judgments of "+queries(len(judged))+" changed")
	say(asked, "the text of "+queries(len(asked))+" changed")
	say(added, queries(len(added))+" only in the new run")
	say(removed, queries(len(removed))+" only in the base run")
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

func queries(n int) string {
	if n == 1 {
		return "1 query"
	}
	return fmt.Sprintf("%d queries", n)
}

// some names the first few.
func some(ids []string) string {
	if len(ids) <= 3 {
		return strings.Join(ids, ", ")
	}
	return strings.Join(ids[:3], ", ") + ", …"
}
