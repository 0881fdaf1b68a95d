package reports

import (
	"math"
	"testing"
)

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{signed(0.1234), "+0.123"}, {signed(-0.0004), "0.000"}, {signed(0), "0.000"}, {signed(math.NaN()), "?"}, {signed(-1), "-1.000"},
		{fixed(-0.0001), "0.000"}, {fixed(math.Inf(1)), "?"},
		{compact(2), "2"}, {compact(0.5), "0.5"},
		{percent(0.057), "5.7 %"}, {percent(0.5), "50 %"}, {percent(0), "0 %"}, {percent(1), "100 %"}, {percent(0.9994), "99.9 %"},
		{thousands(1234567), "1,234,567"}, {thousands(-1000), "-1,000"}, {thousands(999), "999"},
		{superscript(120), "¹²⁰"}, {list([]string{"a", "b", "c"}, 2), "a, b and 1 more"}, {list([]string{"a", "b"}, 5), "a and b"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
