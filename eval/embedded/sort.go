package embedded

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/embedded/index"
	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
	"github.com/releval/releval/eval/embedded/query"
)

// sortKey is one criterion of a sort.
type sortKey struct {
	field        string // or _score, _doc, _shard_doc
	descending   bool
	missingFirst bool
}

// sortValue is what a hit has for a key.
type sortValue struct {
	kind    index.Kind
	text    string
	long    int64
	double  float64
	missing bool
	score   bool
}

// parseSort reads sort: a name, {"name": "desc"}, {"name": {"order": …}}, or
// an array of these.
func parseSort(data []byte, n jsontree.Node) ([]sortKey, error) {
	items := n.Items
	if n.Kind != jsontree.Array {
		items = []jsontree.Node{n}
	}
	keys := []sortKey{}
	for _, item := range items {
		switch item.Kind {
		case jsontree.String:
			keys = append(keys, sortKey{field: item.Text, descending: item.Text == "_score"})
		case jsontree.Object:
			for _, m := range item.Members {
				key, err := parseSortKey(data, m)
				if err != nil {
					return nil, err
				}
				keys = append(keys, key)
			}
		default:
			return nil, illegalArgument("malformed sort format, within the sort array, an object, or an actual string are allowed")
		}
	}
	return keys, nil
}

func parseSortKey(data []byte, m jsontree.Member) (sortKey, error) {
	key := sortKey{field: m.Key, descending: m.Key == "_score"}
	order := func(n jsontree.Node) error {
		switch n.Text {
		case "asc", "desc":
			key.descending = n.Text == "desc"
			return nil
		}
		return illegalArgument("Unknown SortOrder [%s]", n.Text)
	}
	if m.Value.Kind != jsontree.Object {
		return key, order(m.Value)
	}
	for _, p := range m.Value.Members {
		switch {
		case p.Key == "order":
			if err := order(p.Value); err != nil {
				return key, err
			}
		case p.Key == "missing" && (p.Value.Text == "_last" || p.Value.Text == "_first"):
			key.missingFirst = p.Value.Text == "_first"
		default:
			return key, contentAt(data, p.KeyStart, "[field_sort] unknown field [%s]", p.Key)
		}
	}
	return key, nil
}

// sorter gives and compares the sort values of one shard's hits.
type sorter struct {
	keys   []sortKey
	fields []*mapping.Field // nil for a key that is no field
	shard  shard
}

func newSorter(keys []sortKey, sh shard) (*sorter, error) {
	s := &sorter{keys: keys, fields: make([]*mapping.Field, len(keys)), shard: sh}
	for i, k := range keys {
		switch k.field {
		case "_score", "_doc", "_shard_doc":
			continue
		}
		f := sh.mapping.Field(k.field)
		if f == nil {
			return nil, fail(400, "query_shard_exception", "No mapping found for [%s] in order to sort on", k.field)
		}
		if f.Dense != nil {
			return nil, illegalArgument("Field [%s] of type [%s] doesn't support sort", k.field, f.Type)
		}
		if f.Type == "text" {
			return nil, illegalArgument("Fielddata is disabled on [%s] in [%s]. Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead.", k.field, sh.index.name)
		}
		s.fields[i] = f
	}
	return s, nil
}

func (s *sorter) compare(a, b query.Hit) int {
	return cmp.Or(compareValues(s.keys, s.values(a), s.values(b)), cmp.Compare(a.Doc, b.Doc))
}

// values are a hit's, one for each key.
func (s *sorter) values(h query.Hit) []sortValue {
	out := make([]sortValue, len(s.keys))
	for i, k := range s.keys {
		switch k.field {
		case "_score":
			out[i] = sortValue{kind: index.Double, double: float64(h.Score), score: true}
		case "_doc", "_shard_doc":
			out[i] = sortValue{kind: index.Long, long: int64(h.Doc)}
		default:
			out[i] = s.value(s.fields[i], k, h.Doc)
		}
	}
	return out
}

// value takes the smallest of a document's values for an ascending sort and
// the largest for a descending one.
func (s *sorter) value(f *mapping.Field, k sortKey, doc int32) sortValue {
	v := sortValue{kind: f.Kind(), missing: true}
	if f.Type == "boolean" { // sorted as 0 and 1
		v.kind = index.Long
	}
	vs := s.shard.segment.Document(doc).Values(f.Name)
	if vs == nil {
		vs = &index.Values{}
	}
	pick := func(better bool) bool { return v.missing || better }
	for _, t := range vs.Strings {
		if f.Type == "boolean" {
			l := int64(strings.Compare(t, "false"))
			if pick((l > v.long) == k.descending) {
				v.long, v.missing = l, false
			}
			continue
		}
		if pick((t > v.text) == k.descending) {
			v.text, v.missing = t, false
		}
	}
	for _, l := range vs.Longs {
		if pick((l > v.long) == k.descending) {
			v.long, v.missing = l, false
		}
	}
	for _, d := range vs.Doubles {
		if pick((d > v.double) == k.descending) {
			v.double, v.missing = d, false
		}
	}
	if v.missing { // what the server shows in place of a number
		last := k.descending == k.missingFirst
		switch {
		case v.kind == index.Double && last:
			v.double = math.Inf(1)
		case v.kind == index.Double:
			v.double = math.Inf(-1)
		case f.Type == "integer" && last:
			v.long = math.MaxInt32
		case f.Type == "integer":
			v.long = math.MinInt32
		case last:
			v.long = math.MaxInt64
		default:
			v.long = math.MinInt64
		}
	}
	return v
}

func compareValues(keys []sortKey, a, b []sortValue) int {
	for i, k := range keys {
		x, y := a[i], b[i]
		if x.missing != y.missing {
			if x.missing == k.missingFirst {
				return -1
			}
			return 1
		}
		if x.missing {
			continue
		}
		c := cmp.Or(cmp.Compare(x.text, y.text), cmp.Compare(x.long, y.long), cmp.Compare(x.double, y.double))
		if k.descending {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func (v sortValue) appendTo(out []byte) []byte {
	switch {
	case v.kind == index.Keyword && v.missing:
		return append(out, "null"...)
	case v.kind == index.Keyword:
		return appendString(out, v.text)
	case v.kind == index.Long:
		return strconv.AppendInt(out, v.long, 10)
	case math.IsInf(v.double, 1):
		return append(out, `"Infinity"`...)
	case math.IsInf(v.double, -1):
		return append(out, `"-Infinity"`...)
	case v.score:
		return appendNumber(out, v.double, 32)
	}
	return appendNumber(out, v.double, 64)
}
