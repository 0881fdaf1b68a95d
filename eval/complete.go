package eval

import (
	"context"
	"fmt"
	"time"
)

// complete writes the last line: what failed, and whether the index is still
// the one that the run began with.
func complete(ctx context.Context, c Cluster, p *Plan, run *Run, s Settings) *Complete {
	end := &Complete{
		Type:     "complete",
		Queries:  len(run.Queries),
		Failed:   run.Failed(),
		Finished: s.Now().UTC().Truncate(time.Millisecond),
	}
	end.Dropped, end.Warnings = lookUpDropped(ctx, c, p, run)
	end.Warnings = append(end.Warnings, sameOrderWarnings(run)...)
	indices, _, err := lookAtIndices(ctx, c, p.Suite.Search.Index)
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
func sameOrderWarnings(run *Run) []string {
	var found []string
	for _, r := range run.Manifest.Rerankers {
		if lists := unmoved(run, r); lists >= fewestSameOrder {
			found = append(found, fmt.Sprintf("%s left all %d lists in the order of the first stage: look whether its model does what it should", r.Name, lists))
		}
	}
	return found
}

// unmoved counts the lists that are long enough to tell, where a reranker left
// all of them in the order of the first stage; else it is 0.
func unmoved(run *Run, r Reranker) int {
	lists := 0
	for i := range run.Queries {
		first, result := run.Queries[i].Results[FirstStage], run.Queries[i].Results[r.Name]
		if first.Failed() || result.Failed() {
			continue
		}
		held := holdAgainst(first.Hits[:min(r.Window, len(first.Hits))], result.Hits)
		if held.both < fewestOrdered {
			continue
		}
		if !held.sameOrder {
			return 0
		}
		lists++
	}
	return lists
}
