package gate

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/judgments"
)

// noon is the time of the tests' runs.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// evaluated is an evaluation by ndcg@10 with the given values, of which the
// rankings know nothing: each is one document, the same where the value is.
// Every query has one judgment, of grade 1.
func evaluated(queries []string, systems ...scored) *score.Evaluation {
	run := &eval.Run{Complete: &eval.Complete{}}
	for i, id := range queries {
		q := eval.Query{
			ID: id, Position: judgments.Position{File: "films.yaml", Line: 20 + i, Column: 5},
			Judgments: []judgments.Judgment{{Title: "The right one", Grade: 1}}, Results: eval.Results{},
		}
		for _, s := range systems {
			q.Results[s.system] = &eval.Result{TookMS: int64(10 * (i + 1)), WallMS: float64(20*(i+1)) + 0.5, Hits: []eval.Hit{hit(fmt.Sprint(s.values[i]))}}
		}
		run.Queries = append(run.Queries, q)
	}
	e := &score.Evaluation{Run: run, Metrics: []metrics.Metric{mustParse("ndcg@10")}}
	for _, s := range systems {
		described := eval.System{Name: s.system, Kind: eval.KindRetriever, Depth: 10}
		if s.system != firstStage {
			described = eval.System{Name: s.system, Kind: eval.KindReranked, FirstStage: firstStage, Window: 10, Depth: 10}
		}
		run.Manifest.Systems = append(run.Manifest.Systems, described)
		e.Systems = append(e.Systems, score.SystemScores{System: s.system, Values: [][]float64{s.values}, Errors: make([]string, len(queries))})
	}
	return e
}

func hit(id string) eval.Hit { return eval.Hit{Document: &eval.Document{ID: id}} }

// scored are a system's values by query.
type scored struct {
	system string
	values []float64
}

func system(name string, values ...float64) scored { return scored{name, values} }

func mustParse(name string) metrics.Metric {
	m, err := metrics.Parse(name)
	if err != nil {
		panic(err)
	}
	return m
}

// fail makes a system's answer to a query a failure.
func fail(e *score.Evaluation, system string, query int, reason string) {
	e.Run.Queries[query].Results[system] = &eval.Result{Error: reason}
	s := e.System(system)
	s.Errors[query], s.Values[0][query] = reason, 0
}

// column adds a metric with a value for each query of every system.
func column(e *score.Evaluation, metric string, values ...float64) {
	e.Metrics = append(e.Metrics, mustParse(metric))
	for i := range e.Systems {
		e.Systems[i].Values = append(e.Systems[i].Values, values)
	}
}

// films is a run of five queries on two systems, with a baseline of the same
// queries. Every test changes its own copy.
func films() Input {
	run := evaluated([]string{"crime", "heist", "space", "ghost", "boxing"},
		system(firstStage, 0.5, 0.4, 0.6, 0.5, 0.5), // mean 0.5
		system("elastic", 0.9, 0.4, 0.7, 0.5, 1.0))  // mean 0.7
	run.Run.Manifest.Hashes.Titles = "asked"
	run.Run.Queries[0].Tags = []string{"hard"}
	run.Run.Queries[1].Tags = []string{"hard"}
	// In the run's order crime 0.9, heist 0.6, space 0.8, ghost 0.4, boxing 1:
	// mean 0.74.
	base := evaluated([]string{"boxing", "crime", "ghost", "heist", "space"}, system("elastic", 1.0, 0.9, 0.4, 0.6, 0.8))
	return Input{Scores: run, Baseline: base, Integrity: &integrity.Integrity{}, Now: noon}
}

// gates sets the run's gates.
func (in *Input) gates(gates ...judgments.Gate) { in.Scores.Run.Manifest.Gates = gates }

func ids(offenders []Offender) string {
	names := make([]string, len(offenders))
	for i, o := range offenders {
		names[i] = o.Query
		if o.Detail != "" {
			names[i] += " " + o.Detail
		}
	}
	return strings.Join(names, ", ")
}

// expected is what a test compares of a result.
type expected struct {
	verdict  Verdict
	system   string
	expected string
	actual   string
	margin   float64
	reason   string // a part of it
	queries  string
}

func checkResult(t *testing.T, got Result, want expected) {
	t.Helper()
	if got.Verdict != want.verdict || got.System != want.system || got.Expected != want.expected || got.Actual != want.actual {
		t.Errorf("got  %s; %q; expected %q; actual %q\nwant %s; %q; expected %q; actual %q",
			got.Verdict, got.System, got.Expected, got.Actual, want.verdict, want.system, want.expected, want.actual)
	}
	if !(math.Abs(got.Margin-want.margin) < 1e-12 || math.IsNaN(got.Margin) && math.IsNaN(want.margin)) {
		t.Errorf("margin = %v, want %v", got.Margin, want.margin)
	}
	if !strings.Contains(got.Reason, want.reason) || want.reason == "" && got.Reason != "" {
		t.Errorf("reason = %q, want %q in it", got.Reason, want.reason)
	}
	if diff := cmp.Diff(want.queries, ids(got.Queries)); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
}
