package sweep

import (
	"math"
	"slices"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
)

// blendSteps is how many steps there are from weight 0 to 1.
const blendSteps = 20

// Blend is what a weighted sum of both scores, each scaled to 0 to 1 within
// the window, would give: Weight of the reranker's score and 1 − Weight of the
// first stage's.
type Blend struct {
	// Options are by rising weight from 0, the first stage's order, to 1,
	// the reranker's.
	Options []BlendOption `json:"options"`
	// Chosen is the weight with the best mean over all queries.
	Chosen float64 `json:"chosen"`
	// Value is the lead metric with weights chosen on the other queries, and
	// Difference that minus the reranker alone.
	Value      Number   `json:"value"`
	Difference Interval `json:"difference"`
}

// BlendOption is one weight.
type BlendOption struct {
	Weight float64 `json:"weight"`
	Value  Number  `json:"value"`
}

// estimateBlend tries weights in even steps.
func (c *curve) estimateBlend(queries []candidateQuery, folds []stats.Fold, o Options) *Blend {
	values := table(blendSteps+1, len(queries))
	for at, q := range queries {
		for i := range values {
			values[i][at] = c.blended(q, float64(i)/blendSteps)
		}
	}
	everyone := make([]int, len(queries))
	for i := range everyone {
		everyone[i] = i
	}
	found := &Blend{Chosen: float64(bestOver(values, everyone)) / blendSteps}
	for i := range values {
		found.Options = append(found.Options, BlendOption{float64(i) / blendSteps, Number(mean(values[i]))})
	}
	chosen := make([]float64, len(queries))
	for _, fold := range folds {
		i := bestOver(values, fold.Train)
		for _, at := range fold.Test {
			chosen[at] = values[i][at]
		}
	}
	found.Value = Number(mean(chosen))
	found.Difference, _ = gainInterval(values[blendSteps], chosen, o)
	return found
}

// blended scores the window in the order of the weighted scores, equal ones in
// the reranker's order. Only the ranks of judged hits are needed: one more
// than the hits above.
func (c *curve) blended(q candidateQuery, weight float64) float64 {
	score := func(h candidate) float64 { return weight*h.reranked + (1-weight)*h.first }
	var judged []metrics.Hit
	for i, h := range q.hits {
		if h.judgment < 0 {
			continue
		}
		own, rank := score(h), 1
		for j, other := range q.hits {
			if s := score(other); s > own || s == own && j < i {
				rank++
			}
		}
		judged = append(judged, metrics.Hit{Rank: rank, Grade: h.grade})
	}
	slices.SortFunc(judged, func(a, b metrics.Hit) int { return a.Rank - b.Rank })
	list := metrics.List{Len: len(q.hits), Hits: judged, Judged: q.judged}
	return orZero(c.metrics[0].ScoreList(&list))
}

// bestOver is the index of the best mean over some queries, the highest among
// equals: the reranker alone rather than a blend that adds nothing.
func bestOver(values [][]float64, queries []int) int {
	best, highest := 0, math.Inf(-1)
	for i := range values {
		if m := meanOver(values[i], queries); m >= highest-1e-12 {
			best, highest = i, max(m, highest)
		}
	}
	return best
}
