package gate

import (
	"fmt"
	"math"
	"slices"

	"github.com/releval/releval/eval/stats"
)

// confident decides, where the difference of these queries meets the limit or
// may meet it, whether that of queries like them does, with the gate's
// confidence. It returns the bound with the failed queries at their worst.
func (j *judge) confident(p *pairs, limit float64) (worst string) {
	if j.Verdict == Passed && j.sameSystem(p) {
		if j.withheld() == "" {
			j.explain("the same system gave the same rankings: there is nothing to infer")
		}
		return ""
	}
	alpha := 1 - j.gate.Confidence
	losses := p.answered.losses()
	most, mostAtWorst := stats.Upper(losses, 1, alpha), stats.Upper(p.atWorst.losses(), 1, alpha)
	if !p.metric.IsMean() || math.IsNaN(most) || math.IsNaN(mostAtWorst) {
		j.undecided("%s has no range from 0 to 1, so that nothing bounds its differences", j.Metric)
		return ""
	}
	level := " with " + p100(j.gate.Confidence) + " % confidence"
	j.Actual += ", " + atMost(most, limit) + level
	worst = atMost(mostAtWorst, limit) + level
	j.Margin = snap(-most - limit)
	if j.Verdict == Passed && j.Margin >= 0 && snap(-mostAtWorst-limit) >= 0 {
		return worst
	}
	j.Verdict = Inconclusive
	if j.Margin >= 0 {
		return worst // the failed queries are why, which is said with them
	}
	n := len(losses)
	here := fmt.Sprintf("no query's score changed: no drop on these %d", n)
	switch gain := p.answered.gain(p.metric); {
	case p.identical:
		here = fmt.Sprintf("every ranking is the baseline's, but it is not proved that the system is: no drop on these %d queries", n)
	case changed(losses) > 0 && snap(gain) == 0:
		here = fmt.Sprintf("no drop on these %d queries", n)
	case gain < 0:
		here = fmt.Sprintf("a drop of %s on these %d queries", fixed(-gain), n)
	case gain > 0:
		here = fmt.Sprintf("a gain of %s on these %d queries", fixed(gain), n)
	}
	beyond := "above the limit of " + number(0-limit)
	if j.gate.MinGain != nil {
		beyond = "short of the limit of " + number(limit)
	}
	j.explain("%s, but on queries like them %s (%s %%), %s; %s", here, atMost(most, limit), p100(j.gate.Confidence), beyond, needed(losses, 0-limit, alpha))
	return worst
}

// atMost says what a bound on the loss allows.
func atMost(loss, limit float64) string {
	if loss >= 0 {
		return "at most " + beside(loss, new(-limit)) + " worse"
	}
	return "at least " + beside(-loss, &limit) + " better"
}

// mostStretched is up to how many queries needed looks.
const mostStretched = 20_000

// needed says how many queries with losses like these would bring the bound to
// the limit, which may be negative where a gain is asked for.
func needed(losses []float64, limit, alpha float64) string {
	if changed(losses) == 0 && limit > 0 {
		return fmt.Sprintf("%s could show it", plural(stats.QueriesForMargin(limit, alpha), "query"))
	}
	sum := 0.0
	for _, l := range losses {
		sum += l
	}
	if limit-sum/float64(len(losses)) <= Tolerance {
		return "no number of queries like these could show it"
	}
	enough := func(n int) bool { return stats.Upper(stretched(losses, n), 1, alpha) <= limit }
	low, high := len(losses), 2*len(losses)
	for !enough(high) {
		if low, high = high, 2*high; low > mostStretched {
			return fmt.Sprintf("more than %d queries like these would be needed", low)
		}
	}
	for high-low > max(1, low/50) {
		if middle := (low + high) / 2; enough(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return fmt.Sprintf("about %d queries like these could show it", high)
}

// stretched are n values distributed like the given ones.
func stretched(values []float64, n int) []float64 {
	sorted := slices.Sorted(slices.Values(values))
	out := make([]float64, n)
	for i := range out {
		out[i] = sorted[(2*i+1)*len(sorted)/(2*n)]
	}
	return out
}
