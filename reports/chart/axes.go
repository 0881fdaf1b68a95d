package chart

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// extent is the part of a scale that values take up. What is undefined or
// infinite takes up nothing.
type extent struct{ low, high float64 }

// newExtent is the extent of nothing.
func newExtent() extent { return extent{math.Inf(1), math.Inf(-1)} }

func (e *extent) take(values ...float64) {
	for _, v := range values {
		if drawable(v) {
			e.low, e.high = min(e.low, v), max(e.high, v)
		}
	}
}

// empty says that no value was taken.
func (e extent) empty() bool { return e.low > e.high }

// drawable says whether a value has a place in a chart.
func drawable(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// mark is a value at a window, which it names by its place on the axis.
type mark struct {
	at    int
	value float64
}

// axes are what every chart over windows is drawn on: a metric upwards, and
// across the windows, evenly spaced, since they are chosen by whoever sweeps,
// mostly in steps that double.
type axes struct {
	windows []int
	extent
}

// newAxes leaves a margin around the values for lines and marks.
func newAxes(windows []int, e extent) axes {
	margin := max(0.01, (e.high-e.low)*0.06)
	return axes{windows, extent{e.low - margin, e.high + margin}}
}

// x and y are places in a box of 100 by 100.
func (a *axes) x(i int) float64 {
	return 4 + 92*float64(i)/float64(len(a.windows)-1)
}

func (a *axes) y(v float64) float64 { return 100 * (a.high - v) / (a.high - a.low) }

// line is the path through the marks, broken where a value is undefined.
func (a *axes) line(marks []mark) string {
	var b strings.Builder
	pen := "M"
	for _, m := range marks {
		if !drawable(m.value) {
			pen = "M"
			continue
		}
		b.WriteString(pen + number(a.x(m.at)) + " " + number(a.y(m.value)))
		pen = "L"
	}
	return b.String()
}

// ticks are three to six round values of the scale.
func (a *axes) ticks() []float64 {
	span := a.high - a.low
	step := math.Pow(10, math.Floor(math.Log10(span)))
	for _, part := range []float64{0.1, 0.2, 0.25, 0.5, 1} {
		if span/(step*part) <= 6 {
			step *= part
			break
		}
	}
	var ticks []float64
	for v := math.Ceil(a.low/step) * step; v <= a.high+1e-9 && len(ticks) < 8; v += step {
		ticks = append(ticks, v)
	}
	return ticks
}

// grid writes a line for each tick.
func (a *axes) grid(b *strings.Builder) {
	for _, tick := range a.ticks() {
		fmt.Fprintf(b, `<path class="grid" d="M0 %sh100"/>`, number(a.y(tick)))
	}
}

// level writes a line from side to side, or none where the value is
// undefined.
func (a *axes) level(b *strings.Builder, class string, v float64) {
	if drawable(v) {
		fmt.Fprintf(b, `<path class="%s" d="M0 %sh100"/>`, class, number(a.y(v)))
	}
}

// hits write a strip for each window that says something when hovered over.
func (a *axes) hits(b *strings.Builder, says func(i int) string) {
	for i := range a.windows {
		half, width := 46/float64(len(a.windows)-1), number(92/float64(len(a.windows)-1))
		fmt.Fprintf(b, `<g><path class="hit" d="M%s 0h%sv100h-%sz"/><title>%s</title></g>`, number(a.x(i)-half), width, width, says(i))
	}
}

// labels are those of the windows, of which some stand out.
func (a *axes) labels(standOut []int) []belowLabel {
	var labels []belowLabel
	for _, i := range a.labelled(standOut) {
		labels = append(labels, belowLabel{a.x(i), strconv.Itoa(a.windows[i]), slices.Contains(standOut, i)})
	}
	return labels
}

// labelled are the windows to write below the axis, by their places: about
// twelve, and those that stand out, which others make room for.
func (a *axes) labelled(standOut []int) []int {
	every := 1 + (len(a.windows)-1)/12
	var places []int
	for i := range a.windows {
		near := slices.ContainsFunc(standOut, func(s int) bool { return s != i && max(s-i, i-s) < every })
		if slices.Contains(standOut, i) || i%every == 0 && !near {
			places = append(places, i)
		}
	}
	return places
}
