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

// lostOfSuite lists what of a suite is no query or judgment. Where search is
// true the format has no place for how to search.
func (o *output) lostOfSuite(c *collection, search bool) {
	s := &c.Suite
	if search && len(s.Search.Retriever) > 0 {
		o.lose("search: the retriever and the rerankers")
	}
	if len(s.Gates) > 0 {
		o.lose(fmt.Sprintf("%d gates", len(s.Gates)))
	}
	inference, expect, tags, quarantine := 0, 0, 0, 0
	for i := range s.Queries {
		q := &s.Queries[i]
		if q.InferenceText != q.Text && q.InferenceText != "" {
			inference++
		}
		expect += len(q.Expect)
		if len(q.Tags) > 0 {
			tags++
		}
		if q.Quarantine != nil {
			quarantine++
		}
	}
	for _, part := range []struct {
		count int
		what  string
	}{
		{inference, "%d queries' inference_text"},
		{expect, "%d expectations"},
		{tags, "%d queries' tags"},
		{quarantine, "%d queries' quarantine"},
	} {
		if part.count > 0 {
			o.lose(fmt.Sprintf(part.what, part.count))
		}
	}
}

// lostRuns lists rankings for formats that have none.
func (o *output) lostRuns(c *collection) {
	if len(c.Runs) > 0 {
		o.lose(fmt.Sprintf("%d runs: the format holds judgments alone", len(c.Runs)))
	}
}

// lostIDs lists the ids of queries for formats that know texts alone.
func (o *output) lostIDs(c *collection) {
	n := 0
	for i := range c.Suite.Queries {
		if c.Suite.Queries[i].ID != "" {
			n++
		}
	}
	if n > 0 {
		o.lose(fmt.Sprintf("%d query ids: the format tells queries apart by their text", n))
	}
}
