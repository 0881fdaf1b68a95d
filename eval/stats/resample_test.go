package stats

import (
	"math"
	"slices"
	"testing"
)

func TestBootstrapDrawsWhatCompareDraws(t *testing.T) {
	base, next := randomPairs(75)
	differences, err := pairedDifferences(base, next)
	if err != nil {
		t.Fatal(err)
	}
	const resamples = 300 // more than two chunks
	want := resampledMeans([][]float64{differences}, 9, resamples)[0]
	var got []float64
	Bootstrap(len(differences), 9, resamples, func(indices []int) {
		var sum float64
		for _, i := range indices {
			sum += differences[i]
		}
		got = append(got, sum/float64(len(indices)))
	})
	if !slices.Equal(got, want) {
		t.Errorf("the means over Bootstrap's indices are not those of Compare")
	}
}

func TestBootstrapIsUniform(t *testing.T) {
	const n, resamples = 7, 20_000
	counts := make([]int, n)
	calls := 0
	Bootstrap(n, 1, resamples, func(indices []int) {
		calls++
		if len(indices) != n {
			t.Fatalf("a resample of %d, want %d", len(indices), n)
		}
		for _, i := range indices {
			counts[i]++
		}
	})
	if calls != resamples {
		t.Fatalf("%d resamples, want %d", calls, resamples)
	}
	// Chi-square with 6 degrees of freedom: above 22.5 in 1 of 1,000 cases.
	var chi float64
	for _, count := range counts {
		chi += square(float64(count-resamples)) / resamples
	}
	if chi > 22.5 {
		t.Errorf("counts %v are not uniform: chi-square %.1f", counts, chi)
	}
}

func TestBootstrapOfNothing(t *testing.T) {
	for _, c := range [][2]int{{0, 10}, {-1, 10}, {5, 0}, {5, -1}} {
		Bootstrap(c[0], 1, c[1], func([]int) {
			t.Errorf("n=%d, resamples=%d: use was called", c[0], c[1])
		})
	}
}

func TestQuantileAgreesWithNumPy(t *testing.T) {
	for _, want := range loadReference(t).Quantiles {
		before := slices.Clone(want.Values)
		checkClose(t, "quantile", Quantile(want.Values, want.P), want.Quantile, 1e-12)
		if !slices.Equal(before, want.Values) {
			t.Errorf("Quantile reordered its argument")
		}
	}
	for _, c := range []struct {
		values []float64
		p      float64
	}{{nil, 0.5}, {[]float64{1, math.NaN()}, 0.5}, {[]float64{1}, -0.1}, {[]float64{1}, 1.1}, {[]float64{1}, math.NaN()}} {
		if got := Quantile(c.values, c.p); !math.IsNaN(got) {
			t.Errorf("Quantile(%v, %v) = %v, want NaN", c.values, c.p, got)
		}
	}
}
