package reports

import (
	"io"
	"strings"
)

// writeTerminal renders the report for a terminal: the verdict first, the
// evidence after it.
func writeTerminal(w io.Writer, r *Report, o Options) error {
	t := &terminal{Options: o, report: r}
	t.opening()
	if len(r.Sweeps) > 0 {
		// Whoever sweeps asks for the window: the single queries at the
		// largest one are in the other formats.
		t.sweeps()
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
	Options
	report *Report
	b      strings.Builder
	notes  footnotes
	err    error
}

// say writes a paragraph.
func (t *terminal) say(text string) { t.sayIndented(text, "", "") }

func (t *terminal) sayIndented(text, first, rest string) {
	t.b.WriteString(wrap(clean(text), t.width(), first, rest))
}

// blank leaves a line free.
func (t *terminal) blank() { t.b.WriteByte('\n') }

// heading starts a section.
func (t *terminal) heading(text string) {
	t.blank()
	t.b.WriteString(bold(t.Options, clip(clean(text), t.width())) + "\n")
}

// grid writes a table.
func (t *terminal) grid(g *grid) {
	text, err := g.text(t.Options)
	if err != nil && t.err == nil {
		t.err = err
	}
	t.b.WriteString(text)
}

// opening says what was run and what came of it.
func (t *terminal) opening() {
	t.say(t.report.Subject())
	m := &t.report.Evaluation.Run.Manifest
	for _, k := range m.Reranked() {
		t.sayIndented(describe(k), "  ", "    ")
	}
	if m.Cluster.Embedded() && len(m.Reranked()) > 0 {
		t.b.WriteString(paintLines(t.Options, warn, wrap(standInNote, t.width(), "  ", "  ")))
	}
	for _, v := range t.report.Verdicts() {
		t.blank()
		text := wrap(clean(v.Sentence), t.width(), "", "")
		t.b.WriteString(paintLines(t.Options, verdictTone(v.Direction), text))
		if v.Direction != Same {
			t.sayIndented(v.Counts, "  ", "  ")
		}
		if v.Power != "" {
			t.sayIndented(v.Power, "  ", "  ")
		}
	}
	if serious := t.report.serious(); serious != "" {
		t.blank()
		t.b.WriteString(paintLines(t.Options, bad, wrap(clean(serious), t.width(), "", "")))
	}
	if next := t.report.Next(); len(next) > 0 {
		t.heading("What to do next")
		for _, n := range next {
			t.sayIndented(n, "- ", "  ")
		}
	}
}

// serious is the warning under the verdict where numbers are wrong.
func (r *Report) serious() string {
	var texts []string
	for _, f := range r.Findings() {
		if f.Serious {
			texts = append(texts, f.Text)
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return "Do not trust these numbers yet: " + strings.Join(texts, "; ") + "."
}

// paintLines colours each line on its own, so that a pager can cut anywhere.
func paintLines(o Options, t tone, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(paint(o, t, strings.TrimSuffix(line, "\n")) + "\n")
	}
	return b.String()
}

func verdictTone(d Direction) tone {
	switch d {
	case Better:
		return good
	case Worse:
		return bad
	}
	return plain
}

// numbers writes the comparison.
func (t *terminal) numbers() {
	e := t.report.Evaluation
	rerankers := e.Systems[1:]
	if len(rerankers) != 1 {
		t.heading("Metrics")
		t.grid(t.report.overviewGrid())
	}
	for i, s := range rerankers {
		if len(rerankers) == 1 {
			t.heading("Without and with " + s.System)
		} else {
			t.heading(s.System + " against the first stage")
		}
		differences := t.report.differencesOf(i)
		g := comparisonGrid(differences, "without", "with", false, &t.notes)
		if !g.fits(t.Options) {
			g = comparisonGrid(differences, "without", "with", true, &t.notes)
		}
		t.grid(g)
	}
	for _, line := range t.notes.lines() {
		t.say(line)
	}
	if len(rerankers) > 0 {
		t.say(method(t.report.Differences))
	}
	if g := t.report.boundsGrid(); g != nil {
		t.heading("Unjudged hits count as non-relevant. If they were judged, the means could be")
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
	for i, s := range e.Systems[1:] {
		title := "Queries by what " + s.System + " did to " + t.report.LeadMetric().String() + ", largest loss first"
		t.heading(title)
		losses, gains, note := selectRows(t.report.Queries[i], shownWhole, shownEach)
		t.grid(t.report.queryGrid(losses, gains))
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
	found := t.report.Findings()
	if len(found) == 0 {
		t.say(nothingFound)
		return
	}
	for _, f := range found {
		t.sayIndented(f.Text, "- ", "  ")
		for i, item := range f.Items {
			if i == itemsShown {
				t.sayIndented("and "+thousands(len(f.Items)-i)+" more", "    ", "    ")
				break
			}
			t.sayIndented(clip(clean(item), 2*t.width()), "    ", "      ")
		}
	}
}

// nothingFound is said of a run without findings.
const nothingFound = "Nothing was found: every query was answered, every hit in reach is judged, and every reranked list is a reordering of its window."
