package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
)

// Options are how two runs are compared. The zero value refuses what means
// nothing, and compares by all metrics of the evaluation.
type Options struct {
	// Metrics are those to compare by, the lead first; all where it is empty.
	Metrics []metrics.Metric
	// Force compares runs even where the difference means nothing.
	Force bool
	// Stats are the options of the tests and intervals.
	Stats stats.Options
}

// Result is one run compared with another.
type Result struct {
	// Base and Next are both runs, evaluated by the same metrics on the
	// queries that they share, in the order of the new run's suite.
	Base, Next *score.Evaluation
	// Settings lists what differs between the runs besides the results, what
	// changes rankings most first.
	Settings []Setting
	// Meaningless lists why the difference means nothing. It is not empty
	// only where the comparison was forced.
	Meaningless []string
	// LeftOut are the queries that the runs do not share. Where the comparison
	// was forced those with other judgments are compared all the same.
	LeftOut
	// Doubt says why a gate against the base run may not pass on what the runs
	// share; empty where it may.
	Doubt string
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
	// Base and Next are the values of the lead metric, NaN where undefined and
	// where there is no usable answer.
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
	return "the runs cannot be compared: " + strings.Join(r.Reasons, "; ") + " (--force compares what both have all the same; record a new baseline by releval run --out FILE)"
}

// Runs compares the run next with base, which it evaluates by the metrics of
// next, on the queries that have the same text and the same judgments in both.
// It returns a *Refusal where the difference means nothing and nobody insists,
// and an error where the two have no query or no system in common.
func Runs(base *eval.Run, next *score.Evaluation, o Options) (*Result, error) {
	out, shared := leftOut(base, next.Run)
	r := &Result{LeftOut: out, Settings: settings(base, next.Run, out), Meaningless: obstacles(base, next.Run)}
	if len(r.Meaningless) > 0 && !o.Force {
		return nil, &Refusal{r.Meaningless}
	}
	r.Doubt = out.doubt(len(base.Queries), len(next.Run.Queries), shared)
	if o.Force && len(out.Regraded) > 0 {
		r.Meaningless = append(r.Meaningless, "the judgments of "+text.Count(len(out.Regraded), "query")+" changed, and both runs are measured by the new ones ("+text.List(out.Regraded, 3)+")")
	}
	if err := r.align(base, next, o.Force); err != nil {
		return nil, err
	}
	if len(o.Metrics) == 0 {
		o.Metrics = next.Metrics
	}
	var pairs []score.Pair
	for _, system := range r.Systems {
		pairs = append(pairs, score.Pair{Base: score.Side{Evaluation: r.Base, System: system}, Next: score.Side{Evaluation: r.Next, System: system}})
		r.Moves = append(r.Moves, r.moves(system, lead(o.Metrics)))
	}
	var err error
	r.Differences, err = score.ComparePairs(pairs, o.Metrics, o.Stats)
	return r, err
}

// align puts both runs on the queries that they share, and evaluates base by
// the new run's judgments: where these changed, and somebody insists, both
// sides are at least measured with the same rule.
func (r *Result) align(base *eval.Run, next *score.Evaluation, regraded bool) error {
	out := make(map[string]bool)
	for _, id := range r.Reworded {
		out[id] = true
	}
	if !regraded {
		for _, id := range r.Regraded {
			out[id] = true
		}
	}
	byID := make(map[string]int, len(base.Queries))
	for i := range base.Queries {
		byID[base.Queries[i].ID] = i
	}
	var there, here []int // indices into the queries of base and next
	alike := true         // base is aligned as it stands
	for i := range next.Run.Queries {
		q := &next.Run.Queries[i]
		at, ok := byID[q.ID]
		if !ok || out[q.ID] {
			continue
		}
		alike = alike && at == len(there) && slices.Equal(base.Queries[at].Judgments, q.Judgments)
		there, here = append(there, at), append(here, i)
	}
	aligned := *base
	if !alike || len(there) < len(base.Queries) {
		aligned.Queries = make([]eval.Query, len(there))
		for k, at := range there {
			aligned.Queries[k] = base.Queries[at]
			aligned.Queries[k].Judgments = next.Run.Queries[here[k]].Judgments
		}
	}
	if len(here) == 0 {
		return fmt.Errorf("the runs have no query in common: is the baseline of another suite? (%s with %s, %s with %s)",
			base.Manifest.Suite, text.Count(len(base.Queries), "query"), next.Run.Manifest.Suite, text.Count(len(next.Run.Queries), "query"))
	}
	for _, s := range next.Run.Manifest.Names() {
		if slices.Contains(base.Manifest.Names(), s) {
			r.Systems = append(r.Systems, s)
		}
	}
	if len(r.Systems) == 0 {
		return fmt.Errorf("the runs have no system in common: %s there, %s here",
			strings.Join(base.Manifest.Names(), ", "), strings.Join(next.Run.Manifest.Names(), ", "))
	}
	r.Next = next
	if len(here) < len(next.Run.Queries) {
		r.Next = next.OfQueries(here)
	}
	var err error
	r.Base, err = score.Evaluate(&aligned, next.Metrics)
	return err
}

// lead is the metric that queries are sorted by: the first that can be tested.
func lead(chosen []metrics.Metric) metrics.Metric {
	if i := slices.IndexFunc(chosen, score.Testable); i >= 0 {
		return chosen[i]
	}
	return chosen[0]
}

// moves says what became of each query under one system.
func (r *Result) moves(system string, lead metrics.Metric) []Move {
	before, after := r.Base.Column(system, lead), r.Next.Column(system, lead)
	moves := make([]Move, len(r.Next.Run.Queries))
	for i := range moves {
		moves[i] = Move{Query: i, Base: before[i], Next: after[i], Difference: after[i] - before[i]}
		if d := moves[i].Difference; d != 0 && !math.IsNaN(d) {
			moves[i].Changes = score.Changes(lead, &r.Next.Run.Queries[i], usable(r.Base, system, i), usable(r.Next, system, i))
		}
	}
	slices.SortStableFunc(moves, func(a, b Move) int {
		return cmp.Compare(undefinedLast(a.Difference), undefinedLast(b.Difference))
	})
	return moves
}

// usable gives a system's answer to a query; nil for one that does not score.
func usable(e *score.Evaluation, system string, query int) *eval.Result {
	if e.System(system).Errors[query] != "" {
		return nil
	}
	return e.Run.Queries[query].Results[system]
}

func undefinedLast(difference float64) float64 {
	if math.IsNaN(difference) {
		return math.Inf(1)
	}
	return difference
}
