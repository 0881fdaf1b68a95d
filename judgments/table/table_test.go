package table

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// row is what Read gives.
type row struct {
	fields []string
	line   int
}

func read(text string, delimiter byte) (rows []row, err error) {
	r := NewReader(strings.NewReader(text), delimiter)
	for {
		fields, line, err := r.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row{fields, line})
	}
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		delimiter  byte
		want       []row
	}{
		{"plain", "a,b\r\n\r\n1,\n", ',', []row{{[]string{"a", "b"}, 1}, {[]string{"1", ""}, 3}}},
		{"quotes", "\"a,1\",\"b\"\"c\"\n\"two\nlines\",x\nlast,y", ',', []row{{[]string{"a,1", `b"c`}, 1}, {[]string{"two\nlines", "x"}, 2}, {[]string{"last", "y"}, 4}}},
		{"a quote in a field", "5\" pipe;x\n", ';', []row{{[]string{`5" pipe`, "x"}, 1}}},
		{"tabs, quotes that mean nothing", "a\tb\n\"5 inches\t1\nx\ty\n", '\t', []row{{[]string{"a", "b"}, 1}, {[]string{`"5 inches`, "1"}, 2}, {[]string{"x", "y"}, 3}}},
		{"tabs, quoted lines", "a\tb\n\"two\nlines\"\ty\n", '\t', []row{{[]string{"a", "b"}, 1}, {[]string{"two\nlines", "y"}, 2}}},
		{"tabs, never closed", "a\tb\n\"x\nc\td\n", '\t', []row{{[]string{"a", "b"}, 1}, {[]string{`"x`}, 2}, {[]string{"c", "d"}, 3}}},
		{"tabs, text behind a quote", "\"a\" b\tc\n", '\t', []row{{[]string{`"a" b`, "c"}, 1}}},
	} {
		got, err := read(c.text, c.delimiter)
		if err != nil || !slices.EqualFunc(got, c.want, func(a, b row) bool { return a.line == b.line && slices.Equal(a.fields, b.fields) }) {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		text string
		want error
		line int
	}{
		{"a,b\n\"x,y\nz,1\n", errOpen, 2},
		{"a,b\n\"x\"y,1\n", errTail, 2},
		{"a,b\n\"" + strings.Repeat("long ", maxRow/5) + "\n\n", errOpen, 2},
	} {
		r := NewReader(strings.NewReader(c.text), ',')
		var line int
		var err error
		for err == nil {
			_, line, err = r.Read()
		}
		if !errors.Is(err, c.want) && !strings.Contains(err.Error(), "longer than 16 MiB") || line != c.line {
			t.Errorf("%.20q: line %d, %v; want line %d, %v", c.text, line, err, c.line, c.want)
		}
	}
}

// What encoding/csv writes is read as it was.
func TestWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[a-c",; \t\n]{0,6}`)
		want := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 2), 1, 6).Draw(t, "rows")
		delimiter := rapid.SampledFrom([]byte{',', ';'}).Draw(t, "delimiter")
		var b strings.Builder
		w := csv.NewWriter(&b)
		w.Comma = rune(delimiter)
		if err := w.WriteAll(want); err != nil {
			t.Fatal(err)
		}
		got, err := read(b.String(), delimiter)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%q: %v, %v", b.String(), got, err)
		}
		for i, r := range got {
			if !slices.Equal(r.fields, want[i]) {
				t.Fatalf("row %d of %q: %q, want %q", i, b.String(), r.fields, want[i])
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add("a,b\n\"1\n2\",\"\"\"\"\n", false)
	f.Add("a\t\"b\n\"c\td\n", true)
	f.Fuzz(func(t *testing.T, text string, tabs bool) {
		delimiter := byte(',')
		if tabs {
			delimiter = '\t'
		}
		rows, err := read(text, delimiter)
		if tabs && err != nil {
			t.Fatalf("a table of tabs has no wrong quotes: %v", err)
		}
		last := 0
		for _, r := range rows {
			if r.line <= last || len(r.fields) == 0 {
				t.Fatalf("line %d after %d: %q", r.line, last, r.fields)
			}
			last = r.line
		}
	})
}
