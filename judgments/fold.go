package judgments

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// FoldTitle brings a title to the form in which titles are compared: Unicode
// NFC, full case folding, and every run of white space one space, none at the
// ends. Punctuation and accents stay: they tell titles apart. Folding twice
// changes nothing more.
func FoldTitle(s string) string {
	if folded, ok := foldASCII(s); ok {
		return folded
	}
	return foldUnicode(s)
}

// foldUnicode folds until nothing changes: case folding can undo NFC, and
// composing what was folded can make characters that fold again. Twice
// is enough for all but contrived strings.
func foldUnicode(s string) string {
	fold := cases.Fold()
	for range 4 {
		next := norm.NFC.String(fold.String(norm.NFC.String(s)))
		if next == s {
			break
		}
		s = next
	}
	return strings.Join(strings.Fields(s), " ")
}

// foldASCII is FoldTitle for strings of ASCII characters alone, which most
// titles are.
func foldASCII(s string) (string, bool) {
	clean := true
	space := true
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			return "", false
		case 'A' <= c && c <= 'Z':
			clean = false
		case isSpace(c):
			clean = clean && c == ' ' && !space
		}
		space = isSpace(c)
	}
	if clean && !space {
		return s, true
	}
	b := make([]byte, 0, len(s))
	space = true
	for i := range len(s) {
		c := s[i]
		if isSpace(c) {
			if !space {
				b = append(b, ' ')
			}
			space = true
			continue
		}
		space = false
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	if n := len(b); n > 0 && b[n-1] == ' ' {
		b = b[:n-1]
	}
	return string(b), true
}

func isSpace(c byte) bool {
	return c == ' ' || '\t' <= c && c <= '\r'
}
