package reports

import (
	"fmt"
	"math"
	"slices"

	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
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
	g.Columns = append(g.Columns, grid.Column{Head: "p", Right: true}, grid.Column{Head: "won/lost/tied", Right: true})
	for _, d := range differences {
		difference := grid.Toned(grid.Signed(d.Mean), toneOf(&d))
		row := []grid.Cell{
			{Text: d.Metric.String(), Note: notes.Mark(remarks(&d))},
			{Text: grid.Fixed(d.BaseMean)}, {Text: grid.Fixed(d.NextMean)}, difference,
		}
		switch {
		case together && math.IsNaN(d.Low):
			row[3].Text += " [–]"
		case together:
			row[3].Text += " [" + grid.Signed(d.Low) + ", " + grid.Signed(d.High) + "]"
		case math.IsNaN(d.Low):
			row = append(row, grid.Cell{Text: absent})
		default:
			row = append(row, grid.Cell{Text: grid.Interval(d.Low, d.High)})
		}
		row = append(row, grid.Cell{Text: pValue(corrected(&d))}, grid.Cell{Text: fmt.Sprintf("%d/%d/%d", d.Wins, d.Losses, d.Ties)})
		g.Add(row...)
	}
	return g
}

// remarks are what to know beside a row: how many queries it is over where some
// are left out, that it is secondary, and what the order of ties did.
func remarks(d *score.Difference) []string {
	var all []string
	if !d.Primary {
		all = append(all, "secondary: not corrected for being one of several comparisons")
	}
	if d.N < d.Total {
		all = append(all, fmt.Sprintf("over the %s of %s that all systems answered", text.Thousands(d.N), text.Count(d.Total, "query")))
	}
	if moved(d.BaseMean, d.BaseAsRanked) || moved(d.NextMean, d.NextAsRanked) {
		all = append(all, fmt.Sprintf("the mean over all orders of tied hits; as the server ranked them %s is %s and %s", d.Metric, grid.Fixed(d.BaseAsRanked), grid.Fixed(d.NextAsRanked)))
	}
	return all
}

// moved says whether two values print differently.
func moved(a, b float64) bool { return grid.Fixed(a) != grid.Fixed(b) }

// toneOf colours only what may be said of queries like these.
func toneOf(d *score.Difference) grid.Tone {
	switch {
	case !d.Primary:
	case d.Says == stats.Raises:
		return grid.Good
	case d.Says == stats.Lowers:
		return grid.Bad
	}
	return grid.Plain
}

// differencesOf are the differences between the system with the given index and
// the one that it is compared with, the lead metric first.
func (r *Report) differencesOf(system int) []score.Difference {
	systems := r.Evaluation.Systems
	base, name := systems[r.baseOf(system)].System, systems[system].System
	var all []score.Difference
	for _, d := range r.Compared.Differences {
		if d.Base == base && d.System == name {
			all = append(all, d)
		}
	}
	return all
}

// pairsGrid shows the lead metric's comparisons of systems that are not with
// their own first stage; nil where there is none.
func (r *Report) pairsGrid() *grid.Table {
	confidence := 0.0
	var rows []score.Difference
	for _, d := range r.Compared.Differences {
		if d.Primary && r.Evaluation.Run.Manifest.FirstStageOf(d.System) != d.Base {
			rows, confidence = append(rows, d), d.Confidence
		}
	}
	if len(rows) == 0 {
		return nil
	}
	g := &grid.Table{Columns: []grid.Column{
		{Head: "system", Shrink: 8}, {Head: "against", Shrink: 8}, {Head: "difference", Right: true},
		{Head: coverage(confidence) + " interval", Right: true}, {Head: "p", Right: true}, {Head: "won/lost/tied", Right: true},
	}}
	for i := range rows {
		d := &rows[i]
		g.Add(grid.Cell{Text: grid.Short(d.System)}, grid.Cell{Text: grid.Short(d.Base)}, grid.Toned(grid.Signed(d.Mean), toneOf(d)),
			grid.Cell{Text: intervalCell(d)}, grid.Cell{Text: pValue(corrected(d))}, grid.Cell{Text: fmt.Sprintf("%d/%d/%d", d.Wins, d.Losses, d.Ties)})
	}
	return g
}

// pairsTitle is the heading over pairsGrid.
func (r *Report) pairsTitle() string { return "Systems with each other: " + r.leadMetric().String() }

// intervalCell is an interval, a dash where there are too few queries for one.
func intervalCell(d *score.Difference) string {
	if math.IsNaN(d.Low) {
		return absent
	}
	return grid.Interval(d.Low, d.High)
}

// systemMean is the mean of a system's values over the queries that all compared
// systems answered; NaN for a system that is not compared.
func (r *Report) systemMean(system, metric int, values []float64) float64 {
	if len(r.Compared.Compared) > 0 && !r.Compared.Compared[system] {
		return math.NaN()
	}
	sum := 0.0
	queries := r.Compared.Common[metric]
	for _, q := range queries {
		sum += values[q]
	}
	if len(queries) == 0 {
		return math.NaN()
	}
	return sum / float64(len(queries))
}

// overviewGrid shows the mean of each metric under each system, over the n
// queries that all of them answered.
func (r *Report) overviewGrid(notes *grid.Footnotes) *grid.Table {
	g := &grid.Table{Columns: []grid.Column{{Head: "metric", Shrink: 12}, {Head: "n", Right: true}}}
	for i := range r.Evaluation.Systems {
		g.Columns = append(g.Columns, grid.Column{Head: r.label(i), Right: true, Shrink: 7})
	}
	for m, metric := range r.Evaluation.Metrics {
		row := grid.Words(metric.String(), text.Thousands(len(r.Compared.Common[m])))
		for i, s := range r.Evaluation.Systems {
			value, ranked := r.systemMean(i, m, s.Values[m]), r.systemMean(i, m, s.AsRanked[m])
			cell := grid.Cell{Text: grid.Fixed(value)}
			if moved(value, ranked) {
				cell.Note = notes.Mark([]string{"the mean over all orders of tied hits; as the server ranked them it is " + grid.Fixed(ranked)})
			}
			row = append(row, cell)
		}
		g.Add(row...)
	}
	return g
}

// boundsGrid shows between which values each mean, and each difference between
// two systems, could lie if the unjudged hits of all systems were judged; nil
// where no hit within reach is unjudged.
func (r *Report) boundsGrid() *grid.Table {
	g := &grid.Table{Columns: []grid.Column{{Head: "metric", Shrink: 12}}}
	for i := range r.Evaluation.Systems {
		head := r.label(i)
		if i == 1 && len(r.Evaluation.Systems) == 2 {
			head = "with"
		}
		g.Columns = append(g.Columns, grid.Column{Head: head, Right: true, Shrink: 11})
	}
	if len(r.Evaluation.Systems) == 2 {
		g.Columns = append(g.Columns, grid.Column{Head: "difference", Right: true})
	}
	for m, metric := range r.Evaluation.Metrics {
		row := grid.Words(metric.String())
		open := false
		for i, s := range r.Evaluation.Systems {
			low, high := r.systemMean(i, m, s.Low[m]), r.systemMean(i, m, s.High[m])
			open = open || high-low > 1e-12
			row = append(row, grid.Cell{Text: grid.Bounds(low, high)})
		}
		if len(r.Evaluation.Systems) == 2 {
			difference := grid.Cell{}
			for _, d := range r.differencesOf(1) {
				if d.Metric == metric {
					difference.Text = grid.Interval(d.IfJudged.Low, d.IfJudged.High)
				}
			}
			row = append(row, difference)
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

// method says how intervals and p-values were made, and what they extend to.
func method(differences []score.Difference) string {
	i := slices.IndexFunc(differences, func(d score.Difference) bool { return d.Says != stats.NoEvidence })
	if i < 0 {
		return ""
	}
	d := differences[i]
	s := "interval: Gaffke's bound; p: sign flips of whole queries"
	if primary := slices.IndexFunc(differences, func(d score.Difference) bool { return d.Primary && d.Family > 0 }); primary >= 0 {
		if family := differences[primary].Family; family > 1 {
			s += fmt.Sprintf(", that of %s corrected for %d comparisons", differences[primary].Metric, family)
		}
	}
	if !d.Exact && d.Seed != 0 {
		s += fmt.Sprintf(" (seed %d)", d.Seed)
	}
	return s + "; both extend to queries sampled as these were, and to no others"
}

// testsGrid shows what stands behind differences: how many queries changed,
// both p-values, how much worse and better it can be, and what the queries could
// have shown.
func testsGrid(differences []score.Difference) *grid.Table {
	g := &grid.Table{Columns: []grid.Column{
		{Head: "metric", Shrink: 12},
		{Head: "n", Right: true},
		{Head: "changed", Right: true},
		{Head: "p", Right: true},
		{Head: "p corrected", Right: true},
		{Head: "worse by", Right: true},
		{Head: "better by", Right: true},
		{Head: "shown", Right: true},
	}}
	for _, d := range differences {
		correctedP := absent
		if d.Primary {
			correctedP = pValue(d.PCorrected)
		}
		worse, better := absent, absent
		if !math.IsNaN(d.Lower) {
			worse, better = "≤ "+grid.Fixed(max(0, -d.Lower)), "≤ "+grid.Fixed(max(0, d.Upper))
		}
		shown := absent
		if least := stats.ShownDifference(d.SD, d.N, max(1, d.Family)); !math.IsNaN(least) {
			shown = grid.Fixed(least)
		}
		g.Add(grid.Words(d.Metric.String(), text.Thousands(d.N), text.Thousands(d.Changed), pValue(d.P), correctedP, worse, better, shown)...)
	}
	return g
}

// testsNote says what the columns of testsGrid are.
const testsNote = "p corrected: for the lead metric's comparisons together; worse by and better by: for queries like these, each with the confidence of the interval; shown: the smallest true difference that so many queries show in four suites of five"
