package reports

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// WriteQuery explains why a query came out as it did, for a terminal: under
// each reranker both rankings side by side with grades, scores and what each
// hit adds to the lead metric, then what each title did to the difference,
// and the holes: what nobody judged, and what was judged but not returned.
func WriteQuery(w io.Writer, r *Report, queryID string, o Options) error {
	i, err := r.findQuery(queryID)
	if err != nil {
		return err
	}
	t := &terminal{Options: o, report: r}
	for _, line := range r.queryIntroduction(i) {
		t.sayIndented(line, "", "  ")
	}
	for system := range r.Evaluation.Systems {
		if system == 0 && len(r.Evaluation.Systems) > 1 {
			continue
		}
		x := r.explain(i, system)
		t.heading(r.queryHeading(x, system))
		t.grid(sideBySide(x, system > 0))
		if system > 0 {
			t.heading("What each title did to the difference of " + signed(x.with.value-x.without.value))
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
	for m, metric := range e.Metrics {
		line := metric.String() + ":"
		for s, system := range e.Systems {
			name := system.System
			if s == 0 {
				name = "without"
			} else {
				line += ","
			}
			line += " " + name + " " + fixed(system.Values[m][query])
			if s > 0 {
				line += " (" + signed(system.Values[m][query]-e.Systems[0].Values[m][query]) + ")"
			}
			if system.High[m][query]-system.Low[m][query] > 1e-12 {
				line += " [" + bounds(system.Low[m][query], system.High[m][query]) + " if the unjudged were judged]"
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func (r *Report) queryHeading(x explanation, system int) string {
	if system == 0 {
		return fmt.Sprintf("%s: %s %s", x.without.system, x.metric, fixed(x.without.value))
	}
	return fmt.Sprintf("Without and with %s: %s %s → %s, %s", x.with.system, x.metric,
		fixed(x.without.value), fixed(x.with.value), signed(x.with.value-x.without.value))
}

// sideBySide shows the two rankings rank by rank. The grade of a hit stands
// before it; a dash there means that nobody judged it.
func sideBySide(x explanation, both bool) *grid {
	g := &grid{columns: []column{
		{head: "rank", right: true},
		{head: "without", shrink: 12}, {head: "grade", right: true}, {head: "score", right: true}, {head: "adds", right: true},
	}}
	if both {
		g.columns = append(g.columns,
			column{head: "with", shrink: 12}, column{head: "was", right: true}, column{head: "grade", right: true}, column{head: "score", right: true}, column{head: "adds", right: true})
	}
	for _, a := range []answer{x.without, x.with} {
		if a.failure != "" {
			g.add(append([]cell{{text: ""}, toned(a.system+" failed: "+clipLong(a.failure), bad)}, words(make([]string, len(g.columns)-2)...)...)...)
			if !both {
				return g
			}
		}
	}
	was := make(map[string]int)
	for i, h := range x.without.hits {
		was[h.Index+"\x00"+h.ID] = i + 1
	}
	rows := len(x.without.hits)
	if both {
		rows = max(rows, len(x.with.hits))
	}
	for i := range rows {
		row := []cell{{text: strconv.Itoa(i + 1)}}
		row = append(row, hitCells(x.without, i)...)
		if both {
			cells := hitCells(x.with, i)
			before := ""
			if i < len(x.with.hits) {
				before = rank(was[x.with.hits[i].Index+"\x00"+x.with.hits[i].ID])
			}
			row = append(row, cells[0], cell{text: before})
			row = append(row, cells[1:]...)
		}
		g.add(row...)
	}
	return g
}

// hitCells are title, grade, score and term of the hit at an index.
func hitCells(a answer, i int) []cell {
	if i >= len(a.hits) {
		return words("", "", "", "")
	}
	t := plain
	adds := ""
	if a.terms[i] != 0 {
		adds = fixed(a.terms[i])
	}
	if a.grades[i] > 0 {
		t = good
	} else if math.IsNaN(a.grades[i]) {
		t = faint
	}
	return []cell{toned(clipLong(hitName(a.hits[i].Title, a.hits[i].ID)), t), toned(grade(a.grades[i]), t), {text: score(a.hits[i].Score)}, {text: adds}}
}

// hitName names a hit: the id where it has no title.
func hitName(title, id string) string {
	if clean(title) == "" {
		return "id " + id
	}
	return title
}

// score prints a server's score.
func score(s float64) string {
	if math.IsNaN(s) || math.IsInf(s, 0) {
		return undefined
	}
	return strconv.FormatFloat(s, 'g', 5, 64)
}

// contributionGrid shows what each title did to the difference; those that
// did nothing are left out.
func contributionGrid(x explanation) *grid {
	g := &grid{columns: []column{
		{head: "title", shrink: 12}, {head: "grade", right: true}, {head: "rank", right: true},
		{head: "without", right: true}, {head: "with", right: true}, {head: "difference", right: true},
	}}
	for i := range x.documents {
		d := &x.documents[i]
		if d.without == 0 && d.with == 0 {
			continue
		}
		g.add(cell{text: clipLong(hitName(d.hit.Title, d.hit.ID))}, cell{text: grade(d.grade)}, cell{text: ranksMoved(d.before, d.after)},
			cell{text: fixed(d.without)}, cell{text: fixed(d.with)}, toned(signed(d.difference()), toneOf(d.difference())))
	}
	g.add(cell{text: "all"}, cell{}, cell{}, cell{text: fixed(x.without.value)}, cell{text: fixed(x.with.value)},
		toned(signed(x.with.value-x.without.value), toneOf(x.with.value-x.without.value)))
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
			holes = append(holes, system.System+" failed and counts 0: "+a.failure)
			continue
		}
		reach := len(a.hits)
		if cutoff := r.LeadMetric().Cutoff(); cutoff > 0 {
			reach = min(reach, cutoff)
		}
		var unjudged []string
		for i, h := range a.hits[:reach] {
			if math.IsNaN(a.grades[i]) {
				unjudged = append(unjudged, strconv.Itoa(i+1)+" "+clipLong(hitName(h.Title, h.ID)))
			}
		}
		if len(unjudged) > 0 {
			holes = append(holes, fmt.Sprintf("%s: %d of the top %d are unjudged: %s", system.System, len(unjudged), reach, list(unjudged, 10)))
		}
		found := ranks(q, system.System)
		var missing []string
		for j, judged := range q.Judgments {
			if judged.Grade > 0 && found[j] == 0 {
				missing = append(missing, clipLong(hitName(judged.Title, judged.ID))+" (grade "+compact(judged.Grade)+")")
			}
		}
		if len(missing) > 0 {
			holes = append(holes, fmt.Sprintf("%s did not return %s", system.System, list(missing, 10)))
		}
	}
	return holes
}
