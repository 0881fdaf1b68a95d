package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Line is a straight line fitted to points by least squares: y = Intercept +
// Slope·x.
type Line struct {
	// Intercept and Slope are in the units of y, and of y by unit of x.
	Intercept, Slope float64
	// Residual is the standard deviation of the points around the line, with
	// n−2 degrees of freedom, in the units of y: how much a single
	// measurement strays. 0 for two points, through which every line fits.
	Residual float64
	// R2 is the share of the variance of y that the line explains, from 0 to
	// 1; 1 where y does not vary.
	R2 float64
	// N is the number of points.
	N int
}

// At returns the line's value at x.
func (l Line) At(x float64) float64 {
	return l.Intercept + l.Slope*x
}

// FitLine fits a line to the points (x[i], y[i]), each of the same weight. It
// is an error where the lists differ in length, where a value is not finite,
// or where there are fewer than two different x.
func FitLine(x, y []float64) (Line, error) {
	if len(x) != len(y) {
		return Line{}, fmt.Errorf("cannot fit a line: %d values of x but %d of y", len(x), len(y))
	}
	different := false
	for i := range x {
		if !finite(x[i]) || !finite(y[i]) {
			return Line{}, fmt.Errorf("cannot fit a line: point %d is (%v, %v), which is not finite", i, x[i], y[i])
		}
		different = different || x[i] != x[0]
	}
	if !different {
		return Line{}, fmt.Errorf("cannot fit a line to %d points with fewer than two different x: measure at two places at least", len(x))
	}
	line := Line{N: len(x)}
	line.Intercept, line.Slope = stat.LinearRegression(x, y, nil, false)
	mean := stat.Mean(y, nil)
	var around, total float64
	for i := range x {
		around += square(y[i] - line.At(x[i]))
		total += square(y[i] - mean)
	}
	if len(x) > 2 {
		line.Residual = math.Sqrt(around / float64(len(x)-2))
	}
	line.R2 = 1
	if total > 0 {
		line.R2 = max(0, 1-around/total)
	}
	return line, nil
}

func square(x float64) float64 { return x * x }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
