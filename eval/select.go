package eval

import (
	"fmt"
	"maps"
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

// SelectSystems gives a run of only the named systems, and the first stages that
// they rerank, as releval run --system would have made it. A system that the run
// does not have is an error that names those there are.
func SelectSystems(run *Run, names []string) (*Run, error) {
	keep := make(map[string]bool)
	for _, name := range names {
		if run.Manifest.System(name) == nil {
			return nil, unknownSystem(name, run.Manifest.Names())
		}
		keep[name] = true
		if stage := run.Manifest.FirstStageOf(name); stage != "" {
			keep[stage] = true
		}
	}
	selected := &Run{Manifest: run.Manifest, Queries: slices.Clone(run.Queries)}
	selected.Manifest.Systems = slices.DeleteFunc(slices.Clone(run.Manifest.Systems), func(s System) bool { return !keep[s.Name] })
	for i := range selected.Queries {
		q := &selected.Queries[i]
		q.Results = only(q.Results, keep)
		q.Repeats = slices.Clone(q.Repeats)
		for k := range q.Repeats {
			q.Repeats[k] = only(q.Repeats[k], keep)
		}
	}
	if run.Complete != nil {
		end := *run.Complete
		end.Failed = selected.Failed()
		end.Dropped, end.Usage, end.Texts = only(end.Dropped, keep), only(end.Usage, keep), only(end.Texts, keep)
		if end.Latency != nil {
			end.Latency = &Samples{Queries: end.Latency.Queries, Times: only(end.Latency.Times, keep)}
		}
		selected.Complete = &end
	}
	return selected, nil
}

// only are the entries of the systems that are kept.
func only[M ~map[string]V, V any](bySystem M, keep map[string]bool) M {
	kept := maps.Clone(bySystem)
	maps.DeleteFunc(kept, func(name string, _ V) bool { return !keep[name] })
	return kept
}

func unknownSystem(name string, known []string) error {
	if near := spelling.Nearest(name, known); near != "" {
		return fmt.Errorf("the run has no system %q; did you mean %q?", name, near)
	}
	return fmt.Errorf("the run has no system %q; it has %s", name, strings.Join(known, ", "))
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
