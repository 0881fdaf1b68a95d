package grid

import (
	"math"
	"testing"
)

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Signed(0.1234), "+0.123"}, {Signed(-0.0004), "0.000"}, {Signed(0), "0.000"}, {Signed(math.NaN()), "?"}, {Signed(-1), "-1.000"},
		{Fixed(-0.0001), "0.000"}, {Fixed(math.Inf(1)), "?"},
		{Compact(2), "2"}, {Compact(0.5), "0.5"},
		{Percent(0.057), "5.7 %"}, {Percent(0.5), "50 %"}, {Percent(0), "0 %"}, {Percent(1), "100 %"}, {Percent(0.9994), "99.9 %"},
		{superscript(120), "¹²⁰"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
