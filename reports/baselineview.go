package reports

import (
	"slices"

	"github.com/releval/releval/eval/compare"
)

// NewBaselineView takes over a comparison of the report's run with the run of
// the given name.
func (r *Report) NewBaselineView(name string, c *compare.Result) *BaselineView {
	view := &BaselineView{
		Name:           name,
		Started:        c.Base.Run.Manifest.Started,
		Changes:        c.Changes,
		Meaningless:    c.Meaningless,
		Differences:    c.Differences,
		OnlyInBaseline: c.OnlyBase,
		OnlyHere:       c.OnlyNext,
	}
	view.Queries = make([][]QueryRow, len(r.Evaluation.Systems))
	for i, system := range r.Evaluation.Systems {
		if s := slices.Index(c.Systems, system.System); s >= 0 {
			view.Queries[i] = movedRows(r, c, system.System, c.Moves[s])
		}
	}
	return view
}

// movedRows lists the queries of one system that are not as they were, the
// largest loss first.
func movedRows(r *Report, c *compare.Result, system string, moves []compare.Move) []QueryRow {
	place := make(map[string]int)
	for i := range r.Evaluation.Run.Queries {
		place[r.Evaluation.Run.Queries[i].ID] = i
	}
	var rows []QueryRow
	for _, m := range moves {
		if m.Difference == 0 {
			continue
		}
		was, is := &c.Base.Run.Queries[m.Query], &c.Next.Run.Queries[m.Query]
		row := QueryRow{
			Query: place[is.ID], Without: m.Base, With: m.Next, Difference: m.Difference, Changes: m.Changes,
			Failed: was.Results[system].Failed() || is.Results[system].Failed(),
		}
		row.Best, row.Before, row.After = bestOf(is, ranks(was, system), ranks(is, system))
		rows = append(rows, row)
	}
	return rows
}
