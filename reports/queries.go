package reports

import (
	"fmt"
	"math"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// shownWhole is how many queries are all listed; of more, only the largest
// losses and gains are, shownEach of either.
const (
	shownWhole = 100
	shownEach  = 20
)

// selectRows picks the rows to list: all where there are few, else the
// largest losses and gains. The note says what was left out.
func selectRows(rows []QueryRow, whole, each int) (losses, gains []QueryRow, note string) {
	if len(rows) <= whole {
		return rows, nil, ""
	}
	for _, row := range rows[:min(each, len(rows))] {
		if row.Difference < 0 {
			losses = append(losses, row)
		}
	}
	defined := len(rows)
	for defined > 0 && math.IsNaN(rows[defined-1].Difference) {
		defined--
	}
	for _, row := range rows[max(len(losses), defined-each):defined] {
		if row.Difference > 0 {
			gains = append(gains, row)
		}
	}
	left := len(rows) - len(losses) - len(gains)
	return losses, gains, fmt.Sprintf("%s in between left out; --report FILE.html or .csv has them all", text.Count(left, "query"))
}

// queriesOf lists queries of the system with the given index, beside the one that
// it is compared with.
func (r *Report) queriesOf(system int, rows ...[]QueryRow) *grid.Table {
	g := r.queryGrid(rows...)
	g.Columns[1].Head, g.Columns[2].Head = r.heads(system)
	return g
}

// titleHead is the heading over the title that is named beside a change.
const titleHead = "title that did most"

// queryGrid lists queries under one reranker.
func (r *Report) queryGrid(rows ...[]QueryRow) *grid.Table {
	g := &grid.Table{Columns: []grid.Column{
		{Head: "query", Shrink: 10},
		{Head: "without", Right: true},
		{Head: "with", Right: true},
		{Head: "difference", Right: true},
		{Head: titleHead, Shrink: 10},
		{Head: "rank", Right: true},
	}}
	for i, part := range rows {
		if i > 0 && len(part) > 0 && len(g.Rows) > 0 {
			g.Add(grid.Words("…", "", "", "", "", "")...)
		}
		for _, row := range part {
			title, moved := grid.Short(row.Title), grid.Toned(ranksMoved(row.Before, row.After), grid.Plain)
			if row.Difference == 0 || math.IsNaN(row.Difference) { // no title did anything
				title, moved = "", grid.Cell{}
			}
			if row.Failed {
				moved = grid.Toned("failed", grid.Bad)
			}
			g.Add(
				grid.Cell{Text: grid.Short(queryName(&r.Evaluation.Run.Queries[row.Query]))},
				grid.Cell{Text: grid.Fixed(row.Without)}, grid.Cell{Text: grid.Fixed(row.With)},
				grid.Toned(grid.Signed(row.Difference), grid.ToneOf(row.Difference)),
				grid.Cell{Text: title}, moved)
		}
	}
	return g
}

// singleGrid lists queries where there is no reranker to compare.
func (r *Report) singleGrid() *grid.Table {
	g := &grid.Table{Columns: []grid.Column{
		{Head: "query", Shrink: 10},
		{Head: r.leadMetric().String(), Right: true},
		{Head: "best relevant title", Shrink: 10},
		{Head: "rank", Right: true},
	}}
	for _, row := range r.Queries[0] {
		at := grid.Toned(rank(row.Before), grid.Plain)
		if row.Failed {
			at = grid.Toned("failed", grid.Bad)
		}
		g.Add(grid.Cell{Text: grid.Short(queryName(&r.Evaluation.Run.Queries[row.Query]))}, grid.Cell{Text: grid.Fixed(row.Without)}, grid.Cell{Text: grid.Short(row.Title)}, at)
	}
	return g
}
