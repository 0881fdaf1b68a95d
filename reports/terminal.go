package reports

import (
	"io"
	"strings"

	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/chart"
	"github.com/releval/releval/reports/grid"
)

// writeTerminal renders the report for a terminal: the verdict first, the
// evidence after it.
func writeTerminal(w io.Writer, r *Report, o Options) error {
	t := &terminal{Screen: o.screen(), report: r}
	t.opening()
	if r.Sweep != nil {
		// Whoever sweeps asks for the window: the single queries at the
		// largest one are in the other formats.
		t.sweeps()
		t.next()
	} else {
		t.numbers()
		t.baseline()
		t.gates()
		t.queries()
		t.tags()
	}
	t.findings()
	if t.err != nil {
		return t.err
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

// terminal is a report on its way to a terminal.
type terminal struct {
	grid.Screen
	report *Report
	b      strings.Builder
	notes  grid.Footnotes
	err    error
}

// say writes a paragraph.
func (t *terminal) say(phrase string) { t.sayIndented(phrase, "", "") }

func (t *terminal) sayIndented(phrase, first, rest string) {
	t.b.WriteString(grid.Wrap(text.Clean(phrase), t.Columns(), first, rest))
}

// blank leaves a line free.
func (t *terminal) blank() { t.b.WriteByte('\n') }

// heading starts a section.
func (t *terminal) heading(phrase string) {
	t.blank()
	t.b.WriteString(t.Bold(grid.Clip(text.Clean(phrase), t.Columns())) + "\n")
}

// grid writes a table.
func (t *terminal) grid(g *grid.Table) {
	phrase, err := g.Text(t.Screen)
	if err != nil && t.err == nil {
		t.err = err
	}
	t.b.WriteString(phrase)
}

// opening says what was run and what came of it.
func (t *terminal) opening() {
	t.say(t.report.subject())
	m := &t.report.Evaluation.Run.Manifest
	for _, k := range m.Reranked() {
		t.sayIndented(describe(k), "  ", "    ")
	}
	if m.StandIn() {
		t.b.WriteString(t.PaintLines(grid.Warn, grid.Wrap(standInNote, t.Columns(), "  ", "  ")))
	}
	if t.report.Sweep == nil && t.report.decides() {
		t.decision(t.report.Decision)
	}
	for i, phrase := range t.report.decisions() {
		t.blank()
		tone := decisionTone(t.report.swept()[i].Recommendation.Decision.Action)
		t.b.WriteString(t.PaintLines(tone, grid.Wrap(text.Clean(phrase), t.Columns(), "", "")))
	}
	for _, v := range t.report.opens() {
		t.blank()
		phrase := grid.Wrap(text.Clean(v.Sentence), t.Columns(), "", "")
		t.b.WriteString(t.PaintLines(verdictTone(v.Says), phrase))
		for _, more := range []string{v.Counts, v.Judged, v.Power} {
			if more != "" {
				t.sayIndented(more, "  ", "  ")
			}
		}
	}
	if serious := t.report.serious(); serious != "" {
		t.blank()
		t.b.WriteString(t.PaintLines(grid.Bad, grid.Wrap(text.Clean(serious), t.Columns(), "", "")))
	}
	if t.report.Sweep == nil {
		t.next()
	}
}

// decision writes the table that a system is chosen from, and what it comes to.
func (t *terminal) decision(d *score.Decision) {
	t.heading(decisionTitle)
	g := decisionGrid(d, false, &t.notes)
	narrow := !g.Fits(t.Screen)
	if narrow {
		g = decisionGrid(d, true, &t.notes)
	}
	t.grid(g)
	t.blank()
	t.b.WriteString(t.Bold(grid.Wrap(text.Clean(decisionSaid(d)), t.Columns(), "", "")))
	for _, note := range decisionNotes(d, narrow) {
		t.say(note)
	}
}

// next says what to do next.
func (t *terminal) next() {
	if next := t.report.next(); len(next) > 0 {
		t.heading("What to do next")
		for _, n := range next {
			t.sayIndented(n, "- ", "  ")
		}
	}
}

// Distrusted is why the numbers cannot be trusted, a clause each; nil where
// nothing speaks against them.
func (r *Report) Distrusted() []string {
	var texts []string
	for _, f := range r.findings() {
		if f.Serious {
			texts = append(texts, f.Text)
		}
	}
	return texts
}

// serious is the warning under the verdict where numbers are wrong.
func (r *Report) serious() string {
	texts := r.Distrusted()
	if len(texts) == 0 {
		return ""
	}
	return "Do not trust these numbers yet: " + strings.Join(texts, "; ") + "."
}

func verdictTone(says stats.Says) grid.Tone {
	switch says {
	case stats.Raises:
		return grid.Good
	case stats.Lowers:
		return grid.Bad
	}
	return grid.Plain
}

// numbers writes the comparison.
func (t *terminal) numbers() {
	e := t.report.Evaluation
	if len(e.Systems) != 2 {
		t.heading("Metrics")
		t.grid(t.report.overviewGrid(&t.notes))
	}
	for _, i := range t.report.compared() {
		t.heading(t.report.comparisonTitle(i))
		differences := t.report.differencesOf(i)
		base, next := t.report.heads(i)
		g := comparisonGrid(differences, base, next, false, &t.notes)
		if !g.Fits(t.Screen) {
			g = comparisonGrid(differences, base, next, true, &t.notes)
		}
		t.grid(g)
	}
	if g := t.report.pairsGrid(); g != nil {
		t.heading(t.report.pairsTitle())
		t.grid(g)
	}
	if g := t.report.gainsGrid(); g != nil {
		t.heading(t.report.gainsTitle())
		t.grid(g)
	}
	for _, line := range t.notes.Lines() {
		t.say(line)
	}
	if phrase := method(t.report.Compared.Differences); phrase != "" {
		t.say(phrase)
	}
	if !t.report.decides() && t.report.timed() {
		t.heading(latencyTitle)
		t.grid(timesGrid(t.report.Decision))
		t.say(latencyNote(t.report.Decision))
	}
	if g := t.report.boundsGrid(); g != nil {
		t.heading("If the unjudged hits were judged, means and differences could be")
		t.grid(g)
	}
}

// queries lists them under each reranker.
func (t *terminal) queries() {
	e := t.report.Evaluation
	if len(e.Systems) == 1 {
		t.heading("Queries")
		t.grid(t.report.singleGrid())
		return
	}
	for i, system := range t.report.compared() {
		s := &e.Systems[system]
		title := "Queries by what " + s.System + " did to " + t.report.leadMetric().String() + ", largest loss first"
		t.heading(title)
		losses, gains, note := selectRows(t.report.Queries[i], shownWhole, shownEach)
		t.grid(t.report.queriesOf(system, losses, gains))
		if note != "" {
			t.say(note)
		}
	}
}

// titlesOf is of how many moved queries the titles are listed.
const titlesOf = 6

// itemsShown is how many queries a finding names in a terminal.
const itemsShown = 5

// findings says what could not be trusted.
func (t *terminal) findings() {
	t.heading("What could not be trusted")
	found := t.report.findings()
	if len(found) == 0 {
		t.say(nothingFound)
		return
	}
	for _, f := range found {
		t.sayIndented(f.Text, "- ", "  ")
		for i, item := range f.Items {
			if i == itemsShown {
				t.sayIndented("and "+text.Thousands(len(f.Items)-i)+" more", "    ", "    ")
				break
			}
			t.sayIndented(grid.Clip(text.Clean(item), 2*t.Columns()), "    ", "      ")
		}
	}
}

// nothingFound is said of a run without findings.
const nothingFound = "Nothing was found: every query was answered, every hit in reach is judged, and every reranked list is a reordering of its window."

// gates lists gates and expectations.
func (t *terminal) gates() {
	if len(t.report.Gates) == 0 {
		return
	}
	t.heading("Gates: " + gateSummary(t.report.Gates))
	g, note := gateGrid(t.report.Gates)
	if len(g.Rows) > 0 {
		t.grid(g)
	}
	if note != "" {
		t.say(note)
	}
	for i := range t.report.Gates {
		g := &t.report.Gates[i]
		if (g.Verdict == gate.Failed || g.Verdict == gate.Inconclusive) && (g.Reason != "" || g.Position.String() != "") {
			t.sayIndented(gateExplained(g), "- ", "  ")
		}
	}
}

// baseline compares with an earlier run.
func (t *terminal) baseline() {
	b := t.report.Baseline
	if b == nil {
		return
	}
	t.heading("Against the baseline " + b.Name + ofDay(b))
	if phrase := meaningless(b); phrase != "" {
		t.b.WriteString(t.PaintLines(grid.Bad, grid.Wrap(text.Clean(phrase), t.Columns(), "", "")))
	}
	for _, v := range t.report.baselineGroups() {
		t.say(v.sentence)
		g := comparisonGrid(v.differences, "baseline", "now", false, &t.notes)
		if !g.Fits(t.Screen) {
			g = comparisonGrid(v.differences, "baseline", "now", true, &t.notes)
		}
		t.grid(g)
	}
	for _, line := range t.notes.Lines() {
		t.say(line)
	}
	if len(b.Differences) > 0 {
		t.heading("Tests against the baseline")
		for _, v := range t.report.baselineGroups() {
			t.say(v.system)
			t.grid(testsGrid(v.differences))
		}
		t.say(testsNote)
	}
	for _, line := range baselineRemarks(b) {
		t.sayIndented(line, "- ", "  ")
	}
	for s, rows := range b.Queries {
		losses, gains, note := selectRows(rows, shownEach, shownEach/2)
		if len(losses)+len(gains) == 0 || s >= len(t.report.Evaluation.Systems) {
			continue
		}
		t.heading("Queries of " + t.report.Evaluation.Systems[s].System + " that moved since the baseline")
		t.grid(t.report.movedGrid(losses, gains))
		if note != "" {
			t.say(note)
		}
		worst, best, _ := selectRows(rows, titlesOf, titlesOf/2)
		if g := t.report.titlesGrid(worst, best); g != nil {
			t.heading("The titles that did it, and what each contributed to " + t.report.leadMetric().String())
			t.grid(g)
		}
	}
}

// tags shows the lead metric for the queries of each tag.
func (t *terminal) tags() {
	if g := t.report.tagsGrid(); g != nil {
		t.heading(t.report.leadMetric().String() + " by tag")
		t.grid(g)
	}
}

// sweeps shows what each window does.
func (t *terminal) sweeps() {
	r, curves := t.report.Sweep, t.report.curves()
	if g := t.report.sweepsTogether(); g != nil {
		t.heading("Windows side by side: " + r.Lead())
		t.grid(g)
		if c := chart.NewLines(curves); c != nil {
			t.blank()
			t.b.WriteString(c.Terminal(t.Columns()))
		}
	}
	if b := t.report.bestWindows(); b != nil {
		t.heading(bestWindowsTitle)
		g := systemsGrid(&b.Decision, true, false, &t.notes)
		narrow := !g.Fits(t.Screen)
		if narrow {
			g = systemsGrid(&b.Decision, true, true, &t.notes)
		}
		t.grid(g)
		t.blank()
		t.b.WriteString(t.Bold(grid.Wrap(text.Clean(bestWindowsSaid(b)), t.Columns(), "", "")))
		for _, note := range bestWindowsNotes(b, narrow) {
			t.say(note)
		}
	}
	for i := range r.Rerankers {
		one := &r.Rerankers[i]
		t.heading("Windows of " + one.Name)
		t.grid(sweepGrid(r, one))
		if drawn := curves[i].Terminal(t.Columns()); drawn != "" {
			t.blank()
			t.b.WriteString(drawn)
		}
		t.blank()
		for _, phrase := range sweepSays(r, one) {
			t.sayIndented(phrase, "- ", "  ")
		}
		for _, table := range sweepTables(r, one) {
			if !table.detail {
				t.heading(table.title + ": " + one.Name)
				t.grid(table.Table)
			}
		}
	}
}
