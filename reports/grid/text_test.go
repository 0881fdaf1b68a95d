package grid

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval/text"
)

// steering are texts that would steer a terminal, or that no terminal can show.
var steering = []string{
	"line one\nline two\r\nline three", "\u202etxt.exe\u202c and \u2066isolated\u2069", "\t=1+1", "e" + strings.Repeat("\u0301", 500),
	"\x1b[31mred\x1b]0;title\x07", "\x00nul\x7f\u009b31m", "\ufeffbom", "\xff\xfeinvalid", "\U000e0041tag", "\ufffe", "   ", "",
}

func TestWrapKeepsWordsAndWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := text.Clean(rapid.String().Draw(t, "text"))
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

func TestClipIsNeverWider(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := text.Clean(rapid.OneOf(rapid.String(), rapid.SampledFrom(steering)).Draw(t, "text"))
		if clipped := Clip(s, 20); Width(clipped) > 20 {
			t.Fatalf("Clip(%q, 20) takes %d columns", s, Width(clipped))
		}
	})
}
