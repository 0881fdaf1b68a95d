package metrics

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestRBO(t *testing.T) {
	letters := func(s string) []string {
		var out []string
		for _, r := range s {
			out = append(out, string(r))
		}
		return out
	}
	tests := []struct {
		a, b string
		p    float64
		want float64
	}{
		{"", "", .9, 1},
		{"a", "", .9, 0},
		{"abc", "abc", .9, 1},
		{"abc", "def", .9, 0},
		{"aab", "ab", .5, 1}, // the repetition is passed over
		// Agreement 0/1 and 2/2 with equal lengths: (1-p)/p·(p²·1) + 1·p² = p.
		{"ab", "ba", .9, .9},
		// Lengths 1 and 2 with agreement 1 at depth 1; X_1 = X_2 = 1:
		// (1-p)/p·(p + p²/2 + 1·(2-1)/(1·2)·p²) + (0 + 1)·p² = 1.
		{"a", "ab", .9, 1},
		// X = 0, 1, 2 against abc/bad with p = .5:
		// 1·(p²·(2/2) + p³·(2/3)) + (2/3)·p³ where X_2 = 2, X_3 = 2.
		{"abc", "bad", .5, .25 + .125*2/3 + .125*2/3},
	}
	for _, test := range tests {
		for _, flip := range []bool{false, true} {
			a, b := letters(test.a), letters(test.b)
			if flip {
				a, b = b, a
			}
			if got := RBO(a, b, test.p); math.Abs(got-test.want) > 1e-12 {
				t.Errorf("RBO(%q, %q, %v) = %v, want %v", a, b, test.p, got, test.want)
			}
		}
	}
	for _, p := range []float64{0, 1, -1, 2, math.NaN()} {
		if got := RBO([]int{1}, []int{1}, p); !math.IsNaN(got) {
			t.Errorf("RBO with p = %v is %v, want NaN", p, got)
		}
	}
}

// Values of equation 32 as written, from a program that counts every overlap
// anew.
func TestRBOAgainstTheEquation(t *testing.T) {
	tests := []struct {
		a, b    []int
		p, want float64
	}{
		{[]int{4, 5, 8, 0, 7, 6, 1, 9, 10, 11}, []int{7, 3, 6, 8, 1, 4}, 0.8, 0.306704084926984},
		{[]int{11}, []int{6, 4, 2, 11}, 0.8, 0.128},
		{[]int{2, 9}, []int{7, 2, 10, 0, 8, 1, 6, 5, 4, 3}, 0.9, 0.45},
		{[]int{8, 10, 3, 2}, []int{6, 4, 0, 5}, 0.98, 0},
	}
	for _, test := range tests {
		if got := RBO(test.a, test.b, test.p); math.Abs(got-test.want) > 1e-14 {
			t.Errorf("RBO(%v, %v, %v) = %.17g, want %.17g", test.a, test.b, test.p, got, test.want)
		}
	}
}

func TestRBOProperties(t *testing.T) {
	list := rapid.SliceOfNDistinct(rapid.IntRange(0, 15), 0, 12, rapid.ID[int])
	rapid.Check(t, func(t *rapid.T) {
		a, b := list.Draw(t, "a"), list.Draw(t, "b")
		p := rapid.Float64Range(.01, .99).Draw(t, "p")
		s := RBO(a, b, p)
		if !(s >= 0 && s <= 1) {
			t.Fatalf("RBO is %v", s)
		}
		if back := RBO(b, a, p); math.Abs(s-back) > 1e-12 {
			t.Fatalf("RBO is %v one way and %v the other", s, back)
		}
		if self := RBO(a, a, p); math.Abs(self-1) > 1e-12 {
			t.Fatalf("RBO with itself is %v", self)
		}
	})
}
