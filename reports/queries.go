package reports

import (
	"fmt"
	"math"
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
	return losses, gains, fmt.Sprintf("%s in between left out; --report FILE.html or .csv has them all", queriesOf(left))
}

// queryGrid lists queries under one reranker.
func (r *Report) queryGrid(rows ...[]QueryRow) *grid {
	g := &grid{columns: []column{
		{head: "query", shrink: 10},
		{head: "without", right: true},
		{head: "with", right: true},
		{head: "difference", right: true},
		{head: "best relevant title", shrink: 10},
		{head: "rank", right: true},
	}}
	for i, part := range rows {
		if i > 0 && len(part) > 0 && len(g.rows) > 0 {
			g.add(words("…", "", "", "", "", "")...)
		}
		for _, row := range part {
			moved := toned(ranksMoved(row.Before, row.After), plain)
			if row.Failed {
				moved = toned("failed", bad)
			}
			g.add(
				cell{text: clipLong(Name(&r.Evaluation.Run.Queries[row.Query]))},
				cell{text: fixed(row.Without)}, cell{text: fixed(row.With)},
				toned(signed(row.Difference), toneOf(row.Difference)),
				cell{text: clipLong(row.Best)}, moved)
		}
	}
	return g
}

// singleGrid lists queries where there is no reranker to compare.
func (r *Report) singleGrid() *grid {
	g := &grid{columns: []column{
		{head: "query", shrink: 10},
		{head: r.LeadMetric().String(), right: true},
		{head: "best relevant title", shrink: 10},
		{head: "rank", right: true},
	}}
	for _, row := range r.Queries[0] {
		at := toned(rank(row.Before), plain)
		if row.Failed {
			at = toned("failed", bad)
		}
		g.add(cell{text: clipLong(Name(&r.Evaluation.Run.Queries[row.Query]))}, cell{text: fixed(row.Without)}, cell{text: clipLong(row.Best)}, at)
	}
	return g
}
