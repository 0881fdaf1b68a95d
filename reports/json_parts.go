package reports

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/sweep"
)

func (r *Report) jsonSystem(system int) jsonSystem {
	e := r.Evaluation
	s := e.Systems[system]
	j := jsonSystem{Name: s.System, Failed: s.Failed, Empty: s.Empty}
	for _, k := range e.Run.Manifest.Rerankers {
		if k.Name == s.System {
			j.Field, j.InferenceID, j.Window, j.MinScore, j.Service, j.Model = k.Field, k.InferenceID, k.Window, k.MinScore, k.Service, k.Model
		}
	}
	if i := r.Integrity.Systems[system]; i.Shown > 0 {
		j.JudgedAt10 = finite(float64(i.Judged) / float64(i.Shown))
	}
	for m, metric := range e.Metrics {
		value, undefined := score.Mean(s.Values[m])
		j.Metrics = append(j.Metrics, jsonMetric{metric.String(), finite(value), finite(mean(s.Low[m])), finite(mean(s.High[m])), undefined})
	}
	return j
}

// addQuery adds a query with its rows and hits.
func (r *Report) addQuery(report *jsonReport, query int) {
	e := r.Evaluation
	q := &e.Run.Queries[query]
	j := jsonQuery{ID: q.ID, Text: q.Text, InferenceText: q.InferenceText, Tags: orEmpty(q.Tags), Line: q.Line, Judgments: orEmpty(q.Judgments)}
	if q.Quarantine != nil {
		j.Quarantined = q.Quarantine.Until.Format(time.DateOnly)
	}
	for s, system := range e.Systems {
		for m, metric := range e.Metrics {
			row := jsonRow{q.ID, system.System, metric.String(), finite(system.Values[m][query]), finite(system.Low[m][query]), finite(system.High[m][query]), nil}
			if s > 0 {
				row.Difference = finite(system.Values[m][query] - e.Systems[0].Values[m][query])
			}
			report.Rows = append(report.Rows, row)
		}
		a := r.answer(query, s)
		if a.failure != "" {
			if j.Failures == nil {
				j.Failures = make(map[string]string)
			}
			j.Failures[system.System] = a.failure
		}
		for i, h := range a.hits {
			report.Hits = append(report.Hits, jsonHit{q.ID, system.System, i + 1, h.Index, h.ID, h.Title, finite(h.Score), finite(a.grades[i]), finite(a.terms[i])})
		}
	}
	report.Queries = append(report.Queries, j)
}

// addViews adds what the report may have besides.
func (r *Report) addViews(report *jsonReport) {
	for _, s := range score.ByTag(r.Evaluation) {
		report.Tags = append(report.Tags, r.jsonTag(s))
	}
	for _, g := range r.Gates {
		report.Gates = append(report.Gates, jsonGate{g.Source, g.Place, g.Query, g.System, g.Metric, g.Expected, g.Actual, finite(g.Margin), string(g.Outcome), g.Reason})
	}
	if b := r.Baseline; b != nil {
		report.Baseline = &jsonBaseline{b.Name, stamp(b.Started), orEmpty(b.Changes), orEmpty(b.Meaningless), comparisons(b.Differences), orEmpty(b.OnlyInBaseline), orEmpty(b.OnlyHere)}
	}
	for i := range r.swept() {
		report.Sweeps = append(report.Sweeps, newJSONSweep(r.Sweep, &r.Sweep.Rerankers[i]))
	}
}

// newJSONSweep gives the sweep of a reranker: its curve in short, and all of it
// as detail.
func newJSONSweep(r *sweep.Result, one *sweep.Reranker) jsonSweep {
	number := func(n sweep.Number) *float64 { return finite(float64(n)) }
	j := jsonSweep{
		Reranker: one.Name, Metric: r.Lead(), Queries: r.Queries, FirstStage: number(r.FirstStage.Values[0]), Confidence: confidenceOf(r.Confidence),
		Points: []jsonPoint{}, Recommended: recommended(one), Enough: one.Recommendation.Enough.Window,
		Notes: []string{}, Sentences: sweepSays(r, one), Detail: one,
	}
	for _, p := range one.Points {
		p50, p95 := wall(&p)
		j.Points = append(j.Points, jsonPoint{
			Window: p.Window, Value: number(p.Values[0]), Gain: number(p.Gain.Mean), GainLow: number(p.Gain.Low), GainHigh: number(p.Gain.High),
			Ceiling: number(p.Ceilings[0]), Recall: number(p.Recall), Captured: number(p.Captured), P50: finite(p50), P95: finite(p95), Documents: finite(p.Documents),
		})
	}
	return j
}

// jsonTag gives what the queries of a tag say.
func (r *Report) jsonTag(s score.TagScores) jsonTag {
	tag := jsonTag{Tag: s.Tag, Queries: s.Queries, Failed: s.Failed}
	for i, system := range r.Evaluation.Systems {
		one := jsonTagSystem{System: system.System, Won: s.Wins[i], Lost: s.Losses[i], Tied: s.Ties[i]}
		for m, metric := range r.Evaluation.Metrics {
			one.Means = append(one.Means, jsonTagMetric{metric.String(), finite(s.Means[i][m])})
		}
		tag.Systems = append(tag.Systems, one)
	}
	return tag
}

func comparisons(differences []score.Difference) []jsonComparison {
	all := []jsonComparison{}
	for _, d := range differences {
		all = append(all, jsonComparison{
			Metric: d.Metric.String(), Base: d.Base, System: d.System, Direction: string(direction(d)),
			Queries: d.N, Undefined: d.Undefined,
			BaseMean: finite(d.BaseMean), Mean: finite(d.NextMean), Difference: finite(d.Comparison.Difference), SD: finite(d.SD),
			Confidence: confidenceOf(d.Confidence), Low: finite(d.Low), High: finite(d.High),
			P: finite(d.P), Exact: d.Exact, AdjustedP: finite(d.AdjustedP), T: finite(d.T), PT: finite(d.PT), EffectSize: finite(d.EffectSize),
			Won: d.Wins, Lost: d.Losses, Tied: d.Ties, Detectable: finite(d.Detectable), QueriesNeeded: d.QueriesNeeded,
			Seed: d.Seed, Resamples: d.Resamples, Permutations: d.Permutations, Warnings: orEmpty(d.Warnings),
		})
	}
	return all
}

// finite is the value, nil where JSON has no number for it.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func confidenceOf(c float64) float64 {
	if c == 0 {
		return 0.95
	}
	return c
}

// orEmpty makes a null an empty list.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// stamp prints a time, empty where it is unknown.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// escapeInvisible writes the characters that steer a terminal or turn text
// around as \u escapes, which mean the same to a JSON reader: nothing is
// lost, and printing the report does nothing. They can stand inside strings
// alone.
func escapeInvisible(content []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(content))
	for _, r := range string(content) {
		switch {
		case r == '\n' || r >= ' ' && r < 0x7f || visible(r):
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			b.WriteString(`\u` + strconv.FormatInt(int64(0xd800+r>>10), 16))
			b.WriteString(`\u` + strconv.FormatInt(int64(0xdc00+r&0x3ff), 16))
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}
