package reports

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/releval/releval/eval/score"
)

// tagsGrid shows the lead metric by tag; nil where no query has one.
func (r *Report) tagsGrid() *grid {
	scores := score.ByTag(r.Evaluation)
	if len(scores) == 0 {
		return nil
	}
	systems := r.Evaluation.Systems
	g := &grid{columns: []column{{head: "tag", shrink: 12}, {head: "queries", right: true}}}
	for i, s := range systems {
		head := s.System
		if i == 0 {
			head = "without"
		}
		g.columns = append(g.columns, column{head: head, right: true, shrink: 7})
		if i > 0 {
			g.columns = append(g.columns, column{head: "won/lost/tied", right: true})
		}
	}
	for _, s := range scores {
		row := []cell{{text: clipLong(cmp.Or(s.Tag, "(none)"))}, {text: thousands(s.Queries)}}
		for i := range systems {
			row = append(row, cell{text: fixed(s.Means[i][r.Lead])})
			if i > 0 {
				row = append(row, cell{text: fmt.Sprintf("%d/%d/%d", s.Wins[i], s.Losses[i], s.Ties[i])})
			}
		}
		g.add(row...)
	}
	return g
}

// tags are the tags of all queries, sorted.
func (r *Report) tags() []string {
	var tags []string
	for i := range r.Evaluation.Run.Queries {
		tags = append(tags, r.Evaluation.Run.Queries[i].Tags...)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}
