package text

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks in a row are kept: more than any
// script needs, and too few to paint over the neighbouring lines.
const maxMarks = 6

// Clean makes one inert line of a string: line breaks and other white space
// become one space, and what steers a terminal or turns the direction of
// text around (control characters, escape sequences' first byte, bidi
// controls, tag characters) is taken out. The joiners that emoji and Persian
// need stay.
//
// Titles, queries and error messages come from documents, suites and servers.
// Clean is the first thing that happens to them wherever people read them;
// what a format gives a meaning to, it then escapes itself.
func Clean(s string) string {
	if isClean(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space, marks := true, 0
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsSpace(r):
			if !space {
				b.WriteByte(' ')
			}
			space, marks = true, 0
			continue
		case !Visible(r):
			continue
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		space = false
		b.WriteRune(r)
	}
	return strings.TrimSuffix(b.String(), " ")
}

// isClean says whether Clean would change nothing, as far as that is seen at
// once: it holds for most strings.
func isClean(s string) bool {
	space := true
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf || c < ' ' || c == 0x7f || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return !space || s == ""
}

// Visible says whether a character shows, or joins ones that do.
func Visible(r rune) bool {
	switch {
	case r == '\u200c' || r == '\u200d':
		return true
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp):
		return false
	case r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe:
		return false // noncharacters, which XML refuses
	}
	return true
}

// Clip cuts a string to a number of bytes, never inside a character, and
// ends it with an ellipsis where something was cut.
func Clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// longestQuote is how many bytes of a text from outside a message repeats.
const longestQuote = 60

// Quote repeats a text from a file or a server in a message: in Go's quotes,
// so that it is one inert line, and cut short.
func Quote[S ~string | ~[]byte](s S) string {
	return strconv.Quote(Clip(string(s), longestQuote))
}
