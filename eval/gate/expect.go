package gate

import (
	"fmt"
	"math"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// expectations evaluates the conditions on single titles of a query.
func (in *Input) expectations(q *Query, index int) []Result {
	var results []Result
	for i := range q.Expect {
		e := &q.Expect[i]
		for _, name := range in.named(e.System) {
			r := Result{
				Position: e.Position,
				Source:   e.Source,
				Query:    q.ID,
				System:   name,
				Margin:   math.NaN(),
			}
			if system := find(in.Systems, name); system == nil {
				r.Expected = wanted(e)
				r.undecided("the system %s was not run", name)
			} else {
				r.expect(e, q, &system.Answers[index])
			}
			if r.Verdict != Passed {
				r.Queries = []Offender{{Position: q.Position, Query: q.ID, Detail: r.Actual}}
			}
			if q.Quarantine != nil {
				r.quarantine(q, inForce(q.Quarantine, in.Now))
			}
			results = append(results, r)
		}
	}
	return results
}

// quarantine takes a result out of the gates, or says that it is back.
func (r *Result) quarantine(q *Query, held bool) {
	if !held {
		r.explain("gating again: %s", released(q))
		return
	}
	r.explain("in quarantine, otherwise %s: %s", r.Verdict, quarantined(q))
	r.Verdict = Skipped
}

// expect holds one answer against one expectation.
func (r *Result) expect(e *judgments.Expectation, q *Query, a *Answer) {
	r.Expected = wanted(e)
	if a.Failed() {
		r.undecided("the query failed: %s", a.Error)
		return
	}
	rank := rankOf(a.Hits, e.ID, e.Title)
	r.Actual = place(rank, len(a.Hits))
	switch {
	case e.Before != "":
		r.before(e, q, a, rank)
	case e.Within > 0:
		if rank == 0 {
			r.Verdict = Failed
			r.explainMissing(q, e.ID, e.Title)
			return
		}
		r.decide(float64(e.Within - rank))
	case e.NotWithin > 0:
		if rank > 0 {
			// One below the last forbidden rank is where it may begin.
			r.decide(float64(rank - e.NotWithin - 1))
			return
		}
		r.Verdict = Passed
		if missing(q, e.ID, e.Title) {
			r.undecided("the index has no such document, so that its absence says nothing")
		}
	default:
		r.undecided("the expectation has no condition")
	}
}

// before holds the ranks of two titles against each other.
func (r *Result) before(e *judgments.Expectation, q *Query, a *Answer, rank int) {
	other := rankOf(a.Hits, "", e.Before)
	r.Actual = fmt.Sprintf("%s, the other %s", r.Actual, place(other, len(a.Hits)))
	switch {
	case rank == 0 && other == 0:
		r.undecided("neither was returned")
	case rank == 0:
		r.Verdict = Failed
		r.explainMissing(q, e.ID, e.Title)
	case other == 0:
		r.Verdict = Passed
		if missing(q, "", e.Before) {
			r.undecided("the index has no document titled %q to rank below", e.Before)
		}
	case rank == other:
		r.undecided("both are the same document")
	default:
		// Adjacent ranks in the right order meet it with no room to spare.
		r.decide(float64(other - rank - 1))
	}
}

// explainMissing adds that the document does not exist, where that is known.
func (r *Result) explainMissing(q *Query, id, title string) {
	if missing(q, id, title) {
		r.explain("the index has no such document")
	}
}

// missing says that the index is known to lack the document.
func missing(q *Query, id, title string) bool {
	return slices.ContainsFunc(q.Unresolved, func(name string) bool {
		if id != "" {
			return name == id
		}
		return judgments.FoldTitle(name) == judgments.FoldTitle(title)
	})
}

// rankOf is the rank of the document with the id or, where that is empty, of
// the first with the title; 0 where it was not returned.
func rankOf(hits []eval.Hit, id, title string) int {
	folded := judgments.FoldTitle(title)
	for i, h := range hits {
		if id != "" && h.ID == id || id == "" && judgments.FoldTitle(h.Title) == folded {
			return i + 1
		}
	}
	return 0
}

// place says where a document was found.
func place(rank, hits int) string {
	if rank == 0 {
		return "not among " + plural(hits, "hit")
	}
	return fmt.Sprintf("rank %d", rank)
}

// wanted is an expectation in words.
func wanted(e *judgments.Expectation) string {
	name := e.Title
	if name == "" {
		name = e.ID
	}
	switch {
	case e.Within == 1:
		return fmt.Sprintf("%q at rank 1", name)
	case e.Within > 0:
		return fmt.Sprintf("%q within the first %d", name, e.Within)
	case e.NotWithin == 1:
		return fmt.Sprintf("%q not at rank 1", name)
	case e.NotWithin > 0:
		return fmt.Sprintf("%q not within the first %d", name, e.NotWithin)
	default:
		return fmt.Sprintf("%q before %q", name, e.Before)
	}
}
