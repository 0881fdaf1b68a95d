package reports

import (
	"fmt"
	"strings"

	"github.com/releval/releval/eval/score"
)

// baselineGroup is one system held against itself in the baseline.
type baselineGroup struct {
	system      string
	sentence    string
	differences []score.Difference
}

// baselineGroups parts the baseline's differences by system, with a verdict
// on the lead metric of each.
func (r *Report) baselineGroups() []baselineGroup {
	var groups []baselineGroup
	for _, d := range r.Baseline.Differences {
		if n := len(groups); n == 0 || groups[n-1].system != d.System {
			groups = append(groups, baselineGroup{system: d.System})
		}
		last := &groups[len(groups)-1]
		last.differences = append(last.differences, d)
	}
	for i := range groups {
		lead := groups[i].differences[0]
		for _, d := range groups[i].differences {
			if d.Metric == r.LeadMetric() {
				lead = d
			}
		}
		groups[i].sentence = baselineSentence(lead)
	}
	return groups
}

// baselineSentence says how one system moved since the baseline.
func baselineSentence(d score.Difference) string {
	evidence := fmt.Sprintf("%s (%s interval %s, %s)", signed(d.Difference), coverage(d.Confidence), interval(d.Low, d.High), pSaid(d.AdjustedP))
	switch direction(d) {
	case Better:
		return fmt.Sprintf("%s rose: %s from %s to %s, %s.", d.System, d.Metric, fixed(d.BaseMean), fixed(d.NextMean), evidence)
	case Worse:
		return fmt.Sprintf("%s fell: %s from %s to %s, %s.", d.System, d.Metric, fixed(d.BaseMean), fixed(d.NextMean), evidence)
	case Same:
		return fmt.Sprintf("%s is as it was: %s %s on %s.", d.System, d.Metric, fixed(d.NextMean), queriesOf(d.N))
	}
	return fmt.Sprintf("~ %s: %s from %s to %s, %s: no change that this suite can tell from chance. %s", d.System, d.Metric, fixed(d.BaseMean), fixed(d.NextMean), evidence, power(d))
}

// ofDay gives the baseline's day.
func ofDay(b *BaselineView) string {
	if b.Started.IsZero() {
		return ""
	}
	return " of " + b.Started.UTC().Format("2006-01-02")
}

// baselineRemarks says what else to know of the comparison.
func baselineRemarks(b *BaselineView) []string {
	remarks := append([]string(nil), b.Changes...)
	if n := len(b.OnlyInBaseline); n > 0 {
		remarks = append(remarks, fmt.Sprintf("%s only in the baseline, not compared: %s", queriesOf(n), list(b.OnlyInBaseline, 5)))
	}
	if n := len(b.OnlyHere); n > 0 {
		remarks = append(remarks, fmt.Sprintf("%s only in this run, not compared: %s", queriesOf(n), list(b.OnlyHere, 5)))
	}
	return remarks
}

// meaningless is the warning above a comparison that somebody insisted on.
func meaningless(b *BaselineView) string {
	if len(b.Meaningless) == 0 {
		return ""
	}
	return "This comparison means little, and was made because somebody insisted: " + strings.Join(b.Meaningless, "; ") + "."
}

// movedGrid lists the queries that moved since the baseline.
func (r *Report) movedGrid(rows ...[]QueryRow) *grid {
	g := r.queryGrid(rows...)
	g.columns[1].head, g.columns[2].head = "baseline", "now"
	return g
}
