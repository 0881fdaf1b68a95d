package reports

import (
	"math"
	"strconv"

	"github.com/releval/releval/eval"
)

// rankings shows two rankings rank by rank, or one.
type rankings struct {
	explanation
	both, wide bool
	was        map[eval.Key]int
}

// sideBySide shows the two rankings of an explanation, or the first alone.
// Where it must be narrow the grade stands in brackets before the title; a
// dash for it means that nobody judged the hit.
func sideBySide(x explanation, both, wide bool) *grid {
	v := rankings{x, both, wide, make(map[eval.Key]int)}
	for i, h := range x.without.hits {
		v.was[h.Key()] = i + 1
	}
	g := &grid{columns: []column{{head: "rank", right: true}}}
	g.columns = append(g.columns, v.columns("without", false)...)
	if both {
		g.columns = append(g.columns, v.columns("with", true)...)
	}
	rows, shown := len(x.without.hits), max(rankingRows, x.metric.Cutoff())
	if both {
		rows = max(rows, len(x.with.hits))
	}
	skipped := false
	for i := range rows {
		if i >= shown && !v.relevant(i) {
			skipped = true
			continue
		}
		if skipped {
			skipped = false
			g.add(append(words("…"), words(make([]string, len(g.columns)-1)...)...)...)
		}
		row := append([]cell{{text: strconv.Itoa(i + 1)}}, v.cells(x.without, i, false)...)
		if both {
			row = append(row, v.cells(x.with, i, true)...)
		}
		g.add(row...)
	}
	if skipped {
		g.add(append(words("…"), words(make([]string, len(g.columns)-1)...)...)...)
	}
	return g
}

// columns are those of one ranking.
func (v *rankings) columns(title string, second bool) []column {
	columns := []column{{head: title, shrink: 12}}
	if second {
		columns = append(columns, column{head: "was", right: true})
	}
	if v.wide {
		columns = append(columns, column{head: "grade", right: true})
	}
	return append(columns, column{head: "score", right: true}, column{head: "adds", right: true})
}

// relevant says whether one of the rankings has a relevant hit at an index.
func (v *rankings) relevant(i int) bool {
	return i < len(v.without.hits) && v.without.grades[i] > 0 || v.both && i < len(v.with.hits) && v.with.grades[i] > 0
}

// cells are those of one ranking's hit at an index.
func (v *rankings) cells(a answer, i int, second bool) []cell {
	if i >= len(a.hits) {
		return words(make([]string, len(v.columns("", second)))...)
	}
	h := a.hits[i]
	t := plain
	switch {
	case a.grades[i] > 0:
		t = good
	case math.IsNaN(a.grades[i]):
		t = faint
	}
	name := clipLong(hitName(h.Title, h.ID))
	if !v.wide {
		name = "[" + grade(a.grades[i]) + "] " + name
	}
	cells := []cell{toned(name, t)}
	if second {
		cells = append(cells, cell{text: rank(v.was[h.Key()])})
	}
	if v.wide {
		cells = append(cells, toned(grade(a.grades[i]), t))
	}
	adds := ""
	if a.terms[i] != 0 {
		adds = fixed(a.terms[i])
	}
	return append(cells, cell{text: serverScore(h.Score)}, cell{text: adds})
}

// legend says how to read the rankings.
func (v explanation) legend(wide bool) string {
	s := "“adds” is a hit's part of " + v.metric.String() + "; – for a grade means that nobody judged the hit"
	if !wide {
		s = "[grade] stands before the title; " + s
	}
	return s
}

// hitName names a hit: the id where it has no title.
func hitName(title, id string) string {
	if clean(title) == "" {
		return "id " + id
	}
	return title
}

// serverScore prints a server's score.
func serverScore(s float64) string {
	if math.IsNaN(s) || math.IsInf(s, 0) {
		return undefined
	}
	return strconv.FormatFloat(s, 'g', 4, 64)
}
