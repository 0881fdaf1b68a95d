package cluster

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// refusals are the types of causes by which a server says that the body of a
// search cannot be parsed or is not valid. They never change.
var refusals = []string{
	"parsing_exception", "x_content_parse_exception", "x_content_e_o_f_exception", "named_object_not_found_exception", "json_parse_exception", "parse_exception",
	"illegal_argument_exception", "action_request_validation_exception", "validation_exception", "query_shard_exception",
	"number_format_exception", "script_exception", "too_many_clauses", "too_many_nested_clauses",
}

// RefusesBody says whether the server refuses the body of a search: HTTP 400
// whose cause is its parsing or its validation. A 400 that the inference call
// under a reranker came back with, such as a provider's, is none, nor is one
// that heals. Of another server it is whatever Post.Explain says.
func (e *Error) RefusesBody() bool {
	if e.refused {
		return true
	}
	if e.Status != http.StatusBadRequest || e.Kind != KindInvalidRequest && e.Kind != KindUnsupported {
		return false
	}
	if _, inference := e.has("inference entity id [", "Computing updated ranks for results failed"); inference {
		return false
	}
	return e.hasType(refusals...)
}

// Elsewhere says whether another server than Elasticsearch refuses what it was
// sent, or gave an answer that cannot be used: a reranker's provider.
func (e *Error) Elsewhere() bool { return e.refused }

// place is where in a body an error is, which moves with the length of the
// query's text.
var place = regexp.MustCompile(`\[\d+:\d+\] ?|line \d+, column \d+`)

// digits are what differs between two refusals of one kind: lengths and counts.
var digits = regexp.MustCompile(`[0-9]+`)

// Refusal tells a refusal from others: two searches that are refused for the
// same reason, wherever in their bodies it lies, have the same.
func (e *Error) Refusal() string {
	if e.refused {
		return digits.ReplaceAllString(e.What+": "+e.Reason, "#")
	}
	var b strings.Builder
	for _, c := range slices.Backward(e.chain) {
		b.WriteString(c.Type + ": " + place.ReplaceAllString(c.Reason, "") + "\n")
	}
	return b.String()
}
