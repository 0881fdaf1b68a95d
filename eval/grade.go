package eval

import (
	"cmp"
	"slices"
	"strings"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

// Grades joins a ranking with the query's judgments: the grade of the hit at
// each rank, metrics.Unjudged where nobody judged it.
//
// A judgment with an id matches that document alone, of its index where it names
// one and the run's are known; one without matches the title after folding,
// or one of its values where it has several. Every judgment is credited once, to
// the first hit that it matches: where two documents share a judged title, the
// second counts as unjudged, so that no metric can rise above 1.
func (q *Query) Grades(hits []Hit) []float64 {
	grades := make([]float64, len(hits))
	for i, m := range q.Matches(hits) {
		if m < 0 {
			grades[i] = metrics.Unjudged()
		} else {
			grades[i] = q.Judgments[m].Grade
		}
	}
	return grades
}

// Matches gives, for the hit at each rank, the index of the judgment that it
// is credited with, or -1.
func (q *Query) Matches(hits []Hit) []int {
	var g Grader
	g.Reset(q)
	return g.Matches(hits)
}

// A Grader joins the rankings of one query after the other with its judgments,
// in memory that it uses again. It is not for several goroutines at once.
type Grader struct {
	query         *Query
	byID, byTitle map[string]int
	// byPlace are judgments that name an index, for hits that do; byBareID are
	// the same for hits that do not.
	byPlace  map[Key]int
	byBareID map[string]int
	credited []bool
	matched  []int
	folded   []byte
}

// Reset begins with a query.
func (g *Grader) Reset(q *Query) {
	g.query = q
	clear(g.byID)
	clear(g.byTitle)
	clear(g.byPlace)
	clear(g.byBareID)
	for i, j := range q.Judgments {
		if j.Index != "" {
			if q.Index != "" && j.Index != q.Index {
				continue // no hit is its document
			}
			if g.byPlace == nil {
				g.byPlace, g.byBareID = make(map[Key]int), make(map[string]int)
			}
			g.byPlace[Key{j.Index, j.ID}], g.byBareID[j.ID] = i, i
			continue
		}
		if j.ID != "" {
			if g.byID == nil {
				g.byID = make(map[string]int, len(q.Judgments))
			}
			g.byID[j.ID] = i
			continue
		}
		if g.byTitle == nil {
			g.byTitle = make(map[string]int, len(q.Judgments))
		}
		g.byTitle[judgments.FoldTitle(j.Title)] = i
	}
}

// Matches gives what Query.Matches gives, until it is called again.
func (g *Grader) Matches(hits []Hit) []int {
	g.matched = g.matched[:0]
	g.credited = slices.Grow(g.credited[:0], len(g.query.Judgments))[:len(g.query.Judgments)]
	clear(g.credited)
	left := len(g.byID) + len(g.byTitle) + len(g.byPlace)
	for _, h := range hits {
		match := -1
		if left > 0 {
			m, ok := g.byID[h.ID]
			if !ok && len(g.byPlace) > 0 {
				if h.Index == "" {
					m, ok = g.byBareID[h.ID]
				} else {
					m, ok = g.byPlace[h.Key()]
				}
			}
			if !ok && len(g.byTitle) > 0 {
				g.folded = judgments.AppendFolded(g.folded[:0], h.Title)
				m, ok = g.byTitle[string(g.folded)]
				if !ok && strings.Contains(h.Title, "\n") {
					m, ok = matchValue(g.byTitle, g.credited, h.Title)
				}
			}
			if ok && !g.credited[m] {
				match, g.credited[m] = m, true
				left--
			}
		}
		g.matched = append(g.matched, match)
	}
	return g.matched
}

// matchValue finds the judgment of one of the values of a title that has several:
// the first that no better hit was credited with.
func matchValue(byTitle map[string]int, credited []bool, title string) (m int, ok bool) {
	for value := range strings.SplitSeq(title, "\n") {
		if m, ok = byTitle[judgments.FoldTitle(value)]; ok && !credited[m] {
			return m, true
		}
	}
	return 0, false
}

// Judged summarises the query's judgments for the metrics.
func (q *Query) Judged() *metrics.Judged {
	grades := make([]float64, len(q.Judgments))
	for i, j := range q.Judgments {
		grades[i] = j.Grade
	}
	return metrics.NewJudged(grades)
}

// Ranked is a result as it is scored: without the hits that the query excludes,
// those below them one rank higher. A reranker saw them all the same, so that
// what is about its window goes by the result itself. The result is returned as
// it is where nothing is excluded.
func (q *Query) Ranked(r *Result) *Result {
	if len(q.Exclude) == 0 || r.Failed() || !slices.ContainsFunc(r.Hits, func(h Hit) bool { return q.Excludes(h.Document) }) {
		return r
	}
	ranked := *r
	ranked.Hits = make([]Hit, 0, len(r.Hits))
	rank := make([]int, len(r.Hits)+1) // how many hits stay down to each rank
	for i, h := range r.Hits {
		if !q.Excludes(h.Document) {
			ranked.Hits = append(ranked.Hits, h)
		}
		rank[i+1] = len(ranked.Hits)
	}
	ranked.Ties = nil
	for _, t := range r.Ties {
		if first, last := rank[t[0]-1]+1, rank[t[1]]; first < last {
			ranked.Ties = append(ranked.Ties, [2]int{first, last})
		}
	}
	return &ranked
}

// Excludes says whether a document is one that the query excludes.
func (q *Query) Excludes(d *Document) bool {
	for _, x := range q.Exclude {
		switch {
		case x.ID != "":
			index := cmp.Or(d.Index, q.Index)
			if x.ID == d.ID && (x.Index == "" || index == "" || x.Index == index) {
				return true
			}
		case d.HasTitle(judgments.FoldTitle(x.Title)):
			return true
		}
	}
	return false
}
