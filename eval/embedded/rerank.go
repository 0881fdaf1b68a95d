package embedded

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/embedded/jsontree"
)

const rerankerName = "text_similarity_reranker"

// reranker puts the window of its child into the order of a model's scores.
type reranker struct {
	child         retriever
	field         string
	inferenceID   string
	inferenceText string
	window        int
	minScore      *float32
	filters       []jsontree.Node
	allowFailures bool
}

func parseReranker(data []byte, n jsontree.Node) (*reranker, error) {
	if n.Kind != jsontree.Object {
		return nil, parsingAt(data, n.Start, "[%s] must be an object, found %s", rerankerName, n.Token())
	}
	r := &reranker{inferenceID: BuiltinEndpoint, window: defaultSize}
	given := map[string]bool{}
	for _, m := range n.Members {
		v := m.Value
		given[m.Key] = true
		var err error
		switch m.Key {
		case "retriever":
			r.child, err = parseRetriever(data, v, true)
			if err != nil && v.Kind == jsontree.Object && len(v.Members) > 0 {
				err = within(data, v.Start, "retriever", v.Members[0].Key, err)
			}
		case "field", "inference_id", "inference_text":
			if v.Kind != jsontree.String {
				return nil, contentAt(data, v.Start, "[%s] %s doesn't support values of type: %s", rerankerName, m.Key, v.Token())
			}
			*map[string]*string{"field": &r.field, "inference_id": &r.inferenceID, "inference_text": &r.inferenceText}[m.Key] = v.Text
		case "rank_window_size":
			size, isInt := v.Int()
			if !isInt {
				return nil, contentAt(data, v.Start, "[%s] rank_window_size doesn't support values of type: %s", rerankerName, v.Token())
			}
			r.window = size
		case "min_score":
			r.minScore, err = minScore(data, m)
		case "filter":
			r.filters, err = checkedFilters(data, v)
		case "allow_rerank_failures":
			b, isBool := v.Bool()
			if !isBool {
				return nil, contentAt(data, v.Start, "[%s] allow_rerank_failures doesn't support values of type: %s", rerankerName, v.Token())
			}
			r.allowFailures = b
		case "_name":
		default:
			return nil, contentAt(data, m.KeyStart, "[%s] unknown field [%s]", rerankerName, m.Key)
		}
		if err != nil {
			return nil, within(data, v.Start, rerankerName, m.Key, err)
		}
	}
	var missing []string
	for _, key := range []string{"retriever", "inference_text", "field"} {
		if !given[key] {
			missing = append(missing, key)
		}
	}
	if missing != nil {
		return nil, illegalArgument("Required [%s]", strings.Join(missing, ", "))
	}
	return r, nil
}

func (r *reranker) name() string { return rerankerName }

func (r *reranker) validate(size int) []string {
	var rules []string
	if r.window < 0 {
		return []string{fmt.Sprintf("[rank_window_size] parameter cannot be negative, found [%d]", r.window)}
	}
	if r.window < size {
		rules = append(rules, fmt.Sprintf("[%s] requires [rank_window_size: %d] be greater than or equal to [size: %d]", rerankerName, r.window, size))
	}
	if r.window == 0 {
		rules = append(rules, "[rank] requires [size] greater than [0]")
	}
	if child, nested := r.child.(*reranker); nested {
		if r.window > child.window {
			rules = append(rules, fmt.Sprintf("[%s] requires [rank_window_size: %d] to be smaller than or equal to its sub retriever's %s [rank_window_size: %d]",
				rerankerName, r.window, child.name(), child.window))
		}
		rules = append(rules, child.validate(size)...)
	}
	return rules
}

func (r *reranker) run(ctx context.Context, e *Engine, shards []shard, _ int, filters []jsontree.Node) (*ranked, error) {
	filters = append(slices.Clip(filters), r.filters...)
	child := r.child
	if s, plain := child.(*standard); plain && s.sort != nil {
		// The server ranks a window by score, whatever the child's sort says.
		unsorted := *s
		unsorted.sort = nil
		child = &unsorted
	}
	first, err := child.run(ctx, e, shards, r.window, filters)
	if err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return nil, r.failed(err)
	}
	first.hits = first.hits[:min(r.window, len(first.hits))]
	kept, texts := first.hits[:0:0], []string(nil)
	for _, h := range first.hits {
		if text, has := firstValue(shards[h.shard], h.doc, r.field); has {
			kept, texts = append(kept, h), append(texts, text)
		}
	}
	raw, err := r.scores(e, texts)
	if err != nil {
		if r.allowFailures {
			return &ranked{hits: kept, total: first.total}, nil
		}
		return nil, r.failed(rankPhase(err))
	}
	out := &ranked{total: first.total}
	for i, h := range kept {
		if r.minScore != nil && raw[i] < *r.minScore {
			continue
		}
		h.score, h.values = shown(raw[i]), nil
		out.hits = append(out.hits, h)
	}
	if r.minScore != nil && *r.minScore > 0 {
		// The server counts all matches of the first stage, those that were not
		// reranked with score 0, and applies the limit to them as well.
		out.total = len(out.hits)
	}
	slices.SortFunc(out.hits, compareHits)
	return out, nil
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

// failed wraps an error below a reranker: the server attaches it as a
// suppressed exception and takes over its status.
func (r *reranker) failed(err error) *failure {
	f := asFailure(err)
	out := fail(f.status, "status_exception", "[%s] search failed - retrievers '[%s]' returned errors. All failures are attached as suppressed exceptions.", rerankerName, r.child.name())
	inner := f.cause
	out.suppressed = []*cause{&inner}
	bare := out.cause
	noCause := inner
	noCause.cause = nil
	bare.suppressed = []*cause{&noCause}
	out.root = []*cause{&bare}
	return out
}
