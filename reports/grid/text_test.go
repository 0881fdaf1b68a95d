package grid

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// steering are texts that would steer a terminal, or that no terminal can show.
var steering = []string{
	"line one\nline two\r\nline three", "\u202etxt.exe\u202c and \u2066isolated\u2069", "\t=1+1", "e" + strings.Repeat("\u0301", 500),
	"\x1b[31mred\x1b]0;title\x07", "\x00nul\x7f\u009b31m", "\ufeffbom", "\xff\xfeinvalid", "\U000e0041tag", "\ufffe", "   ", "",
}

func TestWrapKeepsWordsAndWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := Clean(rapid.String().Draw(t, "text"))
		width := rapid.IntRange(10, 60).Draw(t, "width")
		got := Wrap(said, width, "- ", "  ")
		for line := range strings.Lines(got) {
			if w := Width(strings.TrimSuffix(line, "\n")); w > width {
				t.Fatalf("a line takes %d of %d columns: %q", w, width, line)
			}
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if squeeze(strings.TrimPrefix(got, "- ")) != squeeze(said) && squeeze(strings.TrimPrefix(got, "-")) != squeeze(said) {
			t.Fatalf("wrapping changed %q into %q", said, got)
		}
	})
}

func TestCleanIsInertAndStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.SampledFrom(steering)).Draw(t, "text")
		got := Clean(s)
		for _, r := range got {
			if !Visible(r) {
				t.Fatalf("clean(%q) keeps %U", s, r)
			}
		}
		if again := Clean(got); again != got {
			t.Fatalf("clean(%q) = %q, and cleaned again %q", s, got, again)
		}
		if clipped := Clip(got, 20); Width(clipped) > 20 {
			t.Fatalf("clip(%q, 20) takes %d columns", got, Width(clipped))
		}
	})
}

func TestCleanKeepsWhatShows(t *testing.T) {
	for in, want := range map[string]string{
		"a\tb\nc":                "a b c",
		"  two  spaces ":         "two spaces",
		"\x1b[31mred":            "[31mred",
		"\u202etxt":              "txt",
		"👨‍👩‍👧":                  "👨‍👩‍👧",
		"می\u200cخواهم":          "می\u200cخواهم", // needs its zero-width non-joiner
		"\xff":                   "\uFFFD",
		"":                       "",
		"soft\u00adhyphen\u200b": "softhyphen",
	} {
		if got := Clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}
