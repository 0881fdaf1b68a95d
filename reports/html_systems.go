package reports

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"

	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/chart"
	"github.com/releval/releval/reports/grid"
)

type (
	// pageSystems is the decision table of a page.
	pageSystems struct {
		Heading, Label string
		Heads          []pageHead
		Rows           []pageSystemRow
		Plot           template.HTML
		Notes          []string
	}
	pageHead struct {
		Text string
		// Left puts the column's cells to the left, Drawn is a drawing that
		// nothing can be sorted by.
		Left, Drawn bool
	}
	pageSystemRow struct {
		Class string
		Cells []pageSystemCell
	}
	pageSystemCell struct {
		Text, Small, Note, Class string
		// Value is what the row is sorted by; empty where it is not known, which
		// comes last.
		Value string
		Drawn template.HTML
		// Left and Head are as in pageHead; Head is the row's own head.
		Left, Head bool
	}
)

// pageSystems fills the decision table and its chart.
func newPageSystems(d *score.Decision, label string, notes *grid.Footnotes) *pageSystems {
	p := &pageSystems{
		Heading: decisionTitle, Label: label, Notes: decisionNotes(d, false),
		Heads: []pageHead{
			{Text: "#"}, {Text: "system", Left: true}, {Text: d.Lead.String()}, {Text: coverage(d.Confidence) + " interval", Drawn: true}, {Text: "gain"}, {Text: coverage(d.Confidence) + " interval", Drawn: true},
			{Text: "best?", Left: true}, {Text: "ceiling"}, {Text: "took ms"}, {Text: "wall ms"}, {Text: "documents"}, {Text: "$ per 1,000"},
		},
	}
	scale, least, most := 0.0, math.Inf(1), math.Inf(-1)
	for i := range d.Rows {
		if row := &d.Rows[i]; !math.IsNaN(row.Low) {
			least, most = min(least, row.Low), max(most, row.High)
		}
		if gain := d.Rows[i].Gain; gain != nil {
			for _, v := range []float64{gain.Mean, gain.Low, gain.High} {
				if !math.IsNaN(v) {
					scale = max(scale, math.Abs(v))
				}
			}
		}
	}
	for i := range d.Rows {
		p.Rows = append(p.Rows, newPageSystemRow(d, i, scale, [2]float64{least, most}, notes))
	}
	if c := scatter(d); c != nil {
		p.Plot = c.Page()
	}
	return p
}

// showWindows puts a column with each system's window behind its name.
func (p *pageSystems) showWindows(d *score.Decision) {
	p.Heads = slices.Insert(p.Heads, 2, pageHead{Text: "window"})
	for i := range p.Rows {
		cell := pageSystemCell{Text: windowOf(&d.Rows[i])}
		if cell.Text != absent {
			cell.Value = cell.Text
		}
		p.Rows[i].Cells = slices.Insert(p.Rows[i].Cells, 2, cell)
	}
}

// medianWall is what the chart of systems has across.
const medianWall = "median wall time"

// scatter is the chart of systems; nil where there is nothing to draw.
func scatter(d *score.Decision) *chart.Scatter {
	var points []chart.System
	for i := range d.Rows {
		row := &d.Rows[i]
		points = append(points, chart.System{
			Name: row.Name, Number: i + 1, Milliseconds: row.Latency.Wall.P50, Value: row.Mean, Low: row.Low, High: row.High, Front: row.Front, Best: slices.Contains(d.Highest, row.Name),
		})
	}
	return chart.NewScatter(d.Lead.String(), medianWall, points)
}

func newPageSystemRow(d *score.Decision, i int, scale float64, means [2]float64, notes *grid.Footnotes) pageSystemRow {
	row := &d.Rows[i]
	number := func(shown string, v float64) pageSystemCell {
		c := pageSystemCell{Text: shown}
		if !math.IsNaN(v) {
			c.Value = strconv.FormatFloat(v, 'g', -1, 64)
		}
		return c
	}
	mean := number(grid.Fixed(row.Mean), row.Mean)
	if moved(row.Mean, row.AsRanked) {
		mean.Note = notes.Mark([]string{"the mean over all orders of tied hits; as the server ranked them it is " + grid.Fixed(row.AsRanked)})
	}
	gain, gainInterval := pageSystemCell{Text: absent}, pageSystemCell{}
	if g := row.Gain; g != nil && g.Says != stats.NoEvidence {
		gain = number(grid.Signed(g.Mean), g.Mean)
		gain.Class = grid.ToneClass(toneOf(g))
		gainInterval = pageSystemCell{Small: intervalCell(g), Drawn: chart.Interval(g.Mean, g.Low, g.High, scale), Class: looks(g.Says)}
	}
	stands := place(d, row)
	p := pageSystemRow{Cells: []pageSystemCell{
		number(strconv.Itoa(i+1), float64(i+1)),
		{Text: grid.Short(row.Name), Value: grid.Short(row.Name), Head: true, Left: true},
		mean,
		{Small: meanInterval(row), Drawn: chart.Span(row.Mean, row.Low, row.High, means[0], means[1])},
		gain, gainInterval,
		{Text: stands.Text, Value: map[string]string{"best": "2", "maybe": "1", "below": "0"}[stands.Text], Class: grid.ToneClass(stands.Tone), Left: true},
		number(orAbsent(row.Ceiling), row.Ceiling),
		number(times(row.Latency.Took), row.Latency.Took.P50), number(times(row.Latency.Wall), row.Latency.Wall.P50),
		number(documentsScored(row.Documents), row.Documents), number(usd(row.USD), row.USD),
	}}
	if row.Front {
		p.Class = "front"
	}
	return p
}

// pageLatency is the table of latencies of a page without a decision table.
func (r *Report) pageLatency() *pageTable {
	return &pageTable{latencyTitle, timesGrid(r.Decision).HTML(latencyTitle) + template.HTML(fmt.Sprintf(`<p class="small">%s</p>`, grid.EscapeHTML(text.Clean(latencyNote(r.Decision)))))}
}
