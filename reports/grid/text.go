package grid

import (
	"strings"

	"github.com/clipperhouse/displaywidth"

	"github.com/releval/releval/eval/text"
)

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

// Wrap breaks a text at spaces into lines of at most width columns. The first
// line starts with first, the others with rest. A word that fits no line is
// broken where it must be.
func Wrap(s string, width int, first, rest string) string {
	var b strings.Builder
	line, used := first, Width(first)
	empty := true
	flush := func() {
		b.WriteString(strings.TrimRight(line, " "))
		b.WriteByte('\n')
		line, used, empty = rest, Width(rest), true
	}
	for word := range strings.FieldsSeq(s) {
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
func Short(s string) string { return Clip(text.Clean(s), longest) }
