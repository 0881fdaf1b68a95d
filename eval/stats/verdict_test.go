package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name        string
		differences []float64
		corrected   float64
		want        Says
		tooFew      bool
	}{
		{"nothing to compare", nil, 1, NoEvidence, false},
		{"no test", repeated(20, 0.1), math.NaN(), NoEvidence, false},
		{"no change", repeated(114, 0), 1, Unchanged, false},
		{"no change of few", repeated(3, 0), 1, Unchanged, true},
		// 40 of 40 rise by 0.4: a bound that loses 1 once leaves a rise.
		{"rise", repeated(40, 0.4), 0.001, Raises, false},
		{"fall", repeated(40, -0.4), 0.001, Lowers, false},
		{"p alone does not raise", repeated(40, 0.01), 0.001, DiffersHere, false},
		{"an interval alone does not raise", repeated(40, 0.4), 0.05, Unsettled, false},
		// Nine queries from 1 to 0: a fact about them, and p = 2/2⁹.
		{"nine fell", repeated(9, -1), 2.0 / 512, DiffersHere, true},
		{"five fell", repeated(5, -1), 2.0 / 32, Unsettled, true},
	} {
		got, err := Decide(c.differences, c.corrected, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if got.Says != c.want || got.Interval.TooFew != c.tooFew {
			t.Errorf("%s: %s, too few %v, want %s, %v", c.name, got.Says, got.Interval.TooFew, c.want, c.tooFew)
		}
	}
	for _, p := range []float64{-0.1, 1.1} {
		if _, err := Decide(repeated(20, 0.1), p, 0.95); err == nil {
			t.Errorf("a p of %v has no error", p)
		}
	}
	if _, err := Decide([]float64{2}, 0.5, 0.95); err == nil {
		t.Error("a difference of 2 has no error")
	}
}

// What is said never exceeds what either of its parts says.
func TestVerdictNeedsBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDifferences(t, 1)
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		v, err := Decide(d, p, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		i := v.Interval
		raised := p < 0.05 && !i.TooFew && i.Low > 0
		lowered := p < 0.05 && !i.TooFew && i.High < 0
		if (v.Says == Raises) != raised || (v.Says == Lowers) != lowered || (v.Says == Unchanged) != (i.Changed == 0) {
			t.Fatalf("%+v", v)
		}
	})
}

func TestMargins(t *testing.T) {
	for _, c := range []struct {
		n             int
		margin, usual float64
	}{
		{20, 0.139, 0}, {31, 0.092, 0}, {32, 0.089, 0.10}, {50, 0.058, 0.10}, {75, 0.039, 0.05}, {114, 0.026, 0.03}, {150, 0.020, 0.03},
		{200, 0.015, 0.02}, {300, 0.0099, 0.02}, {330, 0.009, 0.01}, {500, 0.006, 0.01},
	} {
		if got := MarginOf(c.n, 0.05); math.Abs(got-c.margin) > 0.0005 {
			t.Errorf("MarginOf(%d) = %.4f, want %.4f", c.n, got, c.margin)
		}
		if got := DefaultMargin(c.n); got != c.usual {
			t.Errorf("DefaultMargin(%d) = %v, want %v", c.n, got, c.usual)
		}
		checkClose(t, "the bound of unchanged queries", Upper(repeated(c.n, 0), 1, 0.05), MarginOf(c.n, 0.05), 1e-12)
	}
	for margin, want := range map[float64]int{0.05: 59, 0.03: 99, 0.02: 149, 0.01: 299, 0: 0, 1: 0, 1e-12: MaxQueriesNeeded} {
		got := QueriesForMargin(margin, 0.05)
		if got != want {
			t.Errorf("QueriesForMargin(%v) = %d, want %d", margin, got, want)
		}
		if want > 1 && want < MaxQueriesNeeded && !(MarginOf(got, 0.05) <= margin && MarginOf(got-1, 0.05) > margin) {
			t.Errorf("%d queries show %v, one fewer %v: not the inverse of %v", got, MarginOf(got, 0.05), MarginOf(got-1, 0.05), margin)
		}
	}
	if !math.IsNaN(MarginOf(0, 0.05)) {
		t.Error("no queries have a margin")
	}
}

func TestPowerOfTheRule(t *testing.T) {
	for family, want := range map[int]int{1: 6, 3: 7, 10: 9, 0: 0} {
		if got := ChangedNeeded(family, 0.95); got != want {
			t.Errorf("ChangedNeeded(%d) = %d, want %d", family, got, want)
		}
	}
	// 2·2^−5 is 1/16 itself, and not below it.
	if got := ChangedNeeded(1, 1-0.0625); got != 6 {
		t.Errorf("ChangedNeeded(1, 1−1/16) = %d, want 6", got)
	}
	// 2.802·0.2/√100 + 2.2/100, and with z(1−0.0025) = 2.807 for 1.960.
	checkClose(t, "difference", ShownDifference(0.2, 100, 1), 0.0780, 5e-5)
	checkClose(t, "difference among ten", ShownDifference(0.2, 100, 10), 0.2*(2.807+0.8416)/10+0.022, 5e-5)
	checkClose(t, "margin", ShownMargin(0.2, 100), 0.069, 1e-12)
	for _, got := range []float64{ShownDifference(0.2, 49, 1), ShownDifference(0.2, 50, 0), ShownMargin(0.2, 49)} {
		if !math.IsNaN(got) {
			t.Errorf("%v, where nothing is simulated", got)
		}
	}
}
