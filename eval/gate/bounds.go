package gate

import (
	"cmp"
	"math"
	"slices"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
)

// bounds compares a metric's value itself with min and max.
func (j *judge) bounds() {
	metric, values, ok := j.values(j.Scores, j.System, j.scope.queries)
	if !ok {
		return
	}
	if j.gate.Min == nil && j.gate.Max == nil {
		j.undecided("the gate has no limit")
		return
	}
	// The answered queries alone, and with the failed ones at the least and at
	// the most that their judgments allow.
	answered := make([]float64, 0, len(values))
	least, most := slices.Clone(values), slices.Clone(values)
	ids, offenders := j.without()
	for i, q := range j.scope.queries {
		if j.unanswered(j.system, q) == "" {
			answered = append(answered, values[i])
		} else {
			least[i], most[i] = metric.Limits(j.query(q).Judged())
		}
	}
	summary := metric.Aggregate(answered)
	switch {
	case len(answered) == 0:
		j.failuresLeftOut(ids, offenders, "")
		return
	case summary.N == 0:
		j.undecided("%s is undefined for all %s", j.Metric, plural(len(answered), "query"))
		if len(ids) > 0 {
			j.failuresLeftOut(ids, offenders, "")
		}
		return
	}
	j.Actual = beside(summary.Value, j.gate.Min, j.gate.Max)
	if metric.IsCount() {
		j.Actual = number(summary.Value)
	}
	low, high := metric.Aggregate(least).Value, metric.Aggregate(most).Value
	best := max(j.room(low), j.room(high))
	if best < 0 && j.gate.Min != nil && j.gate.Max != nil && low < *j.gate.Min && high > *j.gate.Max {
		best = 0 // a value between the two meets both limits
	}
	worst := min(j.room(low), j.room(high))
	if len(ids) > 0 && mayBeUndefined(metric) {
		worst, best = math.NaN(), math.NaN()
	}
	j.decideThree(j.room(summary.Value), worst, best)
	if j.Verdict == Failed && !metric.IsCount() {
		j.furthest(values, j.gate.Min != nil && summary.Value < *j.gate.Min)
	}
	if summary.Undefined > 0 {
		j.explain("%s has no value for %s, left out", j.Metric, plural(summary.Undefined, "query"))
	}
	if len(ids) > 0 {
		atWorst := low
		if j.room(high) < j.room(low) {
			atWorst = high
		}
		j.failuresLeftOut(ids, offenders, fixed(atWorst))
	}
}

// room is how far a value is from the nearer limit, negative beyond it.
func (j *judge) room(value float64) float64 {
	room := math.Inf(1)
	if j.gate.Min != nil {
		room = value - *j.gate.Min
	}
	if j.gate.Max != nil {
		room = min(room, *j.gate.Max-value)
	}
	return room
}

// without lists the gate's queries whose answers by its system do not score,
// and as offenders the reasons.
func (j *judge) without() (ids []string, offenders []Offender) {
	for _, q := range j.scope.queries {
		if reason := j.unanswered(j.system, q); reason != "" {
			ids, offenders = append(ids, j.query(q).ID), append(offenders, j.offender(q, reason))
		}
	}
	return ids, offenders
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
		if j.unanswered(j.system, j.scope.queries[i]) != "" {
			continue
		}
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
