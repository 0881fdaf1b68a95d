package reports

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// marker is the first line of a Markdown report: an invisible comment by
// which a bot finds the comment that it wrote on a pull request before.
const marker = "<!-- releval-report -->"

// maxMarkdown is how many bytes a Markdown report has at most: GitHub refuses
// a comment above 64 KiB.
const maxMarkdown = 60_000

// largestShown is how many losses and gains a Markdown report shows unfolded.
const largestShown = 10

// writeMarkdown renders the report for a pull request: verdict, table,
// largest losses and gains, gates, integrity; the rest folded. What exceeds
// the limit is left out by whole sections, the last first, and said.
func writeMarkdown(w io.Writer, r *Report, o Options) error {
	d := &document{report: r, options: o}
	if o.Query != "" {
		d.query(o.Query)
	} else {
		d.title()
		if r.Baseline != nil || gate.Overall(r.Gates) == gate.Failed {
			d.gatesOpening()
		}
		if r.Baseline != nil {
			d.change()
		}
		d.opening()
		if r.Sweep == nil && r.decides() {
			d.decision(r.Decision)
		}
		d.sweeps()
		d.comparison()
		d.largest()
		d.gates()
		d.integrity()
		d.baseline()
		d.tags()
		d.bounds()
		d.everyQuery()
		d.findings()
		d.words()
		d.manifest()
	}
	if d.err != nil {
		return d.err
	}
	_, err := io.WriteString(w, d.fit(maxMarkdown))
	return err
}

// document is a Markdown report on its way.
type document struct {
	report   *Report
	options  Options
	sections []section
	notes    grid.Footnotes
	err      error
}

// section is a part that is kept or left out as a whole.
type section struct {
	title string // for the note that says it was left out
	body  string
	// shorter is a smaller form of the body, tried before leaving it out.
	shorter string
}

func (d *document) add(title, body string) {
	d.sections = append(d.sections, section{title: title, body: body})
}

// fold adds a section that opens on a click.
func (d *document) fold(title, body string) {
	d.add(title, folded(title, body))
}

func folded(title, body string) string {
	return "<details>\n<summary>" + grid.EscapeHTML(title) + "</summary>\n\n" + body + "\n</details>\n"
}

func (d *document) grid(g *grid.Table) string {
	phrase, err := g.Markdown()
	if err != nil && d.err == nil {
		d.err = err
	}
	return phrase
}

// fit joins the sections, leaving out whole ones from the end until the rest
// fits. The first section always stays, cut to its lines if it must be.
func (d *document) fit(limit int) string {
	kept := make([]string, len(d.sections))
	size := len(marker) + 1
	for i, s := range d.sections {
		kept[i] = s.body
		size += len(s.body) + 1
	}
	const reserve = 400 // for the note
	var left []string
	for i := len(d.sections) - 1; i > 0 && size > limit-reserve; i-- {
		s := d.sections[i]
		size -= len(s.body) + 1
		if s.shorter != "" && size+len(s.shorter)+1 <= limit-reserve {
			kept[i] = s.shorter
			size += len(s.shorter) + 1
			break
		}
		kept[i] = ""
		left = append([]string{s.title}, left...)
	}
	var b strings.Builder
	b.WriteString(marker + "\n")
	for _, body := range kept {
		if body != "" {
			b.WriteString(body + "\n")
		}
	}
	if len(left) > 0 {
		fmt.Fprintf(&b, "*Left out to stay below %d KB: %s. The HTML report has everything.*\n", limit/1000, grid.EscapeMarkdown(text.List(left, 6)))
	}
	return b.String()
}

// title says what the document is about. It is the section that always stays.
func (d *document) title() {
	m := &d.report.Evaluation.Run.Manifest
	d.add("the title", "## "+grid.EscapeMarkdown("Relevance: "+grid.Short(m.Suite))+"\n")
}

// opening is the verdict.
func (d *document) opening() {
	r := d.report
	m := &r.Evaluation.Run.Manifest
	var b strings.Builder
	if r.Baseline != nil && len(r.Evaluation.Systems) > 1 {
		b.WriteString("### Now\n\n")
	}
	for i, phrase := range r.decisions() {
		sign := map[grid.Tone]string{grid.Good: "✅", grid.Bad: "❌"}[decisionTone(r.swept()[i].Recommendation.Decision.Action)]
		if sign == "✅" && r.broken() {
			sign = ""
		}
		b.WriteString(cmp.Or(sign, "〰️") + " **" + grid.EscapeMarkdown(text.Clean(phrase)) + "**\n\n")
	}
	if best := r.bestSaid(); best != "" && r.Sweep == nil {
		b.WriteString("**" + grid.EscapeMarkdown(text.Clean(best)) + "**\n\n")
	}
	for _, v := range r.opens() {
		sign := verdictSign(v.Says)
		if v.Says == stats.Raises && r.broken() {
			sign = "🔼" // nothing is marked as being well where something failed
		}
		b.WriteString(sign + " **" + grid.EscapeMarkdown(v.Sentence) + "**")
		for _, more := range []string{v.Counts, v.Judged, v.Power} {
			if more != "" {
				b.WriteString(" " + grid.EscapeMarkdown(more))
			}
		}
		b.WriteString("\n\n")
	}
	if serious := r.serious(); serious != "" {
		b.WriteString("> [!WARNING]\n> " + grid.EscapeLineStart(grid.Clip(text.Clean(serious), 2000)) + "\n\n")
	}
	if m.StandIn() {
		b.WriteString("> [!NOTE]\n> " + grid.EscapeMarkdown(standInNote) + "\n\n")
	}
	b.WriteString(grid.EscapeLineStart(r.subject()) + ".")
	if len(r.Gates) > 0 {
		b.WriteString(" Gates: " + gateSummary(r.Gates) + ".")
	}
	b.WriteString("\n")
	d.add("the verdict", b.String())
}

// verdictSign lets a reader see the answer before reading it.
func verdictSign(says stats.Says) string {
	switch says {
	case stats.Raises:
		return "✅"
	case stats.Lowers:
		return "❌"
	case stats.Unchanged:
		return "➖"
	case stats.NoEvidence:
		return "❔"
	}
	return "〰️"
}

// decision is the table that a system is chosen from. The sentence stands above
// all.
func (d *document) decision(table *score.Decision) {
	body := d.grid(decisionGrid(table, false, &d.notes)) + "\n"
	if c := d.chart(charted{kind: systemsChart}); c != "" {
		body += c + "\n"
	}
	for _, note := range decisionNotes(table, false) {
		body += "<sub>" + grid.EscapeMarkdown(note) + "</sub>\\\n"
	}
	d.add("the systems", "### "+decisionTitle+"\n\n"+strings.TrimSuffix(body, "\\\n")+"\n")
}

// comparison is the table of metrics.
func (d *document) comparison() {
	r := d.report
	systems := r.Evaluation.Systems
	if len(systems) != 2 {
		d.add("the metrics", "### Metrics\n\n"+d.grid(r.overviewGrid(&d.notes)))
	}
	for _, i := range r.compared() {
		s, title := &systems[i], r.against(i)
		if len(systems) == 2 {
			title = "Without and with " + s.System
		}
		base, next := r.heads(i)
		d.add("the comparison of "+s.System, "### "+grid.EscapeMarkdown(title)+"\n\n"+d.grid(comparisonGrid(r.differencesOf(i), base, next, false, &d.notes)))
	}
	if g := r.pairsGrid(); g != nil {
		d.add("the systems with each other", "### "+grid.EscapeMarkdown(r.pairsTitle())+"\n\n"+d.grid(g))
	}
	if g := r.gainsGrid(); g != nil {
		d.add("the gains over first stages", "### "+grid.EscapeMarkdown(r.gainsTitle())+"\n\n"+d.grid(g))
	}
	if !r.decides() && r.timed() {
		d.add("the latency", "### "+latencyTitle+"\n\n"+d.grid(timesGrid(r.Decision))+"\n<sub>"+grid.EscapeMarkdown(latencyNote(r.Decision))+"</sub>\n")
	}
	if len(systems) > 1 {
		body := ""
		for _, line := range d.notes.Lines() {
			body += grid.EscapeLineStart(line) + "\\\n"
		}
		d.add("the method", body+"<sub>"+grid.EscapeMarkdown(method(r.Compared.Differences))+"</sub>\n")
	}
}

// largest are the ten largest losses and gains under each reranker.
func (d *document) largest() {
	r := d.report
	systems := r.Evaluation.Systems
	for i, system := range r.compared() {
		s := &systems[system]
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
				d.add(strings.ToLower(part.title[:1])+part.title[1:], "### "+grid.EscapeMarkdown(part.title)+"\n\n"+d.grid(r.queriesOf(system, part.rows)))
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
	found := d.report.findings()
	for _, f := range found {
		phrase := grid.EscapeLineStart(grid.Clip(text.Clean(f.Text), 500))
		if f.Serious {
			phrase = "**" + phrase + "**"
		}
		b.WriteString("- " + phrase + "\n")
	}
	if len(found) == 0 {
		b.WriteString(grid.EscapeMarkdown(nothingFound) + "\n")
	}
	d.add("integrity", b.String())
}

func (d *document) bounds() {
	if g := d.report.boundsGrid(); g != nil {
		d.fold("Where means and differences could lie if the unjudged hits were judged", d.grid(g))
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
	for i, system := range r.compared() {
		s := &systems[system]
		rows := r.Queries[i]
		title := "All " + text.Count(len(rows), "query") + " by what " + s.System + " did"
		if len(rows) <= shownWhole {
			d.fold(title, d.grid(r.queriesOf(system, rows)))
			continue
		}
		losses, gains, note := selectRows(rows, shownWhole, shownWhole/2)
		short := fmt.Sprintf("The %d largest losses and gains under %s", shownWhole/2, s.System)
		d.sections = append(d.sections, section{
			title:   strings.ToLower(title[:1]) + title[1:],
			body:    folded(title, d.grid(r.queriesOf(system, rows))),
			shorter: folded(short, d.grid(r.queriesOf(system, losses, gains))+"\n"+grid.EscapeMarkdown(note)+"\n"),
		})
	}
}

// findings names the queries and titles behind the integrity list, folded.
func (d *document) findings() {
	const shown = 30
	var b strings.Builder
	for _, f := range d.report.findings() {
		if len(f.Items) == 0 {
			continue
		}
		b.WriteString("- " + grid.EscapeLineStart(grid.Clip(text.Clean(f.Text), 500)) + "\n")
		for i, item := range f.Items {
			if i == shown {
				fmt.Fprintf(&b, "  - and %s more\n", text.Thousands(len(f.Items)-i))
				break
			}
			b.WriteString("  - " + grid.EscapeLineStart(grid.Clip(text.Clean(item), 200)) + "\n")
		}
	}
	if b.Len() > 0 {
		d.fold("The queries and titles behind it", b.String())
	}
}

// manifest says what exactly was run, folded.
func (d *document) manifest() {
	g := &grid.Table{Columns: []grid.Column{{Head: "what"}, {Head: "value"}}}
	for _, row := range d.report.manifestRows() {
		g.Add(grid.Cell{Text: row[0]}, grid.Cell{Text: grid.Clip(text.Clean(row[1]), 200)})
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
	b.WriteString("## " + grid.EscapeMarkdown(grid.Short(lines[0])) + "\n\n")
	for _, line := range lines[1:] {
		b.WriteString("- " + grid.EscapeLineStart(grid.Clip(text.Clean(line), 500)) + "\n")
	}
	b.WriteString("\n" + d.grid(r.queryMetrics(i)))
	d.add("the query", b.String())
	if said, titles := r.sinceBaseline(i); said != nil {
		body := "### " + grid.EscapeMarkdown(text.Clean(r.changeTitle())) + "\n\n"
		for _, line := range said {
			body += "- " + grid.EscapeLineStart(grid.Clip(text.Clean(line), 500)) + "\n"
		}
		if titles != nil {
			body += "\n" + d.grid(titles)
		}
		d.add("the change", body)
	}
	for _, s := range r.explained() {
		x, both := r.explain(i, s), r.baseOf(s) != s
		d.add("the rankings", "### "+grid.EscapeMarkdown(r.queryHeading(x, s))+"\n\n"+d.grid(sideBySide(x, both, true))+"\n<sub>"+grid.EscapeMarkdown(x.legend(true))+"</sub>\n")
		if both {
			d.add("the contributions", "### What each title did to the difference\n\n"+d.grid(contributionGrid(x)))
		}
	}
	var holes strings.Builder
	for _, h := range r.holes(i) {
		holes.WriteString("- " + grid.EscapeLineStart(h) + "\n")
	}
	if holes.Len() > 0 {
		d.add("the holes", "### Holes\n\n"+holes.String())
	}
}

func (d *document) gates() {
	if len(d.report.Gates) == 0 {
		return
	}
	g, note := gateGrid(d.report.Gates)
	body := "### Gates\n\n"
	if len(g.Rows) > 0 {
		body += d.grid(g)
	}
	if note != "" {
		body += "\n" + grid.EscapeMarkdown(note) + "\n"
	}
	var lines strings.Builder
	for i := range d.report.Gates {
		if g := &d.report.Gates[i]; g.Verdict == gate.Failed || g.Verdict == gate.Inconclusive {
			lines.WriteString("- " + grid.EscapeLineStart(grid.Clip(text.Clean(gateExplained(g)), 500)) + "\n")
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
		d.add("the sweeps side by side", "### Windows side by side: "+grid.EscapeMarkdown(r.Lead())+"\n\n"+body)
	}
	if b := d.report.bestWindows(); b != nil {
		body := d.grid(systemsGrid(&b.Decision, true, false, &d.notes)) + "\n**" + grid.EscapeMarkdown(text.Clean(bestWindowsSaid(b))) + "**\n\n"
		if c := d.chart(charted{kind: systemsChart}); c != "" {
			body += c + "\n"
		}
		for _, note := range bestWindowsNotes(b, false) {
			body += "<sub>" + grid.EscapeMarkdown(note) + "</sub>\\\n"
		}
		d.add("the systems at their best windows", "### "+grid.EscapeMarkdown(bestWindowsTitle)+"\n\n"+strings.TrimSuffix(body, "\\\n")+"\n")
	}
	for _, one := range d.report.swept() {
		var b strings.Builder
		if c := d.chart(charted{sweptChart, one.Name}); c != "" {
			b.WriteString(c + "\n")
		}
		b.WriteString(d.grid(sweepGrid(r, &one)) + "\n")
		for _, phrase := range sweepSays(r, &one) {
			b.WriteString("- " + grid.EscapeLineStart(phrase) + "\n")
		}
		for _, table := range sweepTables(r, &one) {
			b.WriteString("\n" + folded(table.title, d.grid(table.Table)))
		}
		d.add("the sweep", "### "+grid.EscapeMarkdown("Windows of "+one.Name)+"\n\n"+b.String())
	}
}

func (d *document) baseline() {
	b := d.report.Baseline
	if b == nil {
		return
	}
	var body strings.Builder
	if phrase := meaningless(b); phrase != "" {
		body.WriteString("> [!WARNING]\n> " + grid.EscapeLineStart(grid.Clip(text.Clean(phrase), 2000)) + "\n\n")
	}
	for _, g := range d.report.baselineGroups() {
		body.WriteString(grid.EscapeLineStart(g.sentence) + "\n\n")
		body.WriteString(d.grid(comparisonGrid(g.differences, "baseline", "now", false, &d.notes)) + "\n")
	}
	for _, line := range d.notes.Lines() {
		body.WriteString(grid.EscapeLineStart(line) + "\\\n")
	}
	if len(b.Differences) > 0 {
		var tests strings.Builder
		for _, g := range d.report.baselineGroups() {
			tests.WriteString(grid.EscapeMarkdown(g.system) + "\n\n" + d.grid(testsGrid(g.differences)) + "\n")
		}
		body.WriteString(folded("Tests against the baseline", tests.String()+"<sub>"+grid.EscapeMarkdown(testsNote)+"</sub>\n") + "\n")
	}
	for _, line := range baselineRemarks(b) {
		body.WriteString("- " + grid.EscapeLineStart(grid.Clip(text.Clean(line), 500)) + "\n")
	}
	for s, rows := range b.Queries {
		if losses, gains, _ := selectRows(rows, 2*largestShown, largestShown); len(losses)+len(gains) > 0 && s < len(d.report.Evaluation.Systems) {
			body.WriteString("\n" + grid.EscapeMarkdown("Queries of "+d.report.Evaluation.Systems[s].System+" that moved:") + "\n\n" + d.grid(d.report.movedGrid(losses, gains)))
			if g := d.report.titlesGrid(losses, gains); g != nil {
				body.WriteString("\n" + folded("The titles that did it", d.grid(g)))
			}
		}
	}
	d.add("the baseline", "### "+grid.EscapeMarkdown("Against the baseline "+grid.Short(b.Name)+ofDay(b))+"\n\n"+body.String())
}

func (d *document) tags() {
	if g := d.report.tagsGrid(); g != nil {
		d.fold(d.report.leadMetric().String()+" by tag", d.grid(g))
	}
}
