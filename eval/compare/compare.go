package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
)

// Options are how two runs are compared. The zero value refuses what means
// nothing, and takes the new run's metrics.
type Options struct {
	// Metrics replace the new run's.
	Metrics []metrics.Metric
	// Force compares runs even where the difference means nothing.
	Force bool
	// Stats are the options of the tests and intervals.
	Stats stats.Options
}

// Result is one run held against another.
type Result struct {
	// Base and Next are both runs, evaluated on the queries that both have,
	// in the order of the new run's suite.
	Base, Next *score.Evaluation
	// Changes lists what differs between the runs besides the results.
	Changes []string
	// Meaningless lists why the difference means nothing. It is not empty
	// only where the comparison was forced.
	Meaningless []string
	// OnlyBase and OnlyNext are the ids of queries that one run has alone.
	OnlyBase, OnlyNext []string
	// Systems are those that both runs have, in the new run's order.
	Systems []string
	// Differences are by system, then by metric: the new run's values minus
	// the base run's.
	Differences []score.Difference
	// Moves are by system: the queries by what they lost on the first
	// metric, the largest loss first.
	Moves [][]Move
}

// Move is what became of one query.
type Move struct {
	// Query is the index into the queries of both evaluations.
	Query int
	// Base and Next are the values of the first metric, NaN where undefined.
	Base, Next float64
	// Difference is Next minus Base.
	Difference float64
	// Changes are the documents that did it; they add up to the difference.
	Changes []score.Change
}

// Refusal is the error of a comparison that means nothing.
type Refusal struct {
	Reasons []string
}

// Error gives the reasons and the way out.
func (r *Refusal) Error() string {
	return "the runs cannot be compared: " + strings.Join(r.Reasons, "; ") + " (--force compares what both have all the same)"
}

// Runs holds the run next against base. It returns a *Refusal where the
// difference means nothing and nobody insists, and an error where the two
// have no query or no system in common.
func Runs(base, next *eval.Run, o Options) (*Result, error) {
	r := &Result{Changes: changes(base, next), Meaningless: obstacles(base, next)}
	if len(r.Meaningless) > 0 && !o.Force {
		return nil, &Refusal{r.Meaningless}
	}
	if err := r.align(base, next, o.Metrics); err != nil {
		return nil, err
	}
	for _, system := range r.Systems {
		if err := r.compare(system, o.Stats); err != nil {
			return nil, err
		}
	}
	score.AdjustHolm(r.Differences)
	return r, nil
}

// align evaluates both runs on the queries that both have, by the new run's
// judgments: where these changed, and somebody insists, both sides are at
// least measured with the same rule.
func (r *Result) align(base, next *eval.Run, chosen []metrics.Metric) error {
	byID := make(map[string]int, len(base.Queries))
	for i := range base.Queries {
		byID[base.Queries[i].ID] = i
	}
	left, right := *base, *next
	left.Queries, right.Queries = nil, nil
	shared := make(map[string]bool)
	for _, q := range next.Queries {
		if i, ok := byID[q.ID]; ok {
			shared[q.ID] = true
			before := base.Queries[i]
			before.Judgments = q.Judgments
			left.Queries, right.Queries = append(left.Queries, before), append(right.Queries, q)
		} else {
			r.OnlyNext = append(r.OnlyNext, q.ID)
		}
	}
	for _, q := range base.Queries {
		if !shared[q.ID] {
			r.OnlyBase = append(r.OnlyBase, q.ID)
		}
	}
	if len(right.Queries) == 0 {
		return fmt.Errorf("the runs have no query in common: is the baseline of another suite? (%s with %s, %s with %s)",
			base.Manifest.Suite, text.Count(len(base.Queries), "query"), next.Manifest.Suite, text.Count(len(next.Queries), "query"))
	}
	for _, s := range next.Manifest.Systems {
		if slices.Contains(base.Manifest.Systems, s) {
			r.Systems = append(r.Systems, s)
		}
	}
	if len(r.Systems) == 0 {
		return fmt.Errorf("the runs have no system in common: %s there, %s here",
			strings.Join(base.Manifest.Systems, ", "), strings.Join(next.Manifest.Systems, ", "))
	}
	var err error
	if r.Next, err = score.Evaluate(&right, chosen); err != nil {
		return err
	}
	r.Base, err = score.Evaluate(&left, r.Next.Metrics)
	return err
}

// compare adds one system's differences and moves.
func (r *Result) compare(system string, o stats.Options) error {
	before, after := r.Base.System(system), r.Next.System(system)
	for m, metric := range r.Next.Metrics {
		d, err := score.NewDifference(metric, system, system, before.Values[m], after.Values[m], o)
		if err != nil {
			return err
		}
		r.Differences = append(r.Differences, d)
	}
	lead := r.Next.Metrics[0]
	usableBefore, usableAfter := usable(r.Base.Run, system), usable(r.Next.Run, system)
	moves := make([]Move, len(r.Next.Run.Queries))
	for i := range moves {
		was, is := &r.Base.Run.Queries[i], &r.Next.Run.Queries[i]
		moves[i] = Move{Query: i, Base: before.Values[0][i], Next: after.Values[0][i]}
		moves[i].Difference = moves[i].Next - moves[i].Base
		if moves[i].Difference != 0 {
			moves[i].Changes = score.Changes(lead, is, usableBefore(was), usableAfter(is))
		}
	}
	slices.SortStableFunc(moves, func(a, b Move) int {
		return cmp.Compare(undefinedLast(a.Difference), undefinedLast(b.Difference))
	})
	r.Moves = append(r.Moves, moves)
	return nil
}

// usable gives a query's answer by a system; nil for one that does not score,
// because the reranker did not rank it.
func usable(run *eval.Run, system string) func(*eval.Query) *eval.Result {
	unranked := integrity.Unranked(run, system)
	return func(q *eval.Query) *eval.Result {
		if unranked[q.ID] {
			return nil
		}
		return q.Results[system]
	}
}

func undefinedLast(difference float64) float64 {
	if math.IsNaN(difference) {
		return math.Inf(1)
	}
	return difference
}
