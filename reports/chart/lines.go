package chart

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// Lines shows several rerankers over the windows of them all: a line
// each, through the windows that it was swept at and no others.
type Lines struct {
	axes
	taken  extent // what the values take up, without the margin of the axes
	metric string
	series []series
	// left counts the rerankers that there is no look for.
	left int
	// first is the metric without a reranker.
	first float64
	// ceiling is what a perfect reranker would reach. It depends on which
	// documents a reranker drops, so that one line for all would lie where
	// they differ.
	ceiling []mark
	differ  bool
}

// series is one reranker of several.
type series struct {
	*Curve
	name  string
	marks []mark
	best  int // the place of the recommended window, -1 where there is none
}

// nameColumns is how wide a reranker's name is in a legend at most.
const nameColumns = 40

// NewLines makes the chart, nil where there are not several curves or too few
// windows.
func NewLines(curves []Curve) *Lines {
	windows := unitedWindows(curves)
	if len(curves) < 2 || len(windows) < 2 {
		return nil
	}
	c := &Lines{taken: newExtent(), metric: curves[0].Metric}
	if most := len(looks()); len(curves) > most {
		c.left = len(curves) - most
		curves = curves[:most]
	}
	var firsts []float64
	for i := range curves {
		s := series{Curve: &curves[i], name: grid.Clip(text.Clean(curves[i].Name), nameColumns), best: -1}
		for _, p := range s.Points {
			at, _ := slices.BinarySearch(windows, p.Window)
			s.marks = append(s.marks, mark{at, p.Value})
			c.taken.take(p.Value)
			if p.Window == s.Recommended {
				s.best = at
			}
		}
		c.series = append(c.series, s)
		firsts = append(firsts, s.Without)
	}
	if c.taken.empty() {
		return nil
	}
	c.first, _ = agreed(firsts)
	c.taken.take(c.first)
	c.takeCeiling(windows)
	c.axes = newAxes(windows, c.taken)
	return c
}

// takeCeiling sets the ceiling, if the rerankers agree on it.
func (c *Lines) takeCeiling(windows []int) {
	for at, w := range windows {
		var ceilings []float64
		for i := range c.series {
			if p := c.series[i].point(w); p != nil {
				ceilings = append(ceilings, p.Ceiling)
			}
		}
		v, all := agreed(ceilings)
		if !all {
			c.ceiling, c.differ = nil, true
			return
		}
		if drawable(v) {
			c.ceiling = append(c.ceiling, mark{at, v})
		}
	}
	for _, m := range c.ceiling {
		c.taken.take(m.value)
	}
}

// unitedWindows are the windows of all curves, in order.
func unitedWindows(curves []Curve) []int {
	var windows []int
	for i := range curves {
		windows = append(windows, curves[i].windows()...)
	}
	slices.Sort(windows)
	return slices.Compact(windows)
}

// shapes writes the curves.
func (c *Lines) shapes(b *strings.Builder) {
	c.grid(b)
	c.level(b, "first", c.first)
	if len(c.ceiling) > 0 {
		fmt.Fprintf(b, `<path class="ceiling" d="%s"/>`, c.line(c.ceiling))
	}
	for i, s := range c.series {
		fmt.Fprintf(b, `<path class="s%d run" d="%s"/>`, i, c.line(s.marks))
	}
	c.hits(b, c.windowSays)
}

// marks writes a mark at every point, those at recommended windows larger and
// below the others.
func (c *Lines) marks(b *strings.Builder) {
	defineMarks(b, len(c.series))
	use := func(kind string, i int, m mark) {
		if drawable(m.value) {
			fmt.Fprintf(b, `<use href="#%s-%d" x="%s%%" y="%s%%"/>`, kind, i, number(c.x(m.at)), number(c.y(m.value)))
		}
	}
	for _, kind := range []string{"best", "mark"} {
		for i, s := range c.series {
			for _, m := range s.marks {
				if (m.at == s.best) == (kind == "best") {
					use(kind, i, m)
				}
			}
		}
	}
}

// recommended are the places of the recommended windows.
func (c *Lines) recommended() []int {
	var places []int
	for _, s := range c.series {
		if s.best >= 0 {
			places = append(places, s.best)
		}
	}
	return places
}

func (c *Lines) picture() *picture {
	return &picture{
		axes: &c.axes, summary: c.Summary(), heading: c.metric + " by window, rerankers side by side",
		below: c.labels(c.recommended()), shapes: c.shapes, marks: c.marks,
	}
}

// Page draws the chart for a page, whose style needs LinesStyle.
func (c *Lines) Page() template.HTML { return c.picture().page(c.legend()) }

// File draws the chart as a file of its own.
func (c *Lines) File() []byte { return c.picture().file(chartStyle+LinesStyle(), c.legend()) }

// agreed is the value that all are equal to, but for rounding; undefined
// where they are not.
func agreed(values []float64) (v float64, all bool) {
	v = math.NaN()
	for i, other := range values {
		switch {
		case i == 0:
			v = other
		case math.IsNaN(v) != math.IsNaN(other), math.Abs(v-other) > 1e-9:
			return math.NaN(), false
		}
	}
	return v, true
}

// windowSays is what hovering over a window says, a line for each reranker.
func (c *Lines) windowSays(i int) string {
	w := c.windows[i]
	lines := []string{grid.EscapeHTML(fmt.Sprintf("window %d, %s", w, c.metric))}
	for _, s := range c.series {
		says := "not swept at this window"
		switch p := s.point(w); {
		case p == nil:
		case !drawable(p.Value):
			says = "undefined"
		default:
			says = fmt.Sprintf("%s, gain %s (%s)", grid.Fixed(p.Value), grid.Signed(p.Gain), grid.Interval(p.GainLow, p.GainHigh))
			if i == s.best {
				says += ", recommended"
			}
		}
		lines = append(lines, grid.EscapeHTML(s.name+": "+says))
	}
	for _, m := range c.ceiling {
		if m.at == i {
			lines = append(lines, "ceiling: "+grid.Fixed(m.value))
		}
	}
	if drawable(c.first) {
		lines = append(lines, "without: "+grid.Fixed(c.first))
	}
	return strings.Join(lines, "\n")
}

// Summary says in words what the chart shows.
func (c *Lines) Summary() string {
	var parts []string
	for _, s := range c.series {
		if len(s.Points) == 0 {
			continue
		}
		first, last := s.Points[0], s.Points[len(s.Points)-1]
		part := fmt.Sprintf("%s %s at %d", s.name, grid.Fixed(first.Value), first.Window)
		if last.Window != first.Window {
			part += fmt.Sprintf(" and %s at %d", grid.Fixed(last.Value), last.Window)
		}
		if s.best >= 0 {
			part += ", recommended window " + strconv.Itoa(s.Recommended)
		}
		parts = append(parts, part)
	}
	if drawable(c.first) {
		parts = append(parts, grid.Fixed(c.first)+" without a reranker")
	}
	return text.Clean(c.metric) + " by window, rerankers side by side: " + strings.Join(parts, "; ")
}

// notes say what the chart leaves out.
func (c *Lines) notes() []string {
	var notes []string
	if c.differ {
		notes = append(notes, "the rerankers' ceilings differ: each one's own chart has it")
	}
	if c.left > 0 {
		notes = append(notes, fmt.Sprintf("the first %d of %d rerankers are drawn: the table has them all", len(c.series), len(c.series)+c.left))
	}
	return notes
}

// says names a reranker and its recommendation.
func (s *series) says() string {
	if s.best < 0 {
		return s.name
	}
	return fmt.Sprintf("%s, recommended window %d", s.name, s.Recommended)
}

// legend names every line.
func (c *Lines) legend() []legendEntry {
	var legend []legendEntry
	for i := range c.series {
		legend = append(legend, legendEntry{class: fmt.Sprintf("s%d run", i), text: c.series[i].says(), mark: fmt.Sprintf("mark-%d", i)})
	}
	if len(c.ceiling) > 0 {
		legend = append(legend, legendEntry{class: "ceiling", text: "ceiling: a perfect reranker"})
	}
	if drawable(c.first) {
		legend = append(legend, legendEntry{class: "first", text: "without"})
	}
	if len(c.recommended()) > 0 {
		legend = append(legend, legendEntry{text: "large and filled: the recommended window", mark: "best", noLine: true})
	}
	for _, note := range c.notes() {
		legend = append(legend, legendEntry{text: note, noLine: true})
	}
	// A file cannot measure its text: this is what 13 pixels take at most.
	const column = 7.5
	for i := range legend {
		legend[i].width = 60 + int(math.Ceil(column*float64(grid.Width(legend[i].text))))
	}
	return legend
}

// Terminal draws the chart for a terminal, every reranker with a sign of its
// own. Where lines lie on each other their signs take turns, so that none
// hides another.
func (c *Lines) Terminal(width int) string {
	const pad = 1 // for the bracket around a sign at the rim
	signs := looks()
	drawn := newCanvas(c.windows, c.taken, 13, min(width-canvasLeft-2-2*pad, 10*(len(c.windows)-1)+1, 70), pad)
	drawn.level(c.first, '·')
	drawn.line(c.ceiling, '°')
	for i, s := range c.series {
		drawn.line(s.marks, signs[i].sign)
	}
	var b strings.Builder
	drawn.write(&b, 3, func(signs []rune, column int) rune { return signs[column%len(signs)] }, c.brackets(drawn))
	indent := strings.Repeat(" ", canvasLeft)
	for i := range c.series {
		b.WriteString(grid.Wrap(string(signs[i].sign)+" "+c.series[i].says(), width, indent, indent+"  "))
	}
	line := indent
	for _, other := range c.otherSigns() {
		if line != indent && grid.Width(line)+grid.Width(other) > width {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		line += other + "   "
	}
	if line != indent {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	for _, note := range c.notes() {
		b.WriteString(grid.Wrap(note, width, indent, indent))
	}
	return b.String()
}

// otherSigns explain what is drawn besides the rerankers.
func (c *Lines) otherSigns() []string {
	var others []string
	if len(c.ceiling) > 0 {
		others = append(others, "° ceiling")
	}
	if drawable(c.first) {
		others = append(others, "· without")
	}
	if len(c.recommended()) > 0 {
		others = append(others, "[ ] recommended")
	}
	return others
}

// brackets are what stands around the signs at recommended windows: several
// rerankers that meet there share them.
func (c *Lines) brackets(drawn *canvas) map[[2]int]rune {
	together := make(map[[2]int]string)
	for i, s := range c.series {
		for _, m := range s.marks {
			if m.at == s.best && drawable(m.value) {
				together[[2]int{drawn.row(m.value), drawn.column(m.at)}] += string(looks()[i].sign)
			}
		}
	}
	over := make(map[[2]int]rune)
	for place, signs := range together {
		bracketed := []rune("[" + signs + "]")
		from := min(max(place[1]-len(bracketed)/2, 0), len(drawn.signs[0])-len(bracketed))
		for i, sign := range bracketed {
			over[[2]int{place[0], from + i}] = sign
		}
	}
	return over
}
