package stats

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestCompareAgreesWithSciPy(t *testing.T) {
	for _, want := range loadReference(t).Comparisons {
		t.Run(want.Name, func(t *testing.T) {
			got, err := Compare(want.Base, want.Next, pairOptions{})
			if err != nil {
				t.Fatal(err)
			}
			checkClose(t, "Difference", got.Difference, want.Difference, 1e-12)
			checkClose(t, "NextMean − BaseMean", got.NextMean-got.BaseMean, want.Difference, 1e-12)
			checkClose(t, "SD", got.SD, want.SD, 1e-12)
			checkClose(t, "T", got.T, want.T, 1e-9)
			checkClose(t, "PT", got.PT, want.PT, 1e-9)
			// A tail of 1e-200 is within 1e-9 of 0 too: compare the exponents.
			checkClose(t, "log PT", math.Log(got.PT), math.Log(want.PT), 1e-6)
			checkClose(t, "EffectSize", got.EffectSize, want.EffectSize, 1e-9)
			checkClose(t, "Detectable", got.Detectable, want.Detectable, 1e-9)
			if got.QueriesNeeded != want.QueriesNeeded {
				t.Errorf("QueriesNeeded = %d, want %d", got.QueriesNeeded, want.QueriesNeeded)
			}

			if got.Exact {
				checkClose(t, "exact P", got.P, want.P, 1e-12)
			} else {
				own := math.Sqrt(want.P * (1 - want.P) / DefaultPermutations)
				// One count, for the +1 correction.
				checkClose(t, "Monte Carlo P", got.P, want.P, 3*math.Hypot(own, want.PError)+1.0/DefaultPermutations)
			}

			if want.Bounds == nil {
				return
			}
			for _, end := range []struct {
				name string
				got  float64
				want [2]float64
			}{
				{"Low", got.Low, want.Bounds.Low},
				{"High", got.High, want.Bounds.High},
				{"Lower", got.Lower, want.Bounds.Lower},
				{"Upper", got.Upper, want.Bounds.Upper},
			} {
				// The expected end is itself a mean of 100 bootstraps.
				spread := 3 * end.want[1] * math.Sqrt(1+1.0/100)
				checkClose(t, end.name, end.got, end.want[0], spread+1e-12)
			}
		})
	}
}

func TestCompareExactWhereFewDifferencesAreNotZero(t *testing.T) {
	// 30 queries of which 3 fell: 2 of the 8 flips are as extreme.
	base, next := make([]float64, 30), make([]float64, 30)
	next[3], next[7], next[29] = -0.1, -0.2, -0.3
	got, err := Compare(base, next, pairOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Exact || got.P != 0.25 {
		t.Errorf("P = %v (exact %v), want exactly 0.25", got.P, got.Exact)
	}
	if got.Wins != 0 || got.Losses != 3 || got.Ties != 27 {
		t.Errorf("wins, losses, ties = %d, %d, %d, want 0, 3, 27", got.Wins, got.Losses, got.Ties)
	}
	want := []string{"3 of 30 queries changed: the test cannot give a p below 0.25, for 0.05 at least 6 must change"}
	if diff := cmp.Diff(want, got.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestCompareSpecialCases(t *testing.T) {
	inf := math.Inf(1)
	tests := []struct {
		name       string
		base, next []float64
		want       Comparison
	}{
		{
			name: "no difference",
			base: []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1},
			next: []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1},
			want: Comparison{N: 10, P: 1, Exact: true, PT: 1, Ties: 10},
		},
		{
			name: "rounding error only",
			base: []float64{0.1 + 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3},
			next: []float64{0.3, 0.1 + 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3},
			want: Comparison{N: 10, P: 1, Exact: true, PT: 1, Ties: 10},
		},
		{
			name: "the same drop for all, not representable",
			base: []float64{0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 0.3, 0.2, 0.1},
			next: []float64{0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.2, 0.1, 0},
			want: Comparison{
				N: 10, Difference: -0.1, Low: -0.1, High: -0.1, Lower: -0.1, Upper: -0.1,
				P: 2.0 / 1024, Exact: true, T: -inf, PT: 0, EffectSize: -inf, Losses: 10, QueriesNeeded: 2,
				Warnings: []string{"every query changed by the same amount: an interval without width says nothing about other queries"},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Compare(test.base, test.next, pairOptions{})
			if err != nil {
				t.Fatal(err)
			}
			// What the other tests look at.
			got.BaseMean, got.NextMean, got.Confidence, got.Resamples, got.Seed = 0, 0, 0, 0, 0
			near := cmp.Comparer(func(a, b float64) bool { return a == b || math.Abs(a-b) < 1e-12 })
			if diff := cmp.Diff(test.want, got, near); diff != "" {
				t.Errorf("Compare (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompareOneQuery(t *testing.T) {
	got, err := Compare([]float64{0.25}, []float64{0.75}, pairOptions{})
	if !errors.Is(err, ErrTooFew) {
		t.Fatalf("error = %v, want ErrTooFew", err)
	}
	if got.N != 1 || got.BaseMean != 0.25 || got.NextMean != 0.75 || got.Difference != 0.5 || got.Wins != 1 || got.P != 1 || got.PT != 1 {
		t.Errorf("what one query does tell is wrong: %+v", got)
	}
	for name, value := range map[string]float64{"SD": got.SD, "Low": got.Low, "High": got.High, "Lower": got.Lower, "Upper": got.Upper, "T": got.T, "EffectSize": got.EffectSize, "Detectable": got.Detectable} {
		if !math.IsNaN(value) {
			t.Errorf("%s = %v, want NaN", name, value)
		}
	}
}

func TestCompareRefuses(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	ok := []float64{0, 1}
	tests := []struct {
		name       string
		base, next []float64
		options    pairOptions
		want       string
	}{
		{"nothing", nil, nil, pairOptions{}, "no queries to compare"},
		{"lengths", []float64{1}, []float64{1, 2}, pairOptions{}, "cannot pair 1 values with 2"},
		{"NaN", []float64{1, nan}, ok, pairOptions{}, "values NaN and 1 at index 1 are not both finite"},
		{"infinite", ok, []float64{-inf, 1}, pairOptions{}, "values 0 and -Inf at index 0"},
		{"overflow", []float64{0, 1.5e308}, []float64{0, -1.5e308}, pairOptions{}, "too large"},
		{"confidence", ok, ok, pairOptions{Options: Options{Confidence: 95}}, "confidence 95 is out of range"},
		{"confidence NaN", ok, ok, pairOptions{Options: Options{Confidence: nan}}, "confidence NaN is out of range"},
		{"resamples", ok, ok, pairOptions{Resamples: -5}, "-5 bootstrap resamples"},
		{"permutations", ok, ok, pairOptions{Options: Options{Permutations: 7}}, "7 permutations"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Compare(test.base, test.next, test.options)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want one with %q", err, test.want)
			}
		})
	}
}

// The same seed must give the same bits on one core and on many.
func TestCompareDoesNotDependOnCores(t *testing.T) {
	base, next := randomPairs(3000)
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	options := pairOptions{Options: Options{Seed: 7, Permutations: 10_001}, Resamples: 1000}
	want, err := Compare(base, next, options)
	if err != nil {
		t.Fatal(err)
	}
	for _, cores := range []int{2, 5} {
		runtime.GOMAXPROCS(cores)
		got, err := Compare(base, next, options)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with %d cores (-1 core +%d cores):\n%s", cores, cores, diff)
		}
	}
	options.Seed = 8
	other, err := Compare(base, next, options)
	if err != nil {
		t.Fatal(err)
	}
	if other.P == want.P || other.Low == want.Low {
		t.Errorf("another seed gave the same p %v or bound %v", other.P, other.Low)
	}
}

func TestCompareProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "n")
		value := rapid.OneOf(
			rapid.Float64Range(0, 1),
			rapid.SampledFrom([]float64{0, 0.25, 0.5, 1}),
			rapid.Float64Range(-1e6, 1e6),
		)
		base := rapid.SliceOfN(value, n, n).Draw(t, "base")
		next := rapid.SliceOfN(value, n, n).Draw(t, "next")
		options := pairOptions{Options: Options{Permutations: 200}, Resamples: 200}
		c, err := Compare(base, next, options)
		if err != nil {
			t.Fatal(err)
		}
		if !(c.P > 0 && c.P <= 1) || !(c.PT >= 0 && c.PT <= 1) {
			t.Fatalf("p = %v and %v, want from above 0 to 1", c.P, c.PT)
		}
		if c.Low > c.Lower || c.Lower > c.Upper || c.Upper > c.High {
			t.Fatalf("bounds are out of order: %v %v %v %v", c.Low, c.Lower, c.Upper, c.High)
		}
		if c.Wins+c.Losses+c.Ties != n {
			t.Fatalf("%d wins, %d losses, %d ties of %d", c.Wins, c.Losses, c.Ties, n)
		}
		// Exchanging the systems turns the difference around and leaves an
		// exact p as it is.
		r, err := Compare(next, base, options)
		if err != nil {
			t.Fatal(err)
		}
		if r.Difference != -c.Difference || r.Wins != c.Losses || (c.Exact && r.P != c.P) {
			t.Fatalf("exchanged: difference %v and %v, p %v and %v", c.Difference, r.Difference, c.P, r.P)
		}
	})
}

// Together or one by one, the numbers are the same.
func TestCompareAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pair := rapid.Custom(func(t *rapid.T) Pair {
			n := rapid.SampledFrom([]int{1, 2, 7, 7, 7, 30}).Draw(t, "queries")
			values := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0.25, 0.5, 1}), n, n)
			return Pair{values.Draw(t, "base"), values.Draw(t, "next")}
		})
		pairs := rapid.SliceOfN(pair, 1, 5).Draw(t, "pairs")
		o := pairOptions{Options: Options{Seed: 3, Permutations: 100}, Resamples: 300}
		all, err := CompareAll(pairs, o)
		var tooFew error
		for i, p := range pairs {
			want, err := Compare(p.Base, p.Next, o)
			if err != nil {
				tooFew = err
			}
			if d := cmp.Diff(want, all[i], cmpopts.EquateNaNs()); d != "" {
				t.Errorf("pair %d (-alone +together):\n%s", i, d)
			}
		}
		if !errors.Is(err, tooFew) {
			t.Errorf("error %v, want %v", err, tooFew)
		}
	})
	if all, err := CompareAll([]Pair{{[]float64{1, 2}, []float64{1, 2}}, {[]float64{1}, nil}}, pairOptions{}); all != nil || err == nil {
		t.Errorf("%v and %v for columns of different lengths", all, err)
	}
}
