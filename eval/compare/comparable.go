package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// LeftOut are the ids of the queries that two runs do not share, in the order of
// the new run, and those of the base run in its own. They are in no comparison.
type LeftOut struct {
	// Added are only in the new run, Removed only in the base run.
	Added, Removed []string
	// Regraded have other judgments, Reworded another text for a system.
	Regraded, Reworded []string
}

// leftOut finds them.
func leftOut(base, next *eval.Run) (out LeftOut, shared int) {
	byID := make(map[string]*eval.Query, len(base.Queries))
	for i := range base.Queries {
		byID[base.Queries[i].ID] = &base.Queries[i]
	}
	for i := range next.Queries {
		q := &next.Queries[i]
		before, ok := byID[q.ID]
		delete(byID, q.ID)
		switch {
		case !ok:
			out.Added = append(out.Added, q.ID)
		case !sameQuestion(before, q):
			out.Reworded = append(out.Reworded, q.ID)
		case !sameJudgments(before, q):
			out.Regraded = append(out.Regraded, q.ID)
		default:
			shared++
		}
	}
	for i := range base.Queries {
		if id := base.Queries[i].ID; byID[id] != nil {
			out.Removed = append(out.Removed, id)
		}
	}
	return out, shared
}

// Says lists what is left out, a line for each kind.
func (l LeftOut) Says() []string {
	var lines []string
	say := func(ids []string, what string) {
		if len(ids) > 0 {
			lines = append(lines, fmt.Sprintf("%s %s: %s", text.Count(len(ids), "query"), what, text.List(ids, 5)))
		}
	}
	say(l.Added, "added")
	say(l.Removed, "removed")
	say(l.Regraded, "judged otherwise")
	say(l.Reworded, "with another text")
	return lines
}

// doubt says why a gate against the base run may not pass on the shared queries
// alone; empty where it may. Without it the query that fails could be removed,
// or judged until it does not.
func (l LeftOut) doubt(base, next, shared int) string {
	var reasons []string
	for _, kind := range []struct {
		ids  []string
		what string
	}{{l.Removed, "removed"}, {l.Regraded, "judged otherwise"}, {l.Reworded, "worded otherwise"}} {
		if n := len(kind.ids); n > 0 {
			reasons = append(reasons, text.Plural(n, "query was ", "queries were ")+kind.what)
		}
	}
	if all := max(base, next); 2*shared < all {
		reasons = append(reasons, fmt.Sprintf("only %d of %s are shared", shared, text.Count(all, "query")))
	}
	if reasons == nil {
		return ""
	}
	return "since the baseline " + strings.Join(reasons, ", ") + ": what it would have shown on them is not known; record a new baseline if this is intended"
}

// Check says whether a run may be compared with base, as a *Refusal where it
// may not. It needs no answers: next may be a run that was not searched yet.
func Check(base, next *eval.Run) error {
	if reasons := obstacles(base, next); reasons != nil {
		return &Refusal{reasons}
	}
	return nil
}

// obstacles lists why a difference between the two runs would mean nothing.
func obstacles(base, next *eval.Run) []string {
	var found []string
	if _, shared := leftOut(base, next); shared == 0 {
		found = append(found, fmt.Sprintf("no query has the same text and the same judgments in both (%s with %s there, %s with %s here)",
			base.Manifest.Suite, text.Count(len(base.Queries), "query"), next.Manifest.Suite, text.Count(len(next.Queries), "query")))
	}
	if a, b := &base.Manifest, &next.Manifest; !sameIndex(a, b) {
		found = append(found, fmt.Sprintf("they searched different indices, %s there and %s here", a.Index, b.Index))
	}
	return found
}

// sameIndex says whether two runs searched one index: by the name that the
// suite gives it, behind which it may have been made again, or by one of those
// that the name stood for.
func sameIndex(a, b *eval.Manifest) bool {
	if a.Index == b.Index {
		return true
	}
	known := func(m *eval.Manifest) map[string]bool {
		names := make(map[string]bool)
		for _, name := range strings.Split(m.Index, ",") {
			names[name] = true
		}
		for _, index := range m.Indices {
			names[index.Name] = true
			if index.UUID != "" {
				names["uuid "+index.UUID] = true
			}
		}
		return names
	}
	there := known(b)
	for name := range maps.Keys(known(a)) {
		if there[name] {
			return true
		}
	}
	return false
}

func sameQuestion(a, b *eval.Query) bool {
	return a.Text == b.Text && a.InferenceText == b.InferenceText
}

// sameJudgments compares the judgments as what they mean: without regard to
// their order and to how the titles are written.
func sameJudgments(a, b *eval.Query) bool {
	return (slices.Equal(a.Judgments, b.Judgments) || slices.Equal(canonical(a.Judgments), canonical(b.Judgments))) && slices.Equal(excluded(a), excluded(b))
}

// excluded are the documents that a query leaves out, sorted.
func excluded(q *eval.Query) []judgments.Judgment {
	all := make([]judgments.Judgment, len(q.Exclude))
	for i, x := range q.Exclude {
		all[i] = judgments.Judgment{Title: x.Title, ID: x.ID, Index: x.Index}
	}
	return canonical(all)
}

func canonical(js []judgments.Judgment) []judgments.Judgment {
	c := make([]judgments.Judgment, len(js))
	for i, j := range js {
		c[i] = judgments.Judgment{ID: j.ID, Index: j.Index, Grade: j.Grade}
		if j.ID == "" {
			c[i].Title = judgments.FoldTitle(j.Title)
		}
	}
	slices.SortFunc(c, func(x, y judgments.Judgment) int {
		if n := strings.Compare(x.ID, y.ID); n != 0 {
			return n
		}
		return strings.Compare(x.Title+"\x00"+x.Index, y.Title+"\x00"+y.Index)
	})
	return c
}
