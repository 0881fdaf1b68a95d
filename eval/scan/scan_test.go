package scan

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// seeds are texts of every kind of value, and ways to get each wrong.
var seeds = []string{
	``, ` `, `{}`, `[]`, `null`, `nul`, `true`, `tru`, `false`, `0`, `-0`, `01`, `-`, `1.`, `.5`, `1e`, `1e+5`, `-1.5E-3`, `1 2`,
	`"a"`, `"\u00e4\/\n"`, `"\ud800"`, `"\u12"`, `"\x"`, `"\`, `"a`, "\"\x01\"", "\"\xff\"", `"ä"`, `"a\"b"`,
	`{"a":1}`, `{"a":1,}`, `{"a" 1}`, `{a:1}`, `{"a":1,"a":2}`, `[1,]`, `[,1]`, `[1 2]`, `{"a":[{"b":null}]} `, `{"a":1}{}`, "\ufeff1",
	strings.Repeat(`[`, 300), strings.Repeat(`[`, MaxDepth) + strings.Repeat(`]`, MaxDepth),
}

// FuzzSkip: the scanner accepts what encoding/json accepts, within its depth.
func FuzzSkip(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s Scanner
		s.Reset(text)
		value, err := s.Skip()
		if err == nil {
			err = s.End()
		}
		if valid := json.Valid(text); (err == nil) != valid && (err == nil || Shape(text, MaxDepth, len(text)) == nil) {
			t.Fatalf("%q: %v, although it is valid: %v", text, err, valid)
		}
		if err == nil && string(value) != strings.Trim(string(text), " \t\r\n") {
			t.Fatalf("%q holds the value %q", text, value)
		}
	})
}

// FuzzText: strings are those that encoding/json reads.
func FuzzText(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s Scanner
		s.Reset(text)
		got, err := s.Text()
		if err == nil {
			err = s.End()
		}
		var want string
		trouble := json.Unmarshal(text, &want)
		isString := trouble == nil && strings.HasPrefix(strings.TrimLeft(string(text), " \t\r\n"), `"`)
		if (err == nil) != isString || err == nil && string(got) != want {
			t.Fatalf("%q: %q, %v, want %q, %v", text, got, err, want, trouble)
		}
	})
}

func TestDepth(t *testing.T) {
	for depth, want := range map[int]bool{MaxDepth: true, MaxDepth + 1: false} {
		var s Scanner
		s.Reset([]byte(strings.Repeat(`[`, depth) + strings.Repeat(`]`, depth)))
		if _, err := s.Skip(); (err == nil) != want {
			t.Errorf("%d levels: %v", depth, err)
		}
	}
}

func TestShape(t *testing.T) {
	tests := []struct {
		text string
		says string
	}{
		{`[[1,2],{"a":"[[[[,,,,\"[["}]`, ""},
		{`[[[1]]]`, "nested deeper than 2 levels"},
		{`[[[`, "nested deeper than 2 levels"},
		{`[1,2,3,4,5,6]`, ""},                     // the list and five commas
		{`[1,2,3,4,5,6,7]`, "more than 6 values"}, // the list and six
	}
	for _, test := range tests {
		err := Shape([]byte(test.text), 2, 6)
		if (err == nil) != (test.says == "") || err != nil && err.Error() != test.says {
			t.Errorf("%s: %v, want %q", test.text, err, test.says)
		}
	}
}

// Numbers read by hand are those of strconv, to the last bit.
func TestFloat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`-?(0|[1-9][0-9]{0,16})(\.[0-9]{1,16})?([eE][+-]?[0-9]{1,2})?`),
			rapid.Map(rapid.Float32(), func(f float32) string { return strconv.FormatFloat(float64(f), 'g', -1, 32) }),
		).Draw(t, "number")
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Skip(err) // NaN and the like
		}
		var s Scanner
		s.Reset([]byte(text))
		got, err := s.Float()
		if err != nil || math.Float64bits(got) != math.Float64bits(want) || s.End() != nil {
			t.Fatalf("%s is %v, %v; want %v", text, got, err, want)
		}
	})
}
