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
	space := true
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			return b[:start], false
		case !isSpace(c):
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			b = append(b, c)
		case !space:
			b = append(b, ' ')
		}
		space = isSpace(c)
	}
	if len(b) > start && space {
		b = b[:len(b)-1]
	}
	return b, true
}

func isSpace(c byte) bool {
	return c == ' ' || '\t' <= c && c <= '\r'
}
