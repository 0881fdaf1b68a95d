package reports

import (
	"strings"

	"github.com/clipperhouse/displaywidth"

	"github.com/releval/releval/eval/text"
)

// clean makes one inert line of a text from outside.
func clean(s string) string { return text.Clean(s) }

// visible says whether a character shows, or joins ones that do.
func visible(r rune) bool { return text.Visible(r) }

// widthOf is how many terminal columns a clean string takes: wide characters
// two, combining marks none, a joined emoji two as a whole.
func widthOf(s string) int { return displaywidth.String(s) }

// clip cuts a clean string to a number of terminal columns, never inside a
// character, and ends it with an ellipsis where something was cut.
func clip(s string, columns int) string {
	if len(s) <= columns || columns <= 0 {
		return s
	}
	return displaywidth.TruncateString(s, columns, "…")
}

// wrap breaks text at spaces into lines of at most width columns. The first
// line starts with first, the others with rest. A word that fits no line is
// broken where it must be.
func wrap(s string, width int, first, rest string) string {
	var b strings.Builder
	line, used := first, widthOf(first)
	empty := true
	flush := func() {
		b.WriteString(strings.TrimRight(line, " "))
		b.WriteByte('\n')
		line, used, empty = rest, widthOf(rest), true
	}
	for word := range strings.FieldsSeq(s) {
		w := widthOf(word)
		if !empty && used+1+w > width {
			flush()
		}
		for used+w > width && width > used+1 {
			head := displaywidth.TruncateString(word, width-used, "")
			if head == "" {
				break
			}
			line, word = line+head, word[len(head):]
			w = widthOf(word)
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

// plural gives "1 query" or "2 queries".
func plural(n int, one, many string) string { return text.Plural(n, one, many) }

// queriesOf gives "1 query" or "2 queries".
func queriesOf(n int) string { return text.Count(n, "query") }

// list joins names as prose does, and counts those beyond the limit.
func list(names []string, limit int) string { return text.List(names, limit) }
