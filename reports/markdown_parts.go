package reports

import (
	"fmt"
	"strings"
)

// comparison is the table of metrics.
func (d *document) comparison() {
	r := d.report
	systems := r.Evaluation.Systems
	if len(systems) != 2 {
		d.add("the metrics", "### Metrics\n\n"+d.grid(r.overviewGrid()))
	}
	for i, s := range systems[1:] {
		title := s.System + " against the first stage"
		if len(systems) == 2 {
			title = "Without and with " + s.System
		}
		d.add("the comparison of "+s.System, "### "+escapeMarkdown(title)+"\n\n"+d.grid(comparisonGrid(r.differencesOf(i), "without", "with", false, &d.notes)))
	}
	if len(systems) > 1 {
		body := ""
		for _, line := range d.notes.lines() {
			body += escapeLineStart(line) + "\\\n"
		}
		d.add("the method", body+"<sub>"+escapeMarkdown(method(r.Differences))+"</sub>\n")
	}
}

// largest are the ten largest losses and gains under each reranker.
func (d *document) largest() {
	r := d.report
	systems := r.Evaluation.Systems
	for i, s := range systems[1:] {
		losses, gains, _ := selectRows(r.Queries[i], 0, largestShown)
		of := ""
		if len(systems) > 2 {
			of = " of " + s.System
		}
		if c := d.chart(charted{differencesChart, s.System}); c != "" {
			d.add("the chart", c)
		}
		for _, part := range []struct {
			title string
			rows  []QueryRow
		}{{"Largest losses" + of, losses}, {"Largest gains" + of, reversed(gains)}} {
			if len(part.rows) > 0 {
				d.add(strings.ToLower(part.title[:1])+part.title[1:], "### "+escapeMarkdown(part.title)+"\n\n"+d.grid(r.queryGrid(part.rows)))
			}
		}
	}
}

// reversed puts the largest gain first.
func reversed(rows []QueryRow) []QueryRow {
	turned := make([]QueryRow, len(rows))
	for i, row := range rows {
		turned[len(rows)-1-i] = row
	}
	return turned
}

// integrity says in a line each what could not be trusted.
func (d *document) integrity() {
	var b strings.Builder
	b.WriteString("### What could not be trusted\n\n")
	found := d.report.Findings()
	for _, f := range found {
		text := escapeLineStart(clip(clean(f.Text), 500))
		if f.Serious {
			text = "**" + text + "**"
		}
		b.WriteString("- " + text + "\n")
	}
	if len(found) == 0 {
		b.WriteString(escapeMarkdown(nothingFound) + "\n")
	}
	d.add("integrity", b.String())
}

func (d *document) bounds() {
	if g := d.report.boundsGrid(); g != nil {
		d.fold("Where the means could lie if the unjudged hits were judged", d.grid(g))
	}
}

// everyQuery lists all queries, folded.
func (d *document) everyQuery() {
	r := d.report
	systems := r.Evaluation.Systems
	if len(systems) == 1 {
		d.fold("All queries", d.grid(r.singleGrid()))
		return
	}
	for i, s := range systems[1:] {
		rows := r.Queries[i]
		title := "All " + queriesOf(len(rows)) + " by what " + s.System + " did"
		if len(rows) <= shownWhole {
			d.fold(title, d.grid(r.queryGrid(rows)))
			continue
		}
		losses, gains, note := selectRows(rows, shownWhole, shownWhole/2)
		short := fmt.Sprintf("The %d largest losses and gains under %s", shownWhole/2, s.System)
		d.sections = append(d.sections, section{
			title:   strings.ToLower(title[:1]) + title[1:],
			body:    folded(title, d.grid(r.queryGrid(rows))),
			shorter: folded(short, d.grid(r.queryGrid(losses, gains))+"\n"+escapeMarkdown(note)+"\n"),
		})
	}
}

// findings names the queries and titles behind the integrity list, folded.
func (d *document) findings() {
	const shown = 30
	var b strings.Builder
	for _, f := range d.report.Findings() {
		if len(f.Items) == 0 {
			continue
		}
		b.WriteString("- " + escapeLineStart(clip(clean(f.Text), 500)) + "\n")
		for i, item := range f.Items {
			if i == shown {
				fmt.Fprintf(&b, "  - and %s more\n", thousands(len(f.Items)-i))
				break
			}
			b.WriteString("  - " + escapeLineStart(clip(clean(item), 200)) + "\n")
		}
	}
	if b.Len() > 0 {
		d.fold("The queries and titles behind it", b.String())
	}
}

// manifest says what exactly was run, folded.
func (d *document) manifest() {
	g := &grid{columns: []column{{head: "what"}, {head: "value"}}}
	for _, row := range d.report.manifestRows() {
		g.add(cell{text: row[0]}, cell{text: clip(clean(row[1]), 200)})
	}
	d.fold("What exactly was run", d.grid(g))
}

// query explains one query.
func (d *document) query(id string) {
	r := d.report
	i, err := r.findQuery(id)
	if err != nil {
		d.err = err
		return
	}
	lines := r.queryIntroduction(i)
	var b strings.Builder
	b.WriteString("## " + escapeMarkdown(clipLong(lines[0])) + "\n\n")
	for _, line := range lines[1:] {
		b.WriteString("- " + escapeLineStart(clip(clean(line), 500)) + "\n")
	}
	b.WriteString("\n" + d.grid(r.queryMetrics(i)))
	d.add("the query", b.String())
	for s := range r.Evaluation.Systems {
		if s == 0 && len(r.Evaluation.Systems) > 1 {
			continue
		}
		x := r.explain(i, s)
		d.add("the rankings", "### "+escapeMarkdown(r.queryHeading(x, s))+"\n\n"+d.grid(sideBySide(x, s > 0, true))+"\n<sub>"+escapeMarkdown(x.legend(true))+"</sub>\n")
		if s > 0 {
			d.add("the contributions", "### What each title did to the difference\n\n"+d.grid(contributionGrid(x)))
		}
	}
	var holes strings.Builder
	for _, h := range r.holes(i) {
		holes.WriteString("- " + escapeLineStart(h) + "\n")
	}
	if holes.Len() > 0 {
		d.add("the holes", "### Holes\n\n"+holes.String())
	}
}
