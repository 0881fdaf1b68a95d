package reports

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// sweepChart shows the metric over the windows with its interval, the first
// stage below it and the ceiling above.
type sweepChart struct {
	axes
	*Curve
}

// newSweepChart makes the chart, nil where there are too few points for one.
func newSweepChart(c *Curve) *sweepChart {
	if len(c.Points) < 2 {
		return nil
	}
	e := newExtent()
	e.take(c.Without)
	for _, p := range c.Points {
		e.take(p.Value, p.Ceiling, c.Without+p.GainLow, c.Without+p.GainHigh)
	}
	if e.empty() {
		return nil
	}
	return &sweepChart{newAxes(c.windows(), e), c}
}

// dots are strokes without length, whose round ends stay round however the
// box is stretched.
func (c *sweepChart) dots() string {
	var b strings.Builder
	for _, m := range c.marks(valueOf) {
		if drawable(m.value) {
			b.WriteString("M" + number(c.x(m.at)) + " " + number(c.y(m.value)) + "h0")
		}
	}
	return b.String()
}

// band is the outline of the interval around the values.
func (c *sweepChart) band() string {
	var there, back []string
	for i := range c.Points {
		low, high := c.Without+c.Points[i].GainLow, c.Without+c.Points[i].GainHigh
		if !drawable(low) || !drawable(high) {
			continue
		}
		there = append(there, number(c.x(i))+" "+number(c.y(high)))
		back = append([]string{number(c.x(i)) + " " + number(c.y(low))}, back...)
	}
	if len(there) < 2 {
		return ""
	}
	return "M" + strings.Join(there, "L") + "L" + strings.Join(back, "L") + "z"
}

// recommended are the places of the recommended window: one or none.
func (c *sweepChart) recommended() []int {
	for i := range c.Points {
		if c.Points[i].Window == c.Recommended {
			return []int{i}
		}
	}
	return nil
}

// shapes writes the curves.
func (c *sweepChart) shapes(b *strings.Builder) {
	c.grid(b)
	for _, i := range c.recommended() {
		fmt.Fprintf(b, `<path class="pick" d="M%s 0v100"/>`, number(c.x(i)))
	}
	if band := c.band(); band != "" {
		fmt.Fprintf(b, `<path class="band" d="%s"/>`, band)
	}
	c.level(b, "first", c.Without)
	fmt.Fprintf(b, `<path class="ceiling" d="%s"/>`, c.line(c.marks(ceilingOf)))
	fmt.Fprintf(b, `<path class="value" d="%s"/>`, c.line(c.marks(valueOf)))
	fmt.Fprintf(b, `<path class="value dot" stroke-linecap="round" d="%s"/>`, c.dots())
	c.hits(b, c.pointName)
}

// pointName is what hovering says.
func (c *sweepChart) pointName(i int) string {
	p := c.Points[i]
	return escapeHTML(fmt.Sprintf("window %d: %s %s, gain %s (%s), ceiling %s, recall %s", p.Window, c.Metric, fixed(p.Value), signed(p.Gain), interval(p.GainLow, p.GainHigh), fixed(p.Ceiling), fixed(p.Recall)))
}

// summary says in words what the chart shows.
func (c *sweepChart) summary() string {
	first, last := c.Points[0], c.Points[len(c.Points)-1]
	s := fmt.Sprintf("%s under %s by window: %s at %d, %s at %d; %s without the reranker", c.Metric, clean(c.Name), fixed(first.Value), first.Window, fixed(last.Value), last.Window, fixed(c.Without))
	if c.Recommended > 0 {
		s += "; recommended window " + strconv.Itoa(c.Recommended)
	}
	return s
}

func (c *sweepChart) picture() *picture {
	return &picture{
		axes: &c.axes, summary: c.summary(), heading: fmt.Sprintf("%s by the window of %s", c.Metric, c.Name),
		standOut: c.recommended(), shapes: c.shapes,
	}
}

// plot draws the chart for a page.
func (c *sweepChart) plot() template.HTML {
	return c.picture().plot([]legendEntry{
		{class: "value", text: "with the reranker, and its interval"}, {class: "ceiling", text: "ceiling: a perfect reranker"},
		{class: "first", text: "without"}, {class: "pick", text: "recommended window"},
	})
}

// file draws the chart as a file of its own.
func (c *sweepChart) file() []byte {
	return c.picture().file(chartStyle+".dot{stroke-width:9}", []legendEntry{
		{class: "value", text: "with " + clip(clean(c.Name), 24), width: 260}, {class: "ceiling", text: "ceiling", width: 110},
		{class: "first", text: "without", width: 110}, {class: "pick", text: "recommended", width: 160},
	})
}
