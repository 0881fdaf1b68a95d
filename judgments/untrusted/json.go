package untrusted

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/text"
)

// role is what a raw JSON value is in a search.
type role int

const (
	request   role = iota // the body of a search, or a part of one
	retriever             // one retriever
	parameter             // the value of a placeholder
)

// Bounds on the numbers of a search.
const (
	mostHits       = 1000
	mostCandidates = 10_000
)

// retrievers and queries are the kinds that read nothing but the searched
// indices.
var (
	retrievers = []string{"standard", "knn", "rrf", "linear", "text_similarity_reranker", "rescorer"}
	queries    = []string{
		"bool", "boosting", "constant_score", "dis_max", "function_score", "nested", "has_child", "has_parent",
		"match", "match_phrase", "match_phrase_prefix", "match_bool_prefix", "multi_match", "combined_fields", "query_string", "simple_query_string", "intervals",
		"term", "terms", "terms_set", "range", "exists", "prefix", "wildcard", "regexp", "fuzzy", "ids", "match_all", "match_none",
		"knn", "sparse_vector", "text_expansion", "weighted_tokens", "semantic", "rank_feature", "distance_feature", "more_like_this",
		"geo_distance", "geo_bounding_box", "geo_shape", "geo_grid", "shape",
		"span_term", "span_near", "span_or", "span_not", "span_first", "span_multi", "span_containing", "span_within", "span_field_masking",
	}
)

// Keys under which queries stand, or a text, and keys under which retrievers
// stand.
var (
	queryKeys     = []string{"query", "filter", "must", "should", "must_not", "positive", "negative", "queries", "rescore_query", "post_filter", "highlight_query"}
	retrieverKeys = []string{"retriever", "retrievers"}
)

// wrappers are the keys of what stands in the place of a query or a retriever
// without being one: a rescorer's query, a filter of intervals, a retriever
// with its weight.
var wrappers = []string{
	"rescore_query", "query_weight", "rescore_query_weight", "score_mode",
	"containing", "contained_by", "not_containing", "not_contained_by", "overlapping", "not_overlapping", "before", "after",
	"retriever", "weight", "normalizer",
}

// values are the keys of objects that parameters may be without being a query:
// bounds of ranges, and points.
var values = []string{"gte", "gt", "lte", "lt", "format", "time_zone", "boost", "relation", "lat", "lon", "type", "coordinates"}

// refusedKeys are keys, without underscores and case, that name another index
// or document, or hide a query, with what they do.
var refusedKeys = map[string]string{
	"runtimemappings": "defines fields by scripts",
	"esql":            "can read any index",
	"index":           "names an index",
	"indices":         "names indices",
	"indicesboost":    "names indices",
	"lookup":          "reads another document",
	"indexedshape":    "reads another document",
	"percolate":       "reads queries from documents",
	"pinned":          "names documents",
	"pit":             "names a point in time",
	"wrapper":         "hides a query in base64",
	"rule":            "reads query rules",
	"rulequery":       "reads query rules",
	"rulesetid":       "reads query rules",
	"rulesetids":      "reads query rules",
	"collate":         "runs a template",
}

// JSON says what is refused in a raw JSON value, a sentence each: nothing where
// it stays within the indices that are searched.
func JSON(raw json.RawMessage, is role) []string {
	var v any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return []string{"it is not JSON: " + err.Error()}
	}
	w := &walk{}
	switch is {
	case retriever:
		w.kinds(v, "retriever", retrievers)
	case parameter:
		w.parameter(v)
	}
	w.value(v)
	slices.Sort(w.found)
	return slices.Compact(w.found)
}

type walk struct{ found []string }

func (w *walk) refuse(format string, args ...any) {
	w.found = append(w.found, fmt.Sprintf(format, args...))
}

func (w *walk) value(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			w.value(item)
		}
	case map[string]any:
		for key, child := range v {
			w.member(key, child)
			w.value(child)
		}
	case string:
		if strings.Contains(v, "_index") {
			w.refuse("%s names the field _index", text.Quote(v))
		}
	}
}

// member looks at one member of an object.
func (w *walk) member(key string, child any) {
	words := strings.FieldsFunc(strings.ToLower(key), func(r rune) bool { return r == '_' || r == '-' || r == '.' })
	plain := strings.Join(words, "")
	switch {
	case slices.Contains(words, "script") || slices.Contains(words, "scripts") || slices.Contains(words, "scripted") || strings.HasSuffix(key, "Script"):
		w.refuse("%s runs a script", text.Quote(key))
	case key == "_index":
		w.refuse("%s asks for the name of an index", text.Quote(key))
	case refusedKeys[plain] != "":
		w.refuse("%s %s", text.Quote(key), refusedKeys[plain])
	}
	switch {
	case slices.Contains(queryKeys, key):
		w.kinds(child, "query", queries)
	case slices.Contains(retrieverKeys, key):
		w.kinds(child, "retriever", retrievers)
	case key == "like" || key == "unlike":
		w.texts(key, child)
	case key == "terms":
		w.lists(child)
	case key == "size" || key == "k" || key == "rank_window_size" || key == "window_size" || key == "from":
		w.number(key, child, mostHits)
	case key == "num_candidates":
		w.number(key, child, mostCandidates)
	}
}

// kinds wants each object of a value to be of one of the known kinds; texts
// are queries' texts, or placeholders, whose values are looked at themselves.
func (w *walk) kinds(v any, what string, known []string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			w.kinds(item, what, known)
		}
	case map[string]any:
		for key := range v {
			if !slices.Contains(known, key) && !slices.Contains(wrappers, key) && refusedKeys[strings.ReplaceAll(key, "_", "")] == "" {
				w.refuse("%s is no kind of %s that is known to stay within the index", text.Quote(key), what)
			}
		}
	}
}

// parameter wants each object to be a query, or a value such as a range.
func (w *walk) parameter(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			w.parameter(item)
		}
	case map[string]any:
		for key := range v {
			if !slices.Contains(queries, key) && !slices.Contains(values, key) {
				w.refuse("%s is no kind of query, and no bound of a range, that a parameter may have", text.Quote(key))
			}
		}
	}
}

// texts refuses documents in the place of texts.
func (w *walk) texts(key string, v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			w.texts(key, item)
		}
	case map[string]any:
		w.refuse("%s reads another document", text.Quote(key))
	}
}

// lists refuses lookups in the place of lists of terms.
func (w *walk) lists(v any) {
	fields, _ := v.(map[string]any)
	for field, terms := range fields {
		if _, isObject := terms.(map[string]any); isObject && field != "order" {
			w.refuse("the terms of %s come from another document", text.Quote(field))
		}
	}
}

func (w *walk) number(key string, v any, most float64) {
	n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	if err == nil && n > most {
		w.refuse("%s is %s, and at most %s is allowed", text.Quote(key), text.Number(n), text.Number(most))
	}
}
