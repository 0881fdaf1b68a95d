package execute

import (
	"cmp"
	"context"
	"time"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
)

// warmUp waits for each model, so that no query pays for a cold start.
func warmUp(ctx context.Context, c Cluster, p *plan.Plan, s Settings) error {
	if s.WarmUp <= 0 || len(p.Queries) == 0 {
		return nil
	}
	warm := make(map[string]bool)
	for _, r := range p.Rerankers {
		if warm[r.InferenceID] || !r.OnCluster() {
			continue
		}
		warm[r.InferenceID] = true
		took, err := c.WarmUp(ctx, cmp.Or(r.InferenceID, cluster.DefaultEndpoint), s.WarmUp, func(w cluster.WarmUpProgress) {
			s.note("waiting for the model of %s, %v of %v: %v", r.Name, w.Elapsed.Round(time.Second), w.Limit, w.Err)
		})
		switch cluster.KindOf(err) {
		case cluster.KindForbidden, cluster.KindUnauthorized:
			continue // a key that may search only: the first search shows whether the model is warm
		}
		if err != nil {
			return err
		}
		if took > time.Second {
			s.note("the model of %s was ready after %v", r.Name, took.Round(time.Second))
		}
	}
	return nil
}
