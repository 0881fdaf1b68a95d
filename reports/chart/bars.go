package chart

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// Bars show what a reranker did to each query, sorted: the shape tells at a
// glance whether few queries or many make the difference.
type Bars struct {
	metric, system string
	bars           []Bar
	// low and high are the ends of the scale; 0 lies between them.
	low, high float64
}

// Bar is one query's difference.
type Bar struct {
	// Query is the number by which a page links to the query.
	Query int
	// Name is how the query is called.
	Name string
	// Without and With are the metric's values, Difference With minus
	// Without.
	Without, With, Difference float64
	// Failed says that a system gave no usable answer.
	Failed bool
}

// barsLinked is up to how many queries each bar is a link of its own; beyond,
// a bar is too thin to point at.
const barsLinked = 1500

// NewBars makes the chart of a metric under a system, nil where no difference
// is defined. The bars are given in their order, the largest loss first.
func NewBars(metric, system string, bars []Bar) *Bars {
	c := &Bars{metric: metric, system: system}
	for _, bar := range bars {
		if math.IsNaN(bar.Difference) {
			continue
		}
		c.bars = append(c.bars, bar)
		c.low, c.high = min(c.low, bar.Difference), max(c.high, bar.Difference)
	}
	if len(c.bars) == 0 {
		return nil
	}
	// A scale that ends close to 0 would show noise as mountains.
	least := 0.05 * max(1, -c.low, c.high)
	c.low, c.high = min(c.low, -least), max(c.high, least)
	return c
}

// y is the height of a value in a box of 100, from the top.
func (c *Bars) y(value float64) float64 { return 100 * (c.high - value) / (c.high - c.low) }

// outline is that of the i-th bar in a box as wide as there are bars.
func (c *Bars) outline(i int) string {
	zero, end := c.y(0), c.y(c.bars[i].Difference)
	if math.Abs(end-zero) < 0.7 { // a tie shows as well
		end = zero - 0.7
	}
	width := 0.82
	if len(c.bars) > 200 {
		width = 1
	}
	return fmt.Sprintf("M%d %sh%sV%sh-%sz", i, number(zero), number(width), number(end), number(width))
}

func (c *Bars) class(i int) string {
	switch bar := c.bars[i]; {
	case bar.Failed:
		return "f"
	case grid.Signed(bar.Difference)[0] == '+':
		return "w"
	case grid.Signed(bar.Difference)[0] == '-':
		return "l"
	}
	return "t"
}

// name is what hovering says.
func (c *Bars) name(i int) string {
	bar := c.bars[i]
	s := grid.Clip(text.Clean(bar.Name), 80) + ": " + grid.Signed(bar.Difference)
	if bar.Failed {
		return s + " (failed)"
	}
	return s + " (" + grid.Fixed(bar.Without) + " → " + grid.Fixed(bar.With) + ")"
}

// shapes writes the bars; each is a link to its query where there are few
// enough to point at.
func (c *Bars) shapes(b *strings.Builder, link func(query int) string) {
	if len(c.bars) > barsLinked {
		paths := make(map[string]*strings.Builder)
		for i := range c.bars {
			class := c.class(i)
			if paths[class] == nil {
				paths[class] = new(strings.Builder)
			}
			paths[class].WriteString(c.outline(i))
		}
		for _, class := range []string{"l", "f", "t", "w"} {
			if paths[class] != nil {
				fmt.Fprintf(b, `<path class="%s" d="%s"/>`, class, paths[class])
			}
		}
		return
	}
	for i := range c.bars {
		if link != nil {
			fmt.Fprintf(b, `<a href="%s" tabindex="-1"><path class="hit" d="M%d 0h1v100h-1z"/>`, link(c.bars[i].Query), i)
		} else {
			b.WriteString("<g>")
		}
		fmt.Fprintf(b, `<path class="%s" d="%s"/><title>%s</title>`, c.class(i), c.outline(i), grid.EscapeHTML(c.name(i)))
		if link != nil {
			b.WriteString("</a>")
		} else {
			b.WriteString("</g>")
		}
	}
	b.WriteByte('\n')
}

// Summary says in words what the chart shows.
func (c *Bars) Summary() string {
	losses, gains := 0, 0
	for i := range c.bars {
		switch s := grid.Signed(c.bars[i].Difference); s[0] {
		case '-':
			losses++
		case '+':
			gains++
		}
	}
	s := fmt.Sprintf("Difference in %s under %s for each of %s, sorted: %d lost, %d gained", c.metric, text.Clean(c.system), text.Count(len(c.bars), "query"), losses, gains)
	return s + fmt.Sprintf("; from %s to %s", grid.Signed(c.bars[0].Difference), grid.Signed(c.bars[len(c.bars)-1].Difference))
}

// File draws the chart as a file of its own.
func (c *Bars) File() []byte {
	const width, height, left, top, bottom = 900, 280, 64, 40, 34
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img"><title>%s</title><style>%s</style>`+"\n",
		width, height, width, height, grid.EscapeHTML(c.Summary()), chartStyle)
	inner := float64(height - top - bottom)
	at := func(value float64) float64 { return top + inner*c.y(value)/100 }
	svgText(&b, left, 22, "start", "head", fmt.Sprintf("%s under %s, query by query", c.metric, c.system))
	for _, tick := range []float64{c.high, 0, c.low} {
		svgText(&b, left-8, at(tick)+4, "end", "", grid.Signed(tick))
	}
	fmt.Fprintf(&b, `<svg x="%d" y="%d" width="%d" height="%s" viewBox="0 0 %d 100" preserveAspectRatio="none">`, left, top, width-left-12, number(inner), len(c.bars))
	fmt.Fprintf(&b, `<path class="zero" d="M0 %sh%d"/>`, number(c.y(0)), len(c.bars))
	c.shapes(&b, nil)
	b.WriteString("</svg>\n")
	svgText(&b, left, height-12, "start", "", "← lost")
	svgText(&b, width-12, height-12, "end", "", "gained →")
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// Page draws the bars for a page, with their scale around them. A bar links to
// #q and the number of its query.
func (c *Bars) Page() template.HTML {
	var b strings.Builder
	n := len(c.bars)
	b.WriteString(`<div class="plot"><div class="y">`)
	for _, tick := range []float64{c.high, 0, c.low} {
		fmt.Fprintf(&b, `<span style="top:%s%%">%s</span>`, number(min(max(c.y(tick), 3), 97)), grid.Signed(tick))
	}
	fmt.Fprintf(&b, `</div><svg role="img" aria-label="%s" viewBox="0 0 %d 100" preserveAspectRatio="none"><path class="zero" d="M0 %sh%d"/>`,
		grid.EscapeHTML(c.Summary()), n, number(c.y(0)), n)
	c.shapes(&b, func(query int) string { return "#q" + strconv.Itoa(query) })
	b.WriteString(`</svg><div class="x"><span class="start">largest loss</span><span class="end">largest gain</span></div></div>`)
	return template.HTML(b.String())
}
