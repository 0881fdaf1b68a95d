package pool

import (
	"math"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

// candidates are the unjudged documents of one query, by impact.
func candidates(q *eval.Query, systems []string, lead metrics.Metric, o Options) []Candidate {
	byDocument := make(map[eval.Key]*Candidate)
	var order []*Candidate
	rankings := make([]ranking, 0, len(systems))
	judged := judgedTitles(q)
	for _, system := range systems {
		result := q.Results[system]
		if result.Failed() {
			continue
		}
		r := ranking{grades: q.Grades(result.Hits), places: make(map[*Candidate]int)}
		for i, h := range result.Hits {
			if !metrics.IsUnjudged(r.grades[i]) || judged[judgments.FoldTitle(h.Title)] && h.Title != "" {
				continue
			}
			key := h.Key()
			c := byDocument[key]
			if c == nil {
				c = &Candidate{Index: h.Index, ID: h.ID, Title: h.Title}
				byDocument[key] = c
			}
			r.places[c] = i
			if i < o.Depth {
				if len(c.Ranks) == 0 {
					order = append(order, c)
				}
				c.Ranks = append(c.Ranks, Rank{system, i + 1})
			}
		}
		rankings = append(rankings, r)
	}
	all := make([]Candidate, len(order))
	for i, c := range order {
		weigh(c, rankings, q, lead, o.MaxGrade)
		all[i] = *c
	}
	needIDs(all, q)
	slices.SortStableFunc(all, byImpact)
	return all
}

// judgedTitles are the titles that are judged without an id: a second
// document of such a title cannot be judged beside it.
func judgedTitles(q *eval.Query) map[string]bool {
	judged := make(map[string]bool)
	for _, j := range q.Judgments {
		if j.ID == "" {
			judged[judgments.FoldTitle(j.Title)] = true
		}
	}
	return judged
}

// ranking is one system's answer to a query.
type ranking struct {
	grades []float64
	places map[*Candidate]int
}

// weigh works out what a judgment of the candidate could change.
func weigh(c *Candidate, rankings []ranking, q *eval.Query, lead metrics.Metric, grade float64) {
	grades := make([]float64, 0, len(q.Judgments)+1)
	for _, j := range q.Judgments {
		grades = append(grades, j.Grade)
	}
	before := metrics.NewJudged(grades)
	after := metrics.NewJudged(append(grades, grade))
	moved := make([]float64, len(rankings))
	for i, r := range rankings {
		was := lead.Score(metrics.Ranking{Grades: r.grades, Judged: before})
		changed := r.grades
		if place, there := r.places[c]; there {
			changed = slices.Clone(r.grades)
			changed[place] = grade
		}
		is := lead.Score(metrics.Ranking{Grades: changed, Judged: after})
		if moved[i] = is - was; math.IsNaN(moved[i]) {
			moved[i] = 0
		}
		c.change = max(c.change, math.Abs(moved[i]))
	}
	if len(moved) == 1 {
		c.Impact = c.change
	}
	for _, m := range moved[min(1, len(moved)):] {
		c.Impact = max(c.Impact, math.Abs(m-moved[0]))
	}
}

// needIDs marks the candidates whose title another candidate or a judgment
// with an id has too, and those whose title no suite can hold.
func needIDs(all []Candidate, q *eval.Query) {
	count := make(map[string]int)
	for _, j := range q.Judgments {
		if j.ID != "" {
			count[judgments.FoldTitle(j.Title)]++
		}
	}
	for _, c := range all {
		count[judgments.FoldTitle(c.Title)]++
	}
	for i := range all {
		all[i].NeedsID = !judgments.CanHold(all[i].Title) || count[judgments.FoldTitle(all[i].Title)] > 1
	}
}
