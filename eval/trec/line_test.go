package trec

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestParseScore(t *testing.T) {
	inf := math.Inf(1)
	tests := []struct {
		text string
		want float64
	}{
		{"0", 0}, {"-0", math.Copysign(0, -1)}, {"+7", 7}, {".5", .5}, {"5.", 5}, {"1e3", 1000}, {"-1.25E-2", -.0125},
		{"0x1.8p1", 3}, {"0xff", 255}, {"-0X10", -16}, {"inf", inf}, {"+Inf", inf}, {"-INFINITY", -inf},
		{"1e400", inf}, {"-1e400", -inf}, {"1e-400", 0}, {"9007199254740993", 9007199254740992},
		{"99999999999999999", 1e17}, {"0.1", .1}, {"16777217", 16777217},
	}
	for _, test := range tests {
		got, err := parseScore([]byte(test.text))
		if err != nil || math.Float64bits(got) != math.Float64bits(test.want) {
			t.Errorf("%q is %v, %v, want %v", test.text, got, err, test.want)
		}
	}
	for _, text := range []string{"", "+", "-", ".", "-.", "1.2.3", "1-", "0x", "1e", "nan", "NaN", "1_000", "0x_1p0", "--1", "1,5", "x"} {
		if got, err := parseScore([]byte(text)); err == nil {
			t.Errorf("%q is %v, want an error", text, got)
		}
	}
}

// The quick way rounds as the careful one.
func TestParseScoreRounds(t *testing.T) {
	decimal := rapid.StringMatching(`[-+]?[0-9]{0,18}(\.[0-9]{0,18})?`)
	rapid.Check(t, func(t *rapid.T) {
		text := decimal.Draw(t, "number")
		got, err := parseScore([]byte(text))
		want, wantErr := strconv.ParseFloat(text, 64)
		if (err == nil) != (wantErr == nil) || err == nil && math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%q is %v, %v, want %v, %v", text, got, err, want, wantErr)
		}
	})
}
