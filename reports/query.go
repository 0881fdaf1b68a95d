package reports

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// writeQuery explains why a query came out as it did, for a terminal: under
// each reranker both rankings side by side with grades, scores and what each
// hit adds to the lead metric, then what each title did to the difference,
// and the holes: what nobody judged, and what was judged but not returned.
func writeQuery(w io.Writer, r *Report, queryID string, o Options) error {
	i, err := r.findQuery(queryID)
	if err != nil {
		return err
	}
	t := &terminal{Screen: o.screen(), report: r}
	for _, line := range r.queryIntroduction(i) {
		t.sayIndented(line, "", "  ")
	}
	t.blank()
	t.grid(r.queryMetrics(i))
	if said, titles := r.sinceBaseline(i); said != nil {
		t.heading(r.changeTitle())
		for _, line := range said {
			t.sayIndented(line, "", "  ")
		}
		if titles != nil {
			t.blank()
			t.grid(titles)
		}
	}
	for _, system := range r.explained() {
		x := r.explain(i, system)
		t.heading(r.queryHeading(x, system))
		wide := t.Columns() >= wideRankings
		both := r.baseOf(system) != system
		t.grid(sideBySide(x, both, wide))
		t.say(x.legend(wide))
		if both {
			t.heading("What each title did to the difference of " + grid.Signed(x.with.value-x.without.value))
			t.grid(contributionGrid(x))
		}
	}
	if holes := r.holes(i); len(holes) > 0 {
		t.heading("Holes")
		for _, h := range holes {
			t.sayIndented(h, "- ", "  ")
		}
	}
	if t.err != nil {
		return t.err
	}
	if _, err := io.WriteString(w, t.b.String()); err != nil {
		return fmt.Errorf("cannot write the explanation: %w", err)
	}
	return nil
}

// explained are the indices of the systems whose answers a query is explained by:
// those that are compared with another one, beside it, and those that nothing is
// compared with.
func (r *Report) explained() []int {
	beside := make(map[int]bool)
	for _, s := range r.compared() {
		beside[r.baseOf(s)] = true
	}
	var systems []int
	for s := range r.Evaluation.Systems {
		if !beside[s] || r.baseOf(s) != s {
			systems = append(systems, s)
		}
	}
	return systems
}

// queryIntroduction says what was asked and how it came out.
func (r *Report) queryIntroduction(query int) []string {
	e := r.Evaluation
	q := &e.Run.Queries[query]
	lines := []string{"Query " + q.ID + ": " + q.Text}
	if q.InferenceText != "" && q.InferenceText != q.Text {
		lines = append(lines, "The reranker was asked: "+q.InferenceText)
	}
	if len(q.Tags) > 0 {
		lines = append(lines, "Tags: "+strings.Join(q.Tags, ", "))
	}
	if q.Quarantine != nil {
		lines = append(lines, "In quarantine until "+q.Quarantine.Until.Format("2006-01-02")+": "+q.Quarantine.Reason)
	}
	return lines
}

// queryMetrics shows the query's metrics under each system.
func (r *Report) queryMetrics(query int) *grid.Table {
	e := r.Evaluation
	g := &grid.Table{Columns: []grid.Column{{Head: "metric", Shrink: 12}}}
	for s := range e.Systems {
		g.Columns = append(g.Columns, grid.Column{Head: r.label(s), Right: true, Shrink: 6})
		if r.baseOf(s) != s {
			g.Columns = append(g.Columns, grid.Column{Head: "difference", Right: true})
		}
	}
	for m, metric := range e.Metrics {
		row := grid.Words(metric.String())
		for s, system := range e.Systems {
			value := system.Values[m][query]
			row = append(row, grid.Cell{Text: grid.Fixed(value)})
			if r.baseOf(s) != s {
				difference := value - e.Systems[r.baseOf(s)].Values[m][query]
				row = append(row, grid.Toned(grid.Signed(difference), grid.ToneOf(difference)))
			}
		}
		g.Add(row...)
	}
	return g
}

func (r *Report) queryHeading(x explanation, system int) string {
	base := r.baseOf(system)
	if base == system {
		return fmt.Sprintf("%s: %s %s", x.without.system, x.metric, grid.Fixed(x.without.value))
	}
	what := "Without and with " + x.with.system
	if x.without.system != eval.FirstStage {
		what = r.against(system)
	}
	return fmt.Sprintf("%s: %s %s → %s, %s", what, x.metric,
		grid.Fixed(x.without.value), grid.Fixed(x.with.value), grid.Signed(x.with.value-x.without.value))
}

// wideRankings is the width from which on grades have columns of their own.
const wideRankings = 110

// rankingRows is how many ranks are shown of two rankings side by side; below
// them only those that hold a relevant document.
const rankingRows = 20

// contributionGrid shows what each title did to the difference; those that
// did nothing are left out.
func contributionGrid(x explanation) *grid.Table {
	g := &grid.Table{Columns: []grid.Column{
		{Head: "title", Shrink: 12}, {Head: "grade", Right: true}, {Head: "rank", Right: true},
		{Head: "without", Right: true}, {Head: "with", Right: true}, {Head: "difference", Right: true},
	}}
	for i := range x.documents {
		d := &x.documents[i]
		if d.without == 0 && d.with == 0 {
			continue
		}
		g.Add(grid.Cell{Text: grid.Short(hitName(d.hit.Title, d.hit.ID))}, grid.Cell{Text: grade(d.grade)}, grid.Cell{Text: ranksMoved(d.before, d.after)},
			grid.Cell{Text: grid.Fixed(d.without)}, grid.Cell{Text: grid.Fixed(d.with)}, grid.Toned(grid.Signed(d.difference()), grid.ToneOf(d.difference())))
	}
	g.Add(grid.Cell{Text: "all"}, grid.Cell{}, grid.Cell{}, grid.Cell{Text: grid.Fixed(x.without.value)}, grid.Cell{Text: grid.Fixed(x.with.value)},
		grid.Toned(grid.Signed(x.with.value-x.without.value), grid.ToneOf(x.with.value-x.without.value)))
	return g
}

// holes are what the numbers of a query do not know: hits that nobody judged
// within the lead metric's reach, and relevant documents that were not
// returned.
func (r *Report) holes(query int) []string {
	e := r.Evaluation
	q := &e.Run.Queries[query]
	var holes []string
	for s, system := range e.Systems {
		a := r.answer(query, s)
		if a.failure != "" {
			holes = append(holes, system.System+" gave no usable answer, and the query counts in no comparison: "+a.failure)
			continue
		}
		reach := len(a.hits)
		if cutoff := r.leadMetric().Cutoff(); cutoff > 0 {
			reach = min(reach, cutoff)
		}
		var unjudged []string
		for i, h := range a.hits[:reach] {
			if math.IsNaN(a.grades[i]) {
				unjudged = append(unjudged, strconv.Itoa(i+1)+" "+grid.Short(hitName(h.Title, h.ID)))
			}
		}
		if len(unjudged) > 0 {
			holes = append(holes, fmt.Sprintf("%s: %d of the top %d are unjudged: %s", system.System, len(unjudged), reach, text.List(unjudged, 10)))
		}
		if low, high := system.Low[r.Lead][query], system.High[r.Lead][query]; high-low > 1e-12 {
			holes = append(holes, fmt.Sprintf("%s: were they judged, %s could be %s", system.System, r.leadMetric(), grid.Bounds(low, high)))
		}
		found := r.Evaluation.Ranks(r.Evaluation.Index(system.System), query)
		var missing []string
		for j, judged := range q.Judgments {
			if judged.Grade > 0 && found[j] == 0 {
				missing = append(missing, grid.Short(hitName(judged.Title, judged.ID))+" (grade "+grid.Compact(judged.Grade)+")")
			}
		}
		if len(missing) > 0 {
			holes = append(holes, fmt.Sprintf("%s did not return %s", system.System, text.List(missing, 10)))
		}
	}
	return holes
}

// rankings shows two rankings rank by rank, or one.
type rankings struct {
	explanation
	both, wide bool
	was        map[eval.Key]int
}

// sideBySide shows the two rankings of an explanation, or the first alone.
// Where it must be narrow the grade stands in brackets before the title; a
// dash for it means that nobody judged the hit.
func sideBySide(x explanation, both, wide bool) *grid.Table {
	v := rankings{x, both, wide, make(map[eval.Key]int)}
	for i, h := range x.without.hits {
		v.was[h.Key()] = i + 1
	}
	g := &grid.Table{Columns: []grid.Column{{Head: "rank", Right: true}}}
	g.Columns = append(g.Columns, v.columns("without", false)...)
	if both {
		g.Columns = append(g.Columns, v.columns("with", true)...)
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
			g.Add(append(grid.Words("…"), grid.Words(make([]string, len(g.Columns)-1)...)...)...)
		}
		row := append([]grid.Cell{{Text: strconv.Itoa(i + 1)}}, v.cells(x.without, i, false)...)
		if both {
			row = append(row, v.cells(x.with, i, true)...)
		}
		g.Add(row...)
	}
	if skipped {
		g.Add(append(grid.Words("…"), grid.Words(make([]string, len(g.Columns)-1)...)...)...)
	}
	return g
}

// columns are those of one ranking.
func (v *rankings) columns(title string, second bool) []grid.Column {
	columns := []grid.Column{{Head: title, Shrink: 12}}
	if second {
		columns = append(columns, grid.Column{Head: "was", Right: true})
	}
	if v.wide {
		columns = append(columns, grid.Column{Head: "grade", Right: true})
	}
	return append(columns, grid.Column{Head: "score", Right: true}, grid.Column{Head: "adds", Right: true})
}

// relevant says whether one of the rankings has a relevant hit at an index.
func (v *rankings) relevant(i int) bool {
	return i < len(v.without.hits) && v.without.grades[i] > 0 || v.both && i < len(v.with.hits) && v.with.grades[i] > 0
}

// cells are those of one ranking's hit at an index.
func (v *rankings) cells(a answer, i int, second bool) []grid.Cell {
	if i >= len(a.hits) {
		return grid.Words(make([]string, len(v.columns("", second)))...)
	}
	h := a.hits[i]
	t := grid.Plain
	switch {
	case a.grades[i] > 0:
		t = grid.Good
	case math.IsNaN(a.grades[i]):
		t = grid.Faint
	}
	name := grid.Short(hitName(h.Title, h.ID))
	if !v.wide {
		name = "[" + grade(a.grades[i]) + "] " + name
	}
	cells := []grid.Cell{grid.Toned(name, t)}
	if second {
		cells = append(cells, grid.Cell{Text: rank(v.was[h.Key()])})
	}
	if v.wide {
		cells = append(cells, grid.Toned(grade(a.grades[i]), t))
	}
	adds := ""
	if a.terms[i] != 0 {
		adds = grid.Fixed(a.terms[i])
	}
	return append(cells, grid.Cell{Text: serverScore(h.Score)}, grid.Cell{Text: adds})
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
	if text.Clean(title) == "" {
		return "id " + id
	}
	return title
}

// serverScore prints a server's score.
func serverScore(s float64) string {
	if math.IsNaN(s) || math.IsInf(s, 0) {
		return text.Undefined
	}
	return strconv.FormatFloat(s, 'g', 4, 64)
}
