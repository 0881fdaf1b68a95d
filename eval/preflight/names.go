package preflight

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/releval/releval/eval/cluster"
)

// fieldNames lists the fields that a retriever searches, sorted: those that it
// names where the query types known here have them. A query of another type is
// passed over, and so are names with a placeholder in them, and fields of the
// server's own, as _id.
func fieldNames(retriever json.RawMessage) []string {
	var root any
	if json.Unmarshal(retriever, &root) != nil {
		return nil
	}
	found := make(map[string]bool)
	retrieverNames(found, root)
	delete(found, "*")
	maps.DeleteFunc(found, func(name string, _ bool) bool {
		return name == "" || strings.HasPrefix(name, "_") || strings.Contains(name, "{{")
	})
	return slices.Sorted(maps.Keys(found))
}

type named = map[string]bool

// retrieverNames goes through a retriever, and those inside it.
func retrieverNames(found named, value any) {
	for kind, settings := range members(value) {
		s := members(settings)
		queries(found, s["query"], s["filter"])
		switch kind {
		case "knn":
			list(found, s["field"])
		case "rrf", "linear":
			if text, ok := s["query"].(string); ok && text != "" {
				list(found, s["fields"])
			}
		case "rescorer":
			for _, r := range items(s["rescore"]) {
				queries(found, members(members(r)["query"])["rescore_query"])
			}
		}
		retrieverNames(found, s["retriever"])
		for _, child := range items(s["retrievers"]) {
			// with a weight the retriever lies one level deeper
			if weighted, ok := members(child)["retriever"]; ok {
				child = weighted
			}
			retrieverNames(found, child)
		}
	}
}

// queries goes through queries, each of which may be a list of them.
func queries(found named, values ...any) {
	for _, value := range values {
		for _, q := range items(value) {
			for kind, settings := range members(q) {
				query(found, kind, settings)
			}
		}
	}
}

func query(found named, kind string, settings any) {
	s := members(settings)
	switch kind {
	case "match", "match_phrase", "match_phrase_prefix", "match_bool_prefix", "term", "terms", "terms_set", "range", "prefix", "wildcard", "regexp", "fuzzy", "intervals":
		for name := range s {
			if name != "boost" && name != "_name" {
				found[name] = true
			}
		}
	case "multi_match", "simple_query_string", "query_string", "combined_fields", "more_like_this":
		list(found, s["fields"])
		list(found, s["default_field"])
	case "exists", "semantic", "sparse_vector", "distance_feature", "rank_feature":
		list(found, s["field"])
	case "knn":
		list(found, s["field"])
		queries(found, s["filter"])
	case "bool":
		queries(found, s["must"], s["should"], s["filter"], s["must_not"])
	case "dis_max":
		queries(found, s["queries"])
	case "constant_score":
		queries(found, s["filter"])
	case "boosting":
		queries(found, s["positive"], s["negative"])
	case "function_score":
		queries(found, s["query"])
		for _, f := range items(s["functions"]) {
			queries(found, members(f)["filter"])
		}
	case "nested", "script_score", "has_child", "has_parent":
		queries(found, s["query"])
	case "pinned", "rule":
		queries(found, s["organic"])
	}
}

// list takes a field, or a list of them, each perhaps with a ^boost.
func list(found named, value any) {
	for _, item := range items(value) {
		if name, ok := item.(string); ok {
			name, _, _ = strings.Cut(name, "^")
			found[name] = true
		}
	}
}

func members(value any) map[string]any {
	m, _ := value.(map[string]any)
	return m
}

// items gives a list's, or the value itself as the only one.
func items(value any) []any {
	if l, ok := value.([]any); ok {
		return l
	}
	return []any{value}
}

// mapsAny says whether some index maps a field of that name, which may have
// wildcards in it.
func mapsAny(caps cluster.FieldCaps, name string) bool {
	if !strings.Contains(name, "*") {
		return caps.Mapped(name)
	}
	for field := range caps.Fields {
		if ok, err := path.Match(name, field); err == nil && ok && caps.Mapped(field) {
			return true
		}
	}
	return false
}
