package gate

import (
	"cmp"
	"math"
	"slices"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
)

// bounds holds a metric's value itself against min and max.
func (j *judge) bounds() {
	metric, values, ok := j.values(j.Scores, j.System, j.scope.queries)
	if !ok {
		return
	}
	summary := metric.Aggregate(values)
	if summary.N == 0 {
		j.undecided("%s is undefined for all %s", j.Metric, plural(len(values), "query"))
		return
	}
	low, high := math.Inf(1), math.Inf(1)
	if j.gate.Min != nil {
		low = summary.Value - *j.gate.Min
	}
	if j.gate.Max != nil {
		high = *j.gate.Max - summary.Value
	}
	if math.IsInf(min(low, high), 1) {
		j.undecided("the gate has no limit")
		return
	}
	j.Actual = beside(summary.Value, j.gate.Min, j.gate.Max)
	if metric.IsCount() {
		j.Actual = number(summary.Value)
	}
	j.decide(min(low, high))
	if j.Verdict == Failed && !metric.IsCount() {
		j.furthest(values, low < high)
	}
	if summary.Undefined > 0 {
		j.explain("%s has no value for %s, left out", j.Metric, plural(summary.Undefined, "query"))
	}
	if ids, offenders := j.failed(j.scope.queries); len(ids) > 0 {
		j.Queries = offenders
		j.undecided("%s failed, taken as %s: %s", plural(len(ids), "query"), taken(summary.Undefined), some(ids))
	}
}

// taken says how failed queries stand in a mean.
func taken(undefined int) string {
	if undefined > 0 {
		return "having no value"
	}
	return "0"
}

// values returns the gate's metric of a system for some of the evaluation's
// queries, in their order.
func (j *judge) values(e *score.Evaluation, system string, queries []int) (metrics.Metric, []float64, bool) {
	metric, err := metrics.Parse(j.gate.Metric)
	if err != nil {
		j.undecided("%v", err)
		return metric, nil, false
	}
	j.Metric = metric.String()
	all := e.Column(system, metric)
	if all == nil {
		j.undecided("%s was not computed for %s", j.Metric, system)
		return metric, nil, false
	}
	values := make([]float64, len(queries))
	for i, q := range queries {
		values[i] = all[q]
	}
	return metric, values, true
}

// furthest lists the queries on the wrong side of the crossed limit, those
// furthest from it first.
func (j *judge) furthest(values []float64, below bool) {
	order := make([]int, 0, len(values))
	for i, v := range values {
		if below && v < *j.gate.Min || !below && v > *j.gate.Max {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if below {
			a, b = b, a
		}
		return cmp.Compare(values[b], values[a])
	})
	for _, i := range order {
		j.Queries = append(j.Queries, j.offender(j.scope.queries[i], fixed(values[i])))
	}
}
