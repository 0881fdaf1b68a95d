package chart

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/releval/releval/reports/grid"
)

// picture is a chart on its way to a page or a file.
type picture struct {
	*axes
	summary string // says in words what the chart shows
	heading string // for a file, which stands alone
	// below are the labels under the chart.
	below []belowLabel
	// shapes writes what a page stretches to the width it has.
	shapes func(*strings.Builder)
	// marks, if any, writes what keeps its size and stands at a percentage
	// of the width and the height.
	marks func(*strings.Builder)
}

// belowLabel is a label at a percentage of the width.
type belowLabel struct {
	at     float64
	text   string
	strong bool
}

// legendEntry names what a line or a mark stands for.
type legendEntry struct {
	class, text string
	// mark is the id of a mark that the line carries, if any.
	mark string
	// noLine says that there is only the mark, or only the text.
	noLine bool
	// width is the room that it takes in a file.
	width int
}

// sample writes a short piece of the line with its mark.
func (l legendEntry) sample(b *strings.Builder, x, y, length float64) {
	if !l.noLine {
		fmt.Fprintf(b, `<path class="%s" d="M%s %sh%s"/>`, l.class, number(x), number(y), number(length))
	}
	if l.mark != "" {
		fmt.Fprintf(b, `<use href="#%s" x="%s" y="%s"/>`, l.mark, number(x+length/2), number(y))
	}
}

// page draws the chart for a page, with its scales around it.
func (p *picture) page(legend []legendEntry) template.HTML {
	var b strings.Builder
	b.WriteString(`<div class="plot"><div class="y">`)
	for _, tick := range p.ticks() {
		fmt.Fprintf(&b, `<span style="top:%s%%">%s</span>`, number(p.y(tick)), grid.Fixed(tick))
	}
	fmt.Fprintf(&b, `</div><svg role="img" aria-label="%s" viewBox="0 0 100 100" preserveAspectRatio="none">`, grid.EscapeHTML(p.summary))
	p.shapes(&b)
	b.WriteString(`</svg>`)
	if p.marks != nil {
		b.WriteString(`<svg class="marks" aria-hidden="true">`)
		p.marks(&b)
		b.WriteString(`</svg>`)
	}
	b.WriteString(`<div class="x">`)
	for _, l := range p.below {
		label := l.text
		if l.strong {
			label = "<b>" + label + "</b>"
		}
		fmt.Fprintf(&b, `<span style="left:%s%%">%s</span>`, number(l.at), label)
	}
	b.WriteString(`</div></div><ul class="legend">`)
	for _, l := range legend {
		b.WriteString("<li>")
		if !l.noLine || l.mark != "" {
			b.WriteString(`<svg viewBox="0 0 30 10" aria-hidden="true">`)
			l.sample(&b, 0, 5, 30)
			b.WriteString(`</svg>`)
		}
		b.WriteString(grid.EscapeHTML(l.text) + "</li>")
	}
	b.WriteString("</ul>")
	return template.HTML(b.String())
}

// file draws the chart as a file of its own, with its labels inside.
func (p *picture) file(style string, legend []legendEntry) []byte {
	const width, left, right, top, inner, row = 900, 64, 16, 44, 272, 24
	rows := legendRows(legend, width-left-right)
	height := top + inner + 40 + row*len(rows)
	innerWidth := float64(width - left - right)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img"><title>%s</title><style>%s</style>`+"\n",
		width, height, width, height, grid.EscapeHTML(p.summary), style)
	svgText(&b, left, 24, "start", "head", p.heading)
	for _, tick := range p.ticks() {
		svgText(&b, left-8, top+inner*p.y(tick)/100+4, "end", "", grid.Fixed(tick))
	}
	for _, l := range p.below {
		class := ""
		if l.strong {
			class = "head"
		}
		svgText(&b, left+innerWidth*l.at/100, top+inner+20, "middle", class, l.text)
	}
	box := fmt.Sprintf(`<svg x="%d" y="%d" width="%s" height="%d"`, left, top, number(innerWidth), inner)
	b.WriteString(box + ` viewBox="0 0 100 100" preserveAspectRatio="none">`)
	p.shapes(&b)
	b.WriteString("</svg>\n")
	if p.marks != nil {
		b.WriteString(box + ` overflow="visible">`)
		p.marks(&b)
		b.WriteString("</svg>\n")
	}
	for r, entries := range rows {
		x, y := float64(left), float64(top+inner+46+row*r)
		for _, l := range entries {
			l.sample(&b, x, y, 28)
			at := x + 36
			if l.noLine && l.mark == "" {
				at = x
			}
			svgText(&b, at, y+4, "start", "", l.text)
			x += float64(l.width)
		}
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// legendRows breaks a legend into rows of a width.
func legendRows(legend []legendEntry, width int) [][]legendEntry {
	var rows [][]legendEntry
	used := width
	for _, l := range legend {
		if used+l.width > width {
			rows, used = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], l)
		used += l.width
	}
	return rows
}
