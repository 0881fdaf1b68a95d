package edit

import (
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
