package reports

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"github.com/releval/releval/eval/gate"
)

// toneClass is the CSS class of a tone.
func toneClass(t tone) string {
	switch t {
	case good:
		return "g"
	case bad:
		return "b"
	}
	return ""
}

// html renders the grid as a table that scrolls on its own where it is wider
// than the page.
func (g *grid) html(label string) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<div class="scroll" role="region" tabindex="0" aria-label="%s"><table><thead><tr>`, escapeHTML(clipLong(label)))
	side := func(i int) string {
		if g.columns[i].right {
			return ""
		}
		return ` class="left"`
	}
	for i, c := range g.columns {
		fmt.Fprintf(&b, `<th scope="col"%s>%s</th>`, side(i), escapeHTML(c.head))
	}
	b.WriteString("</tr></thead><tbody>\n")
	for _, row := range g.rows {
		b.WriteString("<tr>")
		for i, c := range row {
			text := escapeHTML(c.text) + c.note
			if class := toneClass(c.tone); class != "" {
				text = `<b class="` + class + `">` + text + "</b>"
			}
			fmt.Fprintf(&b, "<td%s>%s</td>", side(i), text)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody></table></div>")
	return template.HTML(b.String())
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
	for _, verdict := range []gate.Verdict{gate.Failed, gate.Inconclusive, gate.Passed, gate.Skipped} {
		for i := range rows {
			switch g := &rows[i]; {
			case g.Verdict != verdict:
			case verdict == gate.Passed && g.Expectation() && passed > passedShown:
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
		fmt.Fprintf(&b, `<details class="part"><summary>%s passed</summary>`, plural(len(folded), "expectation", "expectations"))
		gateTable(&b, folded)
		b.WriteString("</details>")
	}
	return template.HTML(b.String())
}

func gateTable(b *strings.Builder, rows []*gate.Result) {
	b.WriteString(`<div class="scroll wrap" role="region" tabindex="0" aria-label="Gates"><table><thead><tr><th scope="col">result</th><th scope="col" class="left">gate</th><th scope="col" class="left">expected</th><th scope="col" class="left">actual</th><th scope="col">margin</th></tr></thead><tbody>` + "\n")
	for _, g := range rows {
		more := clip(clean(g.Source), 300)
		if place := g.Position.String(); place != "" {
			more = clean(place) + ": " + more
		}
		if g.Reason != "" {
			more += ": " + clip(clean(g.Reason), 500)
		}
		fmt.Fprintf(b, `<tr><td><span class="tag %s">%s</span></td><td class="left">%s<small>%s</small></td><td class="left">%s</td><td class="left">%s</td><td>%s</td></tr>`+"\n",
			escapeHTML(string(g.Verdict)), escapeHTML(string(g.Verdict)), escapeHTML(clip(clean(gateName(g)), 120)), escapeHTML(more), escapeHTML(clipLong(g.Expected)), escapeHTML(clipLong(g.Actual)), escapeHTML(margin(g)))
	}
	b.WriteString("</tbody></table></div>")
}
