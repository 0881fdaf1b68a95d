package gate

import (
	"math"
	"slices"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
)

// pairs are the queries of a gate on both sides of a comparison.
type pairs struct {
	metric metrics.Metric
	// queries are indices into the run's queries, of those that both sides
	// answered, and answered their values.
	queries  []int
	answered change
	// atWorst and atBest are the answered queries and the failed ones, with
	// the values that are worst, or best, for the gated system of all that
	// the query's judgments allow.
	atWorst, atBest change
	// failed are the queries without an answer on one side, undefined the
	// number of those whose metric has no value there.
	failed    []Offender
	undefined int
	// identical says that every ranking is that of the baseline.
	identical bool
}

// change is a metric's values before and after, by query.
type change struct{ before, after []float64 }

func (c *change) add(before, after float64) {
	c.before, c.after = append(c.before, before), append(c.after, after)
}

// gain is what the aggregate rose by.
func (c change) gain(m metrics.Metric) float64 {
	return m.Aggregate(c.after).Value - m.Aggregate(c.before).Value
}

// losses are what each query lost, negative where it gained; what is only
// rounding error is 0.
func (c change) losses() []float64 {
	losses := make([]float64, len(c.before))
	for i := range losses {
		losses[i] = snap(c.before[i] - c.after[i])
	}
	return losses
}

// changed counts the queries with another value.
func changed(losses []float64) int {
	n := 0
	for _, l := range losses {
		if l != 0 {
			n++
		}
	}
	return n
}

// open is the room that an assumption about the failed queries leaves; NaN
// where no assumption says all, because the metric may be undefined for them.
func (p *pairs) open(room float64) float64 {
	if len(p.failed) > 0 && mayBeUndefined(p.metric) {
		return math.NaN()
	}
	return room
}

// mayBeUndefined says whether some answers have no value.
func mayBeUndefined(m metrics.Metric) bool { return math.IsNaN(m.Score(metrics.Ranking{})) }

// pair finds both sides of the comparison, or says why there are none.
func (j *judge) pair() (*pairs, bool) {
	base, name := j.Scores, j.gate.Versus
	if name == firstStage {
		name = j.Scores.Run.Manifest.FirstStageOf(j.System)
	}
	here, there := j.scope.queries, j.scope.queries
	switch {
	case j.gate.Versus == firstStage && !j.reranks():
		j.undecided("no reranker was run, and the first stage cannot be compared with itself")
		return nil, false
	case j.gate.Versus == firstStage && name == "":
		j.undecided("%s reranks nothing, and has no first stage to be compared with", j.System)
		return nil, false
	case j.gate.Versus != "baseline" && name == j.System:
		j.undecided("%s cannot be compared with itself", name)
		return nil, false
	case j.gate.Versus != "baseline" && j.Scores.System(name) == nil:
		j.undecided("%s was not run", overName(j.gate.Versus))
		return nil, false
	case j.gate.Versus != "baseline":
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
	p := &pairs{identical: base == j.Baseline && j.sameRankings(here, there)}
	var ok bool
	var before, after []float64
	if p.metric, after, ok = j.values(j.Scores, j.System, here); !ok {
		return nil, false
	}
	if _, before, ok = j.values(base, name, there); !ok {
		return nil, false
	}
	other := base.System(name)
	for i, q := range here {
		p.add(j, q, before[i], after[i], j.unanswered(other, there[i]))
	}
	return p, true
}

// reranks says whether any system of the run reranks another.
func (e *evaluator) reranks() bool {
	return slices.ContainsFunc(e.Scores.Systems, func(s score.SystemScores) bool {
		return e.Scores.Run.Manifest.FirstStageOf(s.System) != ""
	})
}

// add takes a query in, with what the other side says of why it failed there.
func (p *pairs) add(j *judge, query int, before, after float64, otherFailed string) {
	failed := j.unanswered(j.system, query)
	switch {
	case failed == "" && math.IsNaN(after), otherFailed == "" && math.IsNaN(before):
		p.undefined++
		return
	case failed == "" && otherFailed == "":
		p.queries = append(p.queries, query)
		p.answered.add(before, after)
		p.atWorst.add(before, after)
		p.atBest.add(before, after)
		return
	}
	least, most := p.metric.Limits(j.query(query).Judged())
	worst, best := [2]float64{before, after}, [2]float64{before, after}
	if otherFailed != "" {
		worst[0], best[0] = most, least
	}
	if failed != "" {
		worst[1], best[1] = least, most
		p.failed = append(p.failed, j.offender(query, failed))
	} else {
		p.failed = append(p.failed, j.offender(query, "in "+overName(j.gate.Versus)+": "+otherFailed))
	}
	p.atWorst.add(worst[0], worst[1])
	p.atBest.add(best[0], best[1])
}

func overName(versus string) string {
	switch versus {
	case firstStage:
		return "the first stage"
	case "baseline":
		return "the baseline"
	}
	return versus
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

// sameRankings says whether the gated system returned the same documents in
// the same order as in the baseline, to the last hit, for all queries of the
// gate.
func (j *judge) sameRankings(here, there []int) bool {
	for i, q := range here {
		mine, other := j.query(q).Results[j.System], j.Baseline.Run.Queries[there[i]].Results[j.System]
		if mine.Failed() || other.Failed() || len(mine.Hits) != len(other.Hits) {
			return false
		}
		for h := range mine.Hits {
			if mine.Hits[h].Key() != other.Hits[h].Key() {
				return false
			}
		}
	}
	return len(here) == len(j.scope.queries)
}

// sameSystem says whether the manifests and the rankings prove that both runs
// searched the same index with the same systems.
func (j *judge) sameSystem(p *pairs) bool {
	if !p.identical || len(p.failed) > 0 {
		return false
	}
	mine, other := j.Scores.Run.Manifest, j.Baseline.Run.Manifest
	switch {
	case mine.Hashes.Search == "" || mine.Hashes.Search != other.Hashes.Search:
		return false
	case mine.Cluster.Embedded() && mine.Tool != other.Tool: // the engine is a part of the tool
		return false
	case j.Integrity.IndexChanged != "":
		return false
	}
	// What is no part of the systems may differ.
	other.Suite, other.Metrics, other.Gates = mine.Suite, mine.Metrics, mine.Gates
	other.QueryCount, other.Repeat = mine.QueryCount, mine.Repeat
	other.Hashes.Judgments, other.Hashes.Queries, other.Hashes.Titles = mine.Hashes.Judgments, mine.Hashes.Queries, mine.Hashes.Titles
	return len(mine.Differences(&other)) == 0
}
