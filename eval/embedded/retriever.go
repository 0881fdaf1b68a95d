package embedded

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
	"github.com/releval/releval/eval/embedded/query"
)

// retriever is a node of the tree that finds the hits.
type retriever interface {
	// name is its type.
	name() string
	// validate gives the rules that it breaks in a search for size hits.
	validate(size int) []string
	// run finds the best window hits that pass the filters, which lie in the
	// same request.
	run(ctx context.Context, e *Engine, shards []shard, window int, filters []jsontree.Node) (*ranked, error)
}

// ranked is what a retriever gives.
type ranked struct {
	hits  []hit
	total int // matches, of which hits are the best
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

// parseRetriever reads {"type": {…}}. The server words an unknown type in
// another way where the retriever is nested in another one.
func parseRetriever(data []byte, n jsontree.Node, nested bool) (retriever, error) {
	if n.Kind != jsontree.Object {
		return nil, parsingAt(data, n.Start, "retriever malformed, must start with start_object")
	}
	if len(n.Members) == 0 {
		return nil, parsingAt(data, n.End-1, "retriever malformed, empty clause found")
	}
	m := n.Members[0]
	var r retriever
	var err error
	switch m.Key {
	case "standard":
		r, err = parseStandard(data, m.Value)
	case rerankerName:
		r, err = parseReranker(data, m.Value)
	default:
		if nested {
			f := contentAt(data, m.KeyStart, "unknown field [%s]", m.Key)
			f.typ = "named_object_not_found_exception"
			return nil, f
		}
		hint := ""
		for _, known := range []string{"standard", rerankerName} {
			if distance(m.Key, known) <= 3 {
				hint = " did you mean [" + known + "]?"
			}
		}
		f := parsingAt(data, m.Value.Start, "unknown retriever [%s]%s", m.Key, hint)
		f.cause.cause = &cause{typ: "named_object_not_found_exception", reason: contentAt(data, m.Value.Start, "unknown field [%s]", m.Key).reason}
		return nil, f
	}
	if err != nil {
		return nil, err
	}
	if len(n.Members) > 1 {
		return nil, parsingAt(data, n.Members[1].KeyStart, "[%s] malformed retriever, expected [END_OBJECT] but found [FIELD_NAME]", m.Key)
	}
	return r, nil
}

// distance is the edit distance of two names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := before
			if a[i-1] != b[j-1] {
				change++
			}
			before = row[j]
			row[j] = min(change, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

// within wraps an error of a field in an object parser's, as the server does.
func within(data []byte, at int, object, field string, err error) error {
	f := asFailure(err)
	if f.typ == "action_request_validation_exception" {
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
	if inner.typ != "illegal_argument_exception" {
		outer.root = root
	}
	return outer
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
