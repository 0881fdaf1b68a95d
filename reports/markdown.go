package reports

import (
	"fmt"
	"io"
	"strings"
)

// Marker is the first line of a Markdown report: an invisible comment by
// which a bot finds the comment that it wrote on a pull request before.
const Marker = "<!-- releval-report -->"

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
		d.opening()
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
	notes    footnotes
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
	return "<details>\n<summary>" + escapeHTML(title) + "</summary>\n\n" + body + "\n</details>\n"
}

func (d *document) grid(g *grid) string {
	text, err := g.markdown()
	if err != nil && d.err == nil {
		d.err = err
	}
	return text
}

// fit joins the sections, leaving out whole ones from the end until the rest
// fits. The first section always stays, cut to its lines if it must be.
func (d *document) fit(limit int) string {
	kept := make([]string, len(d.sections))
	size := len(Marker) + 1
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
	b.WriteString(Marker + "\n")
	for _, body := range kept {
		if body != "" {
			b.WriteString(body + "\n")
		}
	}
	if len(left) > 0 {
		fmt.Fprintf(&b, "*Left out to stay below %d KB: %s. The HTML report has everything.*\n", limit/1000, escapeMarkdown(list(left, 6)))
	}
	return b.String()
}

// opening is the verdict.
func (d *document) opening() {
	r := d.report
	m := &r.Evaluation.Run.Manifest
	var b strings.Builder
	b.WriteString("## " + escapeMarkdown("Relevance: "+clipLong(m.Suite)) + "\n\n")
	for _, v := range r.Verdicts() {
		b.WriteString(verdictSign(v.Direction) + " **" + escapeMarkdown(strings.TrimPrefix(v.Sentence, "~ ")) + "**")
		if v.Direction != Same {
			b.WriteString(" " + escapeMarkdown(v.Counts))
		}
		if v.Power != "" {
			b.WriteString(" " + escapeMarkdown(v.Power))
		}
		b.WriteString("\n\n")
	}
	if serious := r.serious(); serious != "" {
		b.WriteString("> [!WARNING]\n> " + escapeLineStart(clip(clean(serious), 2000)) + "\n\n")
	}
	if m.Cluster.Embedded() && len(m.Reranked()) > 0 {
		b.WriteString("> [!NOTE]\n> " + escapeMarkdown(standInNote) + "\n\n")
	}
	b.WriteString(escapeLineStart(r.Subject()) + ".")
	if len(r.Gates) > 0 {
		b.WriteString(" Gates: " + gateSummary(r.Gates) + ".")
	}
	b.WriteString("\n")
	d.add("the verdict", b.String())
}

// verdictSign lets a reader see the answer before reading it.
func verdictSign(v Direction) string {
	switch v {
	case Better:
		return "✅"
	case Worse:
		return "❌"
	case Same:
		return "➖"
	}
	return "〰️"
}
