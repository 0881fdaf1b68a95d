package gate

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// FromRun makes the input of a run's own gates, as its manifest keeps them.
// Base is the run that gates compare with, nil for none; its queries should
// have the new run's judgments. A gate that names an unknown metric is an
// error.
func FromRun(run, base *eval.Run, now time.Time, o stats.Options) (Input, error) {
	m := &run.Manifest
	in := Input{Now: now, Stats: o, TitlesChecked: m.Hashes.Titles != ""}
	if m.SuiteQueries > m.QueryCount {
		in.Partial = fmt.Sprintf("only %d of the suite's %d queries were searched", m.QueryCount, m.SuiteQueries)
	}
	in.Gates = m.Gates
	unresolved := unresolvedNames(m)
	for i := range run.Queries {
		in.Queries = append(in.Queries, query(&run.Queries[i], unresolved))
	}
	var err error
	if in.Systems, err = systems(run, in.Gates); err != nil {
		return Input{}, err
	}
	if base == nil {
		return in, nil
	}
	in.Baseline = &Baseline{}
	for _, q := range base.Queries {
		in.Baseline.Queries = append(in.Baseline.Queries, q.ID)
	}
	in.Baseline.Systems, err = systems(base, in.Gates)
	return in, err
}

func query(q *eval.Query, unresolved map[string]bool) Query {
	out := Query{Position: q.Position, ID: q.ID, Tags: q.Tags, Expect: q.Expect, Quarantine: q.Quarantine}
	for _, j := range q.Judgments {
		if len(unresolved) > 0 && unresolved[unresolvedKey(j.ID, j.Title)] {
			out.Unresolved = append(out.Unresolved, cmp.Or(j.ID, j.Title))
		}
	}
	return out
}

// unresolvedNames are what the manifest says of the index's gaps. It names an
// id as "id" and the id, and a title in one of the spellings that queries
// give it.
func unresolvedNames(m *eval.Manifest) map[string]bool {
	names := make(map[string]bool, len(m.Unresolved))
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

// systems evaluates a run by the metrics of the gates.
func systems(run *eval.Run, gates []judgments.Gate) ([]System, error) {
	needed, err := Metrics(gates)
	if err != nil {
		return nil, fmt.Errorf("the run's gates: %w", err)
	}
	var all []System
	var evaluated *score.Evaluation
	if len(needed) > 0 {
		if evaluated, err = score.Evaluate(run, needed); err != nil {
			return nil, err
		}
	}
	var dropped map[string]map[string][]string
	if slices.ContainsFunc(gates, func(g judgments.Gate) bool { return g.Metric == "dropped_documents" }) {
		dropped = droppedTitles(run)
	}
	for s, name := range run.Manifest.Names() {
		system := System{Name: name, Values: make(map[string][]float64)}
		for i, metric := range needed {
			system.Values[metric.String()] = evaluated.Systems[s].Values[i]
		}
		for i := range run.Queries {
			q := &run.Queries[i]
			system.Answers = append(system.Answers, answer(q.Results[name], dropped[name][q.ID]))
		}
		all = append(all, system)
	}
	return all, nil
}

func answer(r *eval.Result, dropped []string) Answer {
	if r == nil {
		return Answer{Error: "no result"}
	}
	return Answer{Hits: r.Hits, Error: r.Error, TookMS: float64(r.TookMS), WallMS: r.WallMS, Dropped: dropped}
}

// droppedTitles are by system, then by query.
func droppedTitles(run *eval.Run) map[string]map[string][]string {
	all := make(map[string]map[string][]string)
	found := integrity.Check(run)
	for _, s := range found.Systems {
		all[s.System] = make(map[string][]string)
		for _, d := range s.Dropped {
			all[s.System][d.Query] = d.Titles
		}
	}
	return all
}
