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
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// swept are the report's rerankers that were swept: none without a sweep.
func (r *Report) swept() []sweep.Reranker {
	if r.Sweep == nil {
		return nil
	}
	return r.Sweep.Rerankers
}

// recommended is the window that a sweep recommends, 0 for none.
func recommended(one *sweep.Reranker) int { return one.Recommendation.Within.Window }

// without is the lead metric's mean without the reranker, over the queries that
// its windows are about.
func without(r *sweep.Result, one *sweep.Reranker) float64 {
	if len(one.Without) > 0 {
		return float64(one.Without[0])
	}
	return float64(r.FirstStage.Values[0])
}

// wall are the percentiles of a search's wall clock at a window, in
// milliseconds; NaN where they were not measured.
func wall(p *sweep.Point) (p50, p95 float64) {
	if p.Latency == nil {
		return math.NaN(), math.NaN()
	}
	return float64(p.Latency.WallP50), float64(p.Latency.WallP95)
}

// decisions are what the sweeps of the rerankers come to, a sentence each: the
// answer that a report of a sweep opens with.
func (r *Report) decisions() []string {
	var said []string
	sweeps := r.swept()
	for i := range sweeps {
		said = append(said, decisionSays(&sweeps[i], len(sweeps) > 1))
	}
	return said
}

// decisionSays is the decision on a reranker, with its name where there are
// others.
func decisionSays(one *sweep.Reranker, named bool) string {
	phrase := one.Recommendation.Decision.Sentence
	if named {
		return one.Name + ": " + strings.TrimSuffix(phrase, ".") + "."
	}
	return sentence(phrase)
}

// decisionTone is how a decision is coloured.
func decisionTone(a sweep.Action) grid.Tone {
	switch a {
	case sweep.Keep, sweep.Set, sweep.Use:
		return grid.Good
	case sweep.LeaveOut, sweep.NoAnswers:
		return grid.Bad
	}
	return grid.Warn
}

// sweepSays is what the sweep of a reranker comes to besides its decision, a
// sentence each.
func sweepSays(r *sweep.Result, one *sweep.Reranker) []string {
	clauses := append(one.Recommendation.Sentences(), shapeSays(r, one), gridSays(r, one), auditSays(r, one), latencySays(r, one))
	if one.Settings != nil {
		clauses = append(clauses, one.Settings.Sentences(r.Lead(), confidenceOf(r.Confidence))...)
	}
	var said []string
	for _, phrase := range append(clauses, one.Notes...) {
		// The decision has said why there is no window.
		if phrase != "" && !strings.HasPrefix(one.Recommendation.Decision.Sentence, phrase) {
			said = append(said, sentence(phrase))
		}
	}
	return said
}

// sweepNotes are what a reader of all sweeps should know, and what they cost.
func sweepNotes(r *sweep.Result) []string {
	if r == nil {
		return nil
	}
	var notes []string
	for _, n := range r.Notes {
		notes = append(notes, sentence(n))
	}
	if c := r.Cost; c.Searches() > 0 {
		phrase := fmt.Sprintf("the sweep over %s took %s: %s in the pass", text.Plural(len(r.Windows), "window", "windows"), text.Plural(c.Searches(), "search", "searches"), text.Thousands(c.Pass))
		for _, part := range []struct {
			n    int
			what string
		}{{c.Audit, "for the audit"}, {c.Measured, "to measure windows"}, {c.Latency, "for latencies"}} {
			if part.n > 0 {
				phrase += fmt.Sprintf(", %s %s", text.Thousands(part.n), part.what)
			}
		}
		notes = append(notes, sentence(phrase+fmt.Sprintf("; the rerankers scored %s", text.Plural(c.Documents(), "document", "documents"))))
	}
	return notes
}

// shapeSays says what the curve does, over all queries and one by one.
func shapeSays(r *sweep.Result, one *sweep.Reranker) string {
	c := one.Shape
	if one.Answered == 0 {
		return ""
	}
	phrase := fmt.Sprintf("the curve of %s %s", r.Lead(), verb(c.Overall))
	if r.Delta > 0 {
		phrase += fmt.Sprintf("; changes up to %s left aside", grid.Compact(r.Delta))
	}
	return phrase + fmt.Sprintf("; query by query, on these queries: %s, %s, %s, %s",
		text.Thousands(c.Saturates)+" rise and saturate", text.Thousands(c.Peaks)+" peak and decay", text.Thousands(c.Decays)+" decay from the start", text.Thousands(c.Flat)+" flat")
}

// verb makes a predicate of a shape.
func verb(s sweep.Shape) string {
	switch s {
	case sweep.Flat:
		return "is flat"
	case "":
		return "has no shape that the bounds settle"
	}
	return string(s)
}

// auditSays says where the numbers come from, and what the audit found.
func auditSays(r *sweep.Result, one *sweep.Reranker) string {
	phrase := ""
	switch one.Origin {
	case sweep.Audited:
		phrase = "smaller windows are derived from window " + strconv.Itoa(one.Largest)
	case sweep.Measured:
		phrase = "every window was searched, because smaller ones cannot be derived from window " + strconv.Itoa(one.Largest)
	case sweep.Approximated:
		phrase = "smaller windows are derived from window " + strconv.Itoa(one.Largest) + ", and only an approximation"
	default:
		phrase = "smaller windows are derived from window " + strconv.Itoa(one.Largest) + ", and were not audited"
	}
	a := one.Audit
	if a == nil {
		return phrase
	}
	phrase += fmt.Sprintf("; audit: %s, seed %d", a, a.Seed)
	if a.Different > 0 {
		phrase += "; " + a.Causes()
	}
	const shown = 3
	for i, c := range a.Findings {
		if i == shown {
			phrase += fmt.Sprintf("; and %s more", text.Thousands(len(a.Findings)-shown))
			break
		}
		phrase += fmt.Sprintf("; query %q at window %d: %s", c.Query, c.Window, c.Reason)
	}
	return phrase
}

// samplesForP95 is the number of searches from which on the slowest bounds the
// 95th percentile of all like them with 95 % confidence: 0.95^59 < 0.05.
const samplesForP95 = 59

// latencySays gives the lines through the latencies.
func latencySays(r *sweep.Result, one *sweep.Reranker) string {
	l := one.Latency
	if l == nil {
		return ""
	}
	phrase := fmt.Sprintf("latency, on %s one search at a time", text.Plural(l.Queries, "query", "queries"))
	if f := l.Wall; f != nil {
		phrase += fmt.Sprintf(": wall clock about %s ms + %s ms · w (R² %.2f)", grid.Compact(f.Base), grid.Compact(f.PerDocument), f.R2)
	} else {
		phrase += ": no line through the wall clocks of the windows fits"
	}
	if f := l.Took; f != nil {
		phrase += fmt.Sprintf(", the server's took about %s ms + %s ms · w", grid.Compact(f.Base), grid.Compact(f.PerDocument))
	}
	if t := l.First; t != nil {
		phrase += fmt.Sprintf("; without the reranker p50 %s ms, p95 %s ms", grid.Milliseconds(float64(t.WallP50)), grid.Milliseconds(float64(t.WallP95)))
	}
	if l.Queries < samplesForP95 {
		phrase += fmt.Sprintf("; percentiles of %s a window are facts about these, and bound no others: that takes %d", text.Plural(l.Queries, "search", "searches"), samplesForP95)
	}
	if l.Failed > 0 {
		phrase += fmt.Sprintf("; %s failed and are left out", text.Plural(l.Failed, "search", "searches"))
	}
	return phrase
}

// sentence makes a sentence of a clause: a capital at its start and a period
// at its end. A metric's name or a quoted word keeps its case.
func sentence(phrase string) string {
	if phrase == "" {
		return ""
	}
	word, _, _ := strings.Cut(phrase, " ")
	if first, size := utf8.DecodeRuneInString(phrase); !strings.ContainsAny(word, "@_\"") {
		phrase = string(unicode.ToUpper(first)) + phrase[size:]
	}
	return strings.TrimSuffix(phrase, ".") + "."
}

// sweepGrid shows the sweep of a reranker, a row for each window.
func sweepGrid(r *sweep.Result, one *sweep.Reranker) *grid.Table {
	timed := slices.ContainsFunc(one.Points, func(p sweep.Point) bool {
		p50, _ := wall(&p)
		return !math.IsNaN(p50)
	})
	g := grid.NewNumbers("window", r.Lead(), "gain", coverage(r.Confidence)+" interval", "loss", "at most", "ceiling")
	if timed {
		g.Columns = append(g.Columns, grid.Column{Head: "p50/p95 ms", Right: true})
	}
	for _, p := range one.Points {
		name := strconv.Itoa(p.Window)
		if p.Present {
			name = "now " + name
		}
		window := grid.Toned(name, grid.Plain)
		if p.Window == recommended(one) {
			window = grid.Toned("→ "+name, grid.Good)
		}
		row := append([]grid.Cell{window}, grid.Words(
			grid.Fixed(float64(p.Values[0])), grid.Signed(float64(p.Gain.Mean)), grid.Interval(float64(p.Gain.Low), float64(p.Gain.High)),
			grid.Fixed(float64(p.Loss)), grid.Fixed(math.Ceil(float64(p.AtMost)*1e3-1e-6)/1e3), grid.Fixed(float64(p.Ceilings[0])))...)
		if timed {
			p50, p95 := wall(&p)
			row = append(row, grid.Cell{Text: grid.Milliseconds(p50) + "/" + grid.Milliseconds(p95)})
		}
		g.Add(row...)
	}
	return g
}

// gridSays explains the columns of sweepGrid that bound something.
func gridSays(r *sweep.Result, one *sweep.Reranker) string {
	if len(one.Points) < 2 || one.Recommendation.Queries == 0 {
		return ""
	}
	return fmt.Sprintf("loss is against window %d, on these %s; at most is what any larger window gains over this one, each with %s confidence and not all together",
		one.Points[len(one.Points)-1].Window, text.Count(one.Recommendation.Queries, "query"), text.Percent(confidenceOf(r.Confidence)))
}

// sweepTable is a further table of a sweep: what the curve does not show.
type sweepTable struct {
	title string
	*grid.Table
	// detail says that a terminal does without it.
	detail bool
}

// sweepTables are the further tables.
func sweepTables(r *sweep.Result, one *sweep.Reranker) []sweepTable {
	tables := []sweepTable{{title: "Where relevant documents are lost", Table: lossGrid(one)}}
	if len(r.Metrics) > 1 {
		tables = append(tables, sweepTable{title: "Every metric", Table: metricGrid(r, one)})
	}
	if one.Latency != nil {
		tables = append(tables, sweepTable{title: "Latency in milliseconds", Table: latencyGrid(one), detail: true})
	}
	if s := one.Settings; s != nil {
		at := " at window " + strconv.Itoa(s.Window) + " (estimates from the same pass)"
		if s.MinScore != nil {
			tables = append(tables, sweepTable{title: "Thresholds of min_score" + at, Table: minScoreGrid(r, s.MinScore), detail: true})
		}
		if s.Blend != nil {
			tables = append(tables, sweepTable{title: "Blends of both scores" + at, Table: blendGrid(r, s.Blend), detail: true})
		}
	}
	return tables
}

// lossGrid says where the relevant documents are lost at each window.
func lossGrid(one *sweep.Reranker) *grid.Table {
	g := grid.NewNumbers("window", "recall", "captured", "found", "ranked low", "dropped", "undelivered", "not in index")
	unanswered := slices.ContainsFunc(one.Points, func(p sweep.Point) bool { return p.Losses.Unanswered > 0 })
	if unanswered {
		g.Columns = append(g.Columns, grid.Column{Head: "unanswered", Right: true})
	}
	for _, p := range one.Points {
		l := p.Losses
		row := grid.Words(strconv.Itoa(p.Window), grid.Fixed(float64(p.Recall)), grid.Percent(float64(p.Captured)), text.Thousands(l.Found), text.Thousands(l.Below), text.Thousands(l.Dropped), text.Thousands(l.Undelivered), text.Thousands(l.NotInIndex))
		if unanswered {
			row = append(row, grid.Cell{Text: text.Thousands(l.Unanswered)})
		}
		g.Add(row...)
	}
	return g
}

// metricGrid shows all metrics at each window.
func metricGrid(r *sweep.Result, one *sweep.Reranker) *grid.Table {
	g := grid.NewNumbers(append(append([]string{"window"}, r.Metrics...), "documents")...)
	add := func(window string, values []sweep.Number, documents string) {
		row := []string{window}
		for _, v := range values {
			row = append(row, grid.Fixed(float64(v)))
		}
		g.Add(grid.Words(append(row, documents)...)...)
	}
	add("none", one.Without, "0")
	for _, p := range one.Points {
		add(strconv.Itoa(p.Window), p.Values, grid.Compact(float64(int(p.Documents*10+0.5))/10))
	}
	return g
}

// latencyGrid shows both clocks.
func latencyGrid(one *sweep.Reranker) *grid.Table {
	g := grid.NewNumbers("window", "wall p50", "wall p95", "took p50", "took p95", "fitted wall")
	for _, p := range one.Points {
		fitted := text.Undefined
		if one.Latency.Wall != nil {
			fitted = grid.Milliseconds(one.Latency.Wall.At(p.Window))
		}
		if l := p.Latency; l != nil {
			g.Add(grid.Words(strconv.Itoa(p.Window), grid.Milliseconds(float64(l.WallP50)), grid.Milliseconds(float64(l.WallP95)),
				grid.Milliseconds(float64(l.TookP50)), grid.Milliseconds(float64(l.TookP95)), fitted)...)
		}
	}
	return g
}

// minScoreGrid shows what thresholds would cut.
func minScoreGrid(r *sweep.Result, m *sweep.MinScore) *grid.Table {
	g := grid.NewNumbers("min_score", r.Lead(), "hits a query")
	for _, o := range m.Options {
		limit := "none"
		if o.MinScore.Defined() {
			limit = grid.Compact(float64(o.MinScore))
		}
		g.Add(grid.Words(limit, grid.Fixed(float64(o.Value)), grid.Compact(o.Hits))...)
	}
	return g
}

// blendGrid shows what weighted sums of both scores would reach.
func blendGrid(r *sweep.Result, b *sweep.Blend) *grid.Table {
	g := grid.NewNumbers("weight of the reranker", r.Lead())
	for _, o := range b.Options {
		g.Add(grid.Words(grid.Compact(o.Weight), grid.Fixed(float64(o.Value)))...)
	}
	return g
}

// sweptWindows are the windows of all rerankers, ascending.
func sweptWindows(sweeps []sweep.Reranker) []int {
	var windows []int
	for i := range sweeps {
		for _, p := range sweeps[i].Points {
			windows = append(windows, p.Window)
		}
	}
	slices.Sort(windows)
	return slices.Compact(windows)
}

// sweepsTogether compares several rerankers window by window; nil for one.
func (r *Report) sweepsTogether() *grid.Table {
	sweeps := r.swept()
	if len(sweeps) < 2 {
		return nil
	}
	timed := slices.ContainsFunc(sweeps, func(one sweep.Reranker) bool {
		return slices.ContainsFunc(one.Points, func(p sweep.Point) bool {
			_, p95 := wall(&p)
			return !math.IsNaN(p95)
		})
	})
	heads := []string{"gain"}
	if timed {
		heads = append(heads, "p95 ms")
	}
	g := grid.NewNumbers("window")
	for i := range sweeps {
		g.Columns = append(g.Columns, grid.NewNumbers(append([]string{grid.Short(sweeps[i].Name)}, heads...)...).Columns...)
	}
	for _, w := range sweptWindows(sweeps) {
		row := grid.Words(strconv.Itoa(w))
		for i := range sweeps {
			one := &sweeps[i]
			at := slices.IndexFunc(one.Points, func(p sweep.Point) bool { return p.Window == w })
			if at < 0 {
				row = append(row, grid.Words(slices.Repeat([]string{absent}, 1+len(heads))...)...)
				continue
			}
			p := &one.Points[at]
			value := grid.Cell{Text: grid.Fixed(float64(p.Values[0]))}
			if w == recommended(one) {
				value = grid.Toned("→ "+value.Text, grid.Good)
			}
			row = append(row, value, grid.Cell{Text: grid.Signed(float64(p.Gain.Mean))})
			if timed {
				_, p95 := wall(p)
				row = append(row, grid.Cell{Text: grid.Milliseconds(p95)})
			}
		}
		g.Add(row...)
	}
	return g
}
