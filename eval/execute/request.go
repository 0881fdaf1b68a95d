package execute

import (
	"context"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
)

// querier answers ES|QL queries.
type querier interface {
	ESQL(ctx context.Context, body []byte, titleField string, o cluster.SearchOptions) (cluster.Response, error)
}

// searched sends one search on the run's point in time, or an ES|QL query,
// which knows none. Replaced says that the point in time was lost on the way.
func (s *session) searched(ctx context.Context, request plan.Request, reuse *cluster.Response) (response cluster.Response, replaced bool, err error) {
	if request.ESQL != nil {
		response, err = queried(ctx, s.Cluster, s.plan, request)
		return response, false, err
	}
	body := func(pit string) []byte { return s.plan.Body(request, pit) }
	return s.snapshot.Search(ctx, body, cluster.SearchOptions{Size: request.Size, Reuse: reuse})
}

// queried asks an ES|QL query.
func queried(ctx context.Context, c Searcher, p *plan.Plan, request plan.Request) (cluster.Response, error) {
	q, ok := c.(querier)
	if !ok {
		return cluster.Response{}, &cluster.Error{Op: "ES|QL query", Kind: cluster.KindUnsupported, What: "the cluster answers no ES|QL queries"}
	}
	return q.ESQL(ctx, request.ESQL, p.Suite.Search.TitleField, cluster.SearchOptions{Size: request.Size})
}
