package judgments

import (
	"slices"

	"github.com/releval/releval/judgments/spelling"
	"github.com/releval/releval/judgments/tree"
)

// unquoted gives the text that someone wrote without the quotes that it needs,
// where a mapping is certainly that: "Alien: Covenant" as an item of a list is
// a mapping to YAML, and of {title: Mad, Max} Max is a key. It returns "" for
// every other mapping, also where a known key is only misspelt.
func unquoted(n *node, known []string) string {
	if n.Kind != mappingNode {
		return ""
	}
	strange := func(k *node) bool {
		return k.Kind == scalarNode && plain(k) && k.Value != "" && !slices.Contains(known, k.Value) && spelling.Nearest(k.Value, known) == "" && keyReasons[k.Value] == ""
	}
	written := func(v *node) bool { return v.Kind == scalarNode && plain(v) && v.Anchor == "" }
	if n.Style&tree.FlowStyle == 0 {
		if len(n.Content) != 2 || !strange(n.Content[0]) || !written(n.Content[1]) {
			return ""
		}
		if n.Content[1].Value == "" {
			return n.Content[0].Value + ":"
		}
		return n.Content[0].Value + ": " + n.Content[1].Value
	}
	for i := 2; i+1 < len(n.Content); i += 2 {
		k, v, before := n.Content[i], n.Content[i+1], n.Content[i-1]
		if n.Content[i-2].Value == "title" && strange(k) && v.Kind == scalarNode && v.Value == "" && plain(v) && written(before) {
			return before.Value + ", " + k.Value
		}
	}
	return ""
}
