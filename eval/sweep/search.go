package sweep

import (
	"context"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// searchFirst searches a query without the reranker.
func (s *sweeper) searchFirst(ctx context.Context, q judgments.Query, r judgments.Reranker) (*eval.Result, error) {
	return s.search(ctx, s.plan.FirstStageRequest(q, s.first(r)))
}

// searchReranked searches a query with a reranker at a window, and asks one
// outside of Elasticsearch for scores that it has given before.
func (s *sweeper) searchReranked(ctx context.Context, q judgments.Query, r judgments.Reranker, window int) (*eval.Result, error) {
	r.Window = window
	request := s.plan.RerankRequest(q, r)
	if request.Reranker == nil {
		return s.search(ctx, request)
	}
	first, hits, err := s.hits(ctx, s.plan.FirstStageRequest(q, s.first(r)))
	if err != nil {
		return nil, err
	}
	return execute.Rescore(ctx, s.Outside, request, first, hits)
}

func (s *sweeper) search(ctx context.Context, r plan.Request) (*eval.Result, error) {
	result, _, err := s.hits(ctx, r)
	return result, err
}

// hits searches, and returns the hits beside the result, as they came.
func (s *sweeper) hits(ctx context.Context, r plan.Request) (*eval.Result, []cluster.Hit, error) {
	body := func(pit string) []byte { return s.plan.Body(r, pit) }
	response, _, err := s.snapshot.Search(ctx, body, cluster.SearchOptions{Size: r.Size})
	if err != nil {
		return nil, nil, err
	}
	return eval.NewResult(response, s.plan.Suite.Search.TitleField, s.several, eval.Order{}), response.Hits, nil
}

// taken returns how many searches were sent since the last call.
func (s *sweeper) taken() int {
	before := s.counted
	s.counted = s.snapshot.Searches()
	return s.counted - before
}
