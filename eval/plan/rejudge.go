package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/releval/releval/eval"
)

// Rejudge gives the run's answers the judgments that the plan's suite has
// now, for the plan's queries that the run asked with the same words. It is
// for working on with a run whose suite was judged further since. The run
// itself stays as it is. No query in common is an error.
func (p *Plan) Rejudge(run *eval.Run) (*eval.Run, error) {
	asked := make(map[string]*eval.Query, len(run.Queries))
	for i := range run.Queries {
		asked[run.Queries[i].ID] = &run.Queries[i]
	}
	judged := &eval.Run{Manifest: run.Manifest}
	judged.Manifest.Suite = p.Suite.Name
	judged.Manifest.Systems = slices.Clone(run.Manifest.Systems)
	for i, q := range p.Queries {
		old := asked[q.ID]
		record := eval.NewQuery(p.Numbers[i], q)
		if old == nil || old.Text != record.Text || old.InferenceText != record.InferenceText {
			continue
		}
		record.Index, record.Results = run.Manifest.OneIndex(), maps.Clone(old.Results)
		judged.Queries = append(judged.Queries, record)
	}
	if len(judged.Queries) == 0 {
		return nil, fmt.Errorf("the run of the suite %s has none of the queries of %s; make a new run", run.Manifest.Suite, p.Suite.File)
	}
	judged.Manifest.QueryCount = len(judged.Queries)
	if run.Complete != nil {
		end := *run.Complete
		end.Queries, end.Failed = len(judged.Queries), judged.Failed()
		judged.Complete = &end
	}
	return judged, nil
}
