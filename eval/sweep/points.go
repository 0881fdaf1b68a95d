package sweep

import (
	"errors"
	"fmt"
	"math"

	"github.com/releval/releval/eval/stats"
)

// capturedFloor is the least gain of the ceiling of which a share makes sense.
const capturedFloor = 1e-9

// points sums the curve up by window.
func (c *curve) points(o Options) ([]Point, error) {
	points := make([]Point, c.covered)
	for i := range points {
		p := Point{
			Window:    c.windows[i],
			Limited:   c.cutoff > c.windows[i],
			Recall:    Number(mean(c.recall[i])),
			Documents: float64(c.scored[i]) / float64(max(1, len(c.run.Queries))),
			Losses:    c.losses[i],
		}
		for m, metric := range c.metrics {
			value, without := metric.Aggregate(c.values[m][i]).Value, metric.Aggregate(c.base.values[m]).Value
			p.Values = append(p.Values, Number(value))
			p.Gains = append(p.Gains, Number(value-without))
			p.Ceilings = append(p.Ceilings, Number(metric.Aggregate(c.ceilings[m][i]).Value))
		}
		gain, err := gainInterval(c.base.values[0], c.values[0][i], o)
		if err != nil {
			return nil, fmt.Errorf("the gain of %s at window %d: %w", c.system, p.Window, err)
		}
		p.Gain = gain
		possible := float64(p.Ceilings[0]) - c.metrics[0].Aggregate(c.base.values[0]).Value
		p.Captured = undefined()
		if possible > capturedFloor {
			p.Captured = Number(float64(p.Gains[0]) / possible)
		}
		points[i] = p
	}
	return points, nil
}

// gainInterval compares paired values, leaving out pairs with an undefined
// one. Its interval is the one that a run at this window alone would report.
func gainInterval(without, with []float64, o Options) (Interval, error) {
	var base, next []float64
	for q := range without {
		if !math.IsNaN(without[q]) && !math.IsNaN(with[q]) {
			base, next = append(base, without[q]), append(next, with[q])
		}
	}
	none := Interval{undefined(), undefined(), undefined()}
	if len(base) == 0 {
		return none, nil
	}
	// The interval alone is asked for, so the test may be as short as it gets.
	comparison, err := stats.Compare(base, next, stats.Options{Seed: o.Seed, Confidence: o.Confidence, Resamples: o.Resamples, Permutations: 100})
	if errors.Is(err, stats.ErrTooFew) {
		none.Mean = Number(comparison.Difference)
		return none, nil
	}
	if err != nil {
		return none, err
	}
	return Interval{Number(comparison.Difference), Number(comparison.Low), Number(comparison.High)}, nil
}
