package titles

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/releval/releval/judgments/spelling"
)

// TestDistance holds the bit vectors against the plain table.
func TestDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[abcdé ]{0,70}`)
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		if rapid.Bool().Draw(t, "near") && len(a) > 2 {
			b = a[1:2] + a[:1] + a[2:] // a swap, perhaps within a letter
		}
		if !utf8.ValidString(b) {
			return
		}
		limit := rapid.IntRange(0, 80).Draw(t, "limit")
		got := newPattern(a).distance(b, utf8.RuneCountInString(b), limit)
		if want := spelling.Distance(a, b, limit); got != want {
			t.Fatalf("%q to %q within %d: %d, want %d", a, b, limit, got, want)
		}
	})
}
