package reports

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// grid is a table before it has a dialect.
type grid struct {
	columns []column
	rows    [][]cell
}

// column is a column of a grid.
type column struct {
	head string
	// right aligns it right: numbers.
	right bool
	// shrink allows a narrow terminal to cut its cells down to this many
	// columns; 0 for never.
	shrink int
}

// cell is a text with what it means, which colour may show as well.
type cell struct {
	text string
	tone tone
	note string // marks of footnotes, put behind the text
}

// tone is what a colour stands for.
type tone int

const (
	plain tone = iota
	good
	bad
	warn
	faint
)

// add appends a row.
func (g *grid) add(cells ...cell) { g.rows = append(g.rows, cells) }

// words makes cells without a tone.
func words(texts ...string) []cell {
	cells := make([]cell, len(texts))
	for i, t := range texts {
		cells[i].text = t
	}
	return cells
}

// toned makes a cell with a tone.
func toned(text string, t tone) cell { return cell{text: text, tone: t} }

// numberGrid starts a table of numbers.
func numberGrid(heads ...string) *grid {
	g := &grid{}
	for _, head := range heads {
		g.columns = append(g.columns, column{head: head, right: true})
	}
	return g
}

// gap is the space between two columns of a terminal table.
const gap = 2

// text renders the grid for a terminal of a width. Columns that may shrink
// are cut to fit; where that is not enough, each row becomes a short
// paragraph, so that nothing is lost off the edge.
func (g *grid) text(s Screen) (string, error) {
	cells := g.cleaned()
	widths := g.widths(cells)
	for over := total(widths) - s.columns(); over > 0; over-- {
		widest := -1
		for i, c := range g.columns {
			if c.shrink > 0 && widths[i] > c.shrink && (widest < 0 || widths[i] > widths[widest]) {
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
			row[i].text = clip(row[i].text, widths[i]-widthOf(row[i].note))
		}
	}
	return g.draw(cells, renderer.NewBlueprint(tw.Rendition{
		Borders: tw.BorderNone,
		Symbols: tw.NewSymbols(tw.StyleLight),
		Settings: tw.Settings{
			Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off},
			Lines:      tw.Lines{ShowTop: tw.Off, ShowBottom: tw.Off, ShowHeaderLine: tw.On},
		},
	}), tw.Padding{Right: strings.Repeat(" ", gap), Overwrite: true}, func(c cell, first bool) string {
		if first {
			return s.paint(faint, c.text+c.note)
		}
		return s.paint(c.tone, c.text+c.note)
	})
}

// markdown renders the grid as a GitHub-flavoured table.
func (g *grid) markdown() (string, error) {
	return g.draw(g.cleaned(), renderer.NewMarkdown(), tw.PaddingDefault, func(c cell, _ bool) string {
		s := escapeMarkdown(c.text) + c.note
		if c.tone == bad && s != "" {
			return "**" + s + "**"
		}
		return s
	})
}

// cleaned gives the header and all rows as inert lines.
func (g *grid) cleaned() [][]cell {
	head := make([]cell, len(g.columns))
	for i, c := range g.columns {
		head[i].text = clipLong(c.head)
	}
	cells := [][]cell{head}
	for _, row := range g.rows {
		cleaned := make([]cell, len(row))
		for i, c := range row {
			c.text = clean(c.text)
			cleaned[i] = c
		}
		cells = append(cells, cleaned)
	}
	return cells
}

func (g *grid) widths(cells [][]cell) []int {
	widths := make([]int, len(g.columns))
	for _, row := range cells {
		for i, c := range row {
			widths[i] = max(widths[i], widthOf(c.text)+widthOf(c.note))
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

// fits says whether the grid fits a terminal with nothing cut.
func (g *grid) fits(s Screen) bool { return total(g.widths(g.cleaned())) <= s.columns() }

// stacked renders each row, with the head first, as a paragraph of "head
// value" pairs.
func (g *grid) stacked(cells [][]cell, s Screen) string {
	var b strings.Builder
	for _, row := range cells[1:] {
		var pairs []string
		for i, c := range row[1:] {
			if c.text != "" {
				pairs = append(pairs, cells[0][i+1].text+" "+c.text+c.note)
			}
		}
		b.WriteString(wrap(row[0].text+row[0].note, s.columns(), "", "  "))
		b.WriteString(wrap(strings.Join(pairs, ", "), s.columns(), "  ", "  "))
	}
	return b.String()
}

// draw lets the library lay the table out. It measures an emoji that is
// joined of several as several, so it is given a stand-in of the true width
// for each cell, and the cells are put in afterwards; which also means that
// no text can reach its formatting. It hides write errors too: it draws into
// memory.
func (g *grid) draw(cells [][]cell, dialect tw.Renderer, padding tw.Padding, show func(c cell, first bool) string) (string, error) {
	var b bytes.Buffer
	alignment := make(tw.Alignment, len(g.columns))
	for i, c := range g.columns {
		alignment[i] = tw.AlignLeft
		if c.right {
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
	standIns := func(row []cell, first bool) []string {
		line := make([]string, len(row))
		for i, c := range row {
			s := show(c, first)
			if s == "" {
				continue
			}
			shown = append(shown, s)
			line[i] = strings.Repeat(standIn, max(1, widthOf(withoutColor(s))))
		}
		return line
	}
	t.Header(standIns(cells[0], true))
	for _, row := range cells[1:] {
		// The library would show a ragged row without a word.
		if len(row) != len(g.columns) {
			return "", fmt.Errorf("cannot lay out a table: a row of %d cells under %d columns", len(row), len(g.columns))
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
