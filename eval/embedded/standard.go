package embedded

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/query"
)

// standard is the retriever of a plain query.
type standard struct {
	data     []byte
	query    *jsontree.Node // nil for everything
	filters  []jsontree.Node
	minScore *float32
	sort     []sortKey
	slice    *slice // nil for all documents
}

func parseStandard(data []byte, n jsontree.Node) (*standard, error) {
	s := &standard{data: data}
	if n.Kind != jsontree.Object {
		return nil, parsingAt(data, n.Start, "[standard] must be an object, found %s", n.Token())
	}
	for _, m := range n.Members {
		var err error
		switch m.Key {
		case "query":
			s.query, err = checkedQuery(data, m.Value)
		case "filter":
			s.filters, err = checkedFilters(data, m.Value)
		case "min_score":
			s.minScore, err = minScore(data, m)
		case "sort":
			s.sort, err = parseSort(data, m.Value)
		case "_name":
		default:
			return nil, contentAt(data, m.KeyStart, "[standard] unknown field [%s]", m.Key)
		}
		if err != nil {
			return nil, within(data, m.Value.Start, "standard", m.Key, err)
		}
	}
	return s, nil
}

func (s *standard) name() string { return "standard" }

func (s *standard) validate(int) []string { return nil }

func (s *standard) run(ctx context.Context, e *Engine, shards []shard, window int, filters []jsontree.Node) (*ranked, error) {
	out := &ranked{}
	filters = append(slices.Clip(filters), s.filters...)
	indices := make([]*indexState, len(shards))
	for i, sh := range shards {
		indices[i] = sh.index
	}
	for i, sh := range shards {
		if window > sh.index.maxWindow {
			return nil, onShards(&cause{typ: "illegal_argument_exception", reason: illegalArgument(
				"Result window is too large, from + size must be less than or equal to: [%d] but was [%d]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.",
				sh.index.maxWindow, window).reason}, indices)
		}
		q, err := s.bind(sh, filters)
		if err != nil {
			var qe *query.Error
			if errors.As(err, &qe) && qe.Shard {
				return nil, onShards(queryCause(qe), indices)
			}
			return nil, err
		}
		o := query.Options{Size: window, MinScore: s.minScore}
		if s.slice != nil {
			o.Keep = s.slice.holds
		}
		var sorter *sorter
		if s.sort != nil {
			if sorter, err = newSorter(s.sort, sh); err != nil {
				return nil, onShards(&asFailure(err).cause, indices)
			}
			o.Order = sorter.compare
		}
		r, err := e.searcher.Search(ctx, sh.segment, q, o)
		if err != nil {
			return nil, err
		}
		out.total += r.Total
		for _, h := range r.Hits {
			one := hit{shard: i, doc: h.Doc, score: h.Score}
			if sorter != nil {
				one.values = sorter.values(h)
			}
			out.hits = append(out.hits, one)
		}
	}
	if len(shards) > 1 {
		order := compareHits
		if s.sort != nil {
			order = func(a, b hit) int {
				return cmp.Or(compareValues(s.sort, a.values, b.values), cmp.Compare(a.shard, b.shard), cmp.Compare(a.doc, b.doc))
			}
		}
		slices.SortFunc(out.hits, order)
		out.hits = out.hits[:min(window, len(out.hits))]
	}
	return out, nil
}

// bind parses the query by the mapping of a shard.
func (s *standard) bind(sh shard, filters []jsontree.Node) (query.Query, error) {
	q := query.MatchAll()
	var err error
	if s.query != nil {
		if q, err = query.Parse(sh.mapping, s.data, *s.query); err != nil {
			return nil, err
		}
	}
	var bound []query.Query
	for _, n := range filters {
		f, err := query.Parse(sh.mapping, s.data, n)
		if err != nil {
			return nil, err
		}
		bound = append(bound, f)
	}
	if s.query == nil && len(bound) > 0 {
		return query.OnlyFiltered(bound), nil
	}
	return query.Filtered(q, bound), nil
}
