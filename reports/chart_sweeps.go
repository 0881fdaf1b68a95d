package reports

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
)

// sweepsChart shows several rerankers over the windows of them all: a line
// each, through the windows that it was swept at and no others.
type sweepsChart struct {
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

// newSweepsChart makes the chart, nil where there are not several sweeps or
// too few windows.
func newSweepsChart(curves []Curve) *sweepsChart {
	windows := unitedWindows(curves)
	if len(curves) < 2 || len(windows) < 2 {
		return nil
	}
	c := &sweepsChart{taken: newExtent(), metric: curves[0].Metric}
	if most := len(looks()); len(curves) > most {
		c.left = len(curves) - most
		curves = curves[:most]
	}
	var firsts []float64
	for i := range curves {
		s := series{Curve: &curves[i], name: clip(clean(curves[i].Name), nameColumns), best: -1}
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
func (c *sweepsChart) takeCeiling(windows []int) {
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
func (c *sweepsChart) shapes(b *strings.Builder) {
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
func (c *sweepsChart) marks(b *strings.Builder) {
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
func (c *sweepsChart) recommended() []int {
	var places []int
	for _, s := range c.series {
		if s.best >= 0 {
			places = append(places, s.best)
		}
	}
	return places
}

func (c *sweepsChart) picture() *picture {
	return &picture{
		axes: &c.axes, summary: c.summary(), heading: c.metric + " by window, rerankers side by side",
		standOut: c.recommended(), shapes: c.shapes, marks: c.marks,
	}
}

// plot draws the chart for a page, whose style needs seriesStyle.
func (c *sweepsChart) plot() template.HTML { return c.picture().plot(c.legend()) }

// file draws the chart as a file of its own.
func (c *sweepsChart) file() []byte { return c.picture().file(chartStyle+seriesStyle(), c.legend()) }

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
