package chart

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// System is one point of a Scatter.
type System struct {
	Name string
	// Number is what the point is labelled with: the system's place in the
	// table beside the chart, from 1.
	Number int
	// Milliseconds is its latency, Value its metric, Low and High the interval
	// of that; these two are NaN where there is none.
	Milliseconds, Value, Low, High float64
	// Front says that it lies on the Pareto front, Best that it is the best.
	Front, Best bool
}

// Scatter draws a metric upwards against latency across, a point a system. The
// systems of the Pareto front, which no other beats in both, are joined.
type Scatter struct {
	axes
	metric, timed string
	systems       []System
	across        extent
	log           bool
}

// logarithmicFrom is from which ratio of the largest latency to the smallest on
// the axis is logarithmic: the fast ones would share one place.
const logarithmicFrom = 12

// leastMilliseconds stands for a latency that is too short to be measured.
const leastMilliseconds = 0.01

// NewScatter prepares the chart; nil where fewer than two systems have both a
// metric and a latency. Timed says what the latency is, such as "median wall
// time".
func NewScatter(metric, timed string, systems []System) *Scatter {
	c := &Scatter{metric: metric, timed: timed, across: newExtent()}
	up := newExtent()
	for _, s := range systems {
		if !drawable(s.Value) || !drawable(s.Milliseconds) {
			continue
		}
		s.Milliseconds = max(s.Milliseconds, leastMilliseconds)
		c.systems = append(c.systems, s)
		c.across.take(s.Milliseconds)
		up.take(s.Value, s.Low, s.High)
	}
	if len(c.systems) < 2 {
		return nil
	}
	c.axes = newAxes(nil, up)
	if c.log = c.across.high > logarithmicFrom*c.across.low; !c.log {
		c.across.low = min(c.across.low, 0)
	}
	return c
}

// scale puts a latency onto the axis.
func (c *Scatter) scale(ms float64) float64 {
	if c.log {
		return math.Log(ms)
	}
	return ms
}

// at is the place of a latency, as a percentage of the width.
func (c *Scatter) at(ms float64) float64 {
	low, high := c.scale(c.across.low), c.scale(c.across.high)
	if high-low < 1e-12 {
		return 50
	}
	return 5 + 88*(c.scale(ms)-low)/(high-low)
}

// Summary says in words what the chart shows.
func (c *Scatter) Summary() string {
	var front []string
	for _, s := range c.front() {
		front = append(front, s.Name)
	}
	return fmt.Sprintf("%s against the %s of %s; on the Pareto front, from the fastest: %s", c.metric, c.timed, text.Count(len(c.systems), "system"), text.And(front))
}

// front are the systems of the front, from the fastest.
func (c *Scatter) front() []System {
	var front []System
	for _, s := range c.systems {
		if s.Front {
			front = append(front, s)
		}
	}
	slices.SortStableFunc(front, func(a, b System) int {
		return cmp.Or(cmp.Compare(a.Milliseconds, b.Milliseconds), cmp.Compare(a.Value, b.Value), a.Number-b.Number)
	})
	return front
}

// shapes draws the grid, the intervals and the front as a flight of stairs:
// what lies below and right of it is beaten.
func (c *Scatter) shapes(b *strings.Builder) {
	c.grid(b)
	for _, s := range c.systems {
		if drawable(s.Low) && drawable(s.High) {
			fmt.Fprintf(b, `<path class="whisker" d="M%s %sV%s"/>`, number(c.at(s.Milliseconds)), number(c.y(s.Low)), number(c.y(s.High)))
		}
	}
	var path strings.Builder
	for i, s := range c.front() {
		if i == 0 {
			fmt.Fprintf(&path, "M%s 100V%s", number(c.at(s.Milliseconds)), number(c.y(s.Value)))
			continue
		}
		fmt.Fprintf(&path, "H%sV%s", number(c.at(s.Milliseconds)), number(c.y(s.Value)))
	}
	if path.Len() > 0 {
		fmt.Fprintf(b, `<path class="front" d="%sH100"/>`, path.String())
	}
}

// marks draws the points and their numbers.
func (c *Scatter) marks(b *strings.Builder) {
	for _, s := range c.systems {
		class := "point"
		if s.Front {
			class = "point on"
		}
		x, y := number(c.at(s.Milliseconds))+"%", number(c.y(s.Value))+"%"
		fmt.Fprintf(b, `<g><title>%s</title><circle class="%s" cx="%s" cy="%s" r="5"/><text x="%s" y="%s" dx="8" dy="-6">%d</text></g>`,
			grid.EscapeHTML(c.says(&s)), class, x, y, x, y, s.Number)
	}
}

// says is what a point is, in words.
func (c *Scatter) says(s *System) string {
	said := fmt.Sprintf("%d %s: %s %s", s.Number, grid.Short(s.Name), c.metric, grid.Fixed(s.Value))
	if drawable(s.Low) && drawable(s.High) {
		said += fmt.Sprintf(" (%s to %s)", grid.Fixed(s.Low), grid.Fixed(s.High))
	}
	return said + ", " + grid.Compact(s.Milliseconds) + " ms"
}

// ticksAcross are the labels under the axis: round latencies.
func (c *Scatter) ticksAcross() []belowLabel {
	var labels []belowLabel
	add := func(ms float64) {
		if at := c.at(ms); at >= 0 && at <= 100 && (len(labels) == 0 || at-labels[len(labels)-1].at > 7) {
			labels = append(labels, belowLabel{at: at, text: strconv.FormatFloat(ms, 'g', 6, 64) + " ms"})
		}
	}
	if c.log {
		for power := math.Floor(math.Log10(c.across.low)); power <= math.Ceil(math.Log10(c.across.high)); power++ {
			for _, step := range []float64{1, 2, 5} {
				add(step * math.Pow(10, power))
			}
		}
		return labels
	}
	round := axes{extent: extent{c.across.low, max(c.across.high, c.across.low+leastMilliseconds)}}
	for _, ms := range round.ticks() {
		add(ms)
	}
	return labels
}

func (c *Scatter) picture() *picture {
	return &picture{
		axes: &c.axes, summary: c.Summary(), heading: c.metric + " against the " + c.timed,
		below: c.ticksAcross(), shapes: c.shapes, marks: c.marks,
	}
}

// legend names the points of the front by their numbers.
func (c *Scatter) legend() []legendEntry {
	entries := []legendEntry{
		{class: "front", text: "Pareto front: no system is better in one and as good in the other", width: 480},
		{class: "whisker", text: "interval of the mean", width: 190},
	}
	for _, s := range c.systems {
		text := strconv.Itoa(s.Number) + " " + grid.Short(s.Name)
		if s.Front {
			text += " (front)"
		}
		entries = append(entries, legendEntry{text: text, noLine: true, width: 20 + 8*grid.Width(text)})
	}
	return entries
}

// ScatterStyle is the style of the points, for pages and files alike.
func ScatterStyle() string {
	return `.point{fill:#8b939b}.point.on{fill:#1d4ed8}.whisker{stroke:#8b939b;stroke-width:2;opacity:.6}.front{stroke:#1d4ed8;stroke-width:2}.marks text{font-size:.75rem;fill:currentColor}` +
		`@media(prefers-color-scheme:dark){.point{fill:#78818a}.point.on{fill:#8ab4ff}.whisker{stroke:#78818a}.front{stroke:#8ab4ff}}`
}

// Page draws the chart for a page, whose style needs ScatterStyle.
func (c *Scatter) Page() template.HTML { return c.picture().page(c.legend()) }

// File draws the chart as a file of its own.
func (c *Scatter) File() []byte { return c.picture().file(chartStyle+ScatterStyle(), c.legend()) }
