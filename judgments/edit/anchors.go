package edit

import (
	"fmt"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/tree"
)

// UnusedAnchors are the definitions (&name) that no alias (*name) refers to,
// in the order of the file.
func (e *Suite) UnusedAnchors() judgments.Problems {
	used := make(map[*tree.Node]bool)
	var anchored []*tree.Node
	var walk func(n *tree.Node)
	walk = func(n *tree.Node) {
		if n.Kind == tree.AliasNode {
			used[n.Alias] = true
			return
		}
		if n.Anchor != "" {
			anchored = append(anchored, n)
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(e.root)
	var unused judgments.Problems
	for _, n := range anchored {
		if !used[n] {
			unused = append(unused, judgments.Problem{
				Position: judgments.Position{File: e.suite.File, Line: n.Line, Column: n.Column},
				Message:  fmt.Sprintf("the definition &%s is never used; remove it, or use it as *%s", n.Anchor, n.Anchor),
			})
		}
	}
	return unused
}
