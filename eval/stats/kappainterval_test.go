package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// ofTable lists the grades that a table counts, each times as often.
func ofTable(table [][]int, times int) (a, b []float64) {
	for x, row := range table {
		for y, n := range row {
			a = append(a, repeated(n*times, float64(x))...)
			b = append(b, repeated(n*times, float64(y))...)
		}
	}
	return a, b
}

var weightings = map[string]Weighting{"unweighted": Unweighted, "linear": Linear, "quadratic": Quadratic}

// With many documents the interval is that of the published standard error;
// with as many as there are it holds that interval and is not much wider.
func TestKappaIntervalAgreesWithTheLargeSampleError(t *testing.T) {
	z := distuv.UnitNormal.Quantile(0.975)
	for _, want := range loadReference(t).KappaErrors {
		a, b := ofTable(want.Table, 1)
		low, high, err := KappaInterval(a, b, weightings[want.Weighting], 0.95, 1)
		if err != nil {
			t.Fatal(err)
		}
		if !(low < want.Kappa-z*want.Error && low > want.Kappa-1.6*z*want.Error) {
			t.Errorf("%s of %v: low %.3f, the standard error gives %.3f", want.Weighting, want.Table, low, want.Kappa-z*want.Error)
		}
		// Kappa is skewed to the left where it is high, so that the normal
		// interval reaches too far up.
		if !(high > want.Kappa+0.6*z*want.Error && high < min(1, want.Kappa+1.3*z*want.Error)) {
			t.Errorf("%s of %v: high %.3f, the standard error gives %.3f", want.Weighting, want.Table, high, want.Kappa+z*want.Error)
		}
		a, b = ofTable(want.Table, 400)
		low, high, err = KappaInterval(a, b, weightings[want.Weighting], 0.95, 1)
		if err != nil {
			t.Fatal(err)
		}
		// A twentieth of the error; 10,000 draws know the ends within 4 %.
		half := z * want.Error / 20
		checkClose(t, want.Weighting+" low of 400 times as many", low, want.Kappa-half, 0.1*half)
		checkClose(t, want.Weighting+" high of 400 times as many", high, want.Kappa+half, 0.1*half)
	}
}

// Agreement on two documents says little: no matter what else, kappa could be
// far below the 1 that they show.
func TestKappaOfFewDocumentsHasAWideInterval(t *testing.T) {
	for n, most := range map[int]float64{2: 0.1, 10: 0.7, 100: 0.96} {
		var a []float64
		for i := range n {
			a = append(a, float64(3*(i%2)))
		}
		low, high, err := KappaInterval(a, a, Quadratic, 0.95, 1)
		if err != nil {
			t.Fatal(err)
		}
		if high != 1 || low > most {
			t.Errorf("full agreement on %d documents: %.3f to %.3f, want a low of at most %v", n, low, high, most)
		}
	}
}

// Judges who agree with a known probability: kappa is known, and the interval
// covers it.
func TestKappaIntervalCovers(t *testing.T) {
	shares := []float64{0.5, 0.25, 0.15, 0.1}
	source := rand.New(rand.NewPCG(1960, 2))
	draw := func() float64 {
		u := source.Float64()
		for g, share := range shares {
			if u -= share; u < 0 {
				return float64(g)
			}
		}
		return 3
	}
	for _, agree := range []float64{0.5, 0.95} {
		// The other judge copies with this probability, else draws: kappa by
		// any weights is that probability.
		for _, n := range []int{10, 30} {
			const suites = 60
			covered, made := 0, 0
			for suite := range suites {
				a, b := make([]float64, n), make([]float64, n)
				for i := range a {
					a[i] = draw()
					if b[i] = a[i]; source.Float64() >= agree {
						b[i] = draw()
					}
				}
				kappa, err := Kappa(a, b, Unweighted)
				if errors.Is(err, ErrKappaUndefined) {
					continue
				}
				// Fewer draws than KappaInterval makes: they need not be exact.
				low, high := newGradeTable(a, b, Unweighted).interval(kappa, 0.95, uint64(suite), 1000)
				made++
				if low <= agree && agree <= high {
					covered++
				}
			}
			if share := float64(covered) / float64(made); share < 0.95-3*math.Sqrt(0.95*0.05/suites) {
				t.Errorf("kappa %v, %d documents: covers %.1f %%", agree, n, 100*share)
			}
		}
	}
}

func TestKappaIntervalRepeatsAndRefuses(t *testing.T) {
	a, b := []float64{0, 1, 2, 3, 0, 1}, []float64{0, 1, 2, 2, 1, 1}
	low, high, err := KappaInterval(a, b, Linear, 0.9, 5)
	again, andAgain, _ := KappaInterval(a, b, Linear, 0.9, 5)
	if err != nil || low != again || high != andAgain {
		t.Errorf("%v to %v, then %v to %v, %v", low, high, again, andAgain, err)
	}
	if wideLow, wideHigh, _ := KappaInterval(a, b, Linear, 0.99, 5); !(wideLow < low && wideHigh >= high) {
		t.Errorf("99 %%: %v to %v, 90 %%: %v to %v", wideLow, wideHigh, low, high)
	}
	if _, _, err := KappaInterval(a, b, Linear, 1, 5); err == nil {
		t.Error("a confidence of 1 has no error")
	}
	if _, _, err := KappaInterval([]float64{1, 1}, []float64{1, 1}, Linear, 0.95, 5); !errors.Is(err, ErrKappaUndefined) {
		t.Errorf("one grade: %v", err)
	}
}
