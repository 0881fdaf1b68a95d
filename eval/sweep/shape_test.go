package sweep

import (
	"slices"
	"testing"
)

func TestShapeOf(t *testing.T) {
	const delta = 0.01
	for _, test := range []struct {
		name    string
		without float64
		curve   []float64
		want    Shape
	}{
		{"nothing changes", .5, []float64{.5, .5, .5}, Flat},
		{"changes within delta", .5, []float64{.505, .5, .51}, Flat},
		{"rises to the end", .5, []float64{.5, .55, .6}, Saturates},
		{"rises and stays", .5, []float64{.55, .6, .6, .595}, Saturates},
		{"better at once, and stays", .5, []float64{.6, .6, .6}, Saturates},
		{"below at first, where the window cuts the list", .5, []float64{.3, .5, .5}, Saturates},
		{"rises from below but stays below", .5, []float64{.2, .3, .4}, Saturates},
		{"peaks", .5, []float64{.55, .62, .6, .5}, Peaks},
		{"best at the smallest window", .5, []float64{.6, .55, .5}, Decays},
		{"falls from no reranker on", .5, []float64{.49, .45, .4}, Decays},
		{"worse at once, and stays", .5, []float64{.4, .4, .4}, Decays},
		{"a dip", .5, []float64{.5, .4, .5}, Flat},
		{"one window, better", .5, []float64{.6}, Saturates},
		{"one window, worse", .5, []float64{.4}, Decays},
	} {
		if got := shapeOf(test.without, test.curve, delta); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// The shape of all queries is said where the bounds carry it: 300 queries that
// change nothing leave room for 0.0099, and delta is 0.02.
func TestShapeByTheBounds(t *testing.T) {
	base := levels(300, 0.5)
	up := lower(base, 100, -0.3)     // +0.1
	higher := lower(base, 200, -0.3) // +0.2
	down := lower(base, 100, 0.3)    // -0.1
	slightly := lower(base, 4, -0.3) // +0.004
	for _, test := range []struct {
		name string
		with [][]float64
		want Shape
	}{
		{"flat", [][]float64{base, base, base}, Flat},
		{"saturates", [][]float64{up, higher, higher}, Saturates},
		{"rises to the edge of the grid", [][]float64{slightly, up, higher}, ""},
		{"peaks", [][]float64{up, higher, up}, Peaks},
		{"decays", [][]float64{down, down, down}, Decays},
		{"best at once, and falls back to none", [][]float64{up, base, base}, Peaks},
		{"one window", [][]float64{up}, ""},
	} {
		k := curveOf(t, []int{10, 50, 100}[:len(test.with)], base, test.with).compare(options(t, Options{}, 300))
		if got := k.shape(); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	// Few queries that look alike carry none.
	few := slices.Clone(up[90:110])
	k := curveOf(t, []int{10, 50}, levels(20, 0.5), [][]float64{few, few}).compare(options(t, Options{}, 20))
	if got := k.shape(); got != "" {
		t.Errorf("20 queries are %q", got)
	}
}
