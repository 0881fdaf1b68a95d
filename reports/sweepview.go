package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/releval/releval/eval/sweep"
)

// SweepTable is a further table of a sweep: what the curve does not show.
type SweepTable struct {
	Title  string
	Header []string
	// Rows hold numbers that are already printed.
	Rows [][]string
	// Detail says that a terminal does without it.
	Detail bool
}

// NewSweepViews takes the result of a sweep over, a view for each reranker.
func NewSweepViews(r *sweep.Result) []SweepView {
	var views []SweepView
	for i := range r.Rerankers {
		views = append(views, newSweepView(r, &r.Rerankers[i]))
	}
	return views
}

func newSweepView(r *sweep.Result, one *sweep.Reranker) SweepView {
	s := SweepView{
		Reranker: one.Name, Metric: r.Lead(), Queries: r.Queries,
		FirstStage: float64(r.FirstStage.Values[0]), Confidence: r.Confidence,
		Recommended: one.Recommendation.Within.Window,
		Enough:      one.Recommendation.Enough.Window,
		Detail:      one,
	}
	for _, p := range one.Points {
		point := SweepPoint{
			Window: p.Window, Value: float64(p.Values[0]),
			Gain: float64(p.Gain.Mean), GainLow: float64(p.Gain.Low), GainHigh: float64(p.Gain.High),
			Ceiling: float64(p.Ceilings[0]), Recall: float64(p.Recall), Captured: float64(p.Captured),
			P50: math.NaN(), P95: math.NaN(), Documents: p.Documents,
		}
		if p.Latency != nil {
			point.P50, point.P95 = float64(p.Latency.WallP50), float64(p.Latency.WallP95)
		}
		s.Points = append(s.Points, point)
	}
	for _, text := range one.Recommendation.Sentences() {
		s.Sentences = append(s.Sentences, sentence(text))
	}
	s.Sentences = append(s.Sentences, sentence(shapeSays(r, one)), sentence(auditSays(r, one)))
	if text := latencySays(r, one); text != "" {
		s.Sentences = append(s.Sentences, sentence(text))
	}
	if one.Settings != nil {
		for _, text := range one.Settings.Sentences(r.Lead()) {
			s.Sentences = append(s.Sentences, sentence(text))
		}
	}
	for _, text := range one.Notes {
		s.Sentences = append(s.Sentences, sentence(text))
	}
	s.Tables = sweepTables(r, one)
	return s
}

// NewSweepNotes are what a reader of all sweeps should know, and what they
// cost.
func NewSweepNotes(r *sweep.Result) []string {
	var notes []string
	for _, n := range r.Notes {
		notes = append(notes, sentence(n))
	}
	if c := r.Cost; c.Searches() > 0 {
		text := fmt.Sprintf("the sweep over %s took %s: %s in the pass", plural(len(r.Windows), "window", "windows"), plural(c.Searches(), "search", "searches"), thousands(c.Pass))
		for _, part := range []struct {
			n    int
			what string
		}{{c.Audit, "for the audit"}, {c.Measured, "to measure windows"}, {c.Latency, "for latencies"}} {
			if part.n > 0 {
				text += fmt.Sprintf(", %s %s", thousands(part.n), part.what)
			}
		}
		notes = append(notes, sentence(text+fmt.Sprintf("; the rerankers scored %s", plural(c.Documents(), "document", "documents"))))
	}
	return notes
}

// shapeSays says what the curve does, over all queries and one by one.
func shapeSays(r *sweep.Result, one *sweep.Reranker) string {
	c := one.Shape
	if c.Overall == "" {
		return ""
	}
	text := fmt.Sprintf("the curve of %s %s", r.Lead(), verb(c.Overall))
	if c.Share.Defined() {
		text += fmt.Sprintf(", in %s of samples of the queries", fmt.Sprintf("%.0f %%", float64(c.Share)*100))
	}
	return text + fmt.Sprintf("; query by query: %s, %s, %s, %s (changes up to %s left aside)",
		thousands(c.Saturates)+" rise and saturate", thousands(c.Peaks)+" peak and decay", thousands(c.Decays)+" decay from the start", thousands(c.Flat)+" flat", compact(r.Delta))
}

// verb makes a predicate of a shape.
func verb(s sweep.Shape) string {
	if s == sweep.Flat {
		return "is flat"
	}
	return string(s)
}

// auditSays says where the numbers come from, and what the audit found.
func auditSays(r *sweep.Result, one *sweep.Reranker) string {
	text := ""
	switch one.Origin {
	case sweep.Audited:
		text = "smaller windows are derived from window " + strconv.Itoa(one.Largest)
	case sweep.Measured:
		text = "every window was searched, because smaller ones cannot be derived from window " + strconv.Itoa(one.Largest)
	case sweep.Approximated:
		text = "smaller windows are derived from window " + strconv.Itoa(one.Largest) + ", and only an approximation"
	default:
		text = "smaller windows are derived from window " + strconv.Itoa(one.Largest) + ", and were not audited"
	}
	a := one.Audit
	if a == nil {
		return text
	}
	text += fmt.Sprintf("; audit: %s, seed %d", a, a.Seed)
	if a.Different > 0 {
		text += "; " + a.Causes()
	}
	const shown = 3
	for i, c := range a.Findings {
		if i == shown {
			text += fmt.Sprintf("; and %s more", thousands(len(a.Findings)-shown))
			break
		}
		text += fmt.Sprintf("; query %q at window %d: %s", c.Query, c.Window, c.Reason)
	}
	return text
}

// latencySays gives the lines through the latencies.
func latencySays(r *sweep.Result, one *sweep.Reranker) string {
	l := one.Latency
	if l == nil {
		return ""
	}
	text := fmt.Sprintf("latency, on %s one search at a time", plural(l.Queries, "query", "queries"))
	if f := l.Wall; f != nil {
		text += fmt.Sprintf(": wall clock %s ms + %s ms · w (R² %.2f)", compact(f.Base), compact(f.PerDocument), f.R2)
	}
	if f := l.Took; f != nil {
		text += fmt.Sprintf(", the server's took %s ms + %s ms · w", compact(f.Base), compact(f.PerDocument))
	}
	if t := r.FirstStage.Latency; t != nil {
		text += fmt.Sprintf("; without the reranker p50 %s ms, p95 %s ms", milliseconds(float64(t.WallP50)), milliseconds(float64(t.WallP95)))
	}
	if l.Failed > 0 {
		text += fmt.Sprintf("; %s failed and are left out", plural(l.Failed, "search", "searches"))
	}
	return text
}

// sweepTables are the further tables.
func sweepTables(r *sweep.Result, one *sweep.Reranker) []SweepTable {
	tables := []SweepTable{lossTable(r, one)}
	if len(r.Metrics) > 1 {
		tables = append(tables, metricTable(r, one))
	}
	if one.Latency != nil {
		tables = append(tables, latencyTable(one))
	}
	if one.Settings != nil {
		tables = append(tables, settingTables(r, one.Settings)...)
	}
	return tables
}

// lossTable says where the relevant documents are lost at each window.
func lossTable(r *sweep.Result, one *sweep.Reranker) SweepTable {
	t := SweepTable{Title: "Where relevant documents are lost", Header: []string{"window", "found", "ranked below", "dropped", "not delivered", "not in index"}}
	unanswered := slices.ContainsFunc(one.Points, func(p sweep.Point) bool { return p.Losses.Unanswered > 0 })
	if unanswered {
		t.Header = append(t.Header, "unanswered")
	}
	for _, p := range one.Points {
		l := p.Losses
		row := []string{strconv.Itoa(p.Window), thousands(l.Found), thousands(l.Below), thousands(l.Dropped), thousands(l.Undelivered), thousands(l.NotInIndex)}
		if unanswered {
			row = append(row, thousands(l.Unanswered))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// metricTable shows all metrics at each window.
func metricTable(r *sweep.Result, one *sweep.Reranker) SweepTable {
	t := SweepTable{Title: "Every metric", Header: append(append([]string{"window"}, r.Metrics...), "documents")}
	without := []string{"none"}
	for _, v := range r.FirstStage.Values {
		without = append(without, fixed(float64(v)))
	}
	t.Rows = append(t.Rows, append(without, "0"))
	for _, p := range one.Points {
		row := []string{strconv.Itoa(p.Window)}
		for _, v := range p.Values {
			row = append(row, fixed(float64(v)))
		}
		t.Rows = append(t.Rows, append(row, compact(float64(int(p.Documents*10+0.5))/10)))
	}
	return t
}

// latencyTable shows both clocks.
func latencyTable(one *sweep.Reranker) SweepTable {
	t := SweepTable{Title: "Latency in milliseconds", Detail: true, Header: []string{"window", "wall p50", "wall p95", "took p50", "took p95", "fitted wall"}}
	for _, p := range one.Points {
		fitted := undefined
		if one.Latency.Wall != nil {
			fitted = milliseconds(one.Latency.Wall.At(p.Window))
		}
		if l := p.Latency; l != nil {
			t.Rows = append(t.Rows, []string{strconv.Itoa(p.Window), milliseconds(float64(l.WallP50)), milliseconds(float64(l.WallP95)),
				milliseconds(float64(l.TookP50)), milliseconds(float64(l.TookP95)), fitted})
		}
	}
	return t
}

// settingTables show the estimates of other settings.
func settingTables(r *sweep.Result, s *sweep.Settings) []SweepTable {
	var tables []SweepTable
	at := " at window " + strconv.Itoa(s.Window) + " (estimates from the same pass)"
	if m := s.MinScore; m != nil {
		t := SweepTable{Title: "Thresholds of min_score" + at, Detail: true, Header: []string{"min_score", r.Lead(), "hits a query"}}
		for _, o := range m.Options {
			limit := "none"
			if o.MinScore.Defined() {
				limit = compact(float64(o.MinScore))
			}
			t.Rows = append(t.Rows, []string{limit, fixed(float64(o.Value)), compact(o.Hits)})
		}
		tables = append(tables, t)
	}
	if b := s.Blend; b != nil {
		t := SweepTable{Title: "Blends of both scores" + at, Detail: true, Header: []string{"weight of the reranker", r.Lead()}}
		for _, o := range b.Options {
			t.Rows = append(t.Rows, []string{compact(o.Weight), fixed(float64(o.Value))})
		}
		tables = append(tables, t)
	}
	return tables
}

// grid makes a table of it.
func (t *SweepTable) grid() *grid {
	g := &grid{}
	for _, head := range t.Header {
		g.columns = append(g.columns, column{head: head, right: true})
	}
	for _, row := range t.Rows {
		g.add(words(row...)...)
	}
	return g
}

// sweepsTogether compares several sweeps window by window; nil for one.
func sweepsTogether(sweeps []SweepView) *grid {
	if len(sweeps) < 2 {
		return nil
	}
	timed := slices.ContainsFunc(sweeps, func(s SweepView) bool {
		return slices.ContainsFunc(s.Points, func(p SweepPoint) bool { return !math.IsNaN(p.P95) })
	})
	heads := []string{"gain"}
	if timed {
		heads = append(heads, "p95 ms")
	}
	g := &grid{columns: []column{{head: "window", right: true}}}
	for i := range sweeps {
		for _, head := range append([]string{clipLong(sweeps[i].Reranker)}, heads...) {
			g.columns = append(g.columns, column{head: head, right: true})
		}
	}
	for _, w := range unitedWindows(sweeps) {
		row := []cell{{text: strconv.Itoa(w)}}
		for i := range sweeps {
			s := &sweeps[i]
			p := s.point(w)
			if p == nil {
				row = append(row, words(slices.Repeat([]string{absent}, 1+len(heads))...)...)
				continue
			}
			value := cell{text: fixed(p.Value)}
			if w == s.Recommended {
				value = toned("→ "+value.text, good)
			}
			row = append(row, value, cell{text: signed(p.Gain)})
			if timed {
				row = append(row, cell{text: milliseconds(p.P95)})
			}
		}
		g.add(row...)
	}
	return g
}

// sentence makes a sentence of a clause: a capital at its start and a period
// at its end. A metric's name or a quoted word keeps its case.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	word, _, _ := strings.Cut(text, " ")
	if first, size := utf8.DecodeRuneInString(text); !strings.ContainsAny(word, "@_\"") {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	return strings.TrimSuffix(text, ".") + "."
}
