package reports

import (
	"math"
	"strconv"
	"strings"
)

// undefined is what stands where a value is undefined.
const undefined = "?"

// fixed prints a value with three decimals.
func fixed(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return undefined
	}
	return positiveZero(strconv.FormatFloat(v, 'f', 3, 64))
}

// signed prints a difference with its sign; nothing that rounds to 0 has one.
func signed(v float64) string {
	s := fixed(v)
	if s == undefined || s[0] == '-' || s == "0.000" {
		return s
	}
	return "+" + s
}

// positiveZero takes the sign off a number that rounding made 0.
func positiveZero(s string) string {
	if strings.HasPrefix(s, "-") && strings.Trim(s, "-0.") == "" {
		return s[1:]
	}
	return s
}

// compact prints a value with as few digits as it needs, at most three
// decimals: grades, milliseconds.
func compact(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return undefined
	}
	return positiveZero(strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64))
}

// interval prints an interval of differences.
func interval(low, high float64) string {
	if math.IsNaN(low) || math.IsNaN(high) {
		return undefined
	}
	return signed(low) + " to " + signed(high)
}

// bounds prints an interval of values, as one value where it has no width.
func bounds(low, high float64) string {
	if fixed(low) == fixed(high) {
		return fixed(low)
	}
	return fixed(low) + "–" + fixed(high)
}

// percent prints a share as a percentage, with a decimal where it is small.
func percent(share float64) string {
	switch {
	case math.IsNaN(share):
		return undefined
	case share > 0 && share < 0.0995 || share > 0.9 && share < 1:
		return strconv.FormatFloat(share*100, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(share*100, 'f', 0, 64) + " %"
}

// milliseconds prints a latency with as many decimals as it can claim.
func milliseconds(ms float64) string {
	switch {
	case math.IsNaN(ms):
		return undefined
	case ms < 10:
		return strconv.FormatFloat(ms, 'f', 1, 64)
	}
	return strconv.FormatFloat(ms, 'f', 0, 64)
}
