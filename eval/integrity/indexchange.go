package integrity

import (
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
)

// indexChange says how the index changed under the run, or "".
func indexChange(run *eval.Run) string {
	if run.Complete == nil || run.Complete.Indices == nil || run.Manifest.Indices == nil {
		return ""
	}
	before := make(map[string]eval.IndexInfo)
	for _, i := range run.Manifest.Indices {
		before[i.Name] = i
	}
	var changes []string
	for _, after := range run.Complete.Indices {
		was, known := before[after.Name]
		delete(before, after.Name)
		switch {
		case !known:
			changes = append(changes, "index "+after.Name+" was added")
		case was.UUID != after.UUID:
			changes = append(changes, "index "+after.Name+" was created again")
		case was.Documents != after.Documents:
			changes = append(changes, "index "+after.Name+" went from "+text.Count(was.Documents, "document")+" to "+text.Count(after.Documents, "document"))
		}
	}
	for _, name := range text.SortedKeys(before) {
		changes = append(changes, "index "+name+" is gone")
	}
	return strings.Join(changes, "; ")
}
