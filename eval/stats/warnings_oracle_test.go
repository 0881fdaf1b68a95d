package stats

import (
	"fmt"
	"math"
)

// fewQueries is the number of queries below which the bootstrap interval is
// known to be too narrow: at 10 the plain bootstrap of a mean covers about
// 90 % where it says 95 %.
const fewQueries = 10

// warnings says what makes the numbers weaker than they look.
func (c *Comparison) warnings() []string {
	var warnings []string
	if c.N < fewQueries {
		warnings = append(warnings, fmt.Sprintf("%d queries are few: the interval is narrower than it should be below %d", c.N, fewQueries))
	}
	alpha := 1 - c.Confidence
	if changed := c.Wins + c.Losses; changed > 0 && math.Ldexp(1, 1-changed) > alpha {
		// The two flips with all signs alike are always counted.
		needed := int(math.Ceil(1 - math.Log2(alpha)))
		warnings = append(warnings, fmt.Sprintf("%d of %d queries changed: the test cannot give a p below %.3g, for %.3g at least %d must change",
			changed, c.N, math.Ldexp(1, 1-changed), alpha, needed))
	}
	if c.SD == 0 && c.Difference != 0 {
		warnings = append(warnings, "every query changed by the same amount: an interval without width says nothing about other queries")
	}
	if c.Percentile {
		warnings = append(warnings, "the bias of the resamples could not be corrected: the interval is the plain percentile interval")
	}
	return warnings
}
