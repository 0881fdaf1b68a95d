package eval

import (
	"fmt"
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
	selected.Cut = run.Cut || len(selected.Queries) < len(run.Queries)
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
