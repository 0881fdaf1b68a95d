package judge

import (
	"fmt"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"github.com/releval/releval/eval/text"
)

// The smallest terminal that a screen is laid out for.
const (
	minWidth  = 40
	minHeight = 12
)

// keysLine says what can be pressed.
const keysLine = "0 no  1 partly  2 clearly  3 exactly   s skip  b back  u undo  q quit"

// Screen lays the session out: exactly height lines, none wider than width
// columns. Smaller sizes than 40 by 12 are taken as that.
func (s *Session) Screen(width, height int) []string {
	width, height = max(width, minWidth), max(height, minHeight)
	c := s.Counts()
	head := fmt.Sprintf("%d of %d judged", c.Judged, c.All)
	if c.Skipped > 0 {
		head += fmt.Sprintf(", %d skipped", c.Skipped)
	}
	lines := []string{spread(text.Clean(s.book.Name()), head, width), ""}
	foot := wrap(text.Clean(s.message), width)
	if len(foot) == 0 {
		foot = []string{""}
	}
	if most := height - 6; len(foot) > most { // the query and the title stay
		foot = foot[:most]
		foot[most-1] = cut(foot[most-1]+" ...", width)
	}
	foot = append(foot, cut(keysLine, width))
	room := height - len(lines) - len(foot)
	if s.at >= len(s.book.Items()) {
		lines = append(lines, wrap(s.end(c), width)...)
	} else {
		lines = append(lines, s.item(width, room)...)
	}
	if len(lines) > height-len(foot) {
		lines = lines[:height-len(foot)]
	}
	for len(lines) < height-len(foot) {
		lines = append(lines, "")
	}
	return append(lines, foot...)
}

func (s *Session) end(c Counts) string {
	switch {
	case c.All == 0:
		return "There is nothing to judge."
	case c.Skipped > 0:
		return fmt.Sprintf("That was the last one. %d were skipped; b goes back to them, and they come again next time.", c.Skipped)
	}
	return "All is judged. q quits."
}

// item lays one item out in so many lines.
func (s *Session) item(width, room int) []string {
	item := s.book.Items()[s.at]
	var lines []string
	add := func(label, content string, most int) {
		wrapped := wrap(text.Clean(content), width-8)
		if len(wrapped) > most {
			wrapped = wrapped[:most]
			wrapped[most-1] = cut(wrapped[most-1]+" ...", width-8)
		}
		for i, l := range wrapped {
			if i > 0 {
				label = ""
			}
			lines = append(lines, fmt.Sprintf("%-8s%s", label, l))
		}
	}
	add("query", item.Query, 2)
	if item.Asked != "" && item.Asked != item.Query {
		add("means", item.Asked, 2)
	}
	lines = append(lines, "")
	title := item.Title
	if item.Detail != "" {
		title = strings.TrimSpace(title + " (" + item.Detail + ")")
	}
	add("title", title, 2)
	if item.Grade != nil {
		lines = append(lines, fmt.Sprintf("%-8s%g", "grade", *item.Grade))
	}
	lines = append(lines, "")
	return append(lines, s.shown(item.Text, width, room-len(lines))...)
}

// shown lays out the page of the text that is shown, in so many lines.
func (s *Session) shown(content string, width, room int) []string {
	if room < 2 || content == "" {
		return nil
	}
	wrapped := wrap(text.Clean(content), width)
	if len(wrapped) <= room {
		return wrapped
	}
	each := room - 1
	pages := (len(wrapped) + each - 1) / each
	page := s.page % pages
	shown := append([]string(nil), wrapped[page*each:min(len(wrapped), (page+1)*each)]...)
	return append(shown, cut(fmt.Sprintf("(page %d of %d, space turns it)", page+1, pages), width))
}

func cut(s string, width int) string { return displaywidth.TruncateString(s, width, "...") }

// spread puts one text at the left edge and the other at the right one.
func spread(left, right string, width int) string {
	right = cut(right, width/2)
	left = cut(left, width-displaywidth.String(right)-2)
	gap := width - displaywidth.String(left) - displaywidth.String(right)
	return left + strings.Repeat(" ", max(gap, 0)) + right
}

// wrap breaks a text into lines of at most width columns, between words where
// that is possible.
func wrap(s string, width int) []string {
	var lines []string
	line, used := "", 0
	flush := func() {
		if line != "" {
			lines = append(lines, line)
			line, used = "", 0
		}
	}
	for word := range strings.FieldsSeq(s) {
		w := displaywidth.String(word)
		if used > 0 && used+1+w > width {
			flush()
		}
		for w > width {
			head := displaywidth.TruncateString(word, width, "")
			if head == "" {
				break
			}
			lines = append(lines, head)
			word = word[len(head):]
			w = displaywidth.String(word)
		}
		if used > 0 {
			line += " "
			used++
		}
		line += word
		used += w
	}
	flush()
	return lines
}
