package reports

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/releval/releval/eval/score"
)

func (r *Report) jsonSystem(system int) jsonSystem {
	e := r.Evaluation
	s := e.Systems[system]
	j := jsonSystem{Name: s.System, Failed: s.Failed, Empty: s.Empty}
	for _, k := range e.Run.Manifest.Reranked() {
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
		report.Gates = append(report.Gates, jsonGate{g.Source, g.Position.String(), g.Query, g.System, g.Metric, g.Expected, g.Actual, finite(g.Margin), string(g.Verdict), g.Reason})
	}
	if b := r.Baseline; b != nil {
		report.Baseline = &jsonBaseline{b.Name, stamp(b.Started), orEmpty(b.Changes), orEmpty(b.Meaningless), comparisons(b.Differences), orEmpty(b.OnlyInBaseline), orEmpty(b.OnlyHere)}
	}
	for _, s := range r.Sweeps {
		j := jsonSweep{s.Reranker, s.Metric, s.Queries, finite(s.FirstStage), confidenceOf(s.Confidence), []jsonPoint{}, s.Shape, s.Recommended, s.Reason, s.Enough, s.Audit, s.Latency, orEmpty(s.Notes), s.Sentences, s.Detail}
		for _, p := range s.Points {
			j.Points = append(j.Points, jsonPoint{p.Window, finite(p.Value), finite(p.Gain), finite(p.GainLow), finite(p.GainHigh),
				finite(p.Ceiling), finite(p.Recall), finite(p.Captured), finite(p.P50), finite(p.P95), finite(p.Documents)})
		}
		report.Sweeps = append(report.Sweeps, j)
	}
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
