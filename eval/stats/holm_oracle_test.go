package stats

import (
	"cmp"
	"math"
	"slices"
)

// Holm returns the p-values adjusted for being a family of len(p) tests, in
// the same order (Holm 1979): declaring those at most α different keeps the
// chance of even one false alarm in the whole family at most α, whatever the
// dependence between the tests. A p of NaN stands for a test that was not
// made: it stays NaN and does not count.
func Holm(p []float64) []float64 {
	adjusted := slices.Clone(p)
	var order []int
	for i, value := range p {
		if !math.IsNaN(value) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	largest := 0.0
	for rank, i := range order {
		// A larger p may not end up with a smaller adjusted one.
		largest = max(largest, min(1, float64(len(order)-rank)*p[i]))
		adjusted[i] = largest
	}
	return adjusted
}
