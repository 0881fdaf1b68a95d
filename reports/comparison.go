package reports

import (
	"fmt"
	"math"

	"github.com/releval/releval/eval/score"
)

// comparisonGrid shows differences, a row each. Where the two intervals of a
// narrow terminal must share a column, together puts the interval behind the
// difference.
func comparisonGrid(differences []score.Difference, base, system string, together bool, notes *footnotes) *grid {
	confidence := 0.0
	if len(differences) > 0 {
		confidence = differences[0].Confidence
	}
	g := &grid{columns: []column{
		{head: "metric", shrink: 12},
		{head: base, right: true, shrink: 7},
		{head: system, right: true, shrink: 5},
	}}
	if together {
		g.columns = append(g.columns, column{head: "difference [" + coverage(confidence) + "]", right: true})
	} else {
		g.columns = append(g.columns, column{head: "difference", right: true}, column{head: coverage(confidence) + " interval", right: true})
	}
	g.columns = append(g.columns, column{head: "p (Holm)", right: true}, column{head: "won/lost/tied", right: true})
	for _, d := range differences {
		difference := toned(signed(d.Difference), significant(d))
		row := []cell{
			{text: d.Metric.String(), note: notes.mark(d.Warnings)},
			{text: fixed(d.BaseMean)}, {text: fixed(d.NextMean)}, difference,
		}
		if together {
			row[3].text += " [" + signed(d.Low) + ", " + signed(d.High) + "]"
		} else {
			row = append(row, cell{text: interval(d.Low, d.High)})
		}
		row = append(row, cell{text: pValue(d.AdjustedP)}, cell{text: fmt.Sprintf("%d/%d/%d", d.Wins, d.Losses, d.Ties)})
		g.add(row...)
	}
	return g
}

// significant colours only what the suite can tell from chance.
func significant(d score.Difference) tone {
	switch direction(d) {
	case Better:
		return good
	case Worse:
		return bad
	}
	return plain
}

// differencesOf are the differences of one reranker.
func (r *Report) differencesOf(reranker int) []score.Difference {
	n := len(r.Evaluation.Metrics)
	return r.Differences[reranker*n : (reranker+1)*n]
}

// overviewGrid shows the mean of each metric under each system.
func (r *Report) overviewGrid() *grid {
	g := &grid{columns: []column{{head: "metric", shrink: 12}}}
	for i, s := range r.Evaluation.Systems {
		head := s.System
		if i == 0 {
			head = "without"
		}
		g.columns = append(g.columns, column{head: head, right: true, shrink: 7})
	}
	for m, metric := range r.Evaluation.Metrics {
		row := words(metric.String())
		for _, s := range r.Evaluation.Systems {
			row = append(row, cell{text: fixed(mean(s.Values[m]))})
		}
		g.add(row...)
	}
	return g
}

// boundsGrid shows between which values each mean could lie if the unjudged
// hits were judged; nil where no hit within reach is unjudged.
func (r *Report) boundsGrid() *grid {
	g := &grid{columns: []column{{head: "metric", shrink: 12}}}
	for i, s := range r.Evaluation.Systems {
		head := s.System
		if i == 0 {
			head = "without"
		} else if len(r.Evaluation.Systems) == 2 {
			head = "with"
		}
		g.columns = append(g.columns, column{head: head, right: true, shrink: 11})
	}
	for m, metric := range r.Evaluation.Metrics {
		row := words(metric.String())
		open := false
		for _, s := range r.Evaluation.Systems {
			low, high := mean(s.Low[m]), mean(s.High[m])
			open = open || high-low > 1e-12
			row = append(row, cell{text: bounds(low, high)})
		}
		if open {
			g.add(row...)
		}
	}
	if len(g.rows) == 0 {
		return nil
	}
	return g
}

// method says how intervals and p-values were made.
func method(differences []score.Difference) string {
	if len(differences) == 0 {
		return ""
	}
	d := differences[0]
	s := "interval: BCa bootstrap; p: paired randomisation test"
	if len(differences) > 1 {
		s += fmt.Sprintf(", Holm-corrected over %d comparisons", len(differences))
	}
	if d.Seed != 0 {
		s += fmt.Sprintf(" (seed %d)", d.Seed)
	}
	return s
}

// testsGrid shows the tests of differences side by side: both p-values, the
// corrected one, the effect size, and what the queries could have shown.
func testsGrid(differences []score.Difference) *grid {
	g := &grid{columns: []column{
		{head: "metric", shrink: 12},
		{head: "p (random.)", right: true},
		{head: "p (Holm)", right: true},
		{head: "t", right: true},
		{head: "p (t)", right: true},
		{head: "effect d_z", right: true},
		{head: "80 % power", right: true},
	}}
	for _, d := range differences {
		g.add(cell{text: d.Metric.String()}, cell{text: pValue(d.P)}, cell{text: pValue(d.AdjustedP)},
			cell{text: statistic(d.T)}, cell{text: pValue(d.PT)}, cell{text: statistic(d.EffectSize)}, cell{text: fixed(d.Detectable)})
	}
	return g
}

// statistic prints a statistic that may have no value, as where all
// differences are equal.
func statistic(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return undefined
	}
	return fmt.Sprintf("%.2f", x)
}

// testsNote says what the columns of testsGrid are.
const testsNote = "random.: paired randomisation test; Holm: corrected over all comparisons; t: paired t-test; d_z: mean over standard deviation of the differences; 80 % power: the smallest difference that these queries show four times in five"
