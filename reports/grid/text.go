package grid

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// Titles, queries and error messages come from documents, suites and servers.
// clean is the first thing that happens to them in every format; what a
// format gives a meaning to, it then escapes itself.

// maxMarks is how many combining marks in a row are kept: more than any
// script needs, and too few to paint over the neighbouring lines.
const maxMarks = 6

// Clean makes one inert line of a string: line breaks and other white space
// become one space, and what steers a terminal or turns the direction of
// text around (control characters, escape sequences' first byte, bidi
// controls, tag characters) is taken out. The joiners that emoji and Persian
// need stay.
func Clean(s string) string {
	if isPlain(s) {
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

// isPlain says whether clean would change nothing, which holds for most
// strings.
func isPlain(s string) bool {
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

// Width is how many terminal columns a clean string takes: wide characters
// two, combining marks none, a joined emoji two as a whole.
func Width(s string) int { return displaywidth.String(s) }

// Clip cuts a clean string to a number of terminal columns, never inside a
// character, and ends it with an ellipsis where something was cut.
func Clip(s string, columns int) string {
	if len(s) <= columns || columns <= 0 {
		return s
	}
	return displaywidth.TruncateString(s, columns, "…")
}

// Wrap breaks text at spaces into lines of at most width columns. The first
// line starts with first, the others with rest. A word that fits no line is
// broken where it must be.
func Wrap(text string, width int, first, rest string) string {
	var b strings.Builder
	line, used := first, Width(first)
	empty := true
	flush := func() {
		b.WriteString(strings.TrimRight(line, " "))
		b.WriteByte('\n')
		line, used, empty = rest, Width(rest), true
	}
	for word := range strings.FieldsSeq(text) {
		w := Width(word)
		if !empty && used+1+w > width {
			flush()
		}
		for used+w > width && width > used+1 {
			head := displaywidth.TruncateString(word, width-used, "")
			if head == "" {
				break
			}
			line, word = line+head, word[len(head):]
			w = Width(word)
			flush()
		}
		if word == "" {
			continue
		}
		if !empty {
			line, used = line+" ", used+1
		}
		line, used, empty = line+word, used+w, false
	}
	if !empty || b.Len() == 0 {
		flush()
	}
	return b.String()
}

// longest is how many columns of a name a table shows at most.
const longest = 60

// Short keeps a name that is no name from filling a page.
func Short(s string) string { return Clip(Clean(s), longest) }
