package execute

import (
	"context"
	"math"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/reranker"
	"github.com/releval/releval/judgments"
)

// textsOf are what a reranker outside of Elasticsearch is sent of the hits of
// its window; empty for a hit without a value in its fields.
func textsOf(r judgments.Reranker, hits []cluster.Hit) []string {
	texts := make([]string, min(r.Window, len(hits)))
	for i := range texts {
		texts[i], _ = r.API.Text(hits[i].Value)
	}
	return texts
}

// rescore has the hits of a first stage scored outside of Elasticsearch, as the
// server's own reranker would: what has no text is dropped, the others go by
// their scores.
func rescore(ctx context.Context, set *reranker.Set, request plan.Request, known *answers) (*eval.Result, error) {
	if set == nil {
		return nil, &cluster.Error{Op: "rerank", Kind: cluster.KindConfig, What: "this command asks no rerank API, as " + request.System + " needs"}
	}
	first := known.results[request.FirstStage]
	if first.Failed() {
		failed := &eval.Result{Error: "its first stage " + request.FirstStage + " has no answer"}
		if first != nil {
			failed.Error, failed.Refused = failed.Error+": "+first.Error, first.Refused
		}
		return failed, nil
	}
	var asked []string
	var places []int
	texts := known.texts[request.System]
	scores := make([]float64, len(texts))
	for i, text := range texts {
		scores[i] = math.NaN()
		if text != "" {
			asked, places = append(asked, text), append(places, i)
		}
	}
	var scored reranker.Scored
	if len(asked) > 0 {
		var err error
		if scored, err = set.Score(ctx, request.Reranker, request.Asked, asked, known.fresh); err != nil {
			return nil, err
		}
		for i, place := range places {
			scores[place] = scored.Scores[i]
		}
	}
	result := eval.NewReranked(first, scores, request.Reranker.MinScore, scored.Call)
	result.Untimed = scored.Untimed
	if scored.Attempts > 1 {
		result.Attempts = scored.Attempts
	}
	return result, nil
}

// Rescore has the hits of a first stage, of which first is the result, scored
// outside of Elasticsearch, whatever the cache holds.
func Rescore(ctx context.Context, set *reranker.Set, request plan.Request, first *eval.Result, hits []cluster.Hit) (*eval.Result, error) {
	known := newAnswers()
	known.fresh = true
	known.results[request.FirstStage] = first
	known.texts[request.System] = textsOf(*request.Reranker, hits)
	return rescore(ctx, set, request, known)
}

// usage is what was sent for each of the plan's rerankers outside of
// Elasticsearch; those over several first stages count together, under the
// first.
func (s Settings) usage(p *plan.Plan) map[string]eval.Usage {
	if s.Rerankers == nil {
		return nil
	}
	used := make(map[string]eval.Usage)
	seen := make(map[*judgments.RerankAPI]bool)
	for i := range p.Rerankers {
		r := &p.Rerankers[i]
		if r.Outside() && !seen[r.API] {
			seen[r.API] = true
			used[r.Name] = s.Rerankers.Usage(r)
			s.note("%s was scored outside Elasticsearch: %s", r.Name, used[r.Name])
		}
	}
	if len(used) == 0 {
		return nil
	}
	return used
}
