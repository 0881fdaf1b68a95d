package stats

import (
	"errors"
	"fmt"
	"math"
)

// Pair is what Compare compares: the values of two systems on the same
// queries.
type Pair struct{ Base, Next []float64 }

// pairedDifferences returns next minus base, 0 where only rounding is left.
func pairedDifferences(base, next []float64) ([]float64, error) {
	if len(base) != len(next) {
		return nil, fmt.Errorf("cannot pair %d values with %d: compare on the queries that both have", len(base), len(next))
	}
	if len(base) == 0 {
		return nil, errors.New("no queries to compare: the two sides have no judged query in common")
	}
	differences := make([]float64, len(base))
	for i := range base {
		if !finite(base[i]) || !finite(next[i]) {
			return nil, fmt.Errorf("the values %v and %v at index %d are not both finite: leave a query without a value out of both sides", base[i], next[i], i)
		}
		d := next[i] - base[i]
		if !finite(d) {
			return nil, fmt.Errorf("the difference of %v and %v at index %d is too large for a float64", base[i], next[i], i)
		}
		if math.Abs(d) > rounding*max(1, math.Abs(base[i]), math.Abs(next[i])) {
			differences[i] = d
		}
	}
	return differences, nil
}
