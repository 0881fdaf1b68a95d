package gate

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/judgments"
)

// noon is the time of the tests' runs.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// films is a run of five queries on two systems, with a baseline of the same
// queries. Every test changes its own copy.
func films() Input {
	in := Input{Now: noon, TitlesChecked: true}
	for i, id := range []string{"crime", "heist", "space", "ghost", "boxing"} {
		in.Queries = append(in.Queries, Query{ID: id, Position: judgments.Position{File: "films.yaml", Line: 20 + i, Column: 5}})
	}
	in.Queries[0].Tags = []string{"hard"}
	in.Queries[1].Tags = []string{"hard"}
	first := system(firstStage, 0.5, 0.4, 0.6, 0.5, 0.5)  // mean 0.5
	elastic := system("elastic", 0.9, 0.4, 0.7, 0.5, 1.0) // mean 0.7
	in.Systems = []System{first, elastic}
	in.Baseline = &Baseline{
		Queries: []string{"boxing", "crime", "ghost", "heist", "space"},
		// In the run's order crime 0.9, heist 0.6, space 0.8, ghost 0.4,
		// boxing 1: mean 0.74.
		Systems: []System{system("elastic", 1.0, 0.9, 0.4, 0.6, 0.8)},
	}
	return in
}

func system(name string, values ...float64) System {
	s := System{Name: name, Values: map[string][]float64{"ndcg@10": values}, Answers: make([]Answer, len(values))}
	for i := range s.Answers {
		s.Answers[i] = Answer{TookMS: float64(10 * (i + 1)), WallMS: float64(20*(i+1)) + 0.5}
	}
	return s
}

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
