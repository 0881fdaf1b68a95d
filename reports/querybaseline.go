package reports

import (
	"fmt"
	"slices"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// sinceBaseline says what became of a query since the baseline: a sentence for
// each system, and the titles that did it. Both are nil where there is no
// baseline.
func (r *Report) sinceBaseline(query int) (said []string, titles *grid.Table) {
	b := r.Baseline
	if b == nil {
		return nil, nil
	}
	id := r.Evaluation.Run.Queries[query].ID
	out := b.LeftOut
	switch forced := len(b.Meaningless) > 0; {
	case slices.Contains(out.Added, id):
		return []string{"Not compared: the baseline does not have this query."}, nil
	case slices.Contains(out.Reworded, id):
		return []string{"Not compared: the baseline has another text for this query."}, nil
	case slices.Contains(out.Regraded, id) && !forced:
		return []string{"Not compared: the baseline judges this query otherwise."}, nil
	}
	titles = &grid.Table{Columns: []grid.Column{
		{Head: "system", Shrink: 10}, {Head: "title", Shrink: 20}, {Head: "grade", Right: true}, {Head: "rank", Right: true}, {Head: "contribution", Right: true},
	}}
	lead := r.leadMetric().String()
	var same []string
	for i := range r.Evaluation.Systems {
		name := r.Evaluation.Systems[i].System
		if r.changeOf(name) == nil {
			continue // the baseline does not have it
		}
		var rows []QueryRow
		if i < len(b.Queries) {
			rows = b.Queries[i]
		}
		at := slices.IndexFunc(rows, func(row QueryRow) bool { return row.Query == query })
		switch {
		case at < 0:
			same = append(same, name)
		case rows[at].Failed:
			said = append(said, name+": no usable answer in one of the two runs.")
		default:
			row := rows[at]
			said = append(said, fmt.Sprintf("%s: %s %s → %s, %s.", name, lead, grid.Fixed(row.Without), grid.Fixed(row.With), grid.Signed(row.Difference)))
			addTitles(titles, name, row.Changes)
		}
	}
	if len(same) > 0 {
		said = append(said, fmt.Sprintf("The same %s as in the baseline: %s.", lead, text.List(same, 10)))
	}
	if len(titles.Rows) == 0 {
		titles = nil
	}
	return said, titles
}
