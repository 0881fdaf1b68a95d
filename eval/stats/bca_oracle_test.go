package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// bootstrapBounds turns the means of bootstrap resamples into confidence
// bounds by the bias-corrected and accelerated method, BCa (Efron 1987;
// Efron and Tibshirani 1993, chapter 14): the quantile that is read from the
// resamples is moved by how far their median lies from the observed mean and
// by the skewness of the differences. For symmetric differences it is the
// plain percentile interval.
type bootstrapBounds struct {
	sorted []float64
	// bias is z0, acceleration is a, in the notation of Efron (1987).
	bias, acceleration float64
	// percentile says that BCa had no answer and the plain quantiles stand.
	percentile bool
}

// newBootstrapBounds takes the resampled means, which it sorts, and the
// values that they were drawn from.
func newBootstrapBounds(means, values []float64, mean float64) bootstrapBounds {
	slices.Sort(means)
	b := bootstrapBounds{sorted: means, acceleration: acceleration(values, mean)}
	b.bias = biasCorrection(means, mean, relativeTie*meanSize(values))
	if math.IsInf(b.bias, 0) || math.IsNaN(b.acceleration) {
		b.percentile = true
	}
	return b
}

// bound is the value that the true mean lies below with the given
// probability, level, between 0 and 1.
func (b bootstrapBounds) bound(level float64) float64 {
	if b.percentile {
		return quantileSorted(b.sorted, level)
	}
	z := b.bias + distuv.UnitNormal.Quantile(level)
	scale := 1 - b.acceleration*z
	if scale <= 0 {
		// The formula has a pole here; beyond it the order of the levels
		// would turn around. Its limit is the extreme of the resamples.
		if z < 0 {
			return b.sorted[0]
		}
		return b.sorted[len(b.sorted)-1]
	}
	return quantileSorted(b.sorted, distuv.UnitNormal.CDF(b.bias+z/scale))
}

// biasCorrection is z0: the normal quantile of the share of resampled means
// below the observed one. Equal ones, which are common where metrics take few
// values, count half. Infinite where all lie on one side.
func biasCorrection(means []float64, mean, tie float64) float64 {
	var below float64
	for _, m := range means {
		switch {
		case math.Abs(m-mean) <= tie:
			below += 0.5
		case m < mean:
			below++
		}
	}
	return distuv.UnitNormal.Quantile(below / float64(len(means)))
}

// acceleration is a, a sixth of the skewness of the jackknife values. For a
// mean the jackknife values are the deviations from it over n−1, and the
// factor cancels. NaN where the values do not vary.
func acceleration(values []float64, mean float64) float64 {
	var squares, cubes float64
	for _, v := range values {
		d := v - mean
		squares += d * d
		cubes += d * d * d
	}
	return cubes / (6 * math.Pow(squares, 1.5))
}

// meanSize is the mean of the absolute values.
func meanSize(values []float64) float64 {
	var size float64
	for _, v := range values {
		size += math.Abs(v)
	}
	return size / float64(len(values))
}
