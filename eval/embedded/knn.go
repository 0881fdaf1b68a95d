package embedded

import (
	"context"
	"net/http"
	"slices"

	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/query"
)

// knn is the retriever of the k documents, over all shards, whose vectors are
// nearest to one. It looks at every vector, where a server may approximate.
type knn struct {
	data          []byte
	field         string
	vector        []float32
	k, candidates int
	similarity    *float32
	filters       []jsontree.Node
	// minScore has no effect, as on a server; least, which stood beside the
	// retriever, has.
	minScore, least *float32
}

func parseKNN(data []byte, n jsontree.Node) (retriever, error) {
	const object = "knn"
	r := &knn{data: data}
	given := map[string]bool{}
	err := members(data, n, object, func(m jsontree.Member) (known bool, err error) {
		given[m.Key] = true
		switch m.Key {
		case "field":
			if m.Value.Kind != jsontree.String {
				return true, wrongType(data, object, m)
			}
			r.field = m.Value.Text
		case "query_vector":
			vector, bad, ok := query.ReadVector(m.Value)
			if !ok {
				return true, notNumber(bad)
			}
			r.vector = vector
		case "k":
			r.k, err = wholeNumber(data, object, m)
		case "num_candidates":
			r.candidates, err = wholeNumber(data, object, m)
		case "similarity":
			var s float32
			s, err = fraction(data, object, m)
			r.similarity = &s
		case "filter":
			r.filters, err = checkedFilters(data, m.Value)
		case "min_score":
			r.minScore, err = minScore(data, m)
		case "_name":
		case "query_vector_builder", "rescore_vector", "visit_percentage":
			err = unsupported("[%s] of the retriever [knn]", m.Key)
		default:
			return false, nil
		}
		return true, err
	})
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, key := range []string{"field", "k", "num_candidates"} {
		if !given[key] {
			missing = append(missing, key)
		}
	}
	if missing != nil {
		return nil, required(missing...)
	}
	if r.vector == nil {
		f := fail(http.StatusBadRequest, "x_content_parse_exception", "Failed to build [knn] after last required field arrived")
		f.cause.cause = &illegalArgument("either [query_vector] or [query_vector_builder] must be provided").cause
		return nil, f
	}
	return r, nil
}

func (r *knn) name() string          { return "knn" }
func (r *knn) children() []retriever { return nil }
func (r *knn) limited() bool         { return r.minScore != nil }
func (r *knn) validate(int) []string { return nil }

func (r *knn) check() error {
	if rule := query.CheckKNN(r.k, r.candidates); rule != "" {
		return illegalArgument("%s", rule)
	}
	return nil
}

func (r *knn) run(ctx context.Context, sc scope) (*ranked, error) {
	if err := checkWindow(sc.shards, sc.window); err != nil {
		return nil, err
	}
	filters := append(slices.Clip(sc.filters), r.filters...)
	out := &ranked{}
	for i, sh := range sc.shards {
		q, err := r.bind(sh, filters)
		if err != nil {
			return nil, shardError("dfs", err, sc.shards)
		}
		found, err := sc.engine.searcher.Search(ctx, sh.segment, q, query.Options{Size: r.k})
		if err != nil {
			return nil, err
		}
		for _, h := range found.Hits {
			out.hits = append(out.hits, hit{shard: i, doc: h.Doc, score: h.Score})
		}
	}
	slices.SortFunc(out.hits, compareHits)
	out.hits = out.hits[:min(r.k, len(out.hits))]
	if r.least != nil {
		out.hits = slices.DeleteFunc(out.hits, func(h hit) bool { return h.score < *r.least })
	}
	out.total = len(out.hits)
	out.hits = out.hits[:min(sc.window, len(out.hits))]
	if sc.matches {
		out.matches = matched(len(sc.shards), out.hits)
	}
	return out, nil
}

// matched lists the documents of hits, shard by shard.
func matched(shards int, hits []hit) [][]int32 {
	all := make([][]int32, shards)
	for _, h := range hits {
		all[h.shard] = append(all[h.shard], h.doc)
	}
	for _, docs := range all {
		slices.Sort(docs)
	}
	return all
}

func (r *knn) bind(sh shard, filters []jsontree.Node) (query.Query, error) {
	bound, err := bindFilters(r.data, sh, filters)
	if err != nil {
		return nil, err
	}
	return query.KNN{Field: r.field, Vector: r.vector, K: r.k, Similarity: r.similarity, Filters: bound}.Query(sh.mapping)
}
