package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/releval/releval/eval/sweep"
)

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
