package convert

import (
	"slices"

	"github.com/releval/releval/judgments"
)

// queryIDs says whether any query has an id of its own.
func (c *collection) queryIDs() bool {
	return slices.ContainsFunc(c.Suite.Queries, func(q judgments.Query) bool { return q.ID != "" })
}

// excludeQueryDocuments excludes from each query the document that has its id:
// in collections such as ArguAna and Quora the queries are documents themselves.
// A suite says so, rankings lose the document.
func (c *collection) excludeQueryDocuments(to Format) {
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		if q.ID == "" {
			continue
		}
		if to == Suite && !slices.ContainsFunc(q.Exclude, func(x judgments.Excluded) bool { return x.ID == q.ID }) {
			q.Exclude = append(q.Exclude, judgments.Excluded{ID: q.ID})
		}
		for k := len(q.Relevant) - 1; k >= 0; k-- {
			if q.Relevant[k].ID != q.ID {
				continue
			}
			c.note("judgment", "left out, as of the document of the query itself", q.ID)
			q.Relevant = slices.Delete(q.Relevant, k, k+1)
			if c.ratings != nil {
				c.ratings[i] = slices.Delete(c.ratings[i], k, k+1)
			}
		}
	}
	for r := range c.Runs {
		for k := range c.Runs[r].Queries {
			ranking := &c.Runs[r].Queries[k]
			before := len(ranking.Hits)
			ranking.Hits = slices.DeleteFunc(ranking.Hits, func(h hit) bool { return h.ID == ranking.Query })
			c.noteMany(before-len(ranking.Hits), "hit", "left out, as the document of the query itself")
		}
	}
}
