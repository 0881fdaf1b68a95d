package stats

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// On the same resamples SciPy's interval and this one must be the same.
func TestBCaAgreesWithSciPyOnTheSameResamples(t *testing.T) {
	for _, want := range loadReference(t).BCa {
		t.Run(want.Name, func(t *testing.T) {
			b := newBootstrapBounds(slices.Clone(want.Means), want.Values, stat.Mean(want.Values, nil))
			if b.percentile {
				t.Fatal("fell back to the percentile interval")
			}
			checkClose(t, "bias", b.bias, want.Bias, 1e-9)
			checkClose(t, "acceleration", b.acceleration, want.Acceleration, 1e-9)
			tail := (1 - want.Confidence) / 2
			checkClose(t, "low", b.bound(tail), want.Low, 1e-9)
			checkClose(t, "high", b.bound(1-tail), want.High, 1e-9)
		})
	}
}

// The jackknife is what Efron defines; the package uses its closed form.
func TestAccelerationIsTheJackknifes(t *testing.T) {
	values := []float64{0.3, -0.1, 0.25, 0, 0, 0.9, -0.05}
	n := float64(len(values))
	total := stat.Mean(values, nil) * n
	var squares, cubes float64
	for _, v := range values {
		left := total/n - (total-v)/(n-1) // mean of the jackknife means minus this one
		squares += left * left
		cubes += left * left * left
	}
	checkClose(t, "acceleration", acceleration(values, total/n), cubes/(6*math.Pow(squares, 1.5)), 1e-12)
}

func TestBCaFallsBackToThePercentileInterval(t *testing.T) {
	// All resampled means above the observed one: no bias can be computed.
	values := []float64{0, 1, 2}
	b := newBootstrapBounds([]float64{4, 3, 2, 1.5, 5}, values, 1)
	if !b.percentile {
		t.Fatal("the bias is infinite, but no fallback was taken")
	}
	// Of 1.5 2 3 4 5 the quantile at 1/4 has rank 1, at 3/4 rank 3.
	if low, high := b.bound(0.25), b.bound(0.75); low != 2 || high != 4 {
		t.Errorf("interval = [%v, %v], want [2, 4]", low, high)
	}
}

func TestBoundBeyondThePole(t *testing.T) {
	b := bootstrapBounds{sorted: []float64{1, 2, 3}, acceleration: 0.5}
	// 1 − a·z = 0 at z = 2: level 0.99 has z = 2.33.
	if got := b.bound(0.99); got != 3 {
		t.Errorf("upper bound beyond the pole = %v, want the largest resample", got)
	}
	b.acceleration = -0.5
	if got := b.bound(0.01); got != 1 {
		t.Errorf("lower bound beyond the pole = %v, want the smallest resample", got)
	}
}

// Without bias and skewness BCa is the percentile interval.
func TestBCaOfASymmetricSampleIsThePercentileInterval(t *testing.T) {
	means := make([]float64, 1001)
	for i := range means {
		means[i] = float64(i - 500)
	}
	b := newBootstrapBounds(means, []float64{-1, 0, 1}, 0)
	checkClose(t, "low", b.bound(0.025), -475, 1e-9)
	checkClose(t, "high", b.bound(0.975), 475, 1e-9)
}
