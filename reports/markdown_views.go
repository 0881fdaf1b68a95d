package reports

import (
	"strings"
)

func (d *document) gates() {
	if len(d.report.Gates) == 0 {
		return
	}
	g, note := gateGrid(d.report.Gates)
	body := "### Gates\n\n"
	if len(g.rows) > 0 {
		body += d.grid(g)
	}
	if note != "" {
		body += "\n" + escapeMarkdown(note) + "\n"
	}
	var lines strings.Builder
	for i := range d.report.Gates {
		if g := &d.report.Gates[i]; g.Outcome == Failed || g.Outcome == Inconclusive {
			lines.WriteString("- " + escapeLineStart(clip(clean(gateExplained(g)), 500)) + "\n")
		}
	}
	if lines.Len() > 0 {
		body += "\n" + lines.String()
	}
	d.add("gates", body)
}

func (d *document) sweeps() {
	r := d.report.Sweep
	if g := d.report.sweepsTogether(); g != nil {
		body := d.grid(g)
		if c := d.chart(charted{kind: sweptTogether}); c != "" {
			body += "\n" + c
		}
		d.add("the sweeps side by side", "### Windows side by side: "+escapeMarkdown(r.Lead())+"\n\n"+body)
	}
	for _, one := range d.report.swept() {
		var b strings.Builder
		for _, text := range sweepSays(r, &one) {
			b.WriteString(escapeLineStart(text) + "\n")
		}
		b.WriteString("\n")
		if c := d.chart(charted{sweptChart, one.Name}); c != "" {
			b.WriteString(c + "\n")
		}
		b.WriteString(d.grid(sweepGrid(r, &one)))
		for _, table := range sweepTables(r, &one) {
			b.WriteString("\n" + folded(table.title, d.grid(table.grid)))
		}
		d.add("the sweep", "### "+escapeMarkdown("Windows of "+one.Name)+"\n\n"+b.String())
	}
}

func (d *document) baseline() {
	b := d.report.Baseline
	if b == nil {
		return
	}
	var body strings.Builder
	if text := meaningless(b); text != "" {
		body.WriteString("> [!WARNING]\n> " + escapeLineStart(clip(clean(text), 2000)) + "\n\n")
	}
	for _, g := range d.report.baselineGroups() {
		body.WriteString(escapeLineStart(g.sentence) + "\n\n")
		body.WriteString(d.grid(comparisonGrid(g.differences, "baseline", "now", false, &d.notes)) + "\n")
	}
	for _, line := range d.notes.lines() {
		body.WriteString(escapeLineStart(line) + "\\\n")
	}
	if len(b.Differences) > 0 {
		var tests strings.Builder
		for _, g := range d.report.baselineGroups() {
			tests.WriteString(escapeMarkdown(g.system) + "\n\n" + d.grid(testsGrid(g.differences)) + "\n")
		}
		body.WriteString(folded("Tests against the baseline", tests.String()+"<sub>"+escapeMarkdown(testsNote)+"</sub>\n") + "\n")
	}
	for _, line := range baselineRemarks(b) {
		body.WriteString("- " + escapeLineStart(clip(clean(line), 500)) + "\n")
	}
	for s, rows := range b.Queries {
		if losses, gains, _ := selectRows(rows, 2*largestShown, largestShown); len(losses)+len(gains) > 0 && s < len(d.report.Evaluation.Systems) {
			body.WriteString("\n" + escapeMarkdown("Queries of "+d.report.Evaluation.Systems[s].System+" that moved:") + "\n\n" + d.grid(d.report.movedGrid(losses, gains)))
			if g := d.report.titlesGrid(losses, gains); g != nil {
				body.WriteString("\n" + folded("The titles that did it", d.grid(g)))
			}
		}
	}
	d.add("the baseline", "### "+escapeMarkdown("Against the baseline "+clipLong(b.Name)+ofDay(b))+"\n\n"+body.String())
}

func (d *document) tags() {
	if g := d.report.tagsGrid(); g != nil {
		d.fold(d.report.LeadMetric().String()+" by tag", d.grid(g))
	}
}
