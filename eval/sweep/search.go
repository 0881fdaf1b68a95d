package sweep

import (
	"context"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// searchFirst searches a query without the reranker.
func (s *sweeper) searchFirst(ctx context.Context, q judgments.Query, r judgments.Reranker) (*eval.Result, error) {
	return s.search(ctx, s.plan.FirstStageRequest(q, s.first(r)))
}

// searchReranked searches a query with a reranker at a window.
func (s *sweeper) searchReranked(ctx context.Context, q judgments.Query, r judgments.Reranker, window int) (*eval.Result, error) {
	r.Window = window
	return s.search(ctx, s.plan.RerankRequest(q, r))
}

func (s *sweeper) search(ctx context.Context, r plan.Request) (*eval.Result, error) {
	body := func(pit string) []byte { return s.plan.Body(r, pit) }
	response, _, err := s.snapshot.Search(ctx, body, cluster.SearchOptions{Size: r.Size})
	if err != nil {
		return nil, err
	}
	return eval.NewResult(response, s.plan.Suite.Search.TitleField, s.several, eval.Order{}), nil
}

// taken returns how many searches were sent since the last call.
func (s *sweeper) taken() int {
	before := s.counted
	s.counted = s.snapshot.Searches()
	return s.counted - before
}
