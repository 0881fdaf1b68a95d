package convert

import (
	"fmt"
	"strings"
)

// notes collects losses by kind, so that ten thousand of a kind make one
// sentence with a few examples.
type notes struct {
	kinds []string
	found map[string]*note
}

type note struct {
	count    int
	examples []string
}

// maxExamples is how many examples a sentence names.
const maxExamples = 3

// add counts one case of a kind. The kind is a sentence whose %d is replaced
// by the number of cases.
func (n *notes) add(kind, example string) {
	if n.found == nil {
		n.found = map[string]*note{}
	}
	k := n.found[kind]
	if k == nil {
		k = &note{}
		n.found[kind] = k
		n.kinds = append(n.kinds, kind)
	}
	k.count++
	if example != "" && len(k.examples) < maxExamples {
		k.examples = append(k.examples, example)
	}
}

// list gives a sentence for each kind, in the order of their first case.
func (n *notes) list() []string {
	var out []string
	for _, kind := range n.kinds {
		k := n.found[kind]
		text := kind
		if strings.Contains(kind, "%d") {
			text = fmt.Sprintf(kind, k.count)
		}
		if len(k.examples) > 0 {
			text += ": " + strings.Join(k.examples, ", ")
			if k.count > len(k.examples) {
				text += ", ..."
			}
		}
		out = append(out, text)
	}
	return out
}
