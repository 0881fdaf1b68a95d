package judgments

import (
	"testing"

	"pgregory.net/rapid"
)

func TestFoldTitle(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"Heat", "HEAT"},
		{" The  Silence\tof the\nLambs ", "the silence of the lambs"},
		{"Ame\u0301lie", "AM\u00c9LIE"},
		{"Die Gro\u00dfstadt", "die GROSSSTADT"},
		{"\u03a3\u0391\u03a3", "\u03c3\u03b1\u03c2"}, // sigma and its final form
		{"\ufb01lm", "FILM"},                         // the ligature fi
		{"a\u00a0b\u2003c", "A B C"},                 // other spaces
		{"\u1e9e", "ss"},                             // capital sharp s
		{"\u212bngstr\u00f6m", "\u00e5ngstr\u00f6m"}, // the sign for angstrom
		{"\uac00", "\u1100\u1161"},                   // a Hangul syllable and its parts
		{"A\u030a\u0323", "\u00e5\u0323"},            // marks in another order
		{"\u1f80", "\u1f00\u03b9"},                   // iota subscript
		{"\u0130stanbul", "i\u0307stanbul"},          // dotted capital I
		{"", " \t\r\n\v\f "},
	} {
		if a, b := FoldTitle(c.a), FoldTitle(c.b); a != b {
			t.Errorf("%q folds to %q, and %q to %q", c.a, a, c.b, b)
		}
	}
	for _, c := range []struct{ a, b string }{
		{"Am\u00e9lie", "Amelie"},
		{"Se7en", "Seven"},
		{"Wall-E", "WALL\u00b7E"},
		{"Face/Off", "Face Off"},
	} {
		if FoldTitle(c.a) == FoldTitle(c.b) {
			t.Errorf("%q and %q fold to the same", c.a, c.b)
		}
	}
}

func TestFoldTitleTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ \tA-Za-z\x{0300}-\x{036f}\x{1f00}-\x{1fff}\x{0370}-\x{03ff}]{0,12}`)).Draw(t, "s")
		once := FoldTitle(s)
		if twice := FoldTitle(once); twice != once {
			t.Fatalf("%q folds to %q and then to %q", s, once, twice)
		}
	})
}

// TestFoldASCII compares the fast path with the general one.
func TestFoldASCII(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[ \t\n\r\x0b\x0c!-~]{0,20}`).Draw(t, "s")
		fast, ok := appendASCII([]byte("Before "), s)
		if !ok {
			t.Fatalf("%q is ASCII", s)
		}
		slow := foldUnicode(s)
		if string(fast) != "Before "+slow {
			t.Fatalf("%q folds to %q by the fast path, %q by the other", s, fast, slow)
		}
		if isFolded(s) != (slow == s && s != "") {
			t.Fatalf("%q folds to %q, but isFolded says %v", s, slow, isFolded(s))
		}
	})
}

func TestAppendFolded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ A-Za-z\x{e0}-\x{ff}]{0,12}`)).Draw(t, "s")
		if got := AppendFolded([]byte("Before "), s); string(got) != "Before "+FoldTitle(s) {
			t.Fatalf("%q: %q, want %q at the end", s, got, FoldTitle(s))
		}
	})
}

func BenchmarkFoldTitle(b *testing.B) {
	b.Run("ascii", func(b *testing.B) {
		for b.Loop() {
			FoldTitle("The Silence of the Lambs")
		}
	})
	b.Run("unicode", func(b *testing.B) {
		for b.Loop() {
			FoldTitle("Le fabuleux destin d'Am\u00e9lie Poulain")
		}
	})
}
