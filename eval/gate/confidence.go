package gate

import (
	"errors"
	"fmt"
	"math"

	"github.com/releval/releval/eval/stats"
)

// confident decides whether the mean difference of queries like these is at
// least the limit, with the gate's confidence. The two witnesses that it
// needs, and why, are in the package's documentation.
func (j *judge) confident(p *pairs, limit float64) error {
	if unchanged(p) {
		// With no change at all there is nothing to be unsure of but what
		// happens elsewhere, which no statistic of these queries can tell.
		j.decide(-limit)
		j.explain("no query changed")
		return nil
	}
	c, err := j.beyond(p, limit)
	if errors.Is(err, stats.ErrTooFew) {
		j.undecided("%v", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s of %s: %w", j.Metric, j.System, err)
	}
	low, high := snap(c.Low), snap(c.High)
	j.Actual += fmt.Sprintf(" with the %s %% interval %s", p100(c.Confidence), interval(c.Low+limit, c.High+limit))
	switch {
	case low < 0 && high >= 0:
		j.Margin = low
		j.undecided("the limit %s lies inside the interval; %s", signed(limit), power(c))
	case c.P > 1-c.Confidence:
		j.Margin = marginOf(low, high)
		j.undecided("the interval excludes the limit %s, but the randomisation test does not (p = %.3g); %s", signed(limit), c.P, power(c))
	default:
		j.decide(marginOf(low, high))
	}
	return nil
}

// beyond compares the differences less the limit with 0: the same resamples
// give the same interval, moved by the limit, and the test is then one of the
// limit.
func (j *judge) beyond(p *pairs, limit float64) (stats.Comparison, error) {
	if limit == 0 && j.Comparison != nil {
		return *j.Comparison, nil
	}
	moved := make([]float64, len(p.before))
	for i, v := range p.before {
		moved[i] = v + limit
	}
	o := j.Stats
	o.Confidence = j.gate.Confidence
	return stats.Compare(moved, p.after, o)
}

// marginOf is the room from an interval on one side of 0 to 0: that of its
// lower end above, that of its upper end below.
func marginOf(low, high float64) float64 {
	if high < 0 {
		return high
	}
	return low
}

// power says what these queries can see, and how many would be needed.
func power(c stats.Comparison) string {
	text := fmt.Sprintf("%s show a distance of %s or more from it (80 %% power)", plural(c.N, "query"), fixed(c.Detectable))
	switch {
	case c.QueriesNeeded >= stats.MaxQueriesNeeded || c.QueriesNeeded == 0:
		text += "; no number of queries would show this one"
	case c.QueriesNeeded > c.N:
		text += fmt.Sprintf("; this one would need about %d", c.QueriesNeeded)
	}
	return text
}

// unchanged says that no query has a difference beyond rounding.
func unchanged(p *pairs) bool {
	for i := range p.before {
		if math.Abs(p.after[i]-p.before[i]) > Tolerance {
			return false
		}
	}
	return true
}
