package convert

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/releval/releval/judgments"
)

// params makes the parameters of a query of what a source says beside its text.
// The one that is the text is left out.
func (b *builder) params(values map[string]json.RawMessage, chosen string) []judgments.Param {
	var params []judgments.Param
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch {
		case name == chosen:
		case judgments.IsParamName(name):
			params = append(params, judgments.Param{Name: name, Value: values[name]})
		default:
			b.lose("parameter", "whose name a suite cannot have, left out", fmt.Sprintf("%q", name))
		}
	}
	return params
}

// keepUsed leaves parameters out that nothing in the search uses, which a suite
// does not take, and says so.
func keepUsed(out *output, s *judgments.Suite) {
	used := map[string]bool{}
	use := func(raw json.RawMessage) {
		for _, name := range judgments.NewTemplate(raw).Placeholders() {
			used[name] = true
		}
	}
	use(s.Search.Retriever)
	for _, r := range s.Search.Retrievers {
		use(r.Body)
	}
	for _, r := range s.Search.Requests {
		use(r.Body)
		if r.ESQL != "" { // where every name with a question mark may be one
			return
		}
	}
	for _, r := range s.Search.Rerankers {
		for _, raw := range r.Extra {
			use(raw)
		}
	}
	for i := range s.Queries {
		q := &s.Queries[i]
		q.Params = slices.DeleteFunc(slices.Clone(q.Params), func(p judgments.Param) bool {
			if !used[p.Name] {
				out.lose("parameter", "of queries that nothing in the search uses, left out; a retriever with {{"+p.Name+"}}, given by --retriever, keeps it", fmt.Sprintf("%s %s of %q", p.Name, sampleJSON(p.Value), q.Text))
			}
			return !used[p.Name]
		})
	}
}

func sampleJSON(raw json.RawMessage) string {
	if runes := []rune(string(raw)); len(runes) > 30 {
		return string(runes[:30]) + "..."
	}
	return string(raw)
}
