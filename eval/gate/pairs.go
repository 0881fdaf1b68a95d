package gate

import (
	"math"

	"github.com/releval/releval/eval/metrics"
)

// pairs are the values of a metric for the queries that both sides answer
// for.
type pairs struct {
	metric metrics.Metric
	// queries are indices into the run's queries; before and after go with them.
	queries       []int
	before, after []float64
	// failed are the queries without an answer on one side, undefined the
	// number of those whose metric has no value there.
	failed    []Offender
	undefined int
}

// pair finds both sides of the comparison, or says why there are none.
func (j *judge) pair() (*pairs, bool) {
	base, name := j.Scores, firstStage
	here, there := j.scope.queries, j.scope.queries
	switch {
	case j.gate.Versus == firstStage && j.Scores.System(firstStage) == nil:
		j.undecided("the first stage was not run")
		return nil, false
	case j.gate.Versus == firstStage && j.System == firstStage:
		j.undecided("no reranker was run, and the first stage cannot be compared with itself")
		return nil, false
	case j.gate.Versus == firstStage:
	case j.Baseline == nil:
		j.undecided("there is no baseline: give an earlier run to compare with")
		return nil, false
	case j.Baseline.System(j.System) == nil:
		j.undecided("the baseline has no system %s", j.System)
		return nil, false
	default:
		base, name = j.Baseline, j.System
		if here, there = j.common(); len(here) == 0 {
			j.undecided("no query of the gate is in the baseline")
			return nil, false
		}
	}
	p := &pairs{}
	var ok bool
	var before, after []float64
	if p.metric, after, ok = j.values(j.Scores, j.System, here); !ok {
		return nil, false
	}
	if _, before, ok = j.values(base, name, there); !ok {
		return nil, false
	}
	for i, q := range here {
		mine, other := unanswered(j.query(q), j.System), unanswered(&base.Run.Queries[there[i]], name)
		switch {
		case mine != "":
			p.failed = append(p.failed, j.offender(q, mine))
		case other != "":
			p.failed = append(p.failed, j.offender(q, "in "+overName(j.gate.Versus)+": "+other))
		case math.IsNaN(before[i]) || math.IsNaN(after[i]):
			p.undefined++
		default:
			p.queries = append(p.queries, q)
			p.before = append(p.before, before[i])
			p.after = append(p.after, after[i])
		}
	}
	return p, true
}

func overName(versus string) string {
	if versus == firstStage {
		return "the first stage"
	}
	return "the baseline"
}

// common gives the places of the gate's queries here and in the baseline, and
// says how many there are where it lacks some.
func (j *judge) common() (here, there []int) {
	places := make(map[string]int, len(j.Baseline.Run.Queries))
	for i := range j.Baseline.Run.Queries {
		places[j.Baseline.Run.Queries[i].ID] = i
	}
	for _, q := range j.scope.queries {
		if place, ok := places[j.query(q).ID]; ok {
			here, there = append(here, q), append(there, place)
		}
	}
	if missing := len(j.scope.queries) - len(here); missing > 0 && len(here) > 0 {
		j.explain("compared on the %d of %s that the baseline has", len(here), plural(len(j.scope.queries), "query"))
	}
	return here, there
}
