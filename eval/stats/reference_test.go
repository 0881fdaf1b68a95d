package stats

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// reference is testdata/reference.json, which testdata/reference.py makes
// with SciPy, statsmodels and NumPy.
type reference struct {
	Comparisons []struct {
		Name          string
		Base, Next    []float64
		Difference    float64
		SD            float64
		T, PT         float64
		EffectSize    float64 `json:"effect_size"`
		P             float64
		PError        float64 `json:"p_error"`
		Detectable    float64
		QueriesNeeded int `json:"queries_needed"`
		// Bounds hold the mean and the standard deviation of each end over
		// repeated bootstraps of 10,000 resamples.
		Bounds *struct{ Low, High, Lower, Upper [2]float64 }
	}
	BCa []struct {
		Name               string
		Values, Means      []float64
		Confidence         float64
		Bias, Acceleration float64
		Low, High          float64
	}
	Holm []struct{ P, Adjusted []float64 }
	// Kappa holds grades from 0 without gaps.
	Kappa []struct {
		A, B                          []float64
		Unweighted, Linear, Quadratic float64
	}
	// KappaErrors holds tables of counts by grades from 0.
	KappaErrors []struct {
		Table        [][]int
		Weighting    string
		Kappa, Error float64
	} `json:"kappa_errors"`
	Lines []struct {
		X, Y                           []float64
		Intercept, Slope, Residual, R2 float64
	}
	Quantiles []struct {
		Values      []float64
		P, Quantile float64
	}
}

func loadReference(t *testing.T) reference {
	t.Helper()
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Comparisons) == 0 || len(r.BCa) == 0 || len(r.Holm) == 0 || len(r.Kappa) == 0 || len(r.KappaErrors) == 0 || len(r.Lines) == 0 || len(r.Quantiles) == 0 {
		t.Fatal("testdata/reference.json lacks a section: make it again with reference.py")
	}
	return r
}

// checkClose fails where got is further from want than the tolerance, taken
// relative to want where want is above 1.
func checkClose(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s = %.12g, want %.12g within %g", what, got, want, tolerance)
	}
}
