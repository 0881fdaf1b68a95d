package gate

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/judgments"
)

// Input is everything that verdicts are made from. It is only read. Gates,
// expectations and quarantines are those of the run itself.
type Input struct {
	// Scores is the run, evaluated by at least the metrics of its gates.
	Scores *score.Evaluation
	// Baseline is the earlier run to compare with, evaluated by the same
	// metrics and the new run's judgments, on queries of the new run alone; nil
	// where there is none. Whether the two may be compared at all is the
	// caller's to decide.
	Baseline *score.Evaluation
	// Doubt says why a gate against the baseline may not pass on the queries
	// that it shares with the run: it is inconclusive then, and fails where it
	// fails on them. Empty where it may pass.
	Doubt string
	// Integrity is that of the run; worked out where it is nil.
	Integrity *integrity.Integrity
	// Now is the time that quarantines are compared with.
	Now time.Time
}

// Metrics returns the metrics that the gates are about, each once, in the
// order of their first use: what an Input must be evaluated by. Latencies and
// counts are none. It is an error where a gate names an unknown metric.
func Metrics(gates []judgments.Gate) ([]metrics.Metric, error) {
	var all []metrics.Metric
	for _, g := range gates {
		if measured(g.Metric) {
			continue
		}
		m, err := metrics.Parse(g.Metric)
		if err != nil {
			return nil, judgments.Problem{Position: g.Position, Message: err.Error()}
		}
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	return all, nil
}

// partial says why the run's queries are not all of the suite's: gates are
// about the whole suite, and then inconclusive. It is empty where all were run.
func (in *Input) partial() string {
	if m := &in.Scores.Run.Manifest; m.SuiteQueries > m.QueryCount {
		return fmt.Sprintf("only %d of the suite's %d queries were searched", m.QueryCount, m.SuiteQueries)
	}
	return ""
}

// query is the run's query with the index.
func (in *Input) query(i int) *eval.Query { return &in.Scores.Run.Queries[i] }

// unanswered says why a system gave no answer to the query at all; empty where
// it gave one.
func unanswered(q *eval.Query, system string) string {
	if r := q.Results[system]; r != nil {
		return r.Error
	}
	return "no result"
}

// droppedFrom are the titles of the documents that the system left out, by
// query.
func (in *Input) droppedFrom(system string) map[string][]string {
	titles := make(map[string][]string)
	for _, s := range in.Integrity.Systems {
		if s.System != system {
			continue
		}
		for _, d := range s.Dropped {
			titles[d.Query] = d.Titles
		}
	}
	return titles
}

// unresolved are the judged titles and ids that match no document of the
// index.
type unresolved map[string]bool

// unresolvedIn reads what the manifest says of the index's gaps. It names an
// id as "id" and the id, and a title in one of the spellings that queries give
// it.
func unresolvedIn(m *eval.Manifest) unresolved {
	names := make(unresolved, 2*len(m.Unresolved))
	for _, name := range m.Unresolved {
		names[name] = true
		names[unresolvedKey("", name)] = true
	}
	return names
}

func unresolvedKey(id, title string) string {
	if id != "" {
		return "id " + id
	}
	return "title " + judgments.FoldTitle(title)
}

// has says that the index is known to lack the document.
func (u unresolved) has(id, title string) bool { return len(u) > 0 && u[unresolvedKey(id, title)] }

// of names the query's judgments that match no document.
func (u unresolved) of(q *eval.Query) []string {
	var names []string
	for _, j := range q.Judgments {
		if u.has(j.ID, j.Title) {
			names = append(names, cmp.Or(j.ID, j.Title))
		}
	}
	return names
}

// unanswered says why a system's answer to a query does not score by the gate's
// metric; empty where it does. Both evaluations have the same metrics.
func (j *judge) unanswered(s *score.SystemScores, query int) string {
	m := slices.IndexFunc(j.Scores.Metrics, func(m metrics.Metric) bool { return m.String() == j.Metric })
	if m < 0 {
		return s.Errors[query]
	}
	return s.Unanswered(m, query)
}
