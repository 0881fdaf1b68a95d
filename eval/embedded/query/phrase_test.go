package query

import (
	"math"
	"testing"
)

// A sloppy phrase counts 1/(1+moves) for each occurrence; the moves are worked
// out by hand.
func TestPhraseFrequency(t *testing.T) {
	at := func(places ...int32) []int32 { return places }
	for _, tt := range []struct {
		name   string
		slop   int
		at     []int32
		places [][]int32
		want   float64
	}{
		{"exact, twice", 0, at(0, 1), [][]int32{{1, 7}, {2, 8}}, 2},
		{"exact, with a gap for a stop word", 0, at(0, 2), [][]int32{{1, 5}, {3, 6}}, 1},
		{"exact, apart", 0, at(0, 1), [][]int32{{1}, {3}}, 0},
		{"sloppy, exact", 2, at(0, 1), [][]int32{{1}, {2}}, 1},
		{"one word between", 2, at(0, 1), [][]int32{{1}, {3}}, 0.5},
		{"changed places", 2, at(0, 1), [][]int32{{2}, {1}}, 1.0 / 3},
		{"too far", 2, at(0, 1), [][]int32{{1}, {9}}, 0},
		{"the second place of the first word is nearer", 3, at(0, 1), [][]int32{{1, 4}, {6}}, 0.5},
		{"two occurrences", 1, at(0, 1), [][]int32{{1, 10}, {2, 12}}, 1 + 0.5},
	} {
		m := newPhraseMatcher(phrase{terms: make([]string, len(tt.at)), positions: tt.at, slop: tt.slop})
		copy(m.places, tt.places)
		if got := m.freq(); math.Abs(float64(got)-tt.want) > 1e-6 {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
