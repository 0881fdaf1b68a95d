package chart

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// Curve is a metric under one reranker over the windows that it was searched
// at. What is undefined is NaN, and left out of the drawing.
type Curve struct {
	// Name is the reranker's, Metric the metric's.
	Name, Metric string
	// Without is the metric without the reranker.
	Without float64
	// Recommended is the window to set off, 0 for none.
	Recommended int
	// Points are by rising window.
	Points []Point
}

// Point is a curve at one window.
type Point struct {
	// Window is how many documents the reranker sees.
	Window int
	// Value is the metric with the reranker, Gain what that is above the
	// metric without it, from GainLow to GainHigh by its interval.
	Value, Gain, GainLow, GainHigh float64
	// Ceiling is what a perfect reranker would reach on the same window,
	// Recall the share of relevant documents that the window holds.
	Ceiling, Recall float64
}

// marks are the points with one of their values.
func (c *Curve) marks(of func(*Point) float64) []mark {
	marks := make([]mark, len(c.Points))
	for i := range c.Points {
		marks[i] = mark{i, of(&c.Points[i])}
	}
	return marks
}

// windows are the windows of the curve.
func (c *Curve) windows() []int {
	windows := make([]int, len(c.Points))
	for i := range c.Points {
		windows[i] = c.Points[i].Window
	}
	return windows
}

// point is the point at a window, nil where the curve has none there.
func (c *Curve) point(window int) *Point {
	if i := slices.IndexFunc(c.Points, func(p Point) bool { return p.Window == window }); i >= 0 {
		return &c.Points[i]
	}
	return nil
}

// What a point has to show.
func valueOf(p *Point) float64 { return p.Value }

func ceilingOf(p *Point) float64 { return p.Ceiling }

// Line is the chart of one curve: the metric over the windows with its
// interval, the first stage below it and the ceiling above.
type Line struct {
	axes
	*Curve
}

// NewLine makes the chart, nil where there are too few points for one.
func NewLine(c *Curve) *Line {
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
	return &Line{newAxes(c.windows(), e), c}
}

// dots are strokes without length, whose round ends stay round however the
// box is stretched.
func (c *Line) dots() string {
	var b strings.Builder
	for _, m := range c.marks(valueOf) {
		if drawable(m.value) {
			b.WriteString("M" + number(c.x(m.at)) + " " + number(c.y(m.value)) + "h0")
		}
	}
	return b.String()
}

// band is the outline of the interval around the values.
func (c *Line) band() string {
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
func (c *Line) recommended() []int {
	for i := range c.Points {
		if c.Points[i].Window == c.Recommended {
			return []int{i}
		}
	}
	return nil
}

// shapes writes the curves.
func (c *Line) shapes(b *strings.Builder) {
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
func (c *Line) pointName(i int) string {
	p := c.Points[i]
	return grid.EscapeHTML(fmt.Sprintf("window %d: %s %s, gain %s (%s), ceiling %s, recall %s", p.Window, c.Metric, grid.Fixed(p.Value), grid.Signed(p.Gain), grid.Interval(p.GainLow, p.GainHigh), grid.Fixed(p.Ceiling), grid.Fixed(p.Recall)))
}

// Summary says in words what the chart shows.
func (c *Line) Summary() string {
	first, last := c.Points[0], c.Points[len(c.Points)-1]
	s := fmt.Sprintf("%s under %s by window: %s at %d, %s at %d; %s without the reranker", c.Metric, text.Clean(c.Name), grid.Fixed(first.Value), first.Window, grid.Fixed(last.Value), last.Window, grid.Fixed(c.Without))
	if c.Recommended > 0 {
		s += "; recommended window " + strconv.Itoa(c.Recommended)
	}
	return s
}

func (c *Line) picture() *picture {
	return &picture{
		axes: &c.axes, summary: c.Summary(), heading: fmt.Sprintf("%s by the window of %s", c.Metric, c.Name),
		below: c.labels(c.recommended()), shapes: c.shapes,
	}
}

// Page draws the chart for a page.
func (c *Line) Page() template.HTML {
	return c.picture().page([]legendEntry{
		{class: "value", text: "with the reranker, and its interval"}, {class: "ceiling", text: "ceiling: a perfect reranker"},
		{class: "first", text: "without"}, {class: "pick", text: "recommended window"},
	})
}

// File draws the chart as a file of its own.
func (c *Line) File() []byte {
	return c.picture().file(chartStyle+".dot{stroke-width:9}", []legendEntry{
		{class: "value", text: "with " + grid.Clip(text.Clean(c.Name), 24), width: 260}, {class: "ceiling", text: "ceiling", width: 110},
		{class: "first", text: "without", width: 110}, {class: "pick", text: "recommended", width: 160},
	})
}

// Terminal draws the curve for a terminal of a width: the metric with the
// reranker, the ceiling and the first stage over the windows. It is empty where
// there are too few points for a line.
func (c *Curve) Terminal(width int) string {
	n := len(c.Points)
	if n < 3 {
		return ""
	}
	e := newExtent()
	e.take(c.Without)
	for _, p := range c.Points {
		e.take(p.Value, p.Ceiling)
	}
	if e.empty() {
		return ""
	}
	drawn := newCanvas(c.windows(), e, 10, min(width-canvasLeft-2, 6*(n-1)+1, 70), 0)
	drawn.level(c.Without, '·')
	drawn.line(c.marks(ceilingOf), '°')
	drawn.line(c.marks(valueOf), '•')
	var b strings.Builder
	// The reranker is what the chart is about, and covers the others.
	drawn.write(&b, 5, func(signs []rune, _ int) rune { return signs[len(signs)-1] }, nil)
	indent := strings.Repeat(" ", canvasLeft)
	b.WriteString(grid.Wrap(fmt.Sprintf("• %s with %s   ° ceiling   · without", c.Metric, text.Clean(c.Name)), width, indent, indent))
	return b.String()
}
