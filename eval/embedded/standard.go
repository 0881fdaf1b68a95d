package embedded

import (
	"cmp"
	"context"
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

func parseStandard(data []byte, n jsontree.Node) (retriever, error) {
	s := &standard{data: data}
	err := members(data, n, "standard", func(m jsontree.Member) (known bool, err error) {
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
		case "collapse", "search_after", "terminate_after":
			err = unsupported("[%s] of the retriever [standard]", m.Key)
		default:
			return false, nil
		}
		return true, err
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *standard) name() string          { return "standard" }
func (s *standard) children() []retriever { return nil }
func (s *standard) limited() bool         { return s.minScore != nil }
func (s *standard) validate(int) []string { return nil }
func (s *standard) check() error          { return nil }

func (s *standard) run(ctx context.Context, sc scope) (*ranked, error) {
	if err := checkWindow(sc.shards, sc.window); err != nil {
		return nil, err
	}
	out := &ranked{}
	filters := append(slices.Clip(sc.filters), s.filters...)
	for i, sh := range sc.shards {
		q, err := s.bind(sh, filters)
		if err != nil {
			return nil, shardError("query", err, sc.shards)
		}
		o := query.Options{Size: sc.window, K: sc.size, Matches: sc.matches, MinScore: s.minScore}
		if s.slice != nil {
			o.Keep = s.slice.holds
		}
		var sorter *sorter
		if s.sort != nil {
			if sorter, err = newSorter(s.sort, sh); err != nil {
				return nil, onShards("query", &asFailure(err).cause, sc.shards)
			}
			o.Order = sorter.compare
		}
		r, err := sc.engine.searcher.Search(ctx, sh.segment, q, o)
		if err != nil {
			return nil, err
		}
		out.total += r.Total
		out.matches = append(out.matches, r.Matches)
		for _, h := range r.Hits {
			one := hit{shard: i, doc: h.Doc, score: h.Score}
			if sorter != nil {
				one.values = sorter.values(h)
			}
			out.hits = append(out.hits, one)
		}
	}
	if len(sc.shards) > 1 {
		order := compareHits
		if s.sort != nil {
			order = func(a, b hit) int {
				return cmp.Or(compareValues(s.sort, a.values, b.values), cmp.Compare(a.shard, b.shard), cmp.Compare(a.doc, b.doc))
			}
		}
		slices.SortFunc(out.hits, order)
		out.hits = out.hits[:min(sc.window, len(out.hits))]
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
	bound, err := bindFilters(s.data, sh, filters)
	if err != nil {
		return nil, err
	}
	if s.query == nil && len(bound) > 0 {
		return query.OnlyFiltered(bound), nil
	}
	return query.Filtered(q, bound), nil
}
