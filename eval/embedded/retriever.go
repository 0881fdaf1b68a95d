package embedded

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
	"github.com/releval/releval/eval/embedded/query"
)

// retriever is a node of the tree that finds the hits.
type retriever interface {
	// name is its type.
	name() string
	// children are those that it combines; none for one that searches itself.
	children() []retriever
	// limited says whether it was given a min_score.
	limited() bool
	// validate gives the rules that it breaks in a search for size hits.
	validate(size int) []string
	// check gives what a server finds wrong with it, and not with those below
	// it, after all rules are kept.
	check() error
	// run finds the best hits of the scope.
	run(ctx context.Context, sc scope) (*ranked, error)
}

// scope is where a retriever searches, and for how much.
type scope struct {
	engine *Engine
	shards []shard
	// filters restrict what is found; they lie in the same body as the retriever.
	filters []jsontree.Node
	// window is how many hits are wanted, size how many the search asked for
	// beyond its start.
	window, size int
	// matches says whether all matching documents are wanted, too.
	matches bool
}

// inside is the scope of what lies below a retriever with a window and filters.
func (sc scope) inside(window int, filters []jsontree.Node) scope {
	sc.window, sc.size = window, window
	sc.filters = append(slices.Clip(sc.filters), filters...)
	return sc
}

// ranked is what a retriever gives.
type ranked struct {
	hits  []hit
	total int // matches, of which hits are the best
	// matches are the documents of each shard that the searches below match,
	// ascending; nil unless wanted.
	matches [][]int32
}

// hit is a document of a shard, with its sort values where hits are sorted by
// other things than their score.
type hit struct {
	shard  int
	doc    int32
	score  float32
	values []sortValue
}

// compareHits orders by score, then by shard, then by document.
func compareHits(a, b hit) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.shard, b.shard), cmp.Compare(a.doc, b.doc))
}

// maxDepth is how deep retrievers may be nested.
const maxDepth = 16

// checkTree applies check to a tree, and limits its depth.
func checkTree(r retriever, depth int) error {
	if depth > maxDepth {
		return fail(http.StatusBadRequest, "retriever_nesting_depth_exceeded_exception",
			"The nested depth of the [retriever] exceeds the maximum nested depth of [%d] for retrievers", maxDepth)
	}
	for _, c := range r.children() {
		if err := checkTree(c, depth+1); err != nil {
			return err
		}
	}
	return r.check()
}

// anyLimited says whether a retriever of the tree was given a min_score.
func anyLimited(r retriever) bool {
	return r.limited() || slices.ContainsFunc(r.children(), anyLimited)
}

// parseRetriever reads {"type": {…}}. The server words an unknown type in
// another way where the retriever is a named object in another one.
func parseRetriever(data []byte, n jsontree.Node, named bool) (retriever, error) {
	if n.Kind != jsontree.Object {
		return nil, parsingAt(data, n.Start, "retriever malformed, must start with [START_OBJECT]")
	}
	if len(n.Members) == 0 {
		return nil, parsingAt(data, n.End-1, "retriever malformed, empty clause found")
	}
	m := n.Members[0]
	parse := map[string]func([]byte, jsontree.Node) (retriever, error){
		"standard": parseStandard, "knn": parseKNN, rrfName: parseRRF, linearName: parseLinear, rerankerName: parseReranker,
	}[m.Key]
	switch {
	case parse == nil && slices.Contains([]string{"pinned", "rescorer", "rule", "diversify", "random_reranker"}, m.Key):
		return nil, unsupported("the retriever [%s]", m.Key)
	case parse == nil && named:
		f := contentAt(data, m.KeyStart, "unknown field [%s]", m.Key)
		f.typ = "named_object_not_found_exception"
		return nil, f
	case parse == nil:
		f := parsingAt(data, m.Value.Start, "unknown retriever [%s]%s", m.Key, query.Hint(m.Key, []string{"standard", "knn", rrfName, linearName, rerankerName}))
		f.cause.cause = &cause{typ: "named_object_not_found_exception", reason: contentAt(data, m.Value.Start, "unknown field [%s]", m.Key).reason}
		return nil, f
	case m.Value.Kind != jsontree.Object:
		return nil, parsingAt(data, m.Value.Start, "[%s] retriever malformed, no [START_OBJECT] after retriever name", m.Key)
	}
	r, err := parse(data, m.Value)
	if err != nil {
		return nil, err
	}
	if len(n.Members) > 1 {
		return nil, parsingAt(data, n.Members[1].KeyStart, "[%s] malformed retriever, expected [END_OBJECT] but found [FIELD_NAME]", m.Key)
	}
	return r, nil
}

// parseNamed reads the retriever that stands as an object of its own in
// another one, and names the place of an error as the server does.
func parseNamed(data []byte, n jsontree.Node) (retriever, error) {
	r, err := parseRetriever(data, n, true)
	if err != nil && n.Kind == jsontree.Object && len(n.Members) > 0 {
		err = within(data, n.Start, "retriever", n.Members[0].Key, err)
	}
	return r, err
}

// within wraps an error of a field in an object parser's, as the server does.
func within(data []byte, at int, object, field string, err error) error {
	f := asFailure(err)
	if f.bare || f.typ == "action_request_validation_exception" {
		return f
	}
	inner := f.cause
	root := f.root
	if root == nil {
		bare := inner
		bare.cause = nil
		root = []*cause{&bare}
	}
	place := f.place
	if place == "" {
		place = placeOf(jsontree.Position(data, at))
	}
	outer := fail(http.StatusBadRequest, "x_content_parse_exception", "%s [%s] failed to parse field [%s]", place, object, field)
	outer.cause.cause = &inner
	outer.place = place
	switch inner.typ {
	case "illegal_argument_exception", "number_format_exception":
	default:
		outer.root = root
	}
	return outer
}

// members reads an object of parameters. each takes one, or says that it does
// not know it; what goes wrong is placed as the server places it.
func members(data []byte, n jsontree.Node, object string, each func(m jsontree.Member) (known bool, err error)) error {
	for _, m := range n.Members {
		known, err := each(m)
		if err != nil {
			if f := asFailure(err); f.whole {
				return f
			}
			return within(data, m.Value.Start, object, m.Key, err)
		}
		if !known {
			return contentAt(data, m.KeyStart, "[%s] unknown field [%s]", object, m.Key)
		}
	}
	return nil
}

// wrongType is a parameter whose value has a type that it cannot have.
func wrongType(data []byte, object string, m jsontree.Member) error {
	f := contentAt(data, m.Value.Start, "[%s] %s doesn't support values of type: %s", object, m.Key, m.Value.Token())
	f.whole = true
	return f
}

// notNumber is a parameter that is no number though its type allows one.
func notNumber(text string) error {
	return fail(http.StatusBadRequest, "number_format_exception", "For input string: %q", text)
}

// wholeNumber reads a parameter that is a whole number.
func wholeNumber(data []byte, object string, m jsontree.Member) (int, error) {
	if m.Value.Kind != jsontree.Number && m.Value.Kind != jsontree.String {
		return 0, wrongType(data, object, m)
	}
	v, ok := m.Value.Int()
	if !ok {
		return 0, notNumber(m.Value.Text)
	}
	return v, nil
}

// fraction reads a parameter that is a number.
func fraction(data []byte, object string, m jsontree.Member) (float32, error) {
	if m.Value.Kind != jsontree.Number && m.Value.Kind != jsontree.String {
		return 0, wrongType(data, object, m)
	}
	v, ok := m.Value.Float()
	if !ok {
		return 0, notNumber(m.Value.Text)
	}
	return float32(v), nil
}

// checkedQuery checks the syntax of a query before any index is looked at.
func checkedQuery(data []byte, n jsontree.Node) (*jsontree.Node, error) {
	_, err := query.Parse(mapping.New(), data, n)
	var qe *query.Error
	if errors.As(err, &qe) && !qe.Shard {
		return nil, err
	}
	return &n, nil
}

// checkedFilters reads a filter: a query, or an array of them.
func checkedFilters(data []byte, n jsontree.Node) ([]jsontree.Node, error) {
	items := n.Items
	if n.Kind == jsontree.Object {
		items = []jsontree.Node{n}
	}
	for _, item := range items {
		if _, err := checkedQuery(data, item); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// bindFilters parses filters by the mapping of a shard.
func bindFilters(data []byte, sh shard, filters []jsontree.Node) ([]query.Query, error) {
	var bound []query.Query
	for _, n := range filters {
		f, err := query.Parse(sh.mapping, data, n)
		if err != nil {
			return nil, err
		}
		bound = append(bound, f)
	}
	return bound, nil
}

// checkWindow refuses a search for more hits than an index allows.
func checkWindow(shards []shard, window int) error {
	for _, sh := range shards {
		if window > sh.index.maxWindow {
			return onShards("query", &cause{typ: "illegal_argument_exception", reason: illegalArgument(
				"Result window is too large, from + size must be less than or equal to: [%d] but was [%d]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.",
				sh.index.maxWindow, window).reason}, shards)
		}
	}
	return nil
}

// shardError wraps the error of a query that a server finds on its shards.
func shardError(phase string, err error, shards []shard) error {
	var qe *query.Error
	if errors.As(err, &qe) && qe.Shard {
		return onShards(phase, queryCause(qe), shards)
	}
	return err
}
