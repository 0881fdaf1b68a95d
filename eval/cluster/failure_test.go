package cluster

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// wrapped is how a failed reranking hides its reason.
func wrapped(typ, reason string) string {
	return `{"error":{"root_cause":[{"type":"status_exception","reason":"[text_similarity_reranker] search failed - retrievers '[standard]' returned errors. All failures are attached as suppressed exceptions."}],
 "type":"status_exception","reason":"[text_similarity_reranker] search failed - retrievers '[standard]' returned errors. All failures are attached as suppressed exceptions.",
 "suppressed":[{"type":"search_phase_execution_exception","reason":"Computing updated ranks for results failed","phase":"rank-feature","grouped":true,"failed_shards":[],
 "caused_by":{"type":"` + typ + `","reason":"` + reason + `"}}]},"status":500}`
}

func simple(typ, reason string) string {
	return `{"error":{"root_cause":[{"type":"` + typ + `","reason":"` + reason + `"}],"type":"` + typ + `","reason":"` + reason + `"},"status":400}`
}

func TestFailure(t *testing.T) {
	const html = "<html><head><title>502 Bad Gateway</title></head></html>"
	tests := []struct {
		name      string
		status    int
		body      string
		kind      Kind
		temporary bool
		reason    string // innermost
		says      string
	}{
		{"missing endpoint", 404, wrapped("resource_not_found_exception", "Inference endpoint not found [i-dont-exist]"), KindMissingEndpoint, false,
			"Inference endpoint not found [i-dont-exist]", `the inference endpoint "i-dont-exist" does not exist`},
		{"licence", 403, `{"error":{"root_cause":[],"type":"security_exception","reason":"current license is non-compliant for [text_similarity_reranker]","license.expired.feature":"text_similarity_reranker"},"status":403}`, KindLicence, false,
			"current license is non-compliant for [text_similarity_reranker]", "licence does not allow text_similarity_reranker"},
		{"licence of the inference API", 403, simple("security_exception", "current license is non-compliant for [inference]"), KindLicence, false, "current license is non-compliant for [inference]", "does not allow inference"},
		{"missing index", 404, `{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [fims]"}],"type":"index_not_found_exception","reason":"no such index [fims]","index":"fims"},"status":404}`, KindMissingIndex, false,
			"no such index [fims]", `the index "fims" does not exist`},
		{"lost point in time", 404, `{"error":{"root_cause":[{"type":"search_context_missing_exception","reason":"No search context found for id [42]"}],"type":"search_phase_execution_exception","reason":"all shards failed","phase":"query","grouped":true,"failed_shards":[{"shard":0,"index":null,"reason":{"type":"search_context_missing_exception","reason":"No search context found for id [42]"}}]},"status":404}`, KindLostPIT, false,
			"No search context found for id [42]", "point in time no longer exists"},
		{"no reranker", 400, simple("parsing_exception", "unknown retriever [text_similarity_reranker]"), KindUnsupported, false, "unknown retriever [text_similarity_reranker]", "8.17.2 or later"},
		{"cold: 408", 408, wrapped("status_exception", "Timed out after [30s] waiting for model deployment to start. Use the trained model stats API to track the state of the deployment."), KindColdModel, true,
			"Timed out after [30s] waiting for model deployment to start. Use the trained model stats API to track the state of the deployment.", "not running yet"},
		{"cold: 408, scaling", 408, wrapped("model_deployment_timeout_exception", "Timed out after [30s] waiting for trained model deployment [m] to start."), KindColdModel, true, "Timed out after [30s] waiting for trained model deployment [m] to start.", "--warm-up"},
		{"cold: 409", 409, wrapped("status_exception", "Trained model deployment [x] is not allocated to any nodes"), KindColdModel, true, "Trained model deployment [x] is not allocated to any nodes", ""},
		{"cold: 409, removed", 409, wrapped("status_exception", "[x] Error waiting for a model allocation, model assignment has been removed"), KindColdModel, true, "[x] Error waiting for a model allocation, model assignment has been removed", ""},
		{"cold: 429", 429, wrapped("status_exception", "Rejected inference request waiting for an allocation of deployment [x]. Too many pending requests"), KindColdModel, true, "Rejected inference request waiting for an allocation of deployment [x]. Too many pending requests", ""},
		{"cold: no room", 429, wrapped("status_exception", "Could not start deployment because no ML nodes with sufficient capacity were found"), KindColdModel, true, "Could not start deployment because no ML nodes with sufficient capacity were found", "4 GB"},
		{"model failed", 409, wrapped("status_exception", "Trained model [x] is [FAILED]"), KindServer, false, "Trained model [x] is [FAILED]", "deploy it again"},
		{"slow model", 408, wrapped("status_exception", "timeout [30s] waiting for inference result"), KindThrottled, true, "timeout [30s] waiting for inference result", "--concurrency"},
		{"queue full", 500, wrapped("status_exception", "Received error inference result.\",\"caused_by\":{\"type\":\"es_rejected_execution_exception\",\"reason\":\"inference process queue is full. Unable to execute command\"},\"x\":\""), KindThrottled, true, "inference process queue is full. Unable to execute command", "more requests than it can handle"},
		{"circuit breaker", 429, simple("circuit_breaking_exception", "[parent] Data too large"), KindThrottled, true, "[parent] Data too large", ""},
		{"provider limit", 429, wrapped("status_exception", "Received a rate limit status code for request from inference entity id [cohere-1] status [429]. Error message: [slow down]"), KindThrottled, true, "Received a rate limit status code for request from inference entity id [cohere-1] status [429]. Error message: [slow down]", `the service behind the inference endpoint "cohere-1" is overloaded`},
		{"provider down, as 400", 400, wrapped("status_exception", "Received a server busy error status code for request from inference entity id [c] status [503]"), KindThrottled, true, "Received a server busy error status code for request from inference entity id [c] status [503]", ""},
		{"provider down, as 400 too", 400, wrapped("status_exception", "Received an unsuccessful status code for request from inference entity id [c] status [500]"), KindThrottled, true, "Received an unsuccessful status code for request from inference entity id [c] status [500]", ""},
		{"provider refuses the request", 400, wrapped("status_exception", "Received an unsuccessful status code for request from inference entity id [c] status [400]"), KindInvalidRequest, false, "Received an unsuccessful status code for request from inference entity id [c] status [400]", ""},
		{"provider's key", 401, wrapped("status_exception", "Received an authentication error status code for request from inference entity id [c] status [401]"), KindProvider, false, "Received an authentication error status code for request from inference entity id [c] status [401]", "api_key in its service_settings"},
		{"provider's permission", 403, wrapped("status_exception", "Received a permission denied error status code for request from inference entity id [c] status [403]. Error message: [no]"), KindProvider, false, "Received a permission denied error status code for request from inference entity id [c] status [403]. Error message: [no]", "api_key in its service_settings"},
		{"provider's permission, otherwise", 403, wrapped("status_exception", "Received an unsuccessful status code for request from inference entity id [c] status [403]"), KindProvider, false, "Received an unsuccessful status code for request from inference entity id [c] status [403]", `the service behind the inference endpoint "c" refuses the endpoint's credentials`},
		{"closed index", 400, `{"error":{"root_cause":[{"type":"index_closed_exception","reason":"closed","index_uuid":"u","index":"films-2"}],"type":"index_closed_exception","reason":"closed","index_uuid":"u","index":"films-2"},"status":400}`, KindMissingIndex, false, "closed", `the index "films-2" is closed`},
		{"another cluster", 400, simple("illegal_argument_exception", "Cross-cluster calls are not supported in this context but remote indices were requested: [far:films]"), KindUnsupported, false, "Cross-cluster calls are not supported in this context but remote indices were requested: [far:films]", "in another cluster"},
		{"window above the index's", 400, simple("illegal_argument_exception", "Result window is too large, from + size must be less than or equal to: [10000] but was [20000]."), KindInvalidRequest, false, "Result window is too large, from + size must be less than or equal to: [10000] but was [20000].", "index.max_result_window"},
		{"top_n", 400, wrapped("illegal_argument_exception", "Inference endpoint [e] is configured to return the top [5] results, but rank_window_size is [10]. Reduce rank_window_size"), KindInvalidRequest, false, "Inference endpoint [e] is configured to return the top [5] results, but rank_window_size is [10]. Reduce rank_window_size", "larger top_n"},
		{"size above the window", 400, simple("action_request_validation_exception", "Validation Failed: 1: [text_similarity_reranker] requires [rank_window_size: 5] be greater than or equal to [size: 10];"), KindInvalidRequest, false, "Validation Failed: 1: [text_similarity_reranker] requires [rank_window_size: 5] be greater than or equal to [size: 10];", "window is smaller"},
		{"no rrf", 400, simple("parsing_exception", "unknown retriever [rrf] did you mean [knn]?"), KindUnsupported, false, "unknown retriever [rrf] did you mean [knn]?", "this server has no rrf"},
		{"the best cause is not the innermost", 400, `{"error":{"root_cause":[{"type":"x_content_parse_exception","reason":"x"}],"type":"parsing_exception","reason":"unknown retriever [standrad] did you mean [standard]?","caused_by":{"type":"named_object_not_found_exception","reason":"[1:105] unknown field [standrad]"}},"status":400}`, KindInvalidRequest, false, "unknown retriever [standrad] did you mean [standard]?", "unknown retriever [standrad] did you mean [standard]?"},
		{"typo", 400, `{"error":{"root_cause":[{"type":"x_content_parse_exception","reason":"outer"}],"type":"x_content_parse_exception","reason":"outer","caused_by":{"type":"parsing_exception","reason":"unknown retriever [standrad] did you mean [standard]?"}},"status":400}`, KindInvalidRequest, false, "unknown retriever [standrad] did you mean [standard]?", "did you mean [standard]?"},
		{"privilege", 403, simple("security_exception", "action [indices:data/read/search] is unauthorized for API key id [abc] of user [elastic] on indices [films], this action is granted by the index privileges [read,all]"), KindForbidden, false, "", "the API key lacks the privilege for indices:data/read/search (HTTP 403); grant it the index privilege read on films"},
		{"cluster privilege", 403, simple("security_exception", "action [cluster:monitor/xpack/inference/get] is unauthorized for user [u], this action is granted by the cluster privileges [monitor_inference,manage_inference,all]"), KindForbidden, false, "", "grant it the cluster privilege monitor_inference"},
		{"credentials", 401, simple("security_exception", "unable to authenticate user [u] for REST request [/]"), KindUnauthorized, false, "", "refuses the API key"},
		{"serverless", 410, simple("api_not_available_exception", "Request for uri [/_license] with method [GET] exists but is not available when running in serverless mode"), KindUnsupported, false, "Request for uri [/_license] with method [GET] exists but is not available when running in serverless mode", "does not have this API"},
		{"proxy's page", 502, html, KindUnavailable, true, "", "the cluster is unavailable"},
		{"cloud proxy", 503, `{"ok":false,"message":"The requested resource is currently unavailable."}`, KindUnavailable, true, "The requested resource is currently unavailable.", ""},
		{"no shards yet", 503, `{"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"all shards failed","phase":"query","grouped":true,"failed_shards":[{"reason":{"type":"no_shard_available_action_exception","reason":null}}]},"status":503}`, KindUnavailable, true, "", "no_shard_available_action_exception"},
		{"string for an error", 405, `{"error":"Incorrect HTTP method for uri [/] and method [GET], allowed: [POST]","status":405}`, KindUnsupported, false, "Incorrect HTTP method for uri [/] and method [GET], allowed: [POST]", ""},
		{"something else", 404, "<h1>Not found</h1>", KindNotElasticsearch, false, "", "does not answer as Elasticsearch does"},
		{"redirect", 301, "", KindConfig, false, "", "redirects to https://new/"},
		{"too large", 413, "", KindTooLarge, false, "", "http.max_content_length"},
		{"crash", 500, simple("null_pointer_exception", "x is null"), KindServer, false, "x is null", "server's log"},
		{"proxy auth", 407, "", KindUnauthorized, false, "", "HTTPS_PROXY"},
		{"timeout", 408, "{}", KindTimeout, true, "", "gave up waiting"},
		{"throttled", 429, "{}", KindThrottled, true, "", "too many"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := http.Header{"Location": {"https://new/"}}
			e := failure(answer{target: target{op: "search", index: "films"}, status: test.status, header: header,
				body: []byte(test.body), address: "https://host:9200", credentials: "API key"})
			if e.Kind != test.kind || e.Temporary() != test.temporary {
				t.Errorf("kind %q, temporary %v; want %q, %v (%v)", e.Kind, e.Temporary(), test.kind, test.temporary, e)
			}
			if e.Reason != test.reason {
				t.Errorf("reason %q, want %q", e.Reason, test.reason)
			}
			if !strings.Contains(e.Error(), test.says) {
				t.Errorf("%q does not say %q", e, test.says)
			}
			if s := e.Error(); strings.Contains(s, "\n") || !strings.HasPrefix(s, "search: ") || strings.HasSuffix(s, ".") {
				t.Errorf("not a sentence: %q", s)
			}
		})
	}
}

// TestUnauthorizedWithoutCredentials: whoever gave none is told how to.
func TestUnauthorizedWithoutCredentials(t *testing.T) {
	c := newTestClient(t, always(401, simple("security_exception", "missing authentication credentials for REST request [/]")), nil)
	_, err := c.Info(t.Context())
	if KindOf(err) != KindUnauthorized || !strings.Contains(err.Error(), "set ELASTIC_API_KEY") {
		t.Errorf("%v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	tests := []struct {
		value    string
		from, to time.Duration
	}{
		{"", 0, 0},
		{"7", 7 * time.Second, 7 * time.Second},
		{" 0 ", 0, 0},
		{"-3", 0, 0},
		{"99999999", longestRetryAfter, longestRetryAfter},
		{"99999999999999999999", 0, 0},
		{"soon", 0, 0},
		{time.Now().Add(time.Minute).UTC().Format(http.TimeFormat), 50 * time.Second, time.Minute},
		{time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), 0, 0},
	}
	for _, test := range tests {
		got := retryAfter(http.Header{"Retry-After": {test.value}})
		if got < test.from || got > test.to {
			t.Errorf("%q: %v", test.value, got)
		}
	}
}

func TestMaxWindow(t *testing.T) {
	e := failure(answer{status: 400, body: []byte(simple("illegal_argument_exception", "Result window is too large, from + size must be less than or equal to: [50] but was [10000]. See the scroll api"))})
	if got := MaxWindow(e); got != 50 {
		t.Errorf("the largest window is %d, want 50", got)
	}
}
