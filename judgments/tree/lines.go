package tree

import (
	"bytes"
	"unicode/utf8"
)

// Lines are the places of a text's lines, as editors count them.
type Lines struct {
	text []byte
	// Starts are the offsets at which the lines begin.
	Starts []int
}

// NewLines finds the lines of a text. A carriage return alone ends none.
func NewLines(text []byte) Lines {
	l := Lines{text, []int{0}}
	for i, c := range text {
		if c == '\n' {
			l.Starts = append(l.Starts, i+1)
		}
	}
	return l
}

// Offset gives the byte of a node's line and column, both from 1, the column
// in characters behind a byte order mark; -1 where the text has no such place.
func (l Lines) Offset(line, column int) int {
	if line < 1 || line > len(l.Starts) {
		return -1
	}
	at := l.Starts[line-1]
	if line == 1 && bytes.HasPrefix(l.text, []byte("\ufeff")) {
		at += len("\ufeff")
	}
	for ; column > 1; column-- {
		if at >= len(l.text) {
			return -1
		}
		_, size := utf8.DecodeRune(l.text[at:])
		at += size
	}
	return at
}

// YAML 1.1 ends a line at three more characters than editors do. Places that
// people look up, and that edits are made at, count lines as editors do.

// separators are these characters in UTF-8: next line, line separator and
// paragraph separator.
var separators = [][]byte{[]byte("\u0085"), []byte("\u2028"), []byte("\u2029")}

// place is where a line of the parser begins: the line of the file, from 1,
// and how many characters of it are in front.
type place struct{ line, before int }

// places gives the place of each line of the parser, from 0; nil where it
// counts as editors do.
func places(text []byte) []place {
	found := false
	for _, s := range separators {
		found = found || bytes.Contains(text, s)
	}
	if !found {
		return nil
	}
	list := []place{{1, 0}}
	at := place{1, 0}
	returned := false // the character in front was a carriage return
	for _, r := range string(bytes.TrimPrefix(text, []byte("\ufeff"))) {
		switch r {
		case '\n':
			if returned {
				break // the line began behind the carriage return already
			}
			at = place{at.line + 1, 0}
			list = append(list, at)
		case '\r':
			at = place{at.line + 1, 0}
			list = append(list, at)
		case '\u0085', '\u2028', '\u2029':
			at.before++
			list = append(list, at)
		default:
			at.before++
		}
		returned = r == '\r'
	}
	return list
}

// locate moves a node and what is in it to the places of the file.
func locate(n *Node, places []place) {
	if n.Line >= 1 && n.Line <= len(places) {
		p := places[n.Line-1]
		n.Line, n.Column = p.line, p.before+n.Column
	}
	for _, c := range n.Content {
		locate(c, places)
	}
}
