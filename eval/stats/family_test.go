package stats

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// naiveFamily is the step-down maximum, word by word, over all sign flips.
func naiveFamily(values [][]float64, contrasts []Contrast) (p, corrected []float64) {
	n := len(values)
	sum := func(c Contrast, code int) float64 {
		var total float64
		for q, row := range values {
			d := 0.0
			for k := range row {
				d += c[k] * row[k]
			}
			if code>>q&1 == 1 {
				d = -d
			}
			total += d
		}
		return math.Abs(total)
	}
	p, corrected = make([]float64, len(contrasts)), make([]float64, len(contrasts))
	for i := range contrasts {
		p[i], corrected[i] = 1, 1
	}
	left := map[int]bool{}
	for i, c := range contrasts {
		for _, row := range values {
			if c.of(row) != 0 {
				left[i] = true
			}
		}
	}
	largest := 0.0
	for len(left) > 0 {
		first := -1
		for i := range contrasts {
			if left[i] && (first < 0 || sum(contrasts[i], 0) > sum(contrasts[first], 0)) {
				first = i
			}
		}
		alone, together := 0.0, 0.0
		for code := range 1 << n {
			reached := false
			for i := range left {
				reached = reached || sum(contrasts[i], code) >= sum(contrasts[first], 0)
			}
			if reached {
				together++
			}
			if sum(contrasts[first], code) >= sum(contrasts[first], 0) {
				alone++
			}
		}
		p[first] = alone / float64(int(1)<<n)
		largest = max(largest, together/float64(int(1)<<n))
		corrected[first] = largest
		delete(left, first)
	}
	return p, corrected
}

// drawValues draws whole numbers, whose sums are exact and often tie.
func drawValues(t *rapid.T, queries, systems int) [][]float64 {
	values := make([][]float64, queries)
	for q := range values {
		for range systems {
			values[q] = append(values[q], float64(rapid.IntRange(0, 4).Draw(t, "value")))
		}
	}
	return values
}

func TestFamilyCountsEveryFlip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		systems := rapid.IntRange(2, 4).Draw(t, "systems")
		values := drawValues(t, rapid.IntRange(1, 7).Draw(t, "queries"), systems)
		contrasts := AllPairs(systems)
		if systems == 4 {
			contrasts = append(contrasts, GainDifference(4, 0, 1, 2, 3), GainDifference(4, 0, 2, 0, 3))
		}
		got, err := TestFamily(context.Background(), values, contrasts, Options{})
		if err != nil {
			t.Fatal(err)
		}
		p, corrected := naiveFamily(values, contrasts)
		for i, test := range got.Tests {
			if math.Abs(test.P-p[i]) > 1e-12 || math.Abs(test.PCorrected-corrected[i]) > 1e-12 {
				t.Fatalf("comparison %d: p %v and %v, counting gives %v and %v", i, test.P, test.PCorrected, p[i], corrected[i])
			}
		}
		if !got.Exact || got.Permutations != 0 {
			t.Fatalf("not exact: %+v", got)
		}
	})
}

// One pair is the paired randomisation test: SciPy's p where that is exact,
// and this package's own flips elsewhere.
func TestFamilyOfOnePairIsTheRandomisationTest(t *testing.T) {
	for _, want := range loadReference(t).Comparisons {
		values := make([][]float64, len(want.Base))
		for q := range values {
			values[q] = []float64{want.Base[q], want.Next[q]}
		}
		family, err := TestFamily(context.Background(), values, AllPairs(2), Options{Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		alone, err := Compare(want.Base, want.Next, pairOptions{Options: Options{Seed: 7}})
		if err != nil {
			t.Fatal(err)
		}
		test := family.Tests[0]
		if test.P != alone.P || test.PCorrected != alone.P || family.Exact != alone.Exact || test.Changed != alone.Wins+alone.Losses {
			t.Errorf("%s: %+v in %+v, the pair alone %+v", want.Name, test, family, alone)
		}
		checkClose(t, want.Name+" difference", test.Difference, want.Difference, 1e-12)
		if family.Exact {
			checkClose(t, want.Name+" p", test.P, want.P, 1e-9)
		}
	}
}

// Random flips come close to all flips.
func TestFamilyMonteCarloAgreesWithAllFlips(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	values := make([][]float64, 18) // 10·2¹⁸ contrasts are few enough
	for q := range values {
		for k := range 5 {
			values[q] = append(values[q], float64(k)*0.03+0.2*r.NormFloat64())
		}
	}
	contrasts := AllPairs(5)
	exact, err := TestFamily(context.Background(), values, contrasts, Options{})
	if err != nil || !exact.Exact {
		t.Fatal(exact, err)
	}
	// A query without influence, far below any reach, makes it Monte Carlo.
	with := append(values, []float64{0, 1e-9, 0, 0, 0})
	with = append(with, with[18], with[18], with[18])
	drawn, err := TestFamily(context.Background(), with, contrasts, Options{Permutations: 50_000})
	if err != nil || drawn.Exact {
		t.Fatal(drawn, err)
	}
	for i := range contrasts {
		for _, p := range [][2]float64{{drawn.Tests[i].P, exact.Tests[i].P}, {drawn.Tests[i].PCorrected, exact.Tests[i].PCorrected}} {
			if math.Abs(p[0]-p[1]) > 4*math.Sqrt(p[1]*(1-p[1])/50_000)+1e-4 {
				t.Errorf("comparison %d: %v drawn, %v exact", i, p[0], p[1])
			}
		}
	}
	again, err := TestFamily(context.Background(), with, contrasts, Options{Permutations: 50_000})
	if err != nil {
		t.Fatal(err)
	}
	for i := range contrasts {
		if again.Tests[i] != drawn.Tests[i] {
			t.Errorf("the same seed gives %+v and %+v", drawn.Tests[i], again.Tests[i])
		}
	}
}

// Systems in which nothing changed, and rounding error, cost the others
// nothing: nine queries from 1 to 0 have p 2/2⁹ in any company.
func TestUnchangedSystemsAreNotInTheFamily(t *testing.T) {
	var values [][]float64
	for range 9 {
		values = append(values, []float64{1, 0, 1, 1, 1 + 1e-16, 1})
	}
	values = append(values, []float64{0.5, 0.5, 0.5, 0.5, 0.1 + 0.2 + 0.2, 0.5})
	contrasts := []Contrast{Difference(6, 0, 1), Difference(6, 0, 2), Difference(6, 2, 3), Difference(6, 3, 4), Difference(6, 4, 5)}
	f, err := TestFamily(context.Background(), values, contrasts, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if f.Tests[0].PCorrected != 2.0/512 || f.Tests[0].Changed != 9 || f.Informative != 9 {
		t.Errorf("%+v of %+v, want 2 of 2⁹ flips", f.Tests[0], f)
	}
	for i, test := range f.Tests[1:] {
		if test.PCorrected != 1 || test.P != 1 || test.Changed != 0 || test.Difference != 0 {
			t.Errorf("comparison %d, in which nothing changed: %+v", i+1, test)
		}
	}
}

func TestFamilyPropertiesOfP(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		systems := rapid.IntRange(2, 5).Draw(t, "systems")
		values := drawValues(t, rapid.IntRange(1, 30).Draw(t, "queries"), systems)
		contrasts := AllPairs(systems)
		f, err := TestFamily(context.Background(), values, contrasts, Options{Permutations: 500})
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range f.Tests {
			if !(a.P > 0 && a.P <= a.PCorrected && a.PCorrected <= 1) {
				t.Fatalf("p %v, corrected %v", a.P, a.PCorrected)
			}
			for k, b := range f.Tests {
				if math.Abs(a.Difference) > math.Abs(b.Difference) && a.PCorrected > b.PCorrected {
					t.Fatalf("comparison %d differs more than %d, but has the larger p: %+v, %+v", i, k, a, b)
				}
			}
		}
	})
}

func TestFamilyRefuses(t *testing.T) {
	ok := [][]float64{{0, 1}}
	for name, c := range map[string]struct {
		values    [][]float64
		contrasts []Contrast
		want      string
	}{
		"no queries":     {nil, AllPairs(2), "no queries"},
		"no comparisons": {ok, nil, "no comparisons"},
		"ragged":         {[][]float64{{0, 1}, {0}}, AllPairs(2), "query 1 has 1 values"},
		"not finite":     {[][]float64{{0, math.NaN()}}, AllPairs(2), "not finite"},
		"weights":        {ok, []Contrast{{1, 1}}, "add up to 2"},
		"NaN weights":    {ok, []Contrast{{1, math.NaN()}}, "add up to"},
		"length":         {ok, AllPairs(3), "3 weights for 2"},
	} {
		if _, err := TestFamily(context.Background(), c.values, c.contrasts, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := TestFamily(ctx, ok, AllPairs(2), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of its context: %v", err)
	}
}

func BenchmarkFamily(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	values := make([][]float64, 7000)
	for q := range values {
		for range 12 {
			values[q] = append(values[q], r.Float64())
		}
	}
	contrasts := AllPairs(12)
	for b.Loop() {
		if _, err := TestFamily(context.Background(), values, contrasts, Options{Permutations: 10_000}); err != nil {
			b.Fatal(err)
		}
	}
}
