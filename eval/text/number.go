package text

import (
	"math"
	"strconv"
	"strings"
)

// Undefined is what stands where a value is undefined.
const Undefined = "?"

// Number writes a value with the fewest digits that read back as it: limits
// and grades as they were given.
func Number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// Fixed writes a measured value with a number of decimals. What rounds to 0
// has no sign; NaN and the infinities are [Undefined].
func Fixed(x float64, decimals int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Undefined
	}
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if s[0] == '-' && strings.Trim(s, "-0.") == "" {
		return s[1:]
	}
	return s
}

// Signed is Fixed for a difference: with its sign, also for a rise.
func Signed(x float64, decimals int) string {
	s := Fixed(x, decimals)
	if s == Undefined || s[0] == '-' || strings.Trim(s, "0.") == "" {
		return s
	}
	return "+" + s
}

// Percent writes a share that somebody chose, such as a confidence, with the
// digits that it has: "95 %", "99.9 %".
func Percent(share float64) string {
	return strconv.FormatFloat(math.Round(share*1e6)/1e4, 'g', 6, 64) + " %"
}

// Thousands writes a whole number with commas: "6,980".
func Thousands[N int | int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}
