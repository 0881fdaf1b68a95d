package embedded

import (
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/releval/releval/eval/embedded/jsontree"
)

const rerankerName = "text_similarity_reranker"

// reranker puts the window of its child into the order of a model's scores.
type reranker struct {
	compound
	field         string
	inferenceID   string
	inferenceText string
	allowFailures bool
}

func parseReranker(data []byte, n jsontree.Node) (retriever, error) {
	r := &reranker{compound: compound{kind: rerankerName, window: defaultSize}, inferenceID: BuiltinEndpoint}
	given := map[string]bool{}
	err := members(data, n, rerankerName, func(m jsontree.Member) (known bool, err error) {
		v := m.Value
		given[m.Key] = true
		switch m.Key {
		case "retriever":
			var child retriever
			child, err = parseNamed(data, v)
			r.below = []retriever{child}
		case "field", "inference_id", "inference_text":
			if v.Kind != jsontree.String {
				return true, wrongType(data, rerankerName, m)
			}
			*map[string]*string{"field": &r.field, "inference_id": &r.inferenceID, "inference_text": &r.inferenceText}[m.Key] = v.Text
		case "allow_rerank_failures":
			b, isBool := v.Bool()
			if !isBool {
				return true, wrongType(data, rerankerName, m)
			}
			r.allowFailures = b
		default:
			return r.parameter(data, m)
		}
		return true, err
	})
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, key := range []string{"retriever", "inference_text", "field"} {
		if !given[key] {
			missing = append(missing, key)
		}
	}
	if missing != nil {
		return nil, required(missing...)
	}
	if s, plain := r.below[0].(*standard); plain && s.sort != nil {
		// The server ranks a window by score, whatever the child's sort says.
		unsorted := *s
		unsorted.sort = nil
		r.below[0] = &unsorted
	}
	return r, nil
}

func (r *reranker) validate(size int) []string {
	rules := r.compound.validate(size)
	if r.window == 0 {
		rules = append(rules, "[rank] requires [size] greater than [0]")
	}
	return rules
}

func (r *reranker) run(ctx context.Context, sc scope) (*ranked, error) {
	lists, err := r.lists(ctx, sc)
	if err != nil {
		return nil, err
	}
	var kept []hit
	var texts []string
	for _, h := range lists[0].hits {
		if text, has := firstValue(sc.shards[h.shard], h.doc, r.field); has {
			kept, texts = append(kept, hit{shard: h.shard, doc: h.doc, score: h.score}), append(texts, text)
		}
	}
	raw, err := r.scores(sc.engine, texts)
	if err != nil {
		if r.allowFailures {
			return r.result(sc, kept, lists)
		}
		return nil, r.failed(r.names(), rankPhase(err))
	}
	hits := kept[:0]
	for i, h := range kept {
		if r.minScore == nil || raw[i] >= *r.minScore {
			h.score = shown(raw[i])
			hits = append(hits, h)
		}
	}
	slices.SortFunc(hits, compareHits)
	if _, bare := r.below[0].(*knn); bare && sc.matches {
		// For a server a vector search matches what is on its list, which by now
		// lacks what the reranker dropped.
		lists[0].matches = matched(len(sc.shards), hits)
	}
	return r.result(sc, hits, lists)
}

// scores asks the endpoint, which must exist even where nothing matched.
func (r *reranker) scores(e *Engine, texts []string) ([]float32, error) {
	ep, err := e.endpoint(r.inferenceID)
	if err != nil {
		return nil, err
	}
	if ep.TopN > 0 && ep.TopN < r.window {
		return nil, illegalArgument("Inference endpoint [%s] is configured to return the top [%d] results, but rank_window_size is [%d]. Reduce rank_window_size to be less than or equal to the configured top N value.",
			ep.ID, ep.TopN, r.window)
	}
	if len(texts) == 0 {
		return nil, nil
	}
	return ep.score(r.inferenceText, texts)
}

// shown maps a raw score to one that is never negative, as the server does.
func shown(raw float32) float32 {
	return max(raw, 0) + min(float32(math.Exp(float64(raw))), 1)
}

// firstValue is the text that a document gives the model: the first value of
// the field, where there is one.
func firstValue(sh shard, doc int32, field string) (text string, has bool) {
	v := sh.segment.Document(doc).Values(field)
	switch {
	case v == nil:
		return "", false
	case len(v.Strings) > 0:
		return v.Strings[0], true
	case len(v.Doubles) > 0:
		return string(appendNumber(nil, v.Doubles[0], 64)), true
	case len(v.Longs) > 0:
		if f := sh.mapping.Field(field); f != nil && f.Type == "date" {
			return f.FormatDate(v.Longs[0]), true
		}
		return strconv.FormatInt(v.Longs[0], 10), true
	}
	return "", false
}

// rankPhase wraps what went wrong at the endpoint.
func rankPhase(err error) *failure {
	f := asFailure(err)
	return &failure{status: f.status, cause: cause{
		typ: "search_phase_execution_exception", reason: "Computing updated ranks for results failed",
		extra: map[string]any{"phase": "rank-feature", "grouped": true, "failed_shards": []any{}},
		cause: &f.cause,
	}}
}
