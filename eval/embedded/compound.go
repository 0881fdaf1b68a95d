package embedded

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/releval/releval/eval/embedded/jsontree"
)

// compound is what all retrievers have in common that work on the lists of
// others: a window, which is how long those lists are, and filters, which are
// handed down.
type compound struct {
	kind     string
	below    []retriever
	window   int
	filters  []jsontree.Node
	minScore *float32
}

func (c *compound) name() string          { return c.kind }
func (c *compound) children() []retriever { return c.below }
func (c *compound) limited() bool         { return c.minScore != nil }
func (c *compound) shared() *compound     { return c }

// compoundOf gives what a retriever has as a compound; nil for one that
// searches itself.
func compoundOf(r retriever) *compound {
	if has, ok := r.(interface{ shared() *compound }); ok {
		return has.shared()
	}
	return nil
}

// parameter reads what every compound retriever takes.
func (c *compound) parameter(data []byte, m jsontree.Member) (known bool, err error) {
	switch m.Key {
	case "rank_window_size":
		c.window, err = wholeNumber(data, c.kind, m)
	case "min_score":
		c.minScore, err = minScore(data, m)
	case "filter":
		c.filters, err = checkedFilters(data, m.Value)
	case "_name":
	default:
		return false, nil
	}
	return true, err
}

func (c *compound) check() error {
	if len(c.below) == 0 {
		return illegalArgument("sources must not be null or empty")
	}
	return nil
}

func (c *compound) validate(size int) []string {
	var rules []string
	if c.window < size {
		rules = append(rules, fmt.Sprintf("[%s] requires [rank_window_size: %d] be greater than or equal to [size: %d]", c.kind, c.window, size))
	}
	if c.window < 0 {
		rules = append(rules, fmt.Sprintf("[rank_window_size] parameter cannot be negative, found [%d]", c.window))
	}
	for _, child := range c.below {
		rules = append(rules, child.validate(size)...)
		if inner := compoundOf(child); inner != nil && c.window > inner.window {
			rules = append(rules, fmt.Sprintf("[%s] requires [rank_window_size: %d] to be smaller than or equal to its sub retriever's %s [rank_window_size: %d]",
				c.kind, c.window, inner.kind, inner.window))
		}
	}
	return rules
}

// lists runs the children for the window. Those that are compounds come first,
// and the failure of one is the failure of the whole search; the others are
// all tried, and what failed is listed.
func (c *compound) lists(ctx context.Context, sc scope) ([]*ranked, error) {
	sc = sc.inside(c.window, c.filters)
	lists := make([]*ranked, len(c.below))
	for i, child := range c.below {
		if compoundOf(child) == nil {
			continue
		}
		r, err := child.run(ctx, sc)
		if err != nil {
			return nil, err
		}
		lists[i] = r
	}
	var names []string
	var failures []*failure
	for i, child := range c.below {
		if lists[i] != nil {
			continue
		}
		r, err := child.run(ctx, sc)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			names, failures = append(names, child.name()), append(failures, asFailure(err))
			continue
		}
		lists[i] = r
	}
	if failures != nil {
		return nil, c.failed(names, failures...)
	}
	for _, r := range lists {
		r.hits = r.hits[:min(c.window, len(r.hits))]
	}
	return lists, nil
}

// failed wraps errors of children: the server attaches them as suppressed
// exceptions and takes over the highest status.
func (c *compound) failed(names []string, failures ...*failure) *failure {
	status := 0
	for _, f := range failures {
		status = max(status, f.status)
	}
	out := fail(status, "status_exception", "[%s] search failed - retrievers '[%s]' returned errors. All failures are attached as suppressed exceptions.",
		c.kind, strings.Join(names, ", "))
	bare := out.cause
	for _, f := range failures {
		inner := f.cause
		out.suppressed = append(out.suppressed, &inner)
		noCause := inner
		noCause.cause = nil
		bare.suppressed = append(bare.suppressed, &noCause)
	}
	out.root = []*cause{&bare}
	return out
}

// names are those of the children in the message of a failure; a compound is
// by then a list of ranks.
func (c *compound) names() []string {
	var names []string
	for _, child := range c.below {
		if compoundOf(child) != nil {
			names = append(names, "rank_docs_retriever")
			continue
		}
		names = append(names, child.name())
	}
	return names
}

// result hands on the hits of a compound, which are in order and not more than
// its window. Scores have to be positive: in place of 0 stands the smallest
// number above it.
func (c *compound) result(sc scope, hits []hit, lists []*ranked) (*ranked, error) {
	for i := range hits {
		s := hits[i].score
		if s < 0 || math.IsNaN(float64(s)) {
			reason := "RankDoc scores must be positive values. Missing a normalization step?"
			return nil, onShards("query", &cause{typ: "query_shard_exception", reason: "failed to create query: " + reason,
				cause: &cause{typ: "illegal_argument_exception", reason: reason}}, sc.shards)
		}
		hits[i].score = max(s, math.SmallestNonzeroFloat32)
	}
	out := &ranked{hits: hits, total: len(hits)}
	if sc.matches {
		out.matches = union(len(sc.shards), lists)
		out.total = 0
		for _, docs := range out.matches {
			out.total += len(docs)
		}
	}
	return out, nil
}

// union joins what lists match, shard by shard.
func union(shards int, lists []*ranked) [][]int32 {
	if len(lists) == 1 {
		return lists[0].matches
	}
	all := make([][]int32, shards)
	for i := range all {
		for _, r := range lists {
			all[i] = append(all[i], r.matches[i]...)
		}
		slices.Sort(all[i])
		all[i] = slices.Compact(all[i])
	}
	return all
}

// place is a document among those of a search.
type place struct {
	shard int
	doc   int32
}

// fuse makes one list of several: a document's score is the sum of what each
// list adds to it, in float32 and in the order of the lists. parts gives what
// a list adds to each of its hits.
func (c *compound) fuse(lists []*ranked, parts func(list int, hits []hit) []float32) []hit {
	at := make(map[place]int)
	var fused []hit
	for l, r := range lists {
		added := parts(l, r.hits)
		for i, h := range r.hits {
			p := place{h.shard, h.doc}
			j, known := at[p]
			if !known {
				j = len(fused)
				at[p] = j
				fused = append(fused, hit{shard: h.shard, doc: h.doc})
			}
			fused[j].score += added[i]
		}
	}
	slices.SortFunc(fused, compareHits)
	return fused[:min(c.window, len(fused))]
}

// parseEntries reads the array of a retriever's children.
func parseEntries(data []byte, object string, m jsontree.Member, entry func(n jsontree.Node) error) error {
	items := m.Value.Items
	switch m.Value.Kind {
	case jsontree.Array:
	case jsontree.Object:
		items = []jsontree.Node{m.Value}
	default:
		return wrongType(data, object, m)
	}
	for _, n := range items {
		if err := entry(n); err != nil {
			return within(data, n.Start, object, m.Key, err)
		}
	}
	return nil
}

// whole marks an error that is already placed.
func whole(err error) error {
	if err == nil {
		return nil
	}
	f := *asFailure(err)
	f.whole = true
	return &f
}

// required is a retriever that lacks parameters.
func required(names ...string) error {
	return illegalArgument("Required [%s]", strings.Join(names, ", "))
}
