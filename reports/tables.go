package reports

import (
	"fmt"
	"math"
	"strings"

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

// shownWhole is how many queries are all listed; of more, only the largest
// losses and gains are, shownEach of either.
const (
	shownWhole = 100
	shownEach  = 20
)

// selectRows picks the rows to list: all where there are few, else the
// largest losses and gains. The note says what was left out.
func selectRows(rows []QueryRow, whole, each int) (losses, gains []QueryRow, note string) {
	if len(rows) <= whole {
		return rows, nil, ""
	}
	for _, row := range rows[:min(each, len(rows))] {
		if row.Difference < 0 {
			losses = append(losses, row)
		}
	}
	defined := len(rows)
	for defined > 0 && math.IsNaN(rows[defined-1].Difference) {
		defined--
	}
	for _, row := range rows[max(len(losses), defined-each):defined] {
		if row.Difference > 0 {
			gains = append(gains, row)
		}
	}
	left := len(rows) - len(losses) - len(gains)
	return losses, gains, fmt.Sprintf("%s in between left out; --report FILE.html or .csv has them all", queriesOf(left))
}

// queryGrid lists queries under one reranker.
func (r *Report) queryGrid(rows ...[]QueryRow) *grid {
	g := &grid{columns: []column{
		{head: "query", shrink: 10},
		{head: "without", right: true},
		{head: "with", right: true},
		{head: "difference", right: true},
		{head: "best relevant title", shrink: 10},
		{head: "rank", right: true},
	}}
	for i, part := range rows {
		if i > 0 && len(part) > 0 && len(g.rows) > 0 {
			g.add(words("…", "", "", "", "", "")...)
		}
		for _, row := range part {
			moved := toned(ranksMoved(row.Before, row.After), plain)
			if row.Failed {
				moved = toned("failed", bad)
			}
			g.add(
				cell{text: clipLong(Name(&r.Evaluation.Run.Queries[row.Query]))},
				cell{text: fixed(row.Without)}, cell{text: fixed(row.With)},
				toned(signed(row.Difference), toneOf(row.Difference)),
				cell{text: clipLong(row.Best)}, moved)
		}
	}
	return g
}

// longest is how many columns of a name a table shows at most.
const longest = 60

// clipLong keeps a name that is no name from filling a page.
func clipLong(s string) string { return clip(clean(s), longest) }

// singleGrid lists queries where there is no reranker to compare.
func (r *Report) singleGrid() *grid {
	g := &grid{columns: []column{
		{head: "query", shrink: 10},
		{head: r.LeadMetric().String(), right: true},
		{head: "best relevant title", shrink: 10},
		{head: "rank", right: true},
	}}
	for _, row := range r.Queries[0] {
		at := toned(rank(row.Before), plain)
		if row.Failed {
			at = toned("failed", bad)
		}
		g.add(cell{text: clipLong(Name(&r.Evaluation.Run.Queries[row.Query]))}, cell{text: fixed(row.Without)}, cell{text: clipLong(row.Best)}, at)
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

// lines gives the footnotes that it has not given yet, a line each.
func (f *footnotes) lines() []string {
	var lines []string
	for ; f.given < len(f.texts); f.given++ {
		lines = append(lines, superscript(f.given+1)+" "+strings.TrimSpace(f.texts[f.given]))
	}
	return lines
}
