package eval

import (
	"fmt"
	"math"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
)

// Difference is one metric of one system held against another system of the
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
	base := e.Systems[0]
	for _, system := range e.Systems[1:] {
		for m, metric := range e.Metrics {
			d, err := NewDifference(metric, base.System, system.System, base.Values[m], system.Values[m], o)
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
	}
	AdjustHolm(all)
	return all, nil
}

// NewDifference compares two columns of values, a pair for each query. Pairs
// with an undefined value are left out and counted.
func NewDifference(metric metrics.Metric, base, system string, before, after []float64, o stats.Options) (Difference, error) {
	d := Difference{Metric: metric, Base: base, System: system, AdjustedP: 1}
	var left, right []float64
	for i := range before {
		if math.IsNaN(before[i]) || math.IsNaN(after[i]) {
			d.Undefined++
			continue
		}
		left, right = append(left, before[i]), append(right, after[i])
	}
	if len(left) < 2 {
		d.Comparison = tooFew(left, right)
		return d, nil
	}
	comparison, err := stats.Compare(left, right, o)
	if err != nil {
		return d, fmt.Errorf("%s of %s against %s: %w", metric, system, base, err)
	}
	d.Comparison = comparison
	return d, nil
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
