package grid

import (
	"math"
	"strconv"

	"github.com/releval/releval/eval/text"
)

// Fixed prints a value with three decimals.
func Fixed(v float64) string { return text.Fixed(v, 3) }

// Signed prints a difference with its sign; nothing that rounds to 0 has one.
func Signed(v float64) string { return text.Signed(v, 3) }

// Compact prints a value with as few digits as it needs, at most three
// decimals: grades, milliseconds.
func Compact(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return text.Undefined
	}
	return strconv.FormatFloat(math.Round(v*1000)/1000+0, 'f', -1, 64)
}

// Interval prints an interval of differences.
func Interval(low, high float64) string {
	if math.IsNaN(low) || math.IsNaN(high) {
		return text.Undefined
	}
	return Signed(low) + " to " + Signed(high)
}

// Bounds prints an interval of values, as one value where it has no width.
func Bounds(low, high float64) string {
	if Fixed(low) == Fixed(high) {
		return Fixed(low)
	}
	return Fixed(low) + "–" + Fixed(high)
}

// Percent prints a share as a percentage, with a decimal where it is small.
func Percent(share float64) string {
	switch {
	case math.IsNaN(share):
		return text.Undefined
	case share > 0 && share < 0.0995 || share > 0.9 && share < 1:
		return strconv.FormatFloat(share*100, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(share*100, 'f', 0, 64) + " %"
}

// Milliseconds prints a latency with as many decimals as it can claim.
func Milliseconds(ms float64) string {
	switch {
	case math.IsNaN(ms):
		return text.Undefined
	case ms < 10:
		return strconv.FormatFloat(ms, 'f', 1, 64)
	}
	return strconv.FormatFloat(ms, 'f', 0, 64)
}
