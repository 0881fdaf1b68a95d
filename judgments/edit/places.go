package edit

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/tree"
)

// position is the place of a byte.
func (e *Suite) position(offset int) judgments.Position {
	line := sort.SearchInts(e.lines.Starts, offset+1)
	start := e.lines.Starts[line-1]
	return judgments.Position{File: e.suite.File, Line: line, Column: utf8.RuneCount(e.text[start:offset]) + 1}
}

// at finds the node of a kind that begins at a place; nil where there is
// none.
func (e *Suite) at(p judgments.Position, kind tree.Kind) *tree.Node {
	var find func(n *tree.Node) *tree.Node
	find = func(n *tree.Node) *tree.Node {
		if n.Kind == kind && n.Line == p.Line && n.Column == p.Column {
			return n
		}
		for i, c := range n.Content {
			// Nodes are in the text's order: what begins behind the place
			// cannot hold it.
			if c.Line > p.Line {
				break
			}
			// The next sibling begins at or before the place's line: this
			// one ends before it, but for those on the same line.
			if i+1 < len(n.Content) && n.Content[i+1].Line < p.Line {
				continue
			}
			if found := find(c); found != nil {
				return found
			}
		}
		return nil
	}
	return find(e.root)
}

// value gives the value of a mapping's key, as it stands; nil where there is
// none.
func value(mapping *tree.Node, key string) *tree.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// span gives the bytes of a scalar as it is written, quotes included and
// anchor or tag left out; false where it is written over several lines or as
// a block.
func (e *Suite) span(n *tree.Node) (start, end int, ok bool) {
	start = e.lines.Offset(n.Line, n.Column)
	if start < 0 {
		return 0, 0, false
	}
	for start < len(e.text) && (e.text[start] == '&' || e.text[start] == '!') {
		for start < len(e.text) && !isSpace(e.text[start]) {
			start++
		}
		for start < len(e.text) && (e.text[start] == ' ' || e.text[start] == '\t') {
			start++
		}
	}
	rest := e.text[start:]
	switch {
	case n.Style&(tree.LiteralStyle|tree.FoldedStyle) != 0:
		return 0, 0, false
	case n.Style&(tree.DoubleQuotedStyle|tree.SingleQuotedStyle) != 0:
		length := quotedLength(rest)
		if length == 0 || bytes.IndexByte(rest[:length], '\n') >= 0 {
			return 0, 0, false
		}
		return start, start + length, true
	case n.Value != "" && bytes.HasPrefix(rest, []byte(n.Value)):
		return start, start + len(n.Value), true
	}
	return 0, 0, false
}

// quotedLength is how many bytes the quoted scalar at the beginning takes; 0
// where it does not end.
func quotedLength(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return 0
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// styled writes text as a scalar in the style of the one that it replaces, or
// in double quotes where the style cannot hold it.
func styled(s string, style tree.Style) string {
	if quoted, ok := tree.SingleQuoted(s); ok && style&tree.SingleQuotedStyle != 0 {
		return quoted
	}
	if style&(tree.SingleQuotedStyle|tree.DoubleQuotedStyle) != 0 {
		return tree.DoubleQuoted(s)
	}
	return tree.Scalar(s)
}
