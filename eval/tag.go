package eval

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/releval/releval/judgments/spelling"
)

// Tags are all tags of a run's queries, in the order of their first use.
func Tags(run *Run) []string {
	var tags []string
	seen := make(map[string]bool)
	for i := range run.Queries {
		for _, t := range run.Queries[i].Tags {
			if !seen[t] {
				seen[t] = true
				tags = append(tags, t)
			}
		}
	}
	return tags
}

// Select gives a run of only the queries with a tag, as releval run --tag
// would have made it. The queries are shared with the run. A tag that no
// query has is an error that names those there are.
func Select(run *Run, tag string) (*Run, error) {
	selected := &Run{Manifest: run.Manifest}
	for _, q := range run.Queries {
		if slices.Contains(q.Tags, tag) {
			selected.Queries = append(selected.Queries, q)
		}
	}
	if len(selected.Queries) == 0 {
		return nil, unknownTag(tag, Tags(run))
	}
	m := &selected.Manifest
	m.SuiteQueries = max(m.SuiteQueries, m.QueryCount)
	m.QueryCount = len(selected.Queries)
	if m.SuiteQueries == m.QueryCount {
		m.SuiteQueries = 0
	}
	if run.Complete != nil {
		end := *run.Complete
		end.Queries, end.Failed = len(selected.Queries), selected.Failed()
		selected.Complete = &end
	}
	return selected, nil
}

func unknownTag(tag string, known []string) error {
	switch near := spelling.Nearest(tag, known); {
	case len(known) == 0:
		return fmt.Errorf("no query of the run has the tag %q, nor any other", tag)
	case near != "":
		return fmt.Errorf("no query of the run has the tag %q; did you mean %q?", tag, near)
	}
	return fmt.Errorf("no query of the run has the tag %q; the tags are %s", tag, strings.Join(known, ", "))
}

// TagScores are the means over the queries of one tag.
type TagScores struct {
	// Tag is empty for the queries that have none.
	Tag string
	// Queries is how many there are, Failed how many of them lack the answer
	// of some system.
	Queries, Failed int
	// Means are by system, in the evaluation's order, then by metric; NaN
	// where the metric is undefined for every query.
	Means [][]float64
	// Wins, Losses and Ties are by system: the queries for which the first
	// metric is higher, lower or the same as that of the first system. A
	// query for which it is undefined counts nowhere.
	Wins, Losses, Ties []int
}

// ByTag averages an evaluation over the queries of each tag, in the order of
// the tags' first use; a query with several tags counts in each. The queries
// without a tag come last. It is nil where no query has a tag.
func ByTag(e *Evaluation) []TagScores {
	tags := Tags(e.Run)
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
		if e.Run.Queries[i].Failed(e.Run.Manifest.Systems) {
			s.Failed++
		}
	}
	values := make([]float64, len(members))
	for k, system := range e.Systems {
		for m := range e.Metrics {
			for i, q := range members {
				values[i] = system.Values[m][q]
			}
			s.Means[k][m], _ = Mean(values)
		}
		if len(e.Metrics) == 0 {
			continue
		}
		for _, q := range members {
			switch d := system.Values[0][q] - e.Systems[0].Values[0][q]; {
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
