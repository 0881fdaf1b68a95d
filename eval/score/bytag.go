package score

import (
	"math"
	"slices"

	"github.com/releval/releval/eval"
)

// TagScores are the means over the queries of one tag.
type TagScores struct {
	// Tag is empty for the queries that have none.
	Tag string
	// Queries is how many there are, Failed how many of them lack the answer
	// of some system.
	Queries, Failed int
	// Means are by system, in the evaluation's order, then by metric, over the
	// queries that all systems answered; NaN where there is none.
	Means [][]float64
	// Wins, Losses and Ties are by system: the queries for which the first
	// metric is higher, lower or the same as that of the system that it is
	// compared with (Evaluation.BaseOf), or as its own where that is none. A
	// query for which it is undefined counts nowhere.
	Wins, Losses, Ties []int
}

// ByTag averages an evaluation over the queries of each tag, in the order of
// the tags' first use; a query with several tags counts in each. The queries
// without a tag come last. It is nil where no query has a tag.
func ByTag(e *Evaluation) []TagScores {
	tags := eval.Tags(e.Run)
	if len(tags) == 0 {
		return nil
	}
	var all []TagScores
	for _, tag := range append(tags, "") {
		var members []int
		for i := range e.Run.Queries {
			q := &e.Run.Queries[i]
			if tag == "" && len(q.Tags) == 0 || tag != "" && slices.Contains(q.Tags, tag) {
				members = append(members, i)
			}
		}
		if len(members) > 0 {
			all = append(all, e.scores(tag, members))
		}
	}
	return all
}

// scores averages over some of the queries.
func (e *Evaluation) scores(tag string, members []int) TagScores {
	n := len(e.Systems)
	s := TagScores{
		Tag: tag, Queries: len(members), Means: table(n, len(e.Metrics)),
		Wins: make([]int, n), Losses: make([]int, n), Ties: make([]int, n),
	}
	for _, i := range members {
		if slices.ContainsFunc(e.Systems, func(system SystemScores) bool { return system.Errors[i] != "" }) {
			s.Failed++
		}
	}
	for k, system := range e.Systems {
		for m := range e.Metrics {
			s.Means[k][m], _ = Mean(pick(system.Values[m], e.answeredByAll(m, members)))
		}
		base := e.BaseOf(k)
		if base < 0 {
			base = k // it ties with itself
		}
		if len(e.Metrics) == 0 {
			continue
		}
		for _, q := range members {
			switch d := system.Values[0][q] - e.Systems[base].Values[0][q]; {
			case math.IsNaN(d):
			case d > 0:
				s.Wins[k]++
			case d < 0:
				s.Losses[k]++
			default:
				s.Ties[k]++
			}
		}
	}
	return s
}

// answeredByAll are those of some queries for which every system has a value,
// but for systems that have none for any.
func (e *Evaluation) answeredByAll(metric int, queries []int) []int {
	var all []int
	for _, q := range queries {
		if !slices.ContainsFunc(e.Systems, func(s SystemScores) bool {
			return math.IsNaN(s.Values[metric][q]) &&
				slices.ContainsFunc(queries, func(q int) bool { return !math.IsNaN(s.Values[metric][q]) })
		}) {
			all = append(all, q)
		}
	}
	return all
}
