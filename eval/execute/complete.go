package execute

import (
	"context"
	"fmt"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/preflight"
)

// complete writes the last line: what failed, and whether the index is still
// the one that the run began with.
func complete(ctx context.Context, c Cluster, p *plan.Plan, run *eval.Run, s Settings) *eval.Complete {
	end := &eval.Complete{
		Type:     "complete",
		Queries:  len(run.Queries),
		Failed:   run.Failed(),
		Finished: s.Now().UTC().Truncate(time.Millisecond),
	}
	end.Dropped, end.Warnings = lookUpDropped(ctx, c, p, run)
	if end.Usage = s.usage(p); end.Usage != nil {
		for _, note := range s.Rerankers.CacheNotes() {
			s.note("%s", note)
		}
	}
	end.Warnings = append(end.Warnings, sameOrderWarnings(run)...)
	var failure error
	if end.Texts, failure = LookUpTexts(ctx, c, p, run); failure != nil {
		end.Warnings = append(end.Warnings, "how long the texts are that rerankers were given could not be looked up: "+failure.Error())
	}
	indices, _, err := preflight.LookAtIndices(ctx, c, p.Suite.Search.Index)
	if err != nil {
		end.Warnings = append(end.Warnings, "the index could not be looked at again after the run: "+err.Error())
		return end
	}
	for _, i := range indices {
		end.Indices = append(end.Indices, indexInfo(i, run.Manifest.Cluster))
	}
	return end
}

// fewestSameOrder is from how many queries on it is odd that a reranker changed
// the order of none.
const fewestSameOrder = 3

// sameOrderWarnings names rerankers that changed no order at all, though their
// scores are their own.
func sameOrderWarnings(run *eval.Run) []string {
	var found []string
	for _, r := range run.Manifest.Reranked() {
		if lists := integrity.Unmoved(run, r); lists >= fewestSameOrder {
			found = append(found, fmt.Sprintf("%s changed the order of none of %d lists; check that its model works", r.Name, lists))
		}
	}
	return found
}
