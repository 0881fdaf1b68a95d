package convert

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/releval/releval/judgments"
)

// Identify gives judgments by title the ids of their documents, for formats
// that name documents by id alone. A title that several documents share, and
// one that none has, keep no id and are listed.
func Identify(ctx context.Context, c *Collection, o SearchOptions) error {
	titleField := cmp.Or(o.TitleField, c.Suite.Search.TitleField, "title")
	byTitle := map[string][]string{}
	c.documents = map[string]bool{}
	seen := 0
	for d, err := range judgments.Documents(o.Documents) {
		if err != nil {
			return err
		}
		if seen++; seen%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		c.documents[d.ID] = true
		if folded := judgments.FoldTitle(fieldText(d.Source, titleField)); folded != "" {
			byTitle[folded] = append(byTitle[folded], d.ID)
		}
	}
	var n notes
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		for k := range q.Relevant {
			j := &q.Relevant[k]
			if j.ID != "" {
				continue
			}
			switch ids := byTitle[judgments.FoldTitle(j.Title)]; len(ids) {
			case 0:
				n.add("%d judgments name a title that no document has", named(q, *j))
			case 1:
				j.ID = ids[0]
			default:
				n.add("%d judgments name a title that several documents have, without an id", named(q, *j)+" ("+fewIDs(ids)+")")
			}
		}
	}
	c.Losses = append(c.Losses, n.list()...)
	return nil
}

// fewIDs names some of the ids of one title.
func fewIDs(ids []string) string {
	ids = slices.Sorted(slices.Values(ids))
	if len(ids) > maxExamples {
		ids = append(ids[:maxExamples], "...")
	}
	return strings.Join(ids, " ")
}
