package embedded

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/releval/releval/eval/embedded/jsontree"
)

// searchParams are the parameters that a search may have in its URL or, in a
// multi-search, in its header.
func searchParams() []string {
	return []string{
		"size", "from", "track_total_hits", "allow_partial_search_results", "preference", "search_type",
		"timeout", "typed_keys", "ignore_unavailable", "allow_no_indices", "expand_wildcards", "request_cache",
		"max_concurrent_shard_requests", "batched_reduce_size", "pre_filter_shard_size", "ccs_minimize_roundtrips",
		"max_concurrent_searches",
	}
}

func (e *Engine) search(r *request, names string) (answer, error) {
	if err := r.only(searchParams()...); err != nil {
		return answer{}, err
	}
	body, err := e.runSearch(r, names, r.body)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: body}, nil
}

// runSearch answers one search; the parameters are those of r.
func (e *Engine) runSearch(r *request, names string, data []byte) ([]byte, error) {
	started := time.Now()
	b, err := parseSearch(data)
	if err != nil {
		return nil, err
	}
	if err := b.override(r); err != nil {
		return nil, err
	}
	if err := b.validate(r, names); err != nil {
		return nil, err
	}
	shards, err := e.shards(r, names, b)
	if err != nil {
		if c := compoundOf(b.root); c != nil && b.pitID != "" {
			return nil, c.failed(c.names(), asFailure(err))
		}
		return nil, err
	}
	from, size := b.page()
	sc := scope{engine: e, shards: shards, window: from + size, size: size}
	sc.matches = compoundOf(b.root) != nil && b.totalLimit >= 0
	result, err := b.root.run(r.Context(), sc)
	if err != nil {
		return nil, err
	}
	b.limit(result)
	return b.render(shards, result, started), nil
}

// limit applies the least score of a search to what a compound gives. Documents
// that match below it and are not on its list have the score 0 for this: a
// limit above that leaves them out of the total.
func (b *searchBody) limit(r *ranked) {
	c := compoundOf(b.root)
	if c == nil {
		return
	}
	var least float32
	switch {
	case c.minScore != nil && c.kind != rrfName:
		least = *c.minScore
	case slices.ContainsFunc(c.below, anyLimited):
		least = math.SmallestNonzeroFloat32
	case b.minScore != nil:
		least = *b.minScore
	}
	if least > 0 {
		r.hits = slices.DeleteFunc(r.hits, func(h hit) bool { return h.score < least })
		r.total = len(r.hits)
	}
}

// page is the part of the ranking that is shown.
func (b *searchBody) page() (from, size int) {
	if b.from != nil {
		from = *b.from
	}
	switch c := compoundOf(b.root); {
	case b.size != nil:
		size = *b.size
	case c != nil:
		size = c.window
	default:
		size = defaultSize
	}
	return from, size
}

// override applies the URL's parameters, which beat the body.
func (b *searchBody) override(r *request) error {
	for name, to := range map[string]**int{"size": &b.size, "from": &b.from} {
		if !r.params.Has(name) {
			continue
		}
		n, err := strconv.Atoi(r.params.Get(name))
		if err != nil {
			return illegalArgument("Failed to parse int parameter [%s] with value [%s]", name, r.params.Get(name))
		}
		if n < 0 {
			return illegalArgument("[%s] parameter cannot be negative, found [%d]", name, n)
		}
		*to = &n
	}
	if r.params.Has("track_total_hits") {
		limit, err := parseTotal(r.params.Get("track_total_hits"))
		if err != nil {
			return err
		}
		b.totalLimit = limit
	}
	if t := r.params.Get("timeout"); t != "" {
		if _, err := parseDuration(t, "timeout"); err != nil {
			return err
		}
	}
	return nil
}

// validate lists what cannot go together.
func (b *searchBody) validate(r *request, names string) error {
	var rules []string
	_, size := b.page()
	rules = append(rules, b.root.validate(size)...)
	if b.retriever && len(b.given) > 0 {
		given := slices.Clone(b.given)
		slices.Sort(given) // the server's order: query before sort
		rules = append(rules, fmt.Sprintf("cannot specify [retriever] and [%s]", strings.Join(given, ", ")))
	}
	switch {
	case b.sliced && b.pitID == "":
		rules = append(rules, "[slice] can only be used with [scroll] or [point-in-time] requests")
	case b.sliced && b.retriever:
		return illegalArgument("[slice] beside a [retriever] is not supported by releval's embedded engine")
	}
	partial, given, err := r.flag("allow_partial_search_results")
	if err != nil {
		return err
	}
	if c := compoundOf(b.root); c != nil && given && partial {
		rules = append(rules, fmt.Sprintf("cannot specify [%s] and [allow_partial_search_results]", c.kind))
	}
	if b.pitID != "" {
		if names != "_all" {
			rules = append(rules, "[indices] cannot be used with point in time. Do not specify any index with point in time.")
		}
		if r.params.Has("preference") {
			rules = append(rules, "[preference] cannot be used with point in time")
		}
	}
	if rules != nil {
		return invalid(rules)
	}
	if err := checkTree(b.root, 0); err != nil {
		return err
	}
	switch v := r.params.Get("search_type"); v {
	case "", "query_then_fetch":
	default:
		return illegalArgument("No search type for [%s] in releval's embedded engine", v)
	}
	return nil
}

// shards are what the search sees.
func (e *Engine) shards(r *request, names string, b *searchBody) ([]shard, error) {
	if b.pitID != "" {
		return e.point(b.pitID, b.pitKeep)
	}
	lenient, _, err := r.flag("ignore_unavailable")
	if err != nil {
		return nil, err
	}
	found, err := e.resolve(names, lenient)
	if err != nil {
		return nil, err
	}
	shards := make([]shard, len(found))
	for i, idx := range found {
		shards[i] = idx.shard()
	}
	return shards, nil
}

// count answers how many documents match.
func (e *Engine) count(r *request, names string) (answer, error) {
	if err := r.only("ignore_unavailable", "allow_no_indices", "expand_wildcards", "preference"); err != nil {
		return answer{}, err
	}
	s := &standard{data: r.body}
	if len(strings.TrimSpace(string(r.body))) > 0 {
		n, err := jsontree.Parse(r.body)
		if err != nil {
			return answer{}, err
		}
		for _, m := range n.Members {
			if m.Key != "query" {
				return answer{}, parsingAt(r.body, m.KeyStart, "request does not support [%s]", m.Key)
			}
			if s.query, err = checkedQuery(r.body, m.Value); err != nil {
				return answer{}, err
			}
		}
	}
	shards, err := e.shards(r, names, &searchBody{})
	if err != nil {
		return answer{}, err
	}
	total := 0
	for _, sh := range shards {
		q, err := s.bind(sh, nil)
		if err != nil {
			return answer{}, err
		}
		n, err := e.searcher.Matching(r.Context(), sh.segment, q)
		if err != nil {
			return answer{}, err
		}
		total += n
	}
	return ok(map[string]any{"count": total, "_shards": shardsOK(len(shards))})
}
