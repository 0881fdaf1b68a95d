package query

import (
	"slices"
	"strings"

	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

// maxClauses is how many clauses a query may have; a server computes a similar
// limit from its memory.
const maxClauses = 4096

// Parse reads a query of Elasticsearch's DSL for an index with this mapping.
// data is the whole request, in which n lies. The error is an *Error.
func Parse(m *mapping.Mapping, data []byte, n jsontree.Node) (Query, error) {
	p := &parser{mapping: m, data: data}
	q, err := p.query(n)
	if err != nil {
		return nil, err
	}
	return q, nil
}

type parser struct {
	mapping *mapping.Mapping
	data    []byte
	clauses int
}

// kinds are the query types; a function, so that it may call itself.
func (p *parser) kind(name string) func(name string, n jsontree.Node) (Query, *Error) {
	switch name {
	case "match":
		return p.match
	case "match_phrase":
		return p.matchPhrase
	case "multi_match":
		return p.multiMatch
	case "query_string":
		return p.queryString
	case "simple_query_string":
		return p.simpleQueryString
	case "bool":
		return p.boolean
	case "dis_max":
		return p.disMax
	case "constant_score":
		return p.constantScore
	case "match_all", "match_none":
		return p.matchAll
	case "term":
		return p.term
	case "terms":
		return p.terms
	case "prefix":
		return p.prefix
	case "range":
		return p.rangeQuery
	case "exists":
		return p.exists
	case "ids":
		return p.ids
	case "knn":
		return p.knn
	case "semantic":
		return p.semantic
	}
	return nil
}

// ownQueries are the query types that are implemented here.
func ownQueries() []string {
	return []string{
		"match", "match_phrase", "multi_match", "query_string", "simple_query_string", "bool", "dis_max", "constant_score", "match_all", "match_none",
		"term", "terms", "prefix", "range", "exists", "ids", "knn", "semantic",
	}
}

// serverQueries are query types of a server that this engine lacks.
func serverQueries() []string {
	return []string{
		"boosting", "combined_fields", "distance_feature", "function_score", "fuzzy", "geo_bounding_box", "geo_distance", "geo_grid", "geo_polygon",
		"geo_shape", "has_child", "has_parent", "intervals", "match_bool_prefix", "match_phrase_prefix", "more_like_this", "nested", "parent_id",
		"percolate", "pinned", "rank_feature", "regexp", "rule", "script", "script_score", "shape", "span_containing", "span_field_masking", "span_first",
		"span_multi", "span_near", "span_not", "span_or", "span_term", "span_within", "sparse_vector", "terms_set", "text_expansion", "weighted_tokens",
		"wildcard", "wrapper",
	}
}

func (p *parser) query(n jsontree.Node) (Query, *Error) {
	if n.Kind != jsontree.Object {
		return nil, p.parsing(n.Start, "[_na] query malformed, must start with start_object")
	}
	if len(n.Members) == 0 {
		return nil, illegal("query malformed, empty clause found at [%s]", p.place(n.End-1))
	}
	m := n.Members[0]
	parse := p.kind(m.Key)
	if parse == nil && slices.Contains(serverQueries(), m.Key) {
		return nil, lacking("the query [%s]", m.Key)
	}
	if parse == nil {
		e := p.parsing(m.Value.Start, "unknown query [%s]%s", m.Key, Hint(m.Key, append(serverQueries(), ownQueries()...)))
		line, column := e.Line, e.Column
		e.Cause = &Error{Type: "named_object_not_found_exception", Reason: p.content(m.Value.Start, "unknown field [%s]", m.Key).Reason}
		e.Line, e.Column = line, column
		return nil, e
	}
	if m.Value.Kind != jsontree.Object {
		return nil, p.parsing(m.Value.Start, "[%s] query malformed, no start_object after query name", m.Key)
	}
	if len(n.Members) > 1 {
		return nil, p.parsing(n.Members[1].KeyStart, "[%s] malformed query, expected [END_OBJECT] but found [FIELD_NAME]", m.Key)
	}
	if p.clauses++; p.clauses > maxClauses {
		return nil, onShard(&Error{Type: "too_many_clauses", Reason: "maxClauseCount is set to 4096"})
	}
	return parse(m.Key, m.Value)
}

func (p *parser) place(at int) string {
	reason := p.content(at, "").Reason
	return strings.Trim(reason, "[] ")
}

// unsupported is the error for a parameter that the query type does not have,
// or not here.
func (p *parser) unsupported(name string, m jsontree.Member) *Error {
	switch m.Key {
	case "fuzziness", "prefix_length", "max_expansions", "fuzzy_transpositions", "fuzzy_rewrite", "cutoff_frequency", "rewrite", "case_insensitive",
		"format", "time_zone", "relation":
		return lacking("[%s] of the query [%s]", m.Key, name)
	}
	return p.parsing(m.Value.Start, "[%s] query does not support [%s]", name, m.Key)
}

// common are the parameters that every query has.
type common struct {
	boost float32
}

// read takes boost and _name; done says that the member was one of them.
func (c *common) read(p *parser, m jsontree.Member) (done bool, err *Error) {
	switch m.Key {
	case "boost":
		v, ok := m.Value.Float()
		if !ok {
			return true, p.content(m.Value.Start, "[boost] must be a number")
		}
		if v < 0 {
			return true, illegal("negative [boost] are not allowed in [%s], use a value between 0 and 1 to deboost", m.Value.Text)
		}
		c.boost = float32(v)
		return true, nil
	case "_name":
		return true, nil
	}
	return false, nil
}

// fielded reads the layout {"field": {parameters}} or {"field": value}; param
// gets each parameter, "" for the short form's value.
func (p *parser) fielded(name string, n jsontree.Node, short string, c *common, param func(m jsontree.Member) (bool, *Error)) (field string, err *Error) {
	for _, m := range n.Members {
		if m.Value.Kind != jsontree.Object {
			if !m.Value.Scalar() {
				return "", p.parsing(m.Value.Start, "[%s] query does not support array of values or null for [%s]", name, m.Key)
			}
			// The server takes boost beside a short form for a field too.
			if field != "" {
				return "", p.parsing(m.KeyStart, "[%s] query doesn't support multiple fields, found [%s] and [%s]", name, field, m.Key)
			}
			field = m.Key
			if _, err := param(jsontree.Member{Key: short, Value: m.Value, KeyStart: m.KeyStart}); err != nil {
				return "", err
			}
			continue
		}
		if field != "" {
			return "", p.parsing(m.KeyStart, "[%s] query doesn't support multiple fields, found [%s] and [%s]", name, field, m.Key)
		}
		field = m.Key
		for _, pm := range m.Value.Members {
			done, err := c.read(p, pm)
			if err == nil && !done {
				done, err = param(pm)
			}
			if err != nil {
				return "", err
			}
			if !done {
				return "", p.unsupported(name, pm)
			}
		}
	}
	if field == "" {
		return "", illegal("[%s] requires fieldName", name)
	}
	return field, nil
}
