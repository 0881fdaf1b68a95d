package execute

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/eval/titles"
	"github.com/releval/releval/judgments"
)

// Resolver is what looking titles up needs of a cluster.
type Resolver = titles.Cluster

// Titles says which documents the judged titles and ids of a plan stand for.
type Titles struct {
	// Found is what the index holds, by folded title and by id.
	*titles.Found
	// Missing are the judged titles and ids that match no document, as the
	// suite writes them, sorted. Ambiguous are the titles judged without an
	// id that several documents have.
	Missing, Ambiguous []string
	// Hash covers the resolved ids.
	Hash string
}

// resolveTitles looks up every judged title and id of the plan, many in one
// request. Titles of judgments with an id are not looked up: the id decides.
func resolveTitles(ctx context.Context, c Resolver, p *plan.Plan) (Titles, error) {
	asked := make(map[string]string) // titles by their folded form
	ids := make(map[string]bool)
	places := make(map[titles.Document]bool) // of judgments that name an index
	for _, q := range p.Queries {
		for _, j := range q.Relevant {
			if j.ID != "" {
				ids[j.ID] = true
				if j.Index != "" {
					places[titles.Document{Index: j.Index, ID: j.ID}] = true
				}
			} else {
				asked[judgments.FoldTitle(j.Title)] = j.Title
			}
		}
	}
	names := make([]string, 0, len(asked))
	for _, folded := range text.SortedKeys(asked) {
		names = append(names, asked[folded])
	}
	where := titles.Place{Index: p.Suite.Search.Index, Field: p.Suite.Search.TitleField}
	found, err := titles.Find(ctx, c, where, names, text.SortedKeys(ids))
	if err != nil {
		return Titles{}, err
	}
	resolved := Titles{Found: found}
	resolved.sortOut(asked, ids)
	for place := range places {
		if resolved.Has("", place.ID) && !resolved.Has(place.Index, place.ID) {
			resolved.Missing = append(resolved.Missing, fmt.Sprintf("id %s in %s", place.ID, place.Index))
		}
	}
	slices.SortFunc(resolved.Missing, strings.Compare)
	return resolved, nil
}

// sortOut tells what is missing and what is ambiguous, and hashes the rest.
func (t *Titles) sortOut(asked map[string]string, ids map[string]bool) {
	sum := sha256.New()
	for _, folded := range text.SortedKeys(asked) {
		documents := make([]string, len(t.Documents[folded]))
		for i, d := range t.Documents[folded] {
			documents[i] = d.ID
		}
		switch {
		case len(documents) == 0:
			t.Missing = append(t.Missing, asked[folded])
		case len(documents) > 1:
			t.Ambiguous = append(t.Ambiguous, asked[folded])
		}
		fmt.Fprintf(sum, "%q %q\n", folded, documents)
	}
	for _, id := range text.SortedKeys(ids) {
		_, exists := t.IDs[id]
		if !exists {
			t.Missing = append(t.Missing, "id "+id)
		}
		fmt.Fprintf(sum, "id %q %t\n", id, exists)
	}
	t.Hash = hex.EncodeToString(sum.Sum(nil))
}
