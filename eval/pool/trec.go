package pool

import (
	"context"
	"fmt"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/titles"
	"github.com/releval/releval/eval/trec"
)

// AddRun adds the first depth hits of a TREC run to a run as one more system,
// which has the name of the TREC run's tag. The titles come from the index; a
// nil cluster leaves them out. It returns how many queries of the run the TREC
// run answers.
func AddRun(ctx context.Context, c titles.Cluster, where titles.Place, run *eval.Run, added *trec.Run, depth int) (int, error) {
	if slices.Contains(run.Manifest.Names(), added.Tag) {
		return 0, fmt.Errorf("there is a system %q already; give the run another tag", added.Tag)
	}
	hits := make(map[string][]trec.Hit, len(added.Rankings))
	for _, r := range added.Rankings {
		hits[r.Query] = r.Hits[:min(depth, len(r.Hits))]
	}
	title := make(map[string]string)
	if c != nil {
		var ids []string
		for i := range run.Queries {
			for _, h := range hits[run.Queries[i].ID] {
				ids = append(ids, h.Document)
			}
		}
		documents, err := titles.Fetch(ctx, c, where, ids)
		if err != nil {
			return 0, err
		}
		for _, d := range documents {
			title[d.ID] = d.Title
		}
	}
	answered := 0
	run.Manifest.Systems = append(run.Manifest.Systems, eval.System{Name: added.Tag, Kind: eval.KindRequest, Depth: depth})
	for i := range run.Queries {
		q := &run.Queries[i]
		ranking, ok := hits[q.ID]
		if !ok {
			continue
		}
		answered++
		result := &eval.Result{}
		for _, h := range ranking {
			result.Hits = append(result.Hits, eval.Hit{Document: &eval.Document{ID: h.Document, Title: title[h.Document]}, Score: h.Score})
		}
		if q.Results == nil {
			q.Results = make(eval.Results)
		}
		q.Results[added.Tag] = result
	}
	return answered, nil
}
