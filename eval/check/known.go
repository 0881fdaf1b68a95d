package check

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"

	"github.com/releval/releval/eval/titles"
	"github.com/releval/releval/judgments"
)

// maxDocumentsFile is the largest documents file that is read to see which
// document had which title.
const maxDocumentsFile = 256 << 20

// history is what became of the documents that had a title.
type history struct {
	// documents exist, under another title.
	documents []titles.Document
	// gone are the ids of those that do not.
	gone []string
	// alone says that there is one document, and no other has its new title.
	alone bool
}

// known asks the suite's documents and earlier runs which documents had the
// titles, and the index what became of them. The result is by folded title.
func (k *online) known(ctx context.Context, wanted map[string]string) (map[string]history, error) {
	had := make(map[string][]string)
	var ids []string
	remember := func(title, id string) {
		folded := judgments.FoldTitle(title)
		if _, asked := wanted[folded]; asked && !slices.Contains(had[folded], id) {
			had[folded] = append(had[folded], id)
			ids = append(ids, id)
		}
	}
	k.fromDocuments(remember)
	for _, run := range k.options.Runs {
		for i := range run.Queries {
			for _, result := range run.Queries[i].Results {
				if result.Failed() {
					continue
				}
				for _, h := range result.Hits {
					remember(h.Title, h.ID)
				}
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	fetched, err := titles.Fetch(ctx, k.cluster, k.where, ids)
	if err != nil {
		return nil, err
	}
	now := make(map[string]titles.Document, len(fetched))
	names := make([]string, 0, len(fetched))
	for _, f := range fetched {
		now[f.ID] = f.Document
		if f.Title != "" {
			names = append(names, f.Title)
		}
	}
	sharing, err := titles.Find(ctx, k.cluster, k.where, names, nil)
	if err != nil {
		return nil, err
	}
	known := make(map[string]history, len(had))
	for folded, ids := range had {
		var h history
		slices.Sort(ids)
		for _, id := range ids {
			if d, exists := now[id]; exists && d.Title != "" {
				h.documents = append(h.documents, d)
			} else {
				h.gone = append(h.gone, id)
			}
		}
		h.alone = len(h.documents) == 1 && len(sharing.Documents[judgments.FoldTitle(h.documents[0].Title)]) == 1
		known[folded] = h
	}
	return known, nil
}

// fromDocuments reads the suite's documents. They are a hint: a file that
// cannot be read to its end says what it said until then.
func (k *online) fromDocuments(remember func(title, id string)) {
	path := k.suite.Search.Documents
	if path == "" {
		return
	}
	if info, err := os.Stat(path); err != nil || info.Size() > maxDocumentsFile {
		return
	}
	field := strings.Split(k.where.Field, ".")
	for d, err := range judgments.Documents(path) {
		if err != nil {
			return
		}
		if title, ok := textAt(d.Source, field); ok {
			remember(title, d.ID)
		}
	}
}

// textAt reads a text within a document.
func textAt(source json.RawMessage, path []string) (string, bool) {
	for _, key := range path {
		var object map[string]json.RawMessage
		if json.Unmarshal(source, &object) != nil {
			return "", false
		}
		var ok bool
		if source, ok = object[key]; !ok {
			return "", false
		}
	}
	var text string
	return text, json.Unmarshal(source, &text) == nil
}
