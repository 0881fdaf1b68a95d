package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/releval/releval/eval/score"
)

// titlesShown is how many titles explain one query; the others share a row.
const titlesShown = 4

// titlesGrid says which titles moved queries since the baseline: ranks before
// and now, and what each contributed. The contributions of a query add up to
// its difference. It is nil where nothing is known of the titles.
func (r *Report) titlesGrid(lists ...[]QueryRow) *grid {
	g := &grid{columns: []column{
		{head: "query", shrink: 14},
		{head: "title", shrink: 20},
		{head: "grade", right: true},
		{head: "rank", right: true},
		{head: "contribution", right: true},
	}}
	for _, rows := range lists {
		for _, row := range rows {
			r.addTitles(g, row)
		}
	}
	if len(g.rows) == 0 {
		return nil
	}
	return g
}

// addTitles adds the titles of one query, the largest effect first.
func (r *Report) addTitles(g *grid, row QueryRow) {
	changes := slices.Clone(row.Changes)
	slices.SortStableFunc(changes, func(a, b score.Change) int {
		return cmp.Compare(math.Abs(b.Contribution), math.Abs(a.Contribution))
	})
	name := clipLong(Name(&r.Evaluation.Run.Queries[row.Query]))
	rest := 0.0
	for i, c := range changes {
		if i >= titlesShown {
			rest += c.Contribution
			continue
		}
		grade := "–"
		if c.Judged {
			grade = compact(c.Grade)
		}
		g.add(cell{text: name}, cell{text: clipLong(cmp.Or(c.Title, c.ID))}, cell{text: grade},
			cell{text: ranksMoved(c.Before, c.After)}, toned(signed(c.Contribution), toneOf(c.Contribution)))
		name = ""
	}
	if more := len(changes) - titlesShown; more > 0 {
		g.add(cell{}, cell{text: plural(more, "other title", "other titles")}, cell{}, cell{}, toned(signed(rest), toneOf(rest)))
	}
}

// testsGrid shows the tests of differences side by side: both p-values, the
// corrected one, the effect size, and what the queries could have shown.
func testsGrid(differences []score.Difference) *grid {
	g := &grid{columns: []column{
		{head: "metric", shrink: 12},
		{head: "p (random.)", right: true},
		{head: "p (Holm)", right: true},
		{head: "t", right: true},
		{head: "p (t)", right: true},
		{head: "effect d_z", right: true},
		{head: "80 % power", right: true},
	}}
	for _, d := range differences {
		g.add(cell{text: d.Metric.String()}, cell{text: pValue(d.P)}, cell{text: pValue(d.AdjustedP)},
			cell{text: statistic(d.T)}, cell{text: pValue(d.PT)}, cell{text: statistic(d.EffectSize)}, cell{text: fixed(d.Detectable)})
	}
	return g
}

// statistic prints a statistic that may have no value, as where all
// differences are equal.
func statistic(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return undefined
	}
	return fmt.Sprintf("%.2f", x)
}

// testsNote says what the columns of testsGrid are.
const testsNote = "random.: paired randomisation test; Holm: corrected over all comparisons; t: paired t-test; d_z: mean over standard deviation of the differences; 80 % power: the smallest difference that these queries show four times in five"

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
