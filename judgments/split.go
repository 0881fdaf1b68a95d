package judgments

import (
	"bytes"
)

// A parsed tree takes some twenty times the size of its text, and large
// suites are large because of their queries. So the list of queries, where it
// is written in block style, is cut at its items and parsed piece by piece:
// memory stays at one piece's tree, and hostile text is refused after the
// first of them.
//
// The cut is safe because a piece that ends within a quoted value or a
// bracket does not parse, and an alias whose anchor is elsewhere is unknown
// in its piece. Whatever does not parse in pieces is parsed as a whole.

// limits bound what is parsed at once. A tree of the most values that they
// allow takes some 50 MB.
type limits struct {
	// piece is the size from which a piece is closed at the next item.
	piece int
	// bytes is how long text may be that is not cut, and marks is how many
	// values it may hold, about.
	bytes, marks int
}

var defaultLimits = limits{piece: 256 << 10, bytes: 4 << 20, marks: 150_000}

// piece is a part of the file that is parsed by itself.
type piece struct {
	text []byte
	// offset is the number of lines in front of it.
	offset int
}

// parts is a file cut in two: what is around the list of queries, and the
// list in pieces.
type parts struct {
	// frame is the file without the items of the list; queriesLine is the
	// line of its key, from 1, after which the lines are numbered skipped
	// higher in the file.
	frame       []byte
	queriesLine int
	skipped     int
	pieces      []piece
}

// split cuts the text at the items of the top-level list "queries" and
// reports whether it could.
func split(text []byte, size int) (parts, bool) {
	var p parts
	start, line, ok := findQueries(text)
	if !ok {
		return p, false
	}
	p.queriesLine = line
	indent := -1
	begin, pieceLine, at := start, line, line
	pos := start
	for pos < len(text) {
		end := len(text)
		if i := bytes.IndexByte(text[pos:], '\n'); i >= 0 {
			end = pos + i + 1
		}
		width, item, blank := shape(text[pos:end])
		if !blank {
			if indent < 0 {
				if !item {
					return p, false
				}
				indent = width
			}
			if width < indent || width == indent && !item {
				break
			}
			if width == indent && pos-begin >= size {
				p.pieces = append(p.pieces, piece{text[begin:pos], pieceLine})
				begin, pieceLine = pos, at
			}
		}
		pos = end
		at++
	}
	if indent < 0 {
		return p, false
	}
	p.pieces = append(p.pieces, piece{text[begin:pos], pieceLine})
	p.frame = append(append([]byte{}, text[:start]...), text[pos:]...)
	p.skipped = at - line
	return p, true
}

// findQueries gives the place behind the line "queries:" and that line's
// number from 1.
func findQueries(text []byte) (pos, line int, ok bool) {
	key := []byte("queries:")
	for pos = 0; pos < len(text); {
		end := len(text)
		if i := bytes.IndexByte(text[pos:], '\n'); i >= 0 {
			end = pos + i + 1
		}
		line++
		if rest, found := bytes.CutPrefix(text[pos:end], key); found {
			rest = bytes.TrimRight(rest, " \t\r\n")
			comment := bytes.TrimLeft(rest, " \t")
			if len(rest) == 0 || len(comment) < len(rest) && len(comment) > 0 && comment[0] == '#' {
				return end, line, true
			}
			return 0, 0, false
		}
		pos = end
	}
	return 0, 0, false
}

// shape describes a line: its indentation, whether a list item starts on it,
// and whether it is blank or holds a comment alone.
func shape(line []byte) (indent int, item, blank bool) {
	for indent < len(line) && line[indent] == ' ' {
		indent++
	}
	rest := bytes.TrimRight(line[indent:], " \t\r\n")
	switch {
	case len(rest) == 0 || rest[0] == '#':
		return indent, false, true
	case rest[0] == '-' && (len(rest) == 1 || rest[1] == ' ' || rest[1] == '\t'):
		return indent, true, false
	}
	return indent, false, false
}

// marks is an upper bound, about, on how many values a text holds: each takes
// a line break, a comma, a colon, a dash or a bracket.
func marks(text []byte) int {
	n := 0
	for _, c := range text {
		switch c {
		case '\n', ',', ':', '[', '{', '-', '?':
			n++
		}
	}
	return n
}

// fit reports whether text may be parsed as a whole.
func (l limits) fit(text []byte) bool {
	return len(text) <= l.bytes && marks(text) <= l.marks
}
