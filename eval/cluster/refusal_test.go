package cluster

import "testing"

// What a server says of the body is told from what it says of anything else.
func TestRefusesBody(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   bool
	}{
		{"unknown query", 400, simple("parsing_exception", "unknown query [mutli_match] did you mean [multi_match]?"), true},
		{"unknown retriever", 400, simple("parsing_exception", "unknown retriever [query]"), true},
		{"no rrf", 400, simple("parsing_exception", "unknown retriever [rrf]"), true},
		{"unknown parameter", 400, simple("x_content_parse_exception", "[1:80] [text_similarity_reranker] unknown field [chunk_rescorer]"), true},
		{"validation", 400, simple("action_request_validation_exception", "Validation Failed: 1: [text_similarity_reranker] requires [rank_window_size: 5] be greater than or equal to [size: 10];"), true},
		{"the child's shards", 400, wrapped("query_shard_exception", "failed to create query: For input string"), false},
		{"a shard's", 400, `{"error":{"type":"search_phase_execution_exception","reason":"all shards failed","failed_shards":[{"reason":{"type":"query_shard_exception","reason":"failed to create query"}}]},"status":400}`, true},
		{"provider's 400", 400, wrapped("status_exception", "Received an unsuccessful status code for request from inference entity id [c] status [400]"), false},
		{"provider's 5xx as 400", 400, wrapped("status_exception", "Received a server busy error status code for request from inference entity id [c] status [503]"), false},
		{"top_n", 400, wrapped("illegal_argument_exception", "Inference endpoint [e] is configured to return the top [5] results, but rank_window_size is [10]."), false},
		{"closed index", 400, simple("index_closed_exception", "closed"), false},
		{"401", 401, simple("parsing_exception", "x"), false},
		{"403", 403, simple("parsing_exception", "x"), false},
		{"404", 404, simple("parsing_exception", "x"), false},
		{"408", 408, simple("illegal_argument_exception", "x"), false},
		{"409", 409, simple("illegal_argument_exception", "x"), false},
		{"429", 429, simple("illegal_argument_exception", "x"), false},
		{"500", 500, simple("parsing_exception", "x"), false},
	} {
		e := failure(answer{target: target{op: "search"}, status: test.status, body: []byte(test.body), address: "https://host"})
		if e.RefusesBody() != test.want {
			t.Errorf("%s: refuses the body %v, want %v (%v)", test.name, !test.want, test.want, e)
		}
	}
}

// Where the same thing is wrong the place in the body does not tell two
// refusals apart; a query's own text does.
func TestRefusal(t *testing.T) {
	refusal := func(reason string) string {
		return failure(answer{target: target{op: "search"}, status: 400, body: []byte(simple("parsing_exception", reason))}).Refusal()
	}
	if refusal("[1:80] unknown field [x]") != refusal("[1:93] unknown field [x]") {
		t.Error("the place tells refusals apart")
	}
	if refusal("Cannot parse 'a (': at line 1, column 3") == refusal("Cannot parse 'b (': at line 1, column 3") {
		t.Error("the text does not tell refusals apart")
	}
}
