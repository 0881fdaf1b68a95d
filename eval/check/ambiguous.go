package check

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/eval/titles"
	"github.com/releval/releval/judgments"
)

// shownDocuments is how many documents of one title a message lists.
const shownDocuments = 5

// ambiguous reports the uses whose title several documents have, with what
// tells these apart.
func (k *online) ambiguous(ctx context.Context, uses []use, groups map[string][]titles.Document) error {
	if len(uses) == 0 {
		return nil
	}
	var list [][]titles.Document
	for _, folded := range slices.Sorted(maps.Keys(groups)) {
		list = append(list, groups[folded])
	}
	apart, err := titles.Distinguish(ctx, k.cluster, k.where, list)
	if err != nil {
		return err
	}
	for _, u := range uses {
		documents := groups[judgments.FoldTitle(u.title)]
		advice := "name the one that is meant by its id"
		ids := make(map[string]int)
		for _, d := range documents {
			if ids[d.ID]++; ids[d.ID] > 1 {
				advice = "name the one that is meant by its id with its index"
			}
		}
		var proposals []Proposal
		var shown []string
		for _, d := range documents {
			p := Proposal{Title: d.Title, ID: d.ID}
			if v := apart.Value(d); v != "" {
				p.Detail = apart.Field + " " + v
			}
			proposals = append(proposals, p)
			id := fmt.Sprintf("%q", d.ID)
			if ids[d.ID] > 1 {
				id += " in " + d.Index
			}
			if p.Detail != "" {
				id += " (" + p.Detail + ")"
			}
			shown = append(shown, id)
		}
		f := k.add(u, preflight.SeverityWarning, KindAmbiguous, "%q stands for %d documents, and whichever ranks first gets the credit: %s; %s", u.title, len(documents), text.List(shown, shownDocuments), advice)
		f.Proposals = proposals
	}
	return nil
}
