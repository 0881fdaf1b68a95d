package judgments

import (
	"slices"
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
	if isFolded(s) {
		return s
	}
	return string(AppendFolded(make([]byte, 0, len(s)), s))
}

// AppendFolded adds what FoldTitle gives to b: whoever looks many titles up in
// a map folds them in the same memory.
func AppendFolded(b []byte, s string) []byte {
	if folded, ok := appendASCII(b, s); ok {
		return folded
	}
	return append(b, foldUnicode(s)...)
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

// isFolded says whether a string is of ASCII characters alone, and folded.
func isFolded(s string) bool {
	space := true
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' || isSpace(c) && (c != ' ' || space) {
			return false
		}
		space = c == ' '
	}
	return !space
}

// appendASCII is AppendFolded for strings of ASCII characters alone, which
// most titles are; for others it appends nothing.
func appendASCII(b []byte, s string) ([]byte, bool) {
	start := len(b)
	b = slices.Grow(b, len(s))[:start+len(s)]
	end := start
	space := byte(' ') // or 0 after another character
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return b[:start], false
		}
		folded := foldedASCII[c]
		if folded == ' ' {
			if space == 0 {
				b[end] = ' '
				end++
			}
			space = ' '
			continue
		}
		space = 0
		b[end] = folded
		end++
	}
	if end > start && space != 0 {
		end--
	}
	return b[:end], true
}

// foldedASCII folds each ASCII character by itself. It is never written to.
var foldedASCII = func() (folded [utf8.RuneSelf]byte) {
	for i := range folded {
		switch c := byte(i); {
		case isSpace(c):
			folded[i] = ' '
		case 'A' <= c && c <= 'Z':
			folded[i] = c + 'a' - 'A'
		default:
			folded[i] = c
		}
	}
	return folded
}()

func isSpace(c byte) bool {
	return c == ' ' || '\t' <= c && c <= '\r'
}
