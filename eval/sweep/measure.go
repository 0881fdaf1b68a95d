package sweep

import (
	"context"
	"fmt"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/judgments"
)

// measure searches every query at every window but the largest, and returns
// the answers by window, then query. The runner does it, as it does the pass:
// it takes the first stage along once more.
func (s *sweeper) measure(ctx context.Context, reranker judgments.Reranker, reason string) ([][]*eval.Result, error) {
	smaller := s.windows[:len(s.windows)-1]
	if len(smaller) == 0 {
		return nil, nil
	}
	plan := *s.plan
	plan.Rerankers = make([]judgments.Reranker, len(smaller))
	for i, w := range smaller {
		plan.Rerankers[i] = reranker
		plan.Rerankers[i].Window = w
		plan.Rerankers[i].Name = measuredName(reranker.Name, w)
	}
	plan.Depth = s.windows[len(s.windows)-1]
	s.notify(Step{Name: "measure", Reranker: reranker.Name, Searches: (len(smaller) + 1) * len(plan.Queries), Reason: reason})
	runner := execute.Runner{Snapshot: s.snapshot, Concurrency: s.Concurrency, SeveralIndices: s.several, Rerankers: s.Outside}
	queries, err := runner.Run(ctx, plan.Reranking(), nil)
	if err != nil {
		return nil, fmt.Errorf("measuring the windows of %s: %w", reranker.Name, err)
	}
	s.cost.Measured += s.taken()

	measured := make([][]*eval.Result, len(smaller))
	for i, w := range smaller {
		measured[i] = make([]*eval.Result, len(s.run.Queries))
		for n, q := range queries { // all of the plan, in its order
			result := q.Results[measuredName(reranker.Name, w)]
			measured[i][n] = result
			if first := q.Results[s.first(reranker)]; !first.Failed() && !result.Failed() {
				s.cost.MeasuredDocuments += min(w, len(first.Hits))
			}
		}
	}
	return measured, nil
}

func measuredName(reranker string, window int) string { return fmt.Sprintf("%s@%d", reranker, window) }
