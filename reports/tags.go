package reports

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// tagsGrid shows the lead metric by tag; nil where no query has one.
func (r *Report) tagsGrid() *grid.Table {
	scores := score.ByTag(r.Evaluation)
	if len(scores) == 0 {
		return nil
	}
	systems := r.Evaluation.Systems
	g := &grid.Table{Columns: []grid.Column{{Head: "tag", Shrink: 12}, {Head: "queries", Right: true}}}
	for i := range systems {
		g.Columns = append(g.Columns, grid.Column{Head: r.label(i), Right: true, Shrink: 7})
		if r.baseOf(i) != i {
			g.Columns = append(g.Columns, grid.Column{Head: "won/lost/tied", Right: true})
		}
	}
	for _, s := range scores {
		row := []grid.Cell{{Text: grid.Short(cmp.Or(s.Tag, "(none)"))}, {Text: text.Thousands(s.Queries)}}
		for i := range systems {
			row = append(row, grid.Cell{Text: grid.Fixed(s.Means[i][r.Lead])})
			if r.baseOf(i) != i {
				row = append(row, grid.Cell{Text: fmt.Sprintf("%d/%d/%d", s.Wins[i], s.Losses[i], s.Ties[i])})
			}
		}
		g.Add(row...)
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
