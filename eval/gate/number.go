package gate

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Tolerance is how far a value may be beyond a limit and still meet it: the
// rounding error of a mean, and nothing that a reader could see. Latencies
// and counts are held against it too.
const Tolerance = 1e-9

// snap makes a margin within the tolerance exactly 0.
func snap(margin float64) float64 {
	if math.Abs(margin) <= Tolerance {
		return 0
	}
	return margin
}

// number prints a limit as shortly as it can be written.
func number(x float64) string { return text.Number(x) }

// fixed prints a measured value with four decimals.
func fixed(x float64) string { return text.Fixed(x, 4) }

// signed is fixed with a sign, also for a rise, and with more decimals where
// four would print a 0 that it is not.
func signed(x float64) string {
	if math.Abs(x) < Tolerance {
		return "+0.0000"
	}
	decimals := 4
	for decimals < 9 && math.Abs(x) < 0.5*math.Pow10(-decimals) {
		decimals++
	}
	return fmt.Sprintf("%+.*f", decimals, x)
}

// beside prints a value with four decimals, or with as many more as it takes
// to tell it from the limit: "0.8000, at least 0.8" would not explain a
// failure.
func beside(x float64, limits ...*float64) string {
	text := fixed(x)
	for decimals := 5; decimals <= 10; decimals++ {
		same := slices.ContainsFunc(limits, func(limit *float64) bool {
			if limit == nil || math.Abs(x-*limit) <= Tolerance {
				return false
			}
			printed, err := strconv.ParseFloat(text, 64)
			return err == nil && printed == *limit
		})
		if !same {
			break
		}
		text = strconv.FormatFloat(x, 'f', decimals, 64)
	}
	return text
}

// percent prints a share as shortly as it can be written.
func percent(share float64) string { return fmt.Sprintf("%.10g %%", 100*share) }

// milliseconds prints a latency with a precision that suits its size.
func milliseconds(x float64) string {
	switch {
	case x == math.Trunc(x) || x >= 100:
		return strconv.FormatFloat(x, 'f', 0, 64) + " ms"
	default:
		return strconv.FormatFloat(x, 'f', 1, 64) + " ms"
	}
}

// plural prints a count with its noun.
func plural(n int, noun string) string { return text.Count(n, noun) }

// mostNamed is how many queries a reason names before "and n more".
const mostNamed = 3

// some lists names, the first few of many.
func some(names []string) string {
	if len(names) <= mostNamed+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:mostNamed], ", "), len(names)-mostNamed)
}

// measured says that the name is a latency, a count or the cost, and no metric.
func measured(name string) bool {
	return judgments.IsMeasured(name)
}
