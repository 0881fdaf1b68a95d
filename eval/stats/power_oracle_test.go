package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Detectable is the smallest difference between two systems that a two-sided
// test with error 1−confidence sees with 80 % power on n queries whose
// differences have the standard deviation sd:
//
//	(z(1−α/2) + z(0.8)) · sd / √n      (1.960 + 0.842 for confidence 0.95)
//
// It is the usual normal approximation, close from about 20 queries on. NaN
// where n is below 1.
func Detectable(sd float64, n int, confidence float64) float64 {
	if n < 1 {
		return math.NaN()
	}
	return powerFactor(confidence) * sd / math.Sqrt(float64(n))
}

// QueriesNeeded is the smallest number of queries on which a true difference
// of the given size would be detectable in the sense of Detectable, at least
// 2 and at most MaxQueriesNeeded; 0 where the difference is 0, which no
// number of queries can tell from none.
func QueriesNeeded(difference, sd, confidence float64) int {
	if difference == 0 || math.IsNaN(difference) || math.IsNaN(sd) {
		return 0
	}
	root := powerFactor(confidence) * sd / difference
	needed := math.Ceil(root * root)
	return int(min(max(needed, 2), MaxQueriesNeeded))
}

func powerFactor(confidence float64) float64 {
	return distuv.UnitNormal.Quantile(1-(1-confidence)/2) + distuv.UnitNormal.Quantile(Power)
}
