package reports

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// passedShown is up to how many passed expectations are listed one by one.
const passedShown = 5

// gateGrid lists gates and expectations, the failed ones first. Passed
// expectations are only counted where there are many: the note says so.
func gateGrid(rows []GateRow) (g *grid.Table, note string) {
	passed := 0
	for i := range rows {
		if rows[i].Expectation() && rows[i].Outcome == Passed {
			passed++
		}
	}
	counted := passed > passedShown
	if counted {
		note = text.Plural(passed, "expectation", "expectations") + " passed, not listed"
	}
	g = &grid.Table{Columns: []grid.Column{
		{Head: "result"},
		{Head: "gate", Shrink: 16},
		{Head: "expected", Shrink: 10},
		{Head: "actual", Shrink: 8},
		{Head: "margin", Right: true},
	}}
	for _, outcome := range []Outcome{Failed, Inconclusive, Passed, Skipped} {
		for i := range rows {
			row := &rows[i]
			if row.Outcome == outcome && !(counted && outcome == Passed && row.Expectation()) {
				g.Add(grid.Toned(string(outcome), outcomeTone(outcome)), grid.Cell{Text: grid.Short(gateName(row))}, grid.Cell{Text: grid.Short(row.Expected)}, grid.Cell{Text: grid.Short(row.Actual)}, grid.Cell{Text: margin(row)})
			}
		}
	}
	return g, note
}

// margin prints the room left to a gate's limit: in ranks for an expectation.
func margin(row *GateRow) string {
	switch {
	case math.IsNaN(row.Margin):
		return ""
	case !row.Expectation():
		return grid.Signed(row.Margin)
	case row.Margin > 0:
		return "+" + grid.Compact(row.Margin)
	}
	return grid.Compact(row.Margin)
}

// gateName names a gate in a table.
func gateName(row *GateRow) string {
	s := row.Metric
	switch {
	case row.Expectation():
		s = "query " + row.Query
	case s == "":
		s = row.Source
	}
	if row.System != "" {
		s += " of " + row.System
	}
	if row.Expectation() && row.Expected == "" {
		s += ": " + row.Source
	}
	return s
}

func outcomeTone(o Outcome) grid.Tone {
	switch o {
	case Passed:
		return grid.Good
	case Failed:
		return grid.Bad
	case Inconclusive:
		return grid.Warn
	}
	return grid.Faint
}

// gateSummary counts the outcomes.
func gateSummary(rows []GateRow) string {
	counts := make(map[Outcome]int)
	for i := range rows {
		counts[rows[i].Outcome]++
	}
	var parts []string
	for _, o := range []Outcome{Failed, Inconclusive, Passed, Skipped} {
		if counts[o] > 0 {
			parts = append(parts, text.Thousands(counts[o])+" "+string(o))
		}
	}
	return text.List(parts, len(parts))
}

// gateExplained gives a gate's place, source and reason on one line.
func gateExplained(g *GateRow) string {
	s := string(g.Outcome) + ": " + g.Source
	if g.Place != "" {
		s = g.Place + ": " + s
	}
	if g.Expected != "" && g.Actual != "" {
		s += ": expected " + g.Expected + ", found " + g.Actual
	}
	if g.Reason != "" {
		s += ": " + g.Reason
	}
	return s
}

// gateTables show gates with room for their reasons; many passed
// expectations are folded away.
func gateTables(rows []GateRow) template.HTML {
	var listed, folded []*GateRow
	passed := 0
	for i := range rows {
		if rows[i].Expectation() && rows[i].Outcome == Passed {
			passed++
		}
	}
	for _, outcome := range []Outcome{Failed, Inconclusive, Passed, Skipped} {
		for i := range rows {
			switch g := &rows[i]; {
			case g.Outcome != outcome:
			case outcome == Passed && g.Expectation() && passed > passedShown:
				folded = append(folded, g)
			default:
				listed = append(listed, g)
			}
		}
	}
	var b strings.Builder
	if len(listed) > 0 {
		gateTable(&b, listed)
	}
	if len(folded) > 0 {
		fmt.Fprintf(&b, `<details class="part"><summary>%s passed</summary>`, text.Plural(len(folded), "expectation", "expectations"))
		gateTable(&b, folded)
		b.WriteString("</details>")
	}
	return template.HTML(b.String())
}

func gateTable(b *strings.Builder, rows []*GateRow) {
	b.WriteString(`<div class="scroll wrap" role="region" tabindex="0" aria-label="Gates"><table><thead><tr><th scope="col">result</th><th scope="col" class="left">gate</th><th scope="col" class="left">expected</th><th scope="col" class="left">actual</th><th scope="col">margin</th></tr></thead><tbody>` + "\n")
	for _, g := range rows {
		more := grid.Clip(text.Clean(g.Source), 300)
		if g.Place != "" {
			more = text.Clean(g.Place) + ": " + more
		}
		if g.Reason != "" {
			more += ": " + grid.Clip(text.Clean(g.Reason), 500)
		}
		fmt.Fprintf(b, `<tr><td><span class="tag %s">%s</span></td><td class="left">%s<small>%s</small></td><td class="left">%s</td><td class="left">%s</td><td>%s</td></tr>`+"\n",
			grid.EscapeHTML(string(g.Outcome)), grid.EscapeHTML(string(g.Outcome)), grid.EscapeHTML(grid.Clip(text.Clean(gateName(g)), 120)), grid.EscapeHTML(more), grid.EscapeHTML(grid.Short(g.Expected)), grid.EscapeHTML(grid.Short(g.Actual)), grid.EscapeHTML(margin(g)))
	}
	b.WriteString("</tbody></table></div>")
}
