package sweep

import (
	"iter"
	"math"
	"slices"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
)

// thresholds is how many are tried, the lack of one included.
const thresholds = 20

// MinScore is what thresholds on the reranker's score would cut. A threshold
// shortens lists, so it cannot raise nDCG or recall.
type MinScore struct {
	// Options are by rising threshold, the first without one.
	Options []MinScoreOption `json:"options"`
	// Chosen is the threshold with the best mean over all queries, the lowest of
	// equal ones; undefined where none is better than no threshold.
	Chosen Number `json:"chosen"`
	// Difference is what thresholds chosen in this way on the other queries
	// change in the lead metric, and Kept the share of hits they keep.
	Difference Interval `json:"difference"`
	Kept       Number   `json:"kept"`
}

// MinScoreOption is one threshold.
type MinScoreOption struct {
	// MinScore is the threshold in raw score, which the reranker's min_score is
	// compared with; undefined for none.
	MinScore Number `json:"min_score"`
	// Value is the lead metric's mean, Hits the mean length of a list.
	Value Number  `json:"value"`
	Hits  float64 `json:"hits"`
}

// estimateMinScore tries thresholds at even shares of all scores.
func (c *curve) estimateMinScore(windows iter.Seq2[int, candidateQuery], folds []stats.Fold, o Options) *MinScore {
	var all []float64
	queries := 0
	for _, q := range windows {
		queries++
		for _, h := range q.hits {
			if raw := c.rawScore(h.score); !math.IsInf(raw, 0) {
				all = append(all, raw)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	limits := []float64{math.Inf(-1)}
	for i := 1; i < thresholds; i++ {
		limit := all[i*len(all)/thresholds]
		if limit > max(limits[len(limits)-1], all[0]) { // the lowest score cuts nothing
			limits = append(limits, limit)
		}
	}
	values := table(len(limits), queries)
	lengths := table(len(limits), queries)
	var room []metrics.Hit
	for at, q := range windows {
		for i, limit := range limits {
			values[i][at], lengths[i][at] = c.truncated(&room, q, limit)
		}
	}
	found := &MinScore{Chosen: undefined()}
	everyone := make([]int, queries)
	for i := range everyone {
		everyone[i] = i
	}
	for i, limit := range limits {
		option := MinScoreOption{MinScore: Number(limit), Value: Number(mean(values[i])), Hits: mean(lengths[i])}
		if i == 0 {
			option.MinScore = undefined()
		}
		found.Options = append(found.Options, option)
	}
	if i := firstBestOver(values, everyone); i > 0 {
		found.Chosen = Number(limits[i])
	}
	chosen := make([]float64, queries)
	kept, whole := 0.0, 0.0
	for _, fold := range folds {
		i := firstBestOver(values, fold.Train)
		for _, at := range fold.Test {
			chosen[at] = values[i][at]
			kept += lengths[i][at]
			whole += lengths[0][at]
		}
	}
	found.Difference = difference(values[0], chosen, o.Confidence)
	found.Kept = undefined()
	if whole > 0 {
		found.Kept = Number(kept / whole)
	}
	return found
}

// truncated scores the list without the hits below the limit.
func (c *curve) truncated(room *[]metrics.Hit, q candidateQuery, limit float64) (value, length float64) {
	judged, n := (*room)[:0], 0
	var ties []metrics.Tie
	last := math.NaN()
	for _, h := range q.hits {
		if c.rawScore(h.score) < limit {
			continue
		}
		n++
		if q.reranked(h) == last {
			ties = extended(ties, n)
		}
		last = q.reranked(h)
		if !metrics.IsUnjudged(h.grade) {
			judged = append(judged, metrics.Hit{Rank: n, Grade: h.grade})
		}
	}
	*room = judged
	list := metrics.List{Len: n, Hits: judged, Judged: q.judged}
	return orZero(c.metrics[0].ExpectedList(&list, ties, c.run.Manifest.Seed).Value), float64(n)
}

// firstBestOver is the index of the best mean over some queries, the first
// among equals: no threshold rather than one that adds nothing.
func firstBestOver(values [][]float64, queries []int) int {
	best, highest := 0, meanOver(values[0], queries)
	for i := range values {
		if m := meanOver(values[i], queries); m > highest+1e-12 {
			best, highest = i, m
		}
	}
	return best
}
