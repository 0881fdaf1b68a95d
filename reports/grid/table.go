package grid

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/releval/releval/eval/text"
)

// Table is a table before it has a dialect.
type Table struct {
	Columns []Column
	// Rows have a cell for each column.
	Rows [][]Cell
}

// Column is a column of a table.
type Column struct {
	// Head stands above the column.
	Head string
	// Right aligns it right: numbers.
	Right bool
	// Shrink allows a narrow terminal to cut its cells down to this many
	// columns; 0 for never.
	Shrink int
}

// Cell is a text with what it means, which colour may show as well.
type Cell struct {
	Text string
	Tone Tone
	// Note holds the marks of footnotes, put behind the text.
	Note string
}

// Tone is what a colour stands for.
type Tone int

// The tones.
const (
	Plain Tone = iota // nothing
	Good              // better, or as it should be
	Bad               // worse, or not as it should be
	Warn              // to be looked at
	Faint             // less important than the rest
)

// Add appends a row.
func (g *Table) Add(cells ...Cell) { g.Rows = append(g.Rows, cells) }

// Words makes cells without a tone.
func Words(texts ...string) []Cell {
	cells := make([]Cell, len(texts))
	for i, t := range texts {
		cells[i].Text = t
	}
	return cells
}

// Toned makes a cell with a tone.
func Toned(s string, t Tone) Cell { return Cell{Text: s, Tone: t} }

// NewNumbers starts a table of numbers, whose columns stand right.
func NewNumbers(heads ...string) *Table {
	g := &Table{}
	for _, head := range heads {
		g.Columns = append(g.Columns, Column{Head: head, Right: true})
	}
	return g
}

// gap is the space between two columns of a terminal table.
const gap = 2

// Text renders the table for a terminal of a width. Columns that may shrink
// are cut to fit; where that is not enough, each row becomes a short
// paragraph, so that nothing is lost off the edge.
func (g *Table) Text(s Screen) (string, error) {
	cells := g.cleaned()
	widths := g.widths(cells)
	for over := total(widths) - s.Columns(); over > 0; over-- {
		widest := -1
		for i, c := range g.Columns {
			if c.Shrink > 0 && widths[i] > c.Shrink && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return g.stacked(cells, s), nil
		}
		widths[widest]--
	}
	for _, row := range cells {
		for i := range row {
			row[i].Text = Clip(row[i].Text, widths[i]-Width(row[i].Note))
		}
	}
	return g.draw(cells, renderer.NewBlueprint(tw.Rendition{
		Borders: tw.BorderNone,
		Symbols: tw.NewSymbols(tw.StyleLight),
		Settings: tw.Settings{
			Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off},
			Lines:      tw.Lines{ShowTop: tw.Off, ShowBottom: tw.Off, ShowHeaderLine: tw.On},
		},
	}), tw.Padding{Right: strings.Repeat(" ", gap), Overwrite: true}, func(c Cell, first bool) string {
		if first {
			return s.Paint(Faint, c.Text+c.Note)
		}
		return s.Paint(c.Tone, c.Text+c.Note)
	})
}

// Markdown renders the table as a GitHub-flavoured table.
func (g *Table) Markdown() (string, error) {
	return g.draw(g.cleaned(), renderer.NewMarkdown(), tw.PaddingDefault, func(c Cell, _ bool) string {
		s := EscapeMarkdown(c.Text) + c.Note
		if c.Tone == Bad && s != "" {
			return "**" + s + "**"
		}
		return s
	})
}

// cleaned gives the header and all rows as inert lines.
func (g *Table) cleaned() [][]Cell {
	head := make([]Cell, len(g.Columns))
	for i, c := range g.Columns {
		head[i].Text = Short(c.Head)
	}
	cells := [][]Cell{head}
	for _, row := range g.Rows {
		cleaned := make([]Cell, len(row))
		for i, c := range row {
			c.Text = text.Clean(c.Text)
			cleaned[i] = c
		}
		cells = append(cells, cleaned)
	}
	return cells
}

func (g *Table) widths(cells [][]Cell) []int {
	widths := make([]int, len(g.Columns))
	for _, row := range cells {
		for i, c := range row {
			widths[i] = max(widths[i], Width(c.Text)+Width(c.Note))
		}
	}
	return widths
}

// total is the width of a whole line.
func total(widths []int) int {
	sum := gap * (len(widths) - 1)
	for _, w := range widths {
		sum += w
	}
	return sum
}

// Fits says whether the table fits a terminal with nothing cut.
func (g *Table) Fits(s Screen) bool { return total(g.widths(g.cleaned())) <= s.Columns() }

// stacked renders each row, with the head first, as a paragraph of "head
// value" pairs.
func (g *Table) stacked(cells [][]Cell, s Screen) string {
	var b strings.Builder
	for _, row := range cells[1:] {
		var pairs []string
		for i, c := range row[1:] {
			if c.Text != "" {
				pairs = append(pairs, cells[0][i+1].Text+" "+c.Text+c.Note)
			}
		}
		b.WriteString(Wrap(row[0].Text+row[0].Note, s.Columns(), "", "  "))
		b.WriteString(Wrap(strings.Join(pairs, ", "), s.Columns(), "  ", "  "))
	}
	return b.String()
}

// draw lets the library lay the table out. It measures an emoji that is
// joined of several as several, so it is given a stand-in of the true width
// for each cell, and the cells are put in afterwards; which also means that
// no text can reach its formatting. It hides write errors too: it draws into
// memory.
func (g *Table) draw(cells [][]Cell, dialect tw.Renderer, padding tw.Padding, show func(c Cell, first bool) string) (string, error) {
	var b bytes.Buffer
	alignment := make(tw.Alignment, len(g.Columns))
	for i, c := range g.Columns {
		alignment[i] = tw.AlignLeft
		if c.Right {
			alignment[i] = tw.AlignRight
		}
	}
	t := tablewriter.NewTable(&b,
		tablewriter.WithRenderer(dialect),
		tablewriter.WithPadding(padding),
		tablewriter.WithAlignment(alignment),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off),
	)
	var shown []string
	standIns := func(row []Cell, first bool) []string {
		line := make([]string, len(row))
		for i, c := range row {
			s := show(c, first)
			if s == "" {
				continue
			}
			shown = append(shown, s)
			line[i] = strings.Repeat(standIn, max(1, Width(withoutColor(s))))
		}
		return line
	}
	t.Header(standIns(cells[0], true))
	for _, row := range cells[1:] {
		// The library would show a ragged row without a word.
		if len(row) != len(g.Columns) {
			return "", fmt.Errorf("cannot lay out a table: a row of %d cells under %d columns", len(row), len(g.Columns))
		}
		if err := t.Append(standIns(row, false)); err != nil {
			return "", fmt.Errorf("cannot lay out a table: %w", err)
		}
	}
	if err := t.Render(); err != nil {
		return "", fmt.Errorf("cannot lay out a table: %w", err)
	}
	return putIn(b.String(), shown), nil
}

// standIn is the character that stands for one column of a cell's text.
const standIn = "x"

// putIn puts the texts in the place of the runs of stand-ins, in their order,
// and takes off the space at the ends of lines.
func putIn(drawn string, texts []string) string {
	var b strings.Builder
	for line := range strings.Lines(drawn) {
		line = strings.TrimRight(line, " \n")
		// The rule under a terminal table's head covers the last gap too.
		if rule := strings.TrimRight(line, "─"); rule == "" {
			line = line[:max(0, len(line)-gap*len("─"))]
		}
		for line != "" {
			i := strings.Index(line, standIn)
			if i < 0 || len(texts) == 0 {
				b.WriteString(line)
				break
			}
			b.WriteString(line[:i])
			b.WriteString(texts[0])
			texts = texts[1:]
			line = strings.TrimLeft(line[i:], standIn)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// ToneClass is the CSS class of a tone.
func ToneClass(t Tone) string {
	switch t {
	case Good:
		return "g"
	case Bad:
		return "b"
	}
	return ""
}

// HTML renders the table as a table that scrolls on its own where it is wider
// than the page.
func (g *Table) HTML(label string) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<div class="scroll" role="region" tabindex="0" aria-label="%s"><table><thead><tr>`, EscapeHTML(Short(label)))
	side := func(i int) string {
		if g.Columns[i].Right {
			return ""
		}
		return ` class="left"`
	}
	for i, c := range g.Columns {
		fmt.Fprintf(&b, `<th scope="col"%s>%s</th>`, side(i), EscapeHTML(c.Head))
	}
	b.WriteString("</tr></thead><tbody>\n")
	for _, row := range g.Rows {
		b.WriteString("<tr>")
		for i, c := range row {
			shown := EscapeHTML(c.Text) + c.Note
			if class := ToneClass(c.Tone); class != "" {
				shown = `<b class="` + class + `">` + shown + "</b>"
			}
			fmt.Fprintf(&b, "<td%s>%s</td>", side(i), shown)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody></table></div>")
	return template.HTML(b.String())
}
