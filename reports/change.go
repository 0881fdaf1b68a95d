package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// openGates are the gates that failed, then those that are inconclusive.
func (r *Report) openGates() []*gate.Result {
	var open []*gate.Result
	for _, verdict := range []gate.Verdict{gate.Failed, gate.Inconclusive} {
		for i := range r.Gates {
			if r.Gates[i].Verdict == verdict {
				open = append(open, &r.Gates[i])
			}
		}
	}
	return open
}

// broken says that something failed: then nothing in the report is marked as
// being well.
func (r *Report) broken() bool {
	return len(r.Distrusted()) > 0 || slices.ContainsFunc(r.Gates, func(g gate.Result) bool { return g.Verdict == gate.Failed })
}

// gatesShown is how many gates that did not pass a document lists at its top.
const gatesShown = 10

// gatesLead is the sentence on the gates at the top of a document, and those that
// did not pass, each in full.
func (r *Report) gatesLead() (sentence string, open []string) {
	if len(r.Gates) == 0 {
		return "", nil
	}
	all := r.openGates()
	for i, g := range all {
		if i == gatesShown {
			open = append(open, "and "+text.Thousands(len(all)-i)+" more, below")
			break
		}
		said := gateInFull(g)
		if reason := undecided(g); reason != "" {
			said += ": inconclusive: " + reason
		}
		open = append(open, said)
	}
	return "Gates: " + gateSummary(r.Gates) + ".", open
}

// gatesSign lets a reader see the outcome before reading it.
func (r *Report) gatesSign() string {
	switch gate.Overall(r.Gates) {
	case gate.Failed:
		return "❌"
	case gate.Inconclusive:
		return "⚠️"
	}
	return "✅"
}

// changeTitle is the heading over the comparison with the baseline.
func (r *Report) changeTitle() string {
	return "Against the baseline " + grid.Short(r.Baseline.Name) + ofDay(r.Baseline)
}

// change leads a Markdown document with what changed since the baseline, the
// gates and the cause, before anything is said of the reranker.
func (d *document) change() {
	r, b := d.report, d.report.Baseline
	var body strings.Builder
	body.WriteString("### " + grid.EscapeMarkdown(r.changeTitle()) + "\n\n")
	if phrase := meaningless(b); phrase != "" {
		body.WriteString("> [!WARNING]\n> " + grid.EscapeLineStart(grid.Clip(text.Clean(phrase), 2000)) + "\n\n")
	}
	for _, g := range r.changed() {
		sign := verdictSign(g.lead.Says)
		if g.lead.Says == stats.Raises && r.broken() {
			sign = "🔼"
		}
		body.WriteString(sign + " " + grid.EscapeMarkdown(text.Clean(g.sentence)) + "\n\n")
	}
	if len(b.Settings) == 0 {
		body.WriteString("No setting differs.\n")
	} else {
		body.WriteString("**What differs, old → new**\n\n")
		for i, s := range b.Settings {
			if i == settingsShown {
				fmt.Fprintf(&body, "- and %s more\n", text.Thousands(len(b.Settings)-i))
				break
			}
			line := grid.EscapeLineStart(grid.Clip(text.Clean(s.What), 300))
			if s.Old != "" || s.New != "" {
				line += ": " + grid.EscapeMarkdown(grid.Clip(text.Clean(cmp.Or(s.Old, "none")), valueShown)) + " → " + grid.EscapeMarkdown(grid.Clip(text.Clean(cmp.Or(s.New, "none")), valueShown))
			}
			body.WriteString("- " + line + "\n")
		}
	}
	for _, line := range b.LeftOut.Says() {
		body.WriteString("\n⚠️ Not compared: " + grid.EscapeMarkdown(grid.Clip(text.Clean(line), 500)) + "\n")
	}
	if rows, title := r.moved(); len(rows) > 0 {
		losses, gains, _ := selectRows(rows, 0, largestShown)
		if len(losses)+len(gains) > 0 {
			body.WriteString("\n**" + grid.EscapeMarkdown(text.Clean(title)) + "**\n\n" + d.grid(r.movedGrid(losses, gains)))
		}
	}
	d.add("the change", body.String())
}

// How many settings a document lists, and how much of a value.
const (
	settingsShown = 30
	valueShown    = 300
)

// gatesOpening leads with the gates.
func (d *document) gatesOpening() {
	sentence, open := d.report.gatesLead()
	if sentence == "" {
		return
	}
	body := d.report.gatesSign() + " **" + grid.EscapeMarkdown(sentence) + "**\n"
	for _, line := range open {
		body += "- " + grid.EscapeLineStart(grid.Clip(text.Clean(line), 700)) + "\n"
	}
	d.add("the gates in short", body)
}

// words explains the words, folded.
func (d *document) words() {
	g := &grid.Table{Columns: []grid.Column{{Head: "word"}, {Head: "meaning"}}}
	for _, w := range d.report.words() {
		g.Add(grid.Cell{Text: w[0]}, grid.Cell{Text: w[1]})
	}
	d.fold(wordsTitle, d.grid(g))
}
