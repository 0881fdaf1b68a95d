package score

import (
	"fmt"
	"math"
	"strings"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
)

// Difference is one metric of one system compared with another system of the
// same run, query by query.
type Difference struct {
	Metric metrics.Metric
	// Base and System are the names of the systems: the difference is System
	// minus Base.
	Base, System string
	stats.Comparison
	// AdjustedP is P after Holm's correction over the family: all metrics of
	// all rerankers.
	AdjustedP float64
	// Undefined counts the queries left out because the metric is undefined
	// for one of the two.
	Undefined int
}

// Differences compares every reranker with the first stage on every metric,
// in the order of the systems, then of the metrics.
func (e *Evaluation) Differences(o stats.Options) ([]Difference, error) {
	if len(e.Systems) < 2 {
		return nil, nil
	}
	var all []Difference
	var pairs []stats.Pair
	base := e.Systems[0]
	for _, system := range e.Systems[1:] {
		for m, metric := range e.Metrics {
			d := Difference{Metric: metric, Base: base.System, System: system.System}
			pairs = append(pairs, d.pair(base.Values[m], system.Values[m]))
			all = append(all, d)
		}
	}
	if err := compareAll(all, pairs, o); err != nil {
		return nil, err
	}
	AdjustHolm(all)
	return all, nil
}

// NewDifference compares two columns of values, a pair for each query. Pairs
// with an undefined value are left out and counted.
func NewDifference(metric metrics.Metric, base, system string, before, after []float64, o stats.Options) (Difference, error) {
	d := []Difference{{Metric: metric, Base: base, System: system}}
	err := compareAll(d, []stats.Pair{d[0].pair(before, after)}, o)
	return d[0], err
}

// pair takes the queries for which both values are defined, and counts the
// others.
func (d *Difference) pair(before, after []float64) stats.Pair {
	var p stats.Pair
	for i := range before {
		if math.IsNaN(before[i]) || math.IsNaN(after[i]) {
			d.Undefined++
			continue
		}
		p.Base, p.Next = append(p.Base, before[i]), append(p.Next, after[i])
	}
	return p
}

// compareAll fills in the comparisons of the differences, a pair of columns
// for each.
func compareAll(all []Difference, pairs []stats.Pair, o stats.Options) error {
	var enough []int
	var compared []stats.Pair
	for i, p := range pairs {
		all[i].AdjustedP = 1
		if len(p.Base) < 2 {
			all[i].Comparison = tooFew(p.Base, p.Next)
			continue
		}
		enough, compared = append(enough, i), append(compared, p)
	}
	comparisons, err := stats.CompareAll(compared, o)
	if err != nil {
		var which []string
		for _, i := range enough {
			which = append(which, fmt.Sprintf("%s of %s", all[i].Metric, all[i].System))
		}
		return fmt.Errorf("%s against %s: %w", strings.Join(which, ", "), all[0].Base, err)
	}
	for k, i := range enough {
		all[i].Comparison = comparisons[k]
	}
	return nil
}

// tooFew describes the difference of one query or none, which has no spread:
// there is no interval, and nothing is significant.
func tooFew(left, right []float64) stats.Comparison {
	unknown := math.NaN()
	c := stats.Comparison{
		N: len(left), BaseMean: unknown, NextMean: unknown, Difference: unknown, SD: unknown,
		Low: unknown, High: unknown, P: 1, T: unknown, PT: 1, EffectSize: unknown, Detectable: unknown,
		Warnings: []string{"an interval and a test need at least 2 queries"},
	}
	if len(left) == 0 {
		return c
	}
	c.BaseMean, c.NextMean, c.Difference = left[0], right[0], right[0]-left[0]
	switch {
	case c.Difference > 0:
		c.Wins = 1
	case c.Difference < 0:
		c.Losses = 1
	default:
		c.Ties = 1
	}
	return c
}

// AdjustHolm sets AdjustedP over the whole family.
func AdjustHolm(family []Difference) {
	p := make([]float64, len(family))
	for i, d := range family {
		p[i] = d.P
	}
	for i, adjusted := range stats.Holm(p) {
		family[i].AdjustedP = adjusted
	}
}
