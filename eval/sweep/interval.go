package sweep

import (
	"math"

	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
)

// Interval is a mean difference with its two-sided interval, undefined with
// fewer than stats.MinQueries queries, and for a metric without a range.
type Interval struct {
	Mean Number `json:"mean"`
	Low  Number `json:"low"`
	High Number `json:"high"`
}

// words are the difference and its interval.
func (i Interval) words(confidence float64) string {
	said := text.Signed(float64(i.Mean), 3)
	if i.Low.Defined() {
		said += " (" + text.Percent(confidence) + " interval " + text.Signed(float64(i.Low), 3) + " to " + text.Signed(float64(i.High), 3) + ")"
	}
	return said
}

// difference compares paired values, leaving out pairs with an undefined one.
// Its interval is the one that every report has: stats.DifferenceInterval.
func difference(from, to []float64, confidence float64) Interval {
	var pairs []float64
	for _, d := range differences(from, to) {
		if !math.IsNaN(d) {
			pairs = append(pairs, d)
		}
	}
	none := Interval{Number(mean(pairs)), undefined(), undefined()}
	interval, err := stats.DifferenceInterval(pairs, confidence)
	if err != nil || interval.TooFew {
		return none
	}
	return Interval{Number(interval.Mean), Number(interval.Low), Number(interval.High)}
}

func differences(from, to []float64) []float64 {
	changes := make([]float64, len(from))
	for q := range from {
		changes[q] = to[q] - from[q]
	}
	return changes
}
