package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestDeepEnoughByHand(t *testing.T) {
	// 100 queries: the smallest window loses 0.6 on 5 of them, the others are
	// alike. Equal windows leave room for 1 − 0.05^(1/100) = 0.0295.
	full := repeated(100, 0.8)
	small := append(repeated(5, 0.2), repeated(95, 0.8)...)
	values := [][]float64{small, full, full, full}
	bound := 1 - math.Pow(0.05, 0.01)
	got, err := DeepEnough(values, 0.03, 0.05)
	if err != nil {
		t.Fatal(err)
	}
	if got.Recommended != 1 || got.TooFew {
		t.Errorf("%+v, want the window at 1", got)
	}
	checkClose(t, "loss", got.Loss[0], 0.03, 1e-12)
	checkClose(t, "loss of the same", got.Loss[1], 0, 1e-12)
	checkClose(t, "at most of the same", got.AtMost[1], bound, 1e-9)
	// The vector of "5 × 0.6 with 95 × 0".
	checkClose(t, "at most", got.AtMost[0], 0.068861, 1e-6)
	if got.AtMost[3] != 0 {
		t.Errorf("the largest window has a bound of %v", got.AtMost[3])
	}
	if got, err := DeepEnough(values, 0.02, 0.05); err != nil || got.Recommended != -1 {
		t.Errorf("%+v, %v: 100 queries cannot show 0.02", got, err)
	}
	if got, err := DeepEnough(values, 0.07, 0.05); err != nil || got.Recommended != 0 {
		t.Errorf("%+v, %v: want the smallest window", got, err)
	}
	// A failure ends the sequence: the smallest window is like the largest,
	// but the one between is not.
	if got, err := DeepEnough([][]float64{full, small, full}, 0.03, 0.05); err != nil || got.Recommended != -1 {
		t.Errorf("%+v, %v: the second window fails", got, err)
	}
	few := [][]float64{repeated(12, 0.5), repeated(12, 0.6)}
	got, err = DeepEnough(few, 0.9, 0.05)
	if err != nil || got.Recommended != -1 || !got.TooFew || !math.IsNaN(got.AtMost[0]) || math.Abs(got.Loss[0]-0.1) > 1e-12 {
		t.Errorf("%+v, %v of 12 queries", got, err)
	}
}

func TestDeepEnoughIsTheRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		windows, n := rapid.IntRange(1, 6).Draw(t, "windows"), rapid.IntRange(13, 150).Draw(t, "queries")
		values := make([][]float64, windows)
		level := rapid.Float64Range(0, 0.9).Draw(t, "level")
		for w := range values {
			values[w] = repeated(n, level)
			for range rapid.IntRange(0, 3).Draw(t, "changed") {
				values[w][rapid.IntRange(0, n-1).Draw(t, "query")] = rapid.Float64Range(0, 1).Draw(t, "value")
			}
		}
		margin := rapid.Float64Range(0.01, 0.2).Draw(t, "margin")
		got, err := DeepEnough(values, margin, 0.05)
		if err != nil {
			t.Fatal(err)
		}
		want := -1
		for w := windows - 2; w >= 0; w-- {
			passes := true
			for v := w + 1; v < windows; v++ {
				gains := make([]float64, n)
				for q := range gains {
					gains[q] = values[v][q] - values[w][q]
				}
				passes = passes && Upper(gains, 1, 0.05) < margin
			}
			if !passes {
				break
			}
			want = w
		}
		if got.Recommended != want {
			t.Fatalf("window %d, by the rule %d: %+v", got.Recommended, want, got)
		}
		for w := range windows - 1 {
			if got.AtMost[w] < got.AtMost[w+1] {
				t.Fatalf("at most %v rises", got.AtMost)
			}
		}
	})
}

func TestDeepEnoughRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		values        [][]float64
		margin, alpha float64
	}{
		"nothing": {nil, 0.01, 0.05}, "no queries": {[][]float64{{}}, 0.01, 0.05}, "ragged": {[][]float64{{1}, {1, 1}}, 0.01, 0.05},
		"margin": {[][]float64{{1}}, 0, 0.05}, "alpha": {[][]float64{{1}}, 0.01, 1}, "range": {[][]float64{{1.5}}, 0.01, 0.05},
		"NaN": {[][]float64{{math.NaN()}}, 0.01, 0.05},
	} {
		if _, err := DeepEnough(c.values, c.margin, c.alpha); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
