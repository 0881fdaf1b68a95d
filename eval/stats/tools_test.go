package stats

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestHolmAgreesWithStatsmodels(t *testing.T) {
	for _, want := range loadReference(t).Holm {
		got := Holm(want.P)
		for i := range got {
			checkClose(t, "adjusted p", got[i], want.Adjusted[i], 1e-12)
		}
	}
}

func TestHolmLeavesOutTestsNotMade(t *testing.T) {
	got := Holm([]float64{0.02, math.NaN(), 0.03})
	// Two tests: 2·0.02 = 0.04, and 1·0.03 raised to the 0.04 before it.
	if got[0] != 0.04 || !math.IsNaN(got[1]) || got[2] != 0.04 {
		t.Errorf("Holm = %v, want [0.04 NaN 0.04]", got)
	}
	if got := Holm(nil); len(got) != 0 {
		t.Errorf("Holm(nil) = %v", got)
	}
}

func TestPower(t *testing.T) {
	// The table of the usual planning: s = .20 sees .079 with 50 queries, .05
	// with 126 and .02 with 785.
	for _, c := range []struct {
		n    int
		want float64
	}{{50, 0.079}, {126, 0.05}, {785, 0.02}} {
		if got := Detectable(0.2, c.n, 0.95); math.Abs(got-c.want) > 0.0005 {
			t.Errorf("Detectable(0.2, %d) = %.4f, want %.3f", c.n, got, c.want)
		}
		// (2.802·0.2/0.079)² = 50.3 and so on.
		if got := QueriesNeeded(c.want, 0.2, 0.95); math.Abs(float64(got-c.n)) > 1 {
			t.Errorf("QueriesNeeded(%v, 0.2) = %d, want about %d", c.want, got, c.n)
		}
	}
	for _, c := range []struct {
		difference, sd float64
		want           int
	}{{0, 0.2, 0}, {0.1, 0, 2}, {-0.05, 0.2, 126}, {1e-200, 1, MaxQueriesNeeded}, {math.NaN(), 1, 0}, {1, math.NaN(), 0}} {
		if got := QueriesNeeded(c.difference, c.sd, 0.95); got != c.want {
			t.Errorf("QueriesNeeded(%v, %v) = %d, want %d", c.difference, c.sd, got, c.want)
		}
	}
	if !math.IsNaN(Detectable(0.2, 0, 0.95)) {
		t.Error("Detectable of no queries is a number")
	}
}

func TestKappaAgreesWithStatsmodels(t *testing.T) {
	for _, want := range loadReference(t).Kappa {
		for weighting, expected := range map[Weighting]float64{Unweighted: want.Unweighted, Linear: want.Linear, Quadratic: want.Quadratic} {
			got, err := Kappa(want.A, want.B, weighting)
			if err != nil {
				t.Fatal(err)
			}
			checkClose(t, weighting.String(), got, expected, 1e-9)
		}
	}
}

func TestKappaCountsByValueOfTheGrade(t *testing.T) {
	// Grades 0 and 3 only: linear weights are 3 times the unweighted ones,
	// and the factor cancels. With one 1 among them it does not:
	// observed |3−1| = 2; a holds 0 0 3 3, b 0 0 3 1, so that the expected
	// distance is (2·(0+0+3+1) + 2·(3+3+0+2)) / 4 = 6, and kappa 1 − 2/6.
	got, err := Kappa([]float64{0, 0, 3, 3}, []float64{0, 0, 3, 1}, Linear)
	if err != nil {
		t.Fatal(err)
	}
	checkClose(t, "kappa", got, 1-2.0/6, 1e-12)
}

func TestKappaRefuses(t *testing.T) {
	if _, err := Kappa([]float64{2, 2}, []float64{2, 2}, Linear); !errors.Is(err, ErrKappaUndefined) {
		t.Errorf("error = %v, want ErrKappaUndefined", err)
	}
	for _, c := range []struct {
		a, b []float64
		want string
	}{
		{nil, nil, "no document was graded by both"},
		{[]float64{1}, []float64{1, 2}, "1 grades by the one but 2 by the other"},
		{[]float64{1, 1}, []float64{1, math.NaN()}, "1 and NaN of document 1"},
	} {
		if _, err := Kappa(c.a, c.b, Quadratic); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error = %v, want one with %q", err, c.want)
		}
	}
}

func TestFitLineAgreesWithSciPy(t *testing.T) {
	for _, want := range loadReference(t).Lines {
		got, err := FitLine(want.X, want.Y)
		if err != nil {
			t.Fatal(err)
		}
		checkClose(t, "intercept", got.Intercept, want.Intercept, 1e-6)
		checkClose(t, "slope", got.Slope, want.Slope, 1e-9)
		checkClose(t, "residual", got.Residual, want.Residual, 1e-6)
		checkClose(t, "R2", got.R2, want.R2, 1e-9)
		if got.N != len(want.X) {
			t.Errorf("N = %d, want %d", got.N, len(want.X))
		}
	}
	// Two points: y = 1 + 2x through (1, 3) and (3, 7), nothing left over.
	got, err := FitLine([]float64{1, 3}, []float64{3, 7})
	if err != nil {
		t.Fatal(err)
	}
	checkClose(t, "At(10)", got.At(10), 21, 1e-12)
	if got.Residual != 0 || got.R2 != 1 {
		t.Errorf("two points leave residual %v and R2 %v, want 0 and 1", got.Residual, got.R2)
	}
}

func TestFitLineRefuses(t *testing.T) {
	for _, c := range []struct {
		x, y []float64
		want string
	}{
		{[]float64{1}, []float64{1, 2}, "1 values of x but 2 of y"},
		{nil, nil, "0 points with fewer than two different x"},
		{[]float64{5, 5}, []float64{1, 2}, "2 points with fewer than two different x"},
		{[]float64{1, 2}, []float64{1, math.Inf(1)}, "point 1 is (2, +Inf)"},
	} {
		if _, err := FitLine(c.x, c.y); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error = %v, want one with %q", err, c.want)
		}
	}
}

func TestFolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "n")
		k := rapid.IntRange(2, n).Draw(t, "k")
		folds, err := Folds(n, k, rapid.Uint64().Draw(t, "seed"))
		if err != nil {
			t.Fatal(err)
		}
		if len(folds) != k {
			t.Fatalf("%d folds, want %d", len(folds), k)
		}
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		var tested []int
		for _, fold := range folds {
			if size := len(fold.Test); size != n/k && size != (n+k-1)/k {
				t.Fatalf("a fold of %d among %d by %d", size, n, k)
			}
			tested = append(tested, fold.Test...)
			both := slices.Concat(fold.Train, fold.Test)
			slices.Sort(both)
			if !slices.Equal(both, all) || !slices.IsSorted(fold.Train) || !slices.IsSorted(fold.Test) {
				t.Fatalf("train %v and test %v do not divide 0 to %d", fold.Train, fold.Test, n-1)
			}
		}
		slices.Sort(tested)
		if !slices.Equal(tested, all) {
			t.Fatalf("tested %v, want each of %d once", tested, n)
		}
	})
	for _, c := range [][2]int{{10, 1}, {10, 11}, {0, 2}, {5, -1}} {
		if _, err := Folds(c[0], c[1], 1); err == nil {
			t.Errorf("Folds(%d, %d) gave no error", c[0], c[1])
		}
	}
	a, _ := Folds(30, 3, 1)
	b, _ := Folds(30, 3, 2)
	if slices.Equal(a[0].Test, b[0].Test) {
		t.Error("two seeds gave the same folds")
	}
}
