package embedded

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/releval/releval/eval/embedded/jsontree"
)

// defaultSize is how many hits a search gives that does not say.
const defaultSize = 10

// defaultTotal is up to where a search counts its matches exactly.
const defaultTotal = 10000

// searchBody is the body of a search, read but not yet bound to indices.
type searchBody struct {
	data       []byte
	size, from *int
	// root is what finds the hits: a retriever, or the query as one.
	root      retriever
	retriever bool // root was given as "retriever"
	minScore  *float32
	// totalLimit is up to where matches are counted; -1 for not at all.
	totalLimit int
	source     sourceFilter
	fields     []string
	pitID      string
	pitKeep    time.Duration
	sliced     bool
	// given are the keys that cannot stand beside a retriever.
	given []string
}

// parseSearch reads the body of a search; an empty one matches everything.
func parseSearch(data []byte) (*searchBody, error) {
	b := &searchBody{data: data, totalLimit: defaultTotal, source: sourceFilter{all: true}}
	plain := &standard{data: data}
	if len(strings.TrimSpace(string(data))) > 0 {
		n, err := jsontree.Parse(data)
		if err != nil {
			return nil, err
		}
		if n.Kind != jsontree.Object {
			return nil, parsingAt(data, n.Start, "Expected [START_OBJECT] but found [%s]", n.Token())
		}
		for _, m := range n.Members {
			if err := b.member(m, plain); err != nil {
				return nil, err
			}
		}
	}
	if b.root == nil {
		b.root = plain
	}
	switch r := b.root.(type) {
	case *standard:
		if r.minScore == nil {
			r.minScore = b.minScore
		}
	case *knn:
		r.least = b.minScore
	}
	return b, nil
}

func (b *searchBody) member(m jsontree.Member, plain *standard) (err error) {
	v := m.Value
	unknown := func() error {
		return parsingAt(b.data, v.Start, "Unknown key for a %s in [%s].", v.Token(), m.Key)
	}
	if !v.Scalar() {
		switch m.Key {
		case "size", "from", "track_total_hits", "timeout", "min_score":
			return unknown()
		}
	}
	switch m.Key {
	case "size":
		b.size, err = b.count(m, "[size] parameter cannot be negative, found [%d]")
	case "from":
		b.from, err = b.count(m, "[from] parameter cannot be negative but was [%d]")
	case "track_total_hits":
		b.totalLimit, err = parseTotal(v.Text)
	case "timeout":
		_, err = parseDuration(v.Text, "timeout")
	case "query":
		b.given = append(b.given, "query")
		plain.query, err = checkedQuery(b.data, v)
	case "min_score":
		b.minScore, err = minScore(b.data, m)
	case "sort":
		b.given = append(b.given, "sort")
		plain.sort, err = parseSort(b.data, v)
	case "retriever":
		b.retriever = true
		b.root, err = parseRetriever(b.data, v, false)
	case "_source":
		b.source, err = parseSource(b.data, v)
	case "fields":
		b.fields, err = parseFields(b.data, v)
	case "slice":
		plain.slice, err = parseSlice(b.data, v)
		b.sliced = true
	case "pit":
		if v.Kind != jsontree.Object {
			return unknown()
		}
		err = b.pit(v)
	default:
		if slices.Contains(serverKeys(), m.Key) {
			return unsupported("[%s] in the body of a search", m.Key)
		}
		return unknown()
	}
	return err
}

// serverKeys are what a server takes in the body of a search, and this engine
// does not.
func serverKeys() []string {
	return []string{
		"aggregations", "aggs", "collapse", "docvalue_fields", "explain", "ext", "highlight", "indices_boost", "knn", "min_compatible_shard_node", "post_filter",
		"profile", "rank", "rescore", "runtime_mappings", "script_fields", "search_after", "seq_no_primary_term", "stats", "stored_fields", "suggest",
		"terminate_after", "track_scores", "version",
	}
}

func (b *searchBody) count(m jsontree.Member, negative string) (*int, error) {
	n, isInt := m.Value.Int()
	if !isInt {
		return nil, fail(http.StatusBadRequest, "number_format_exception", "For input string: %q", m.Value.Text)
	}
	if n < 0 && !(m.Key == "size" && n == -1) { // -1 stands for the default
		return nil, illegalArgument(negative, n)
	}
	if n == -1 {
		return nil, nil
	}
	return &n, nil
}

// parseTotal reads track_total_hits: a boolean, or up to where to count.
func parseTotal(text string) (limit int, err error) {
	switch text {
	case "true", "":
		return math.MaxInt, nil
	case "false":
		return -1, nil
	}
	if _, err := fmt.Sscanf(text, "%d", &limit); err != nil {
		return 0, fail(http.StatusBadRequest, "number_format_exception", "For input string: %q", text)
	}
	if limit < -1 {
		return 0, illegalArgument("[track_total_hits] parameter must be positive or equals to -1, got %d", limit)
	}
	if limit == -1 {
		return math.MaxInt, nil
	}
	return limit, nil
}

func minScore(data []byte, m jsontree.Member) (*float32, error) {
	f, isNumber := m.Value.Float()
	if !isNumber {
		return nil, contentAt(data, m.Value.Start, "[min_score] must be a number")
	}
	f32 := float32(f)
	return &f32, nil
}

func (b *searchBody) pit(n jsontree.Node) (err error) {
	for _, m := range n.Members {
		switch m.Key {
		case "id":
			b.pitID = m.Value.Text
		case "keep_alive":
			if b.pitKeep, err = parseKeepAlive(m.Value.Text); err != nil {
				return err
			}
		default:
			return contentAt(b.data, m.KeyStart, "[pit] unknown field [%s]", m.Key)
		}
	}
	if b.pitID == "" {
		return illegalArgument("Required [id]")
	}
	return nil
}

func parseFields(data []byte, n jsontree.Node) ([]string, error) {
	if n.Kind != jsontree.Array {
		return nil, parsingAt(data, n.Start, "Unknown key for a %s in [fields].", n.Token())
	}
	var names []string
	for _, item := range n.Items {
		if item.Kind == jsontree.Object {
			for _, m := range item.Members {
				if m.Key != "field" {
					return nil, contentAt(data, m.KeyStart, "[fields] unknown field [%s]", m.Key)
				}
				item = m.Value
			}
		}
		if item.Kind != jsontree.String {
			return nil, parsingAt(data, item.Start, "Unknown key for a %s in [fields].", item.Token())
		}
		names = append(names, item.Text)
	}
	return names, nil
}
