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
	if len(left) == 0 {
		d.Comparison = stats.Comparison{BaseMean: math.NaN(), NextMean: math.NaN(), Difference: math.NaN(), Low: math.NaN(), High: math.NaN(), P: 1, PT: 1}
		return d, nil
	}
	comparison, err := stats.Compare(left, right, o)
	if err != nil {
		return d, fmt.Errorf("%s of %s against %s: %w", metric, system, base, err)
	}
	d.Comparison = comparison
	return d, nil
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
