package stats

import (
	"fmt"
	"math"
)

// Depth is how deep is deep enough, by the claim "no larger window tried gains
// the margin or more over this one".
type Depth struct {
	// Recommended is the index of the smallest window for which the claim
	// holds, together with all larger ones, each at the confidence asked for;
	// −1 where it holds for none but the largest, for which there is nothing
	// to claim.
	Recommended int
	// Loss is, for each window, the mean loss on these queries against the
	// largest window, negative for a gain: a fact about these queries.
	Loss []float64
	// AtMost is, for each window, what any larger one gains over it at most:
	// the largest of the bounds from the largest window down to this one, so
	// that it never falls as windows get smaller. Each holds with the
	// confidence, not all together, and a margin chosen by looking at them has
	// no error rate. It is 0 for the largest window, and NaN for all others
	// where TooFew is set.
	AtMost []float64
	// TooFew says that there are fewer queries than MinQueries.
	TooFew bool
}

// DeepEnough finds the smallest sufficient window: values[w][q] is the value
// of query q at window w, between 0 and 1, windows ascending. margin is the δ
// fixed before the run (DefaultMargin), above 0; alpha the error of each bound,
// 0.05 for 95 %.
//
// It goes down from the largest window. At each it asks whether all larger
// ones gain less than margin over it, by Upper; all must, so that each may err
// with alpha (an intersection–union test: Berger 1982). The first window that
// fails ends it, so that the number of windows costs nothing (a fixed
// sequence: Maurer, Hothorn and Lehmacher 1995): the recommendation is wrong
// with probability alpha at most. The reference is never the window that
// scored best, because that was chosen by the same data.
//
// It is an error where there is no window or query, where lists differ in
// length, where a value is not from 0 to 1, or margin or alpha is out of
// range.
func DeepEnough(values [][]float64, margin, alpha float64) (Depth, error) {
	if len(values) == 0 || len(values[0]) == 0 {
		return Depth{}, fmt.Errorf("no windows or no queries to compare")
	}
	if !(margin > 0 && margin <= 1) {
		return Depth{}, fmt.Errorf("the margin %v is out of range: it must be above 0 and at most 1, for example 0.03", margin)
	}
	if !(alpha > 0 && alpha < 1) {
		return Depth{}, fmt.Errorf("the level %v is out of range: it must lie above 0 and below 1, for example 0.05", alpha)
	}
	for w, row := range values {
		if len(row) != len(values[0]) {
			return Depth{}, fmt.Errorf("window %d has %d values but the first has %d: compare on the queries that all have", w, len(row), len(values[0]))
		}
		for q, v := range row {
			if !(v >= -rounding && v <= 1+rounding) {
				return Depth{}, fmt.Errorf("the value %v of query %d at window %d is not from 0 to 1", v, q, w)
			}
		}
	}
	largest, queries := len(values)-1, len(values[0])
	d := Depth{Recommended: -1, Loss: make([]float64, len(values)), AtMost: make([]float64, len(values)), TooFew: queries < MinQueries}
	stopped := d.TooFew
	gains := make([]float64, queries)
	for w := largest - 1; w >= 0; w-- {
		atMost := d.AtMost[w+1]
		for v := largest; v > w; v-- {
			var sum float64
			for q := range gains {
				gains[q] = values[v][q] - values[w][q]
				sum += gains[q]
			}
			if v == largest {
				d.Loss[w] = sum / float64(queries)
			}
			if !d.TooFew {
				atMost = max(atMost, Upper(gains, 1, alpha))
			}
		}
		d.AtMost[w] = atMost
		if stopped = stopped || atMost >= margin; !stopped {
			d.Recommended = w
		}
	}
	if d.TooFew {
		for w := range largest {
			d.AtMost[w] = math.NaN()
		}
	}
	return d, nil
}
