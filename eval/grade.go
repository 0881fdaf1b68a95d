package eval

import (
	"strings"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

// Grades joins a ranking with the query's judgments: the grade of the hit at
// each rank, metrics.Unjudged where nobody judged it.
//
// A judgment with an id matches that document alone, of its index where it names
// one and the run covers several; one without matches the title after folding, or one of its values where it has several. Every judgment is credited once, to the first hit that
// it matches: where two documents share a judged title, the second counts as
// unjudged, so that no metric can rise above 1.
func (q *Query) Grades(hits []Hit) []float64 {
	matches := q.Matches(hits)
	grades := make([]float64, len(hits))
	for i, m := range matches {
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
	var byID, byTitle map[string]int
	var byPlace map[Key]int
	put := func(m *map[string]int, key string, i int) {
		if *m == nil {
			*m = make(map[string]int, len(q.Judgments))
		}
		(*m)[key] = i
	}
	for i, j := range q.Judgments {
		switch {
		case j.Index != "" && len(hits) > 0 && hits[0].Index != "":
			if byPlace == nil {
				byPlace = make(map[Key]int, len(q.Judgments))
			}
			byPlace[Key{j.Index, j.ID}] = i
		case j.ID != "":
			put(&byID, j.ID, i)
		default:
			put(&byTitle, judgments.FoldTitle(j.Title), i)
		}
	}
	credited := make([]bool, len(q.Judgments))
	left := len(byID) + len(byTitle) + len(byPlace)
	matches := make([]int, len(hits))
	var buffer [100]byte
	folded := buffer[:0]
	for i, h := range hits {
		matches[i] = -1
		if left == 0 {
			continue
		}
		m, ok := byID[h.ID]
		if !ok && byPlace != nil {
			m, ok = byPlace[h.Key()]
		}
		if !ok && len(byTitle) > 0 {
			folded = judgments.AppendFolded(folded[:0], h.Title)
			m, ok = byTitle[string(folded)]
			if !ok && strings.Contains(h.Title, "\n") {
				m, ok = matchValue(byTitle, credited, h.Title)
			}
		}
		if ok && !credited[m] {
			matches[i], credited[m] = m, true
			left--
		}
	}
	return matches
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
