package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// pairedT is the paired t-test (Student 1908): the mean of n differences over
// its standard error, and the two-sided p with n−1 degrees of freedom. Where
// the differences do not vary, t is 0 (p 1) for a mean of 0 and infinite
// (p 0) otherwise.
func pairedT(mean, sd float64, n int) (t, p float64) {
	if sd == 0 {
		if mean == 0 {
			return 0, 1
		}
		return math.Inf(sign(mean)), 0
	}
	t = mean / (sd / math.Sqrt(float64(n)))
	// Twice the survival function, not 2(1−CDF), which is 0 for every t above
	// about 8.
	p = 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.Survival(math.Abs(t))
	return t, min(p, 1)
}

// effectSize is Cohen's d_z: the mean difference in standard deviations of
// the differences. Infinite where they do not vary and are not 0.
func effectSize(mean, sd float64) float64 {
	switch {
	case sd != 0:
		return mean / sd
	case mean == 0:
		return 0
	default:
		return math.Inf(sign(mean))
	}
}

func sign(x float64) int {
	if x < 0 {
		return -1
	}
	return 1
}
