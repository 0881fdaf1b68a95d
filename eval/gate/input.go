package gate

import (
	"fmt"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// Input is everything that verdicts are made from. It is only read.
type Input struct {
	// Gates are the suite's gates.
	Gates []judgments.Gate
	// Queries are the run's queries, in its order.
	Queries []Query
	// Systems are what was run, the first stage first.
	Systems []System
	// Baseline is the earlier run to compare with; nil where there is none.
	// Whether the two may be compared at all is the caller's to decide.
	Baseline *Baseline
	// TitlesChecked says that the index was asked for the judged titles, so
	// that Query.Unresolved can be relied on.
	TitlesChecked bool
	// Partial says why the queries are not all of the suite's, where they are
	// not: gates are about the whole suite, and then inconclusive. Empty where
	// all were run.
	Partial string
	// Now is the time that quarantines are held against.
	Now time.Time
	// Stats are the options of the gates' intervals and tests. The confidence
	// is the gate's where it gives one.
	Stats stats.Options
}

// Query is what the verdicts need to know of a query.
type Query struct {
	judgments.Position
	// ID is unique in the run.
	ID string
	// Tags are the slices that the query belongs to.
	Tags []string
	// Expect are the conditions on single titles.
	Expect []judgments.Expectation
	// Quarantine suspends the query's part in gates; nil for none.
	Quarantine *judgments.Quarantine
	// Unresolved are titles or ids, of judgments and expectations, that match
	// no document of the index.
	Unresolved []string
}

// System is one system's part of a run.
type System struct {
	// Name is the system's name.
	Name string
	// Answers are by query, in the run's order.
	Answers []Answer
	// Values are the metrics by canonical name, then by query in the run's
	// order. A query that failed or found nothing has the metric's value for
	// an empty list; NaN stands where a metric is undefined.
	Values map[string][]float64
}

// Answer is what a system returned for a query.
type Answer struct {
	// Error is why there is no usable answer; empty where there is one.
	Error string
	// TookMS is the server's time and WallMS the client's, in milliseconds.
	TookMS, WallMS float64
	// Hits are the documents by rank.
	Hits []eval.Hit
	// Dropped names the documents of the window that the reranker left out.
	Dropped []string
}

// Failed says that there is no usable answer.
func (a *Answer) Failed() bool { return a.Error != "" }

// Baseline is the earlier run that gates compare with.
type Baseline struct {
	// Queries are the ids of its queries, in its order, which is that of
	// Answers and Values of its systems.
	Queries []string
	// Systems are what it ran. Of its answers only Error is read.
	Systems []System
}

// Metrics returns the metrics that the gates are about, each once, in the
// order of their first use: the Values that an Input must hold. Latencies and
// counts are none. It is an error where a gate names an unknown metric.
func Metrics(gates []judgments.Gate) ([]metrics.Metric, error) {
	var all []metrics.Metric
	seen := map[metrics.Metric]bool{}
	for _, g := range gates {
		if measured(g.Metric) {
			continue
		}
		m, err := metrics.Parse(g.Metric)
		if err != nil {
			return nil, judgments.Problem{Position: g.Position, Message: err.Error()}
		}
		if !seen[m] {
			seen[m] = true
			all = append(all, m)
		}
	}
	return all, nil
}

// check reports lists that do not fit together, which would be a mistake of
// the calling program.
func (in *Input) check() error {
	if err := checkSystems("the run", in.Systems, len(in.Queries)); err != nil {
		return err
	}
	if in.Baseline != nil {
		return checkSystems("the baseline", in.Baseline.Systems, len(in.Baseline.Queries))
	}
	return nil
}

func checkSystems(where string, systems []System, queries int) error {
	for i := range systems {
		s := &systems[i]
		if len(s.Answers) != queries {
			return fmt.Errorf("%s has %d answers of the system %s to %d queries", where, len(s.Answers), s.Name, queries)
		}
		for name, values := range s.Values {
			if len(values) != queries {
				return fmt.Errorf("%s has %d values of %s of the system %s for %d queries", where, len(values), name, s.Name, queries)
			}
		}
	}
	return nil
}

// find returns the named system, nil where there is none.
func find(systems []System, name string) *System {
	for i := range systems {
		if systems[i].Name == name {
			return &systems[i]
		}
	}
	return nil
}
