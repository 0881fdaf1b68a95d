package sweep

import "testing"

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
