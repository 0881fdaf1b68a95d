package sweep

import (
	"bytes"
	"encoding/json"
	"iter"
	"math"
	"slices"

	"github.com/releval/releval/eval"
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
	// Retriever is the JSON that does it on a server with the linear retriever,
	// the query's text left as {{query}}, and what the reranker is asked as
	// {{inference_text}} where that is another; empty unless the interval of
	// Difference lies above 0.
	Retriever json.RawMessage `json:"retriever,omitempty"`
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
func (c *curve) estimateBlend(windows iter.Seq2[int, candidateQuery], window int, folds []stats.Fold, o Options) *Blend {
	queries := 0
	for _, fold := range folds {
		queries += len(fold.Test)
	}
	values := table(blendSteps+1, queries)
	var room []metrics.Hit
	for at, q := range windows {
		for i := range values {
			values[i][at] = c.blended(&room, q, float64(i)/blendSteps)
		}
	}
	everyone := make([]int, queries)
	for i := range everyone {
		everyone[i] = i
	}
	found := &Blend{Chosen: float64(bestOver(values, everyone)) / blendSteps}
	for i := range values {
		found.Options = append(found.Options, BlendOption{float64(i) / blendSteps, Number(mean(values[i]))})
	}
	chosen := make([]float64, queries)
	for _, fold := range folds {
		i := bestOver(values, fold.Train)
		for _, at := range fold.Test {
			chosen[at] = values[i][at]
		}
	}
	found.Value = Number(mean(chosen))
	found.Difference = difference(values[blendSteps], chosen, o.Confidence)
	if found.Difference.Low > 0 {
		found.Retriever = c.blendRetriever(found.Chosen, window)
	}
	return found
}

// inferenceText is the placeholder of what the reranker is asked: that of the
// query where every query asks its own text.
func (c *curve) inferenceText() string {
	for _, q := range c.run.Queries {
		if q.InferenceText != "" && q.InferenceText != q.Text {
			return "{{inference_text}}"
		}
	}
	return "{{query}}"
}

// blendRetriever is the linear retriever that adds both scores up, each scaled
// to 0 to 1 within the window, as the estimate does.
func (c *curve) blendRetriever(weight float64, window int) json.RawMessage {
	var first json.RawMessage
	var reranker eval.System
	for _, s := range c.run.Manifest.Systems {
		switch s.Name {
		case c.first:
			first = s.Retriever
		case c.system:
			reranker = s
		}
	}
	if len(first) == 0 || reranker.Outside != nil {
		return nil // the server cannot ask the API
	}
	settings := map[string]any{"retriever": first, "field": reranker.Field, "inference_text": c.inferenceText(), "rank_window_size": window}
	if reranker.InferenceID != "" {
		settings["inference_id"] = reranker.InferenceID
	}
	if reranker.MinScore != nil {
		settings["min_score"] = *reranker.MinScore
	}
	for key, value := range reranker.Extra {
		settings[key] = value
	}
	part := func(retriever any, weight float64) map[string]any {
		return map[string]any{"retriever": retriever, "weight": math.Round(weight*blendSteps) / blendSteps, "normalizer": "minmax"}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(map[string]any{"linear": map[string]any{
		"rank_window_size": window,
		"retrievers": []any{
			part(first, 1-weight),
			part(map[string]any{"text_similarity_reranker": settings}, weight),
		},
	}}); err != nil {
		return nil // a retriever that was sent is JSON
	}
	return bytes.TrimSpace(b.Bytes())
}

// blended scores the window in the order of the weighted scores, over all
// orders of equal ones. Only the ranks of judged hits are needed: one more than
// the hits above.
func (c *curve) blended(room *[]metrics.Hit, q candidateQuery, weight float64) float64 {
	score := func(h candidate) float64 { return weight*q.reranked(h) + (1-weight)*h.first }
	judged := (*room)[:0]
	var ties []metrics.Tie
	for i, h := range q.hits {
		if metrics.IsUnjudged(h.grade) {
			continue
		}
		own, above, before, equal := score(h), 0, 0, 0
		for j, other := range q.hits {
			switch s := score(other); {
			case s > own:
				above++
			case s == own:
				equal++
				if j < i {
					before++
				}
			}
		}
		judged = append(judged, metrics.Hit{Rank: above + before + 1, Grade: h.grade})
		if equal > 1 {
			ties = append(ties, metrics.Tie{First: above + 1, Last: above + equal})
		}
	}
	*room = judged
	slices.SortFunc(judged, func(a, b metrics.Hit) int { return a.Rank - b.Rank })
	slices.SortFunc(ties, func(a, b metrics.Tie) int { return a.First - b.First })
	ties = slices.Compact(ties)
	list := metrics.List{Len: len(q.hits), Hits: judged, Judged: q.judged}
	return orZero(c.metrics[0].ExpectedList(&list, ties, c.run.Manifest.Seed).Value)
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
