package stats

import (
	"math"
	"slices"
)

// Quantile returns the value below which the share p of the values lies,
// interpolated linearly between the neighbours at rank p·(n−1), counted from
// 0: type 7 of Hyndman and Fan (1996), the default of R and NumPy. The values
// may be in any order and are left as they are. NaN where there is no value,
// where one is NaN, or where p is not from 0 to 1.
func Quantile(values []float64, p float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	// Sort puts NaN first.
	if len(sorted) == 0 || math.IsNaN(sorted[0]) || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	return quantileSorted(sorted, p)
}

// quantileSorted is Quantile of ascending values, at least one, with p from
// 0 to 1.
func quantileSorted(sorted []float64, p float64) float64 {
	rank := p * float64(len(sorted)-1)
	low := int(rank)
	if low >= len(sorted)-1 {
		return sorted[len(sorted)-1]
	}
	if weight := rank - float64(low); weight > 0 {
		return sorted[low] + weight*(sorted[low+1]-sorted[low])
	}
	return sorted[low]
}
