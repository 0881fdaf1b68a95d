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
	// queries that both have, and Neither those that a pool file offered and
	// nobody graded. No coefficient says anything of them.
	OnlyA, OnlyB, Neither int
	// QueriesOnlyA and QueriesOnlyB are the queries that one alone has.
	QueriesOnlyA, QueriesOnlyB []string
	// Unweighted, Linear and Quadratic are Cohen's kappa.
	Unweighted, Linear, Quadratic Kappa
	// Table counts the pairs by A's grade, then by B's.
	Table map[float64]map[float64]int
	// Disagreements are the pairs with different grades, the widest first.
	Disagreements []Disagreement
}

// Kappa is a coefficient of the documents that both graded, with what it could
// be for all documents like them; all are NaN where both gave every document
// the same grade.
type Kappa struct{ Value, Low, High float64 }

// Confidence is the coverage of the intervals of Kappa.
const Confidence = 0.95

// Coverage is the share of the documents that either graded, for queries that
// both have, which both did.
func (a *Agreement) Coverage() float64 {
	return float64(a.Pairs) / float64(a.Pairs+a.OnlyA+a.OnlyB)
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
		kappa     *Kappa
	}{{stats.Unweighted, &found.Unweighted}, {stats.Linear, &found.Linear}, {stats.Quadratic, &found.Quadratic}} {
		var err error
		if *k.kappa, err = kappaOf(left, right, k.weighting); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(found.Disagreements, func(x, y Disagreement) int {
		return cmp.Compare(math.Abs(y.A-y.B), math.Abs(x.A-x.B))
	})
	return found, nil
}

// kappaOf is one coefficient with its interval.
func kappaOf(left, right []float64, weighting stats.Weighting) (Kappa, error) {
	value, err := stats.Kappa(left, right, weighting)
	if errors.Is(err, stats.ErrKappaUndefined) {
		return Kappa{math.NaN(), math.NaN(), math.NaN()}, nil
	}
	if err != nil {
		return Kappa{}, err
	}
	low, high, err := stats.KappaInterval(left, right, weighting, Confidence, stats.DefaultSeed)
	return Kappa{value, low, high}, err
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
	a.Neither += ungraded(p, q)
	return left, right
}

// ungraded counts the documents that were offered to one judge or both and
// have no grade of either.
func ungraded(p, q *Query) int {
	n := 0
	offered, graded := make(map[int]bool), make(map[int]bool)
	for _, x := range p.Open {
		if k := same(x, q.Relevant, graded); k >= 0 {
			graded[k] = true
			continue
		}
		n++
		if k := same(x, q.Open, offered); k >= 0 {
			offered[k] = true
		}
	}
	clear(graded)
	for k, y := range q.Open {
		if offered[k] {
			continue
		}
		if i := same(y, p.Relevant, graded); i >= 0 {
			graded[i] = true
			continue
		}
		n++
	}
	return n
}

// same finds the judgment of the same document: by id where both have one,
// else by title, where only one of the others fits.
func same(x judgments.Judgment, others []judgments.Judgment, taken map[int]bool) int {
	found := -1
	for i, y := range others {
		switch {
		case taken[i]:
		case x.ID != "" && y.ID != "":
			if x.ID == y.ID && (x.Index == y.Index || x.Index == "" || y.Index == "") {
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
