package reports

import (
	"fmt"
	"math"

	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// comparisonGrid shows differences, a row each. Where the two intervals of a
// narrow terminal must share a column, together puts the interval behind the
// difference.
func comparisonGrid(differences []score.Difference, base, system string, together bool, notes *grid.Footnotes) *grid.Table {
	confidence := 0.0
	if len(differences) > 0 {
		confidence = differences[0].Confidence
	}
	g := &grid.Table{Columns: []grid.Column{
		{Head: "metric", Shrink: 12},
		{Head: base, Right: true, Shrink: 7},
		{Head: system, Right: true, Shrink: 5},
	}}
	if together {
		g.Columns = append(g.Columns, grid.Column{Head: "difference [" + coverage(confidence) + "]", Right: true})
	} else {
		g.Columns = append(g.Columns, grid.Column{Head: "difference", Right: true}, grid.Column{Head: coverage(confidence) + " interval", Right: true})
	}
	g.Columns = append(g.Columns, grid.Column{Head: "p (Holm)", Right: true}, grid.Column{Head: "won/lost/tied", Right: true})
	for _, d := range differences {
		difference := grid.Toned(grid.Signed(d.Difference), significant(d))
		row := []grid.Cell{
			{Text: d.Metric.String(), Note: notes.Mark(d.Warnings)},
			{Text: grid.Fixed(d.BaseMean)}, {Text: grid.Fixed(d.NextMean)}, difference,
		}
		if together {
			row[3].Text += " [" + grid.Signed(d.Low) + ", " + grid.Signed(d.High) + "]"
		} else {
			row = append(row, grid.Cell{Text: grid.Interval(d.Low, d.High)})
		}
		row = append(row, grid.Cell{Text: pValue(d.AdjustedP)}, grid.Cell{Text: fmt.Sprintf("%d/%d/%d", d.Wins, d.Losses, d.Ties)})
		g.Add(row...)
	}
	return g
}

// significant colours only what the suite can tell from chance.
func significant(d score.Difference) grid.Tone {
	switch directionOf(d) {
	case better:
		return grid.Good
	case worse:
		return grid.Bad
	}
	return grid.Plain
}

// differencesOf are the differences of one reranker.
func (r *Report) differencesOf(reranker int) []score.Difference {
	n := len(r.Evaluation.Metrics)
	return r.Differences[reranker*n : (reranker+1)*n]
}

// overviewGrid shows the mean of each metric under each system.
func (r *Report) overviewGrid() *grid.Table {
	g := &grid.Table{Columns: []grid.Column{{Head: "metric", Shrink: 12}}}
	for i, s := range r.Evaluation.Systems {
		head := s.System
		if i == 0 {
			head = "without"
		}
		g.Columns = append(g.Columns, grid.Column{Head: head, Right: true, Shrink: 7})
	}
	for m, metric := range r.Evaluation.Metrics {
		row := grid.Words(metric.String())
		for _, s := range r.Evaluation.Systems {
			row = append(row, grid.Cell{Text: grid.Fixed(mean(s.Values[m]))})
		}
		g.Add(row...)
	}
	return g
}

// boundsGrid shows between which values each mean could lie if the unjudged
// hits were judged; nil where no hit within reach is unjudged.
func (r *Report) boundsGrid() *grid.Table {
	g := &grid.Table{Columns: []grid.Column{{Head: "metric", Shrink: 12}}}
	for i, s := range r.Evaluation.Systems {
		head := s.System
		if i == 0 {
			head = "without"
		} else if len(r.Evaluation.Systems) == 2 {
			head = "with"
		}
		g.Columns = append(g.Columns, grid.Column{Head: head, Right: true, Shrink: 11})
	}
	for m, metric := range r.Evaluation.Metrics {
		row := grid.Words(metric.String())
		open := false
		for _, s := range r.Evaluation.Systems {
			low, high := mean(s.Low[m]), mean(s.High[m])
			open = open || high-low > 1e-12
			row = append(row, grid.Cell{Text: grid.Bounds(low, high)})
		}
		if open {
			g.Add(row...)
		}
	}
	if len(g.Rows) == 0 {
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
func testsGrid(differences []score.Difference) *grid.Table {
	g := &grid.Table{Columns: []grid.Column{
		{Head: "metric", Shrink: 12},
		{Head: "p (random.)", Right: true},
		{Head: "p (Holm)", Right: true},
		{Head: "t", Right: true},
		{Head: "p (t)", Right: true},
		{Head: "effect d_z", Right: true},
		{Head: "80 % power", Right: true},
	}}
	for _, d := range differences {
		g.Add(grid.Cell{Text: d.Metric.String()}, grid.Cell{Text: pValue(d.P)}, grid.Cell{Text: pValue(d.AdjustedP)},
			grid.Cell{Text: statistic(d.T)}, grid.Cell{Text: pValue(d.PT)}, grid.Cell{Text: statistic(d.EffectSize)}, grid.Cell{Text: grid.Fixed(d.Detectable)})
	}
	return g
}

// statistic prints a statistic that may have no value, as where all
// differences are equal.
func statistic(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return text.Undefined
	}
	return fmt.Sprintf("%.2f", x)
}

// testsNote says what the columns of testsGrid are.
const testsNote = "random.: paired randomisation test; Holm: corrected over all comparisons; t: paired t-test; d_z: mean over standard deviation of the differences; 80 % power: the smallest difference that these queries show four times in five"
