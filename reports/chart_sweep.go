package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// sweepChart shows the metric over the windows with its interval, the first
// stage below it and the ceiling above. Windows are evenly spaced: they are
// chosen by whoever sweeps, mostly in steps that double.
type sweepChart struct {
	*SweepView
	low, high float64
}

// newSweepChart makes the chart, nil where there are too few points for one.
func newSweepChart(s *SweepView) *sweepChart {
	if len(s.Points) < 2 {
		return nil
	}
	c := &sweepChart{SweepView: s, low: math.Inf(1), high: math.Inf(-1)}
	take := func(v float64) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			c.low, c.high = min(c.low, v), max(c.high, v)
		}
	}
	take(s.FirstStage)
	for _, p := range s.Points {
		take(p.Value)
		take(p.Ceiling)
		take(s.FirstStage + p.GainLow)
		take(s.FirstStage + p.GainHigh)
	}
	if math.IsInf(c.low, 0) {
		return nil
	}
	margin := max(0.01, (c.high-c.low)*0.06)
	c.low, c.high = c.low-margin, c.high+margin
	return c
}

// x and y are places in a box of 100 by 100.
func (c *sweepChart) x(i int) float64 {
	return 4 + 92*float64(i)/float64(len(c.Points)-1)
}

func (c *sweepChart) y(v float64) float64 { return 100 * (c.high - v) / (c.high - c.low) }

// line is the path through the defined values.
func (c *sweepChart) line(of func(*SweepPoint) float64) string {
	var b strings.Builder
	pen := "M"
	for i := range c.Points {
		v := of(&c.Points[i])
		if math.IsNaN(v) {
			pen = "M"
			continue
		}
		b.WriteString(pen + number(c.x(i)) + " " + number(c.y(v)))
		pen = "L"
	}
	return b.String()
}

// dots are strokes without length, whose round ends stay round however the
// box is stretched.
func (c *sweepChart) dots() string {
	var b strings.Builder
	for i := range c.Points {
		if v := c.Points[i].Value; !math.IsNaN(v) {
			b.WriteString("M" + number(c.x(i)) + " " + number(c.y(v)) + "h0")
		}
	}
	return b.String()
}

// band is the outline of the interval around the values.
func (c *sweepChart) band() string {
	var there, back []string
	for i := range c.Points {
		low, high := c.FirstStage+c.Points[i].GainLow, c.FirstStage+c.Points[i].GainHigh
		if math.IsNaN(low) || math.IsNaN(high) {
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

// recommended is the index of the recommended window, -1 where there is none.
func (c *sweepChart) recommended() int {
	for i := range c.Points {
		if c.Points[i].Window == c.Recommended {
			return i
		}
	}
	return -1
}

// shapes writes the curves.
func (c *sweepChart) shapes(b *strings.Builder) {
	for _, tick := range c.ticks() {
		fmt.Fprintf(b, `<path class="grid" d="M0 %sh100"/>`, number(c.y(tick)))
	}
	if i := c.recommended(); i >= 0 {
		fmt.Fprintf(b, `<path class="pick" d="M%s 0v100"/>`, number(c.x(i)))
	}
	if band := c.band(); band != "" {
		fmt.Fprintf(b, `<path class="band" d="%s"/>`, band)
	}
	if !math.IsNaN(c.FirstStage) {
		fmt.Fprintf(b, `<path class="first" d="M0 %sh100"/>`, number(c.y(c.FirstStage)))
	}
	fmt.Fprintf(b, `<path class="ceiling" d="%s"/>`, c.line(func(p *SweepPoint) float64 { return p.Ceiling }))
	fmt.Fprintf(b, `<path class="value" d="%s"/>`, c.line(func(p *SweepPoint) float64 { return p.Value }))
	fmt.Fprintf(b, `<path class="value dot" stroke-linecap="round" d="%s"/>`, c.dots())
	for i, p := range c.Points {
		fmt.Fprintf(b, `<g><path class="hit" d="M%s 0h%sv100h-%sz"/><title>%s</title></g>`, number(c.x(i)-46/float64(len(c.Points)-1)),
			number(92/float64(len(c.Points)-1)), number(92/float64(len(c.Points)-1)), escapeHTML(c.pointName(p)))
	}
}

// pointName is what hovering says.
func (c *sweepChart) pointName(p SweepPoint) string {
	return fmt.Sprintf("window %d: %s %s, gain %s (%s), ceiling %s, recall %s", p.Window, c.Metric, fixed(p.Value), signed(p.Gain), interval(p.GainLow, p.GainHigh), fixed(p.Ceiling), fixed(p.Recall))
}

// ticks are three to six round values of the scale.
func (c *sweepChart) ticks() []float64 {
	span := c.high - c.low
	step := math.Pow(10, math.Floor(math.Log10(span)))
	for _, part := range []float64{0.1, 0.2, 0.25, 0.5, 1} {
		if span/(step*part) <= 6 {
			step *= part
			break
		}
	}
	var ticks []float64
	for v := math.Ceil(c.low/step) * step; v <= c.high+1e-9 && len(ticks) < 8; v += step {
		ticks = append(ticks, v)
	}
	return ticks
}

// summary says in words what the chart shows.
func (c *sweepChart) summary() string {
	first, last := c.Points[0], c.Points[len(c.Points)-1]
	s := fmt.Sprintf("%s under %s by window: %s at %d, %s at %d; %s without the reranker", c.Metric, clean(c.Reranker), fixed(first.Value), first.Window, fixed(last.Value), last.Window, fixed(c.FirstStage))
	if c.Recommended > 0 {
		s += "; recommended window " + strconv.Itoa(c.Recommended)
	}
	return s
}

// file draws the chart as a file of its own.
func (c *sweepChart) file() []byte {
	const width, height, left, top, bottom = 900, 380, 64, 44, 64
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img"><title>%s</title><style>%s.dot{stroke-width:9}</style>`+"\n",
		width, height, width, height, escapeHTML(c.summary()), chartStyle)
	innerWidth, innerHeight := float64(width-left-16), float64(height-top-bottom)
	svgText(&b, left, 24, "start", "head", fmt.Sprintf("%s by the window of %s", c.Metric, c.Reranker))
	for _, tick := range c.ticks() {
		svgText(&b, left-8, top+innerHeight*c.y(tick)/100+4, "end", "", fixed(tick))
	}
	for i, p := range c.Points {
		class := ""
		if i == c.recommended() {
			class = "head"
		}
		svgText(&b, left+innerWidth*c.x(i)/100, float64(height-bottom+20), "middle", class, strconv.Itoa(p.Window))
	}
	fmt.Fprintf(&b, `<svg x="%d" y="%d" width="%s" height="%s" viewBox="0 0 100 100" preserveAspectRatio="none">`, left, top, number(innerWidth), number(innerHeight))
	c.shapes(&b)
	b.WriteString("</svg>\n")
	at := float64(left)
	for _, l := range []struct {
		class, text string
		width       float64
	}{{"value", "with " + clip(clean(c.Reranker), 24), 260}, {"ceiling", "ceiling", 110}, {"first", "without", 110}, {"pick", "recommended", 0}} {
		fmt.Fprintf(&b, `<path class="%s" d="M%s %dh28"/>`, l.class, number(at), height-18)
		svgText(&b, at+36, height-14, "start", "", l.text)
		at += l.width
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}
