package score

import (
	"cmp"
	"math"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
)

// Contributions says what each rank adds to a metric's value: the value of
// the list down to the rank, less the value of the list down to the rank
// before. They add up to the value of the whole list. For nDCG, precision,
// average precision, reciprocal rank, ERR and RBP each is the rank's own term
// of the metric's sum.
func Contributions(m metrics.Metric, r metrics.Ranking) []float64 {
	added := make([]float64, len(r.Grades))
	before := 0.0
	for i := range r.Grades {
		if m.Cutoff() > 0 && i >= m.Cutoff() { // no hit below it counts
			break
		}
		after := m.Score(metrics.Ranking{Grades: r.Grades[:i+1], Judged: r.Judged})
		if math.IsNaN(after) {
			after = before
		}
		added[i] = after - before
		before = after
	}
	return added
}

// Change is what one document did to the difference between two answers to
// the same query.
type Change struct {
	eval.Hit
	// Judged says whether the query's judgments have a grade for the
	// document, and Grade which.
	Judged bool
	Grade  float64
	// Before and After are its ranks in the two answers, 0 where it is not
	// among the hits.
	Before, After int
	// Contribution is what it adds to the value after, less what it added to
	// the value before.
	Contribution float64
}

// Main is the document that did most of a difference, in the direction of it:
// of a loss the largest loss, of a gain the largest gain. It is nil where no
// document did, given changes in the order of Changes.
func Main(changes []Change, difference float64) *Change {
	if len(changes) == 0 {
		return nil
	}
	main := &changes[0]
	if difference > 0 {
		main = &changes[len(changes)-1]
	}
	if main.Contribution*difference > 0 {
		return main
	}
	return nil
}

// Changes lists the documents that two answers to a query have, by what they
// did to the metric: the largest loss first, documents without any share of
// it left out. The contributions add up to the difference of the two values.
func Changes(m metrics.Metric, q *eval.Query, before, after *eval.Result) []Change {
	byDocument := make(map[eval.Key]*Change)
	var all []*Change
	add := func(result *eval.Result, sign float64) {
		if result.Failed() {
			return
		}
		result = q.Ranked(result)
		grades := q.Grades(result.Hits)
		contributions := Contributions(m, metrics.Ranking{Grades: grades, Judged: q.Judged()})
		for i, h := range result.Hits {
			key := h.Key()
			c := byDocument[key]
			if c == nil {
				c = &Change{Hit: h}
				byDocument[key] = c
				all = append(all, c)
			}
			if !metrics.IsUnjudged(grades[i]) {
				c.Judged, c.Grade = true, grades[i]
			}
			if sign < 0 {
				c.Before = i + 1
			} else {
				c.After = i + 1
			}
			c.Contribution += sign * contributions[i]
		}
	}
	add(before, -1)
	add(after, 1)
	var changes []Change
	for _, c := range all {
		if c.Contribution != 0 {
			changes = append(changes, *c)
		}
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Contribution, b.Contribution), cmp.Compare(a.ID, b.ID))
	})
	return changes
}
