package reports

import "slices"

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
func valueOf(p *Point) float64   { return p.Value }
func ceilingOf(p *Point) float64 { return p.Ceiling }
