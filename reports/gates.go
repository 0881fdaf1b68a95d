package reports

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// passedShown is up to how many passed expectations are listed one by one.
const passedShown = 5

// gateGrid lists gates and expectations, the failed ones first. Passed
// expectations are only counted where there are many: the note says so.
func gateGrid(rows []gate.Result) (g *grid.Table, note string) {
	passed := 0
	for i := range rows {
		if rows[i].Expectation() && rows[i].Verdict == gate.Passed {
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
	for _, outcome := range []gate.Verdict{gate.Failed, gate.Inconclusive, gate.Passed, gate.Skipped} {
		for i := range rows {
			row := &rows[i]
			if row.Verdict == outcome && !(counted && outcome == gate.Passed && row.Expectation()) {
				g.Add(grid.Toned(string(outcome), gateTone(outcome)), grid.Cell{Text: grid.Short(gateName(row))}, grid.Cell{Text: grid.Short(row.Expected)}, grid.Cell{Text: grid.Short(row.Actual)}, grid.Cell{Text: margin(row)})
			}
		}
	}
	return g, note
}

// margin prints the room left to a gate's limit: in ranks for an expectation.
func margin(row *gate.Result) string {
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
func gateName(row *gate.Result) string {
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

func gateTone(o gate.Verdict) grid.Tone {
	switch o {
	case gate.Passed:
		return grid.Good
	case gate.Failed:
		return grid.Bad
	case gate.Inconclusive:
		return grid.Warn
	}
	return grid.Faint
}

// gateSummary counts the outcomes.
func gateSummary(rows []gate.Result) string {
	counts := make(map[gate.Verdict]int)
	for i := range rows {
		counts[rows[i].Verdict]++
	}
	var parts []string
	for _, o := range []gate.Verdict{gate.Failed, gate.Inconclusive, gate.Passed, gate.Skipped} {
		if counts[o] > 0 {
			parts = append(parts, text.Thousands(counts[o])+" "+string(o))
		}
	}
	return text.List(parts, len(parts))
}

// gateExplained gives a gate's place, source and reason on one line.
func gateExplained(g *gate.Result) string {
	s := string(g.Verdict) + ": " + g.Source
	if g.Position.String() != "" {
		s = g.Position.String() + ": " + s
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
func gateTables(rows []gate.Result) template.HTML {
	var listed, folded []*gate.Result
	passed := 0
	for i := range rows {
		if rows[i].Expectation() && rows[i].Verdict == gate.Passed {
			passed++
		}
	}
	for _, outcome := range []gate.Verdict{gate.Failed, gate.Inconclusive, gate.Passed, gate.Skipped} {
		for i := range rows {
			switch g := &rows[i]; {
			case g.Verdict != outcome:
			case outcome == gate.Passed && g.Expectation() && passed > passedShown:
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

func gateTable(b *strings.Builder, rows []*gate.Result) {
	b.WriteString(`<div class="scroll wrap" role="region" tabindex="0" aria-label="Gates"><table><thead><tr><th scope="col">result</th><th scope="col" class="left">gate</th><th scope="col" class="left">expected</th><th scope="col" class="left">actual</th><th scope="col">margin</th></tr></thead><tbody>` + "\n")
	for _, g := range rows {
		more := grid.Clip(text.Clean(g.Source), 300)
		if g.Position.String() != "" {
			more = text.Clean(g.Position.String()) + ": " + more
		}
		if g.Reason != "" {
			more += ": " + grid.Clip(text.Clean(g.Reason), 500)
		}
		fmt.Fprintf(b, `<tr><td><span class="tag %s">%s</span></td><td class="left">%s<small>%s</small></td><td class="left">%s</td><td class="left">%s</td><td>%s</td></tr>`+"\n",
			grid.EscapeHTML(string(g.Verdict)), grid.EscapeHTML(string(g.Verdict)), grid.EscapeHTML(grid.Clip(text.Clean(gateName(g)), 120)), grid.EscapeHTML(more), grid.EscapeHTML(grid.Short(g.Expected)), grid.EscapeHTML(grid.Short(g.Actual)), grid.EscapeHTML(margin(g)))
	}
	b.WriteString("</tbody></table></div>")
}
