package reports

import (
	"math"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/text"
)

// undefined is what stands where a value is undefined.
const undefined = text.Undefined

// absent is the rank of a document that was not returned.
const absent = "–"

// fixed prints a value with three decimals.
func fixed(v float64) string { return text.Fixed(v, 3) }

// signed prints a difference with its sign; nothing that rounds to 0 has one.
func signed(v float64) string { return text.Signed(v, 3) }

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

// grade prints a grade, and a dash where nobody judged the hit.
func grade(g float64) string {
	if math.IsNaN(g) {
		return absent
	}
	return compact(g)
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

// pValue prints a p-value as a table's cell.
func pValue(p float64) string {
	switch {
	case math.IsNaN(p):
		return undefined
	case p < 0.001:
		return "<0.001"
	}
	return fixed(p)
}

// pSaid prints a p-value for prose.
func pSaid(p float64) string {
	if !math.IsNaN(p) && p < 0.001 {
		return "p < 0.001"
	}
	return "p = " + pValue(p)
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

// coverage prints a confidence as "95 %"; 0 stands for 0.95.
func coverage(confidence float64) string {
	if confidence == 0 {
		confidence = 0.95
	}
	return text.Percent(confidence)
}

// thousands prints a whole number with commas.
func thousands[N int | int64](n N) string { return text.Thousands(n) }

// ranksMoved prints a rank before and after.
func ranksMoved(before, after int) string { return rank(before) + " → " + rank(after) }

func rank(r int) string {
	if r == 0 {
		return absent
	}
	return strconv.Itoa(r)
}

// mean is the average of the defined values, NaN where there is none.
func mean(values []float64) float64 {
	m, _ := score.Mean(values)
	return m
}
