package agree

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// Agreement is what two judges have in common.
type Agreement struct {
	// A and B are the two files.
	A, B string
	// Queries is how many queries both have, Pairs how many documents both
	// graded, and Same how many of these have the same grade.
	Queries, Pairs, Same int
	// OnlyA and OnlyB count the documents that one of them alone graded, for
	// queries that both have.
	OnlyA, OnlyB int
	// QueriesOnlyA and QueriesOnlyB are the queries that one alone has.
	QueriesOnlyA, QueriesOnlyB []string
	// Unweighted, Linear and Quadratic are Cohen's kappa, NaN where both gave
	// every document the same grade.
	Unweighted, Linear, Quadratic float64
	// Table counts the pairs by A's grade, then by B's.
	Table map[float64]map[float64]int
	// Disagreements are the pairs with different grades, the widest first.
	Disagreements []Disagreement
}

// Disagreement is a document with two grades.
type Disagreement struct {
	Query, Title, ID string
	A, B             float64
	AtA, AtB         judgments.Position
}

// Grades are all grades of the table, in order.
func (a *Agreement) Grades() []float64 {
	var all []float64
	for x, row := range a.Table {
		all = append(all, x)
		for y := range row {
			all = append(all, y)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Compare compares two judges' grades. It is an error where
// no document was graded by both.
func Compare(a, b Judge) (*Agreement, error) {
	found := &Agreement{A: a.File, B: b.File, Table: make(map[float64]map[float64]int)}
	var left, right []float64
	taken := make(map[int]bool)
	for i := range a.Queries {
		q := &a.Queries[i]
		k := partner(q, b.Queries, taken)
		if k < 0 {
			found.QueriesOnlyA = append(found.QueriesOnlyA, q.name())
			continue
		}
		taken[k] = true
		found.Queries++
		x, y := found.query(q, &b.Queries[k])
		left, right = append(left, x...), append(right, y...)
	}
	for k := range b.Queries {
		if !taken[k] {
			found.QueriesOnlyB = append(found.QueriesOnlyB, b.Queries[k].name())
		}
	}
	if len(left) == 0 {
		return nil, fmt.Errorf("%s and %s have no graded document in common", a.File, b.File)
	}
	for _, k := range []struct {
		weighting stats.Weighting
		kappa     *float64
	}{{stats.Unweighted, &found.Unweighted}, {stats.Linear, &found.Linear}, {stats.Quadratic, &found.Quadratic}} {
		var err error
		*k.kappa, err = stats.Kappa(left, right, k.weighting)
		if errors.Is(err, stats.ErrKappaUndefined) {
			*k.kappa = math.NaN()
		} else if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(found.Disagreements, func(x, y Disagreement) int {
		return cmp.Compare(math.Abs(y.A-y.B), math.Abs(x.A-x.B))
	})
	return found, nil
}

// partner finds the same query of the other judge: by id, else by what is
// asked; -1 where there is none.
func partner(q *Query, others []Query, taken map[int]bool) int {
	for i := range others {
		if !taken[i] && q.ID != "" && others[i].ID == q.ID {
			return i
		}
	}
	for i := range others {
		if !taken[i] && q.Text != "" && judgments.FoldTitle(others[i].Text) == judgments.FoldTitle(q.Text) &&
			judgments.FoldTitle(others[i].Asked) == judgments.FoldTitle(q.Asked) {
			return i
		}
	}
	return -1
}

// query pairs the judgments of one query.
func (a *Agreement) query(p, q *Query) (left, right []float64) {
	taken := make(map[int]bool)
	for _, x := range p.Relevant {
		k := same(x, q.Relevant, taken)
		if k < 0 {
			a.OnlyA++
			continue
		}
		taken[k] = true
		y := q.Relevant[k]
		left, right = append(left, x.Grade), append(right, y.Grade)
		a.Pairs++
		if a.Table[x.Grade] == nil {
			a.Table[x.Grade] = make(map[float64]int)
		}
		a.Table[x.Grade][y.Grade]++
		if x.Grade == y.Grade {
			a.Same++
			continue
		}
		a.Disagreements = append(a.Disagreements, Disagreement{
			Query: p.name(), Title: cmp.Or(x.Title, y.Title), ID: cmp.Or(x.ID, y.ID),
			A: x.Grade, B: y.Grade, AtA: x.Position, AtB: y.Position,
		})
	}
	a.OnlyB += len(q.Relevant) - len(taken)
	return left, right
}

// same finds the judgment of the same document: by id where both have one,
// else by title, where only one of the others fits.
func same(x judgments.Judgment, others []judgments.Judgment, taken map[int]bool) int {
	found := -1
	for i, y := range others {
		switch {
		case taken[i]:
		case x.ID != "" && y.ID != "":
			if x.ID == y.ID {
				return i
			}
		case x.Title != "" && judgments.FoldTitle(x.Title) == judgments.FoldTitle(y.Title):
			if found >= 0 {
				return -1 // which of the two is meant cannot be told
			}
			found = i
		}
	}
	return found
}
