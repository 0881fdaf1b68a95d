package reports

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// barChart shows what a reranker did to each query, sorted: the shape tells
// at a glance whether few queries or many make the difference.
type barChart struct {
	report *Report
	system string
	// rows are the queries with a defined difference, the largest loss
	// first.
	rows []QueryRow
	// low and high are the ends of the scale; 0 lies between them.
	low, high float64
}

// barsLinked is up to how many queries each bar is a link of its own; beyond,
// a bar is too thin to point at.
const barsLinked = 1500

// bars makes the chart of the reranker with an index.
func (r *Report) bars(reranker int) *barChart {
	c := &barChart{report: r, system: r.Evaluation.Systems[reranker+1].System}
	for _, row := range r.Queries[reranker] {
		if math.IsNaN(row.Difference) {
			continue
		}
		c.rows = append(c.rows, row)
		c.low, c.high = min(c.low, row.Difference), max(c.high, row.Difference)
	}
	// A scale that ends close to 0 would show noise as mountains.
	least := 0.05 * max(1, -c.low, c.high)
	c.low, c.high = min(c.low, -least), max(c.high, least)
	return c
}

// y is the height of a value in a box of 100, from the top.
func (c *barChart) y(value float64) float64 { return 100 * (c.high - value) / (c.high - c.low) }

// bar is the outline of the i-th bar in a box as wide as there are bars.
func (c *barChart) bar(i int) string {
	zero, end := c.y(0), c.y(c.rows[i].Difference)
	if math.Abs(end-zero) < 0.7 { // a tie shows as well
		end = zero - 0.7
	}
	width := 0.82
	if len(c.rows) > 200 {
		width = 1
	}
	return fmt.Sprintf("M%d %sh%sV%sh-%sz", i, number(zero), number(width), number(end), number(width))
}

func (c *barChart) class(i int) string {
	switch row := c.rows[i]; {
	case row.Failed:
		return "f"
	case signed(row.Difference)[0] == '+':
		return "w"
	case signed(row.Difference)[0] == '-':
		return "l"
	}
	return "t"
}

// name is what hovering says.
func (c *barChart) name(i int) string {
	row := c.rows[i]
	s := clip(clean(Name(&c.report.Evaluation.Run.Queries[row.Query])), 80) + ": " + signed(row.Difference)
	if row.Failed {
		return s + " (failed)"
	}
	return s + " (" + fixed(row.Without) + " → " + fixed(row.With) + ")"
}

// shapes writes the bars; each is a link to its query where there are few
// enough to point at.
func (c *barChart) shapes(b *strings.Builder, link func(query int) string) {
	if len(c.rows) > barsLinked {
		paths := make(map[string]*strings.Builder)
		for i := range c.rows {
			class := c.class(i)
			if paths[class] == nil {
				paths[class] = new(strings.Builder)
			}
			paths[class].WriteString(c.bar(i))
		}
		for _, class := range []string{"l", "f", "t", "w"} {
			if paths[class] != nil {
				fmt.Fprintf(b, `<path class="%s" d="%s"/>`, class, paths[class])
			}
		}
		return
	}
	for i := range c.rows {
		if link != nil {
			fmt.Fprintf(b, `<a href="%s" tabindex="-1"><path class="hit" d="M%d 0h1v100h-1z"/>`, link(c.rows[i].Query), i)
		} else {
			b.WriteString("<g>")
		}
		fmt.Fprintf(b, `<path class="%s" d="%s"/><title>%s</title>`, c.class(i), c.bar(i), escapeHTML(c.name(i)))
		if link != nil {
			b.WriteString("</a>")
		} else {
			b.WriteString("</g>")
		}
	}
	b.WriteByte('\n')
}

// summary says in words what the chart shows.
func (c *barChart) summary() string {
	losses, gains := 0, 0
	for i := range c.rows {
		switch s := signed(c.rows[i].Difference); s[0] {
		case '-':
			losses++
		case '+':
			gains++
		}
	}
	s := fmt.Sprintf("Difference in %s under %s for each of %s, sorted: %d lost, %d gained", c.report.LeadMetric(), clean(c.system), queriesOf(len(c.rows)), losses, gains)
	if n := len(c.rows); n > 0 {
		s += fmt.Sprintf("; from %s to %s", signed(c.rows[0].Difference), signed(c.rows[n-1].Difference))
	}
	return s
}

// file draws the chart as a file of its own.
func (c *barChart) file() []byte {
	const width, height, left, top, bottom = 900, 280, 64, 40, 34
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img"><title>%s</title><style>%s</style>`+"\n",
		width, height, width, height, escapeHTML(c.summary()), chartStyle)
	inner := float64(height - top - bottom)
	at := func(value float64) float64 { return top + inner*c.y(value)/100 }
	svgText(&b, left, 22, "start", "head", fmt.Sprintf("%s under %s, query by query", c.report.LeadMetric(), c.system))
	for _, tick := range []float64{c.high, 0, c.low} {
		svgText(&b, left-8, at(tick)+4, "end", "", signed(tick))
	}
	fmt.Fprintf(&b, `<svg x="%d" y="%d" width="%d" height="%s" viewBox="0 0 %d 100" preserveAspectRatio="none">`, left, top, width-left-12, number(inner), max(1, len(c.rows)))
	fmt.Fprintf(&b, `<path class="zero" d="M0 %sh%d"/>`, number(c.y(0)), max(1, len(c.rows)))
	c.shapes(&b, nil)
	b.WriteString("</svg>\n")
	svgText(&b, left, height-12, "start", "", "← lost")
	svgText(&b, width-12, height-12, "end", "", "gained →")
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// plot draws the bars with their scale around them.
func (c *barChart) plot() template.HTML {
	var b strings.Builder
	n := len(c.rows)
	b.WriteString(`<div class="plot"><div class="y">`)
	for _, tick := range []float64{c.high, 0, c.low} {
		fmt.Fprintf(&b, `<span style="top:%s%%">%s</span>`, number(min(max(c.y(tick), 3), 97)), signed(tick))
	}
	fmt.Fprintf(&b, `</div><svg role="img" aria-label="%s" viewBox="0 0 %d 100" preserveAspectRatio="none"><path class="zero" d="M0 %sh%d"/>`,
		escapeHTML(c.summary()), n, number(c.y(0)), n)
	c.shapes(&b, func(query int) string { return "#q" + strconv.Itoa(query) })
	b.WriteString(`</svg><div class="x"><span class="start">largest loss</span><span class="end">largest gain</span></div></div>`)
	return template.HTML(b.String())
}
