package gate

import (
	"math"

	"github.com/releval/releval/eval/metrics"
)

// pairs are the values of a metric for the queries that both sides answer
// for.
type pairs struct {
	metric metrics.Metric
	// queries are indices into Input.Queries; before and after go with them.
	queries       []int
	before, after []float64
	// failed are the queries without an answer on one side, undefined the
	// number of those whose metric has no value there.
	failed    []Offender
	undefined int
}

// pair finds both sides of the comparison, or says why there are none.
func (j *judge) pair() (*pairs, bool) {
	var base *System
	var baseline *Baseline
	switch {
	case j.gate.Versus == firstStage:
		base = find(j.in.Systems, firstStage)
		if base == nil {
			j.undecided("the first stage was not run")
			return nil, false
		}
		if base == j.system {
			j.undecided("no reranker was run, and the first stage cannot be compared with itself")
			return nil, false
		}
	case j.in.Baseline == nil:
		j.undecided("there is no baseline: give an earlier run to compare with")
		return nil, false
	default:
		baseline = j.in.Baseline
		base = find(baseline.Systems, j.System)
		if base == nil {
			j.undecided("the baseline has no system %s", j.System)
			return nil, false
		}
	}
	p := &pairs{}
	here, there := j.common(baseline)
	if len(here) == 0 {
		j.undecided("no query of the gate is in the baseline")
		return nil, false
	}
	var ok bool
	var before, after []float64
	if p.metric, after, ok = j.values(j.system, here); !ok {
		return nil, false
	}
	if _, before, ok = j.values(base, there); !ok {
		return nil, false
	}
	for i, q := range here {
		switch {
		case j.system.Answers[q].Failed():
			p.failed = append(p.failed, j.in.offender(q, j.system.Answers[q].Error))
		case base.Answers[there[i]].Failed():
			p.failed = append(p.failed, j.in.offender(q, "in "+overName(j.gate.Versus)+": "+base.Answers[there[i]].Error))
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

// common gives the places of the gate's queries here and in the baseline,
// and says how many there are where the two sets differ. Without a baseline
// both places are the same.
func (j *judge) common(b *Baseline) (here, there []int) {
	if b == nil {
		return j.scope.queries, j.scope.queries
	}
	places := make(map[string]int, len(b.Queries))
	for i, id := range b.Queries {
		places[id] = i
	}
	for _, q := range j.scope.queries {
		if place, ok := places[j.in.Queries[q].ID]; ok {
			here, there = append(here, q), append(there, place)
		}
	}
	if missing := len(j.scope.queries) - len(here); missing > 0 && len(here) > 0 {
		j.explain("compared on the %d of %s that the baseline has", len(here), plural(len(j.scope.queries), "query"))
	}
	ours := make(map[string]bool, len(j.in.Queries))
	for i := range j.in.Queries {
		ours[j.in.Queries[i].ID] = true
	}
	gone := 0
	for _, id := range b.Queries {
		if !ours[id] {
			gone++
		}
	}
	if gone > 0 && j.gate.Tag == "" {
		j.explain("%s of the baseline not in this run", plural(gone, "query"))
	}
	return here, there
}
