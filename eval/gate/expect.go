package gate

import (
	"fmt"
	"math"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

// expectation is a condition on a title in a system's answer to a query.
type expectation struct {
	*judgments.Expectation
	missing unresolved
	ties    []metrics.Tie
	*Result
}

// expectations evaluates the conditions on single titles of the query with the
// index.
func (e *evaluator) expectations(query int) []Result {
	q := e.query(query)
	var results []Result
	for i := range q.Expect {
		x := &q.Expect[i]
		for _, name := range e.named(x.System) {
			r := Result{
				Position: x.Position,
				Source:   x.Source,
				Query:    q.ID,
				System:   name,
				Margin:   math.NaN(),
				Expected: wanted(x),
			}
			if e.Scores.System(name) == nil {
				r.undecided("the system %s was not run", name)
			} else if reason := e.Scores.System(name).Errors[query]; reason != "" {
				r.undecided("the query failed: %s", reason)
			} else {
				answer := q.Answer(name)
				x := expectation{Expectation: x, missing: e.missing, Result: &r}
				for _, t := range answer.Ties {
					x.ties = append(x.ties, metrics.Tie{First: t[0], Last: t[1]})
				}
				x.decide(answer.Hits)
			}
			if r.Verdict != Passed {
				r.Queries = []Offender{{Position: q.Position, Query: q.ID, Detail: r.Actual}}
			}
			if q.Quarantine != nil {
				r.quarantine(q, inForce(q.Quarantine, e.Now))
			}
			results = append(results, r)
		}
	}
	return results
}

// quarantine takes a result out of the gates, or says that it is back.
func (r *Result) quarantine(q *eval.Query, held bool) {
	if !held {
		r.explain("gating again: %s", released(q))
		return
	}
	r.explain("in quarantine, otherwise %s: %s", r.Verdict, quarantined(q))
	r.Verdict = Skipped
}

// decide holds the expectation against the hits of an answer.
func (x expectation) decide(hits []eval.Hit) {
	rank := rankOf(hits, x.ID, x.Title)
	x.Actual = place(rank, len(hits))
	switch {
	case x.Before != "":
		x.before(hits, rank)
	case x.Within > 0:
		if rank == 0 {
			x.absent()
			return
		}
		best, worst := metrics.RankRange(rank, len(hits), x.ties)
		x.every(float64(x.Within-rank), float64(x.Within-worst), float64(x.Within-best), best, worst)
	case x.NotWithin > 0:
		if rank > 0 {
			// One below the last forbidden rank is where it may begin.
			best, worst := metrics.RankRange(rank, len(hits), x.ties)
			x.every(float64(rank-x.NotWithin-1), float64(best-x.NotWithin-1), float64(worst-x.NotWithin-1), best, worst)
			return
		}
		x.Verdict = Passed
		if x.missing.has(x.ID, x.Title) {
			x.undecided("the index has no such document, so that its absence says nothing")
		}
	default:
		x.undecided("the expectation has no condition")
	}
}

// before compares the ranks of two titles.
func (x expectation) before(hits []eval.Hit, rank int) {
	other := rankOf(hits, "", x.Before)
	x.Actual = fmt.Sprintf("%s, the other %s", x.Actual, place(other, len(hits)))
	switch {
	case rank == 0 && other == 0:
		x.undecided("neither was returned")
	case rank == 0:
		x.absent()
	case other == 0:
		x.Verdict = Passed
		if x.missing.has("", x.Before) {
			x.undecided("the index has no document titled %q to rank below", x.Before)
		}
	case rank == other:
		x.undecided("both are the same document")
	default:
		// Adjacent ranks in the right order meet it with no room to spare.
		best, worst := metrics.RankRange(rank, len(hits), x.ties)
		otherBest, otherWorst := metrics.RankRange(other, len(hits), x.ties)
		x.every(float64(other-rank-1), float64(otherBest-worst-1), float64(otherWorst-best-1), min(best, otherBest), max(worst, otherWorst))
	}
}

// every decides by the room left in the order that came back and in the worst
// and the best order of tied hits: it passes only where it does in all of them.
func (x expectation) every(returned, worst, best float64, first, last int) {
	x.decideThree(returned, worst, best)
	if x.Verdict == Inconclusive {
		x.explain("the server did not decide the order of tied hits between ranks %d and %d: in another order it would come out otherwise", first, last)
	}
}

// absent fails because the document was not returned, and adds that it does
// not exist where that is known.
func (x expectation) absent() {
	x.Verdict = Failed
	if x.missing.has(x.ID, x.Title) {
		x.explain("the index has no such document")
	}
}

// rankOf is the rank of the document with the id or, where that is empty, of
// the first with the title; 0 where it was not returned.
func rankOf(hits []eval.Hit, id, title string) int {
	folded := judgments.FoldTitle(title)
	for i, h := range hits {
		if id != "" && h.ID == id || id == "" && h.HasTitle(folded) {
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
