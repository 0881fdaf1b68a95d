package cluster

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// target is what a request was about, for messages.
type target struct {
	op       string // "search", "open a point in time"
	index    string
	endpoint string
}

// answer is a failed answer before it is sorted.
type answer struct {
	target
	status      int
	header      http.Header
	body        []byte
	address     string // of the cluster, without credentials
	credentials string // "API key", "user \"x\"", or "" for none
}

// failure makes an Error of an answer with a failing status.
func failure(a answer) *Error {
	s := decodeError(a.body)
	e := &Error{Op: a.op, Status: a.status, chain: s.chain, feature: s.feature, index: s.index}
	if n := len(s.chain); n > 0 {
		e.Type, e.Reason = s.chain[n-1].Type, s.chain[n-1].Reason
	}
	e.retryAfter = retryAfter(a.header)
	for _, rule := range rules {
		if rule(e, a) {
			return e
		}
	}
	byStatus(e, a, s.isJSON)
	return e
}

// rule recognises an error by the types and reasons of its chain and fills in
// Kind, What and Hint. The first that fits wins; the order goes from the
// particular to the general.
type rule func(*Error, answer) bool

// rules never change.
var rules = []rule{
	licenceRule, unknownRetrieverRule, noHandlerRule, crossClusterRule, missingEndpointRule, missingIndexRule, closedIndexRule, lostPITRule,
	providerRule, coldModelRule, throttledRule, windowRule,
}

// has finds the first cause whose reason contains one of the fragments.
func (e *Error) has(fragments ...string) (Cause, bool) {
	for _, c := range slices.Backward(e.chain) {
		for _, f := range fragments {
			if strings.Contains(c.Reason, f) {
				return c, true
			}
		}
	}
	return Cause{}, false
}

func (e *Error) hasType(types ...string) bool {
	return slices.ContainsFunc(e.chain, func(c Cause) bool { return slices.Contains(types, c.Type) })
}

// byStatus sorts what no rule knows by its HTTP status.
func byStatus(e *Error, a answer, isJSON bool) {
	switch {
	case a.status >= 300 && a.status < 400:
		e.Kind = KindConfig
		e.What = fmt.Sprintf("%s redirects elsewhere", a.address)
		if to := a.header.Get("Location"); to != "" {
			e.What = fmt.Sprintf("%s redirects to %s", a.address, oneLine(redactAddress(to)))
		}
		e.Hint = "use the address that it redirects to"
	case a.status == http.StatusUnauthorized:
		unauthorized(e, a)
	case a.status == http.StatusForbidden:
		forbidden(e, a)
	case a.status == http.StatusRequestTimeout:
		e.Kind, e.What = KindTimeout, "the server gave up waiting"
		e.Hint = "lower --concurrency, or give the endpoint more allocations"
	case a.status == http.StatusTooManyRequests:
		e.Kind, e.What = KindThrottled, "the cluster refuses requests because there are too many"
		e.Hint = "lower --concurrency"
	case a.status == http.StatusBadGateway, a.status == http.StatusServiceUnavailable, a.status == http.StatusGatewayTimeout:
		e.Kind, e.What = KindUnavailable, "the cluster is unavailable"
		e.Hint = "check GET /_cluster/health"
	case a.status == http.StatusRequestEntityTooLarge:
		e.Kind, e.What = KindTooLarge, "the request is larger than the server accepts"
		e.Hint = "split the documents, or raise http.max_content_length"
	case a.status == http.StatusProxyAuthRequired:
		e.Kind, e.What = KindUnauthorized, "a proxy on the way to the cluster requires credentials"
		e.Hint = "set them in HTTPS_PROXY, or exclude the host with NO_PROXY"
	case !isJSON && a.header.Get("X-Elastic-Product") == "":
		e.Kind = KindNotElasticsearch
		e.What = fmt.Sprintf("%s does not answer as Elasticsearch does", a.address)
		e.Hint = "check host, port and path of the address"
	case a.status == http.StatusNotFound:
		e.Kind, e.What = KindMissing, "the server cannot find what the request names"
	case a.status == http.StatusMethodNotAllowed, a.status == http.StatusGone:
		e.Kind, e.What = KindUnsupported, "this server does not have this API"
	case a.status >= 400 && a.status < 500:
		e.Kind, e.What = KindInvalidRequest, "the server refuses the request"
		if c, ok := e.has(" did you mean ", "unknown query [", "unknown retriever ["); ok {
			// the innermost cause says "unknown field" of the same name
			e.Type, e.Reason = c.Type, c.Reason
		}
		if e.Reason != "" {
			e.What = "the server refuses the request: " + oneLine(e.Reason)
		}
	default:
		e.Kind, e.What = KindServer, "the server failed"
		e.Hint = "check the server's log"
	}
}

func unauthorized(e *Error, a answer) {
	e.Kind = KindUnauthorized
	if a.credentials == "" {
		e.What = fmt.Sprintf("%s requires credentials, and none are given", a.address)
		e.Hint = "set ELASTIC_API_KEY, or ELASTIC_USERNAME and ELASTIC_PASSWORD"
	} else {
		e.What = fmt.Sprintf("%s refuses the %s", a.address, a.credentials)
		e.Hint = "check that it belongs to this cluster, is not expired, and was copied in full"
	}
	// The server's own reason adds nothing, and quotes the user.
	e.Type, e.Reason = "", ""
}

var (
	deniedAction  = regexp.MustCompile(`action \[([^\]]+)\] is unauthorized`)
	grantedByRule = regexp.MustCompile(`granted by the (index|cluster) privileges \[([^\]]+)\]`)
	deniedIndices = regexp.MustCompile(`on indices \[([^\]]+)\]`)
)

// usualPrivilege picks the one that people grant out of those that would do:
// the server's list is not in order of power.
func usualPrivilege(sufficient []string) string {
	for _, usual := range []string{"read", "view_index_metadata", "monitor_inference", "write"} {
		if slices.Contains(sufficient, usual) {
			return usual
		}
	}
	return sufficient[0]
}

func forbidden(e *Error, a answer) {
	e.Kind = KindForbidden
	who := a.credentials
	if who == "" {
		who = "anonymous user"
	}
	action := "this request"
	if m := deniedAction.FindStringSubmatch(e.Reason); m != nil {
		action = oneLine(m[1])
	}
	e.What = fmt.Sprintf("the %s lacks the privilege for %s", who, action)
	m := grantedByRule.FindStringSubmatch(e.Reason)
	if m == nil {
		return
	}
	e.Hint = fmt.Sprintf("grant it the %s privilege %s", m[1], oneLine(usualPrivilege(strings.Split(m[2], ","))))
	if on := deniedIndices.FindStringSubmatch(e.Reason); on != nil && m[1] == "index" {
		e.Hint += " on " + oneLine(on[1])
	}
	e.Type, e.Reason = "", ""
}

// bracketed gives what stands in the first pair of square brackets after a
// prefix.
func bracketed(s, prefix string) string {
	_, rest, found := strings.Cut(s, prefix+"[")
	if !found {
		return ""
	}
	name, _, found := strings.Cut(rest, "]")
	if !found {
		return ""
	}
	return oneLine(name)
}

func licenceRule(e *Error, _ answer) bool {
	c, ok := e.has("current license is non-compliant for")
	if !ok {
		return false
	}
	if e.feature == "" {
		e.feature = bracketed(c.Reason, "non-compliant for ")
	}
	e.Kind = KindLicence
	e.What = fmt.Sprintf("the cluster's licence does not allow %s", e.feature)
	e.Hint = "reranking needs an Enterprise or a trial licence: start a trial with POST /_license/start_trial?acknowledge=true"
	return true
}

// retrieverSince are the retrievers that servers have had since a release. They
// never change.
var retrieverSince = map[string]string{
	"text_similarity_reranker": "Elasticsearch 8.17.2 or later in its default distribution",
	"rrf":                      "Elasticsearch 8.16 or later in its default distribution",
	"rule":                     "Elasticsearch 8.16 or later in its default distribution",
	"linear":                   "Elasticsearch 8.18 or later in its default distribution",
	"rescorer":                 "Elasticsearch 8.18 or later",
	"pinned":                   "Elasticsearch 9.1 or later in its default distribution",
	"diversify":                "Elasticsearch 9.3 or later in its default distribution",
}

// unknownRetrieverRule tells a retriever that this server lacks from a name
// that no server has.
func unknownRetrieverRule(e *Error, _ answer) bool {
	c, ok := e.has("unknown retriever [", "unknown retriever type [")
	if !ok {
		return false
	}
	name := cmp.Or(bracketed(c.Reason, "unknown retriever "), bracketed(c.Reason, "unknown retriever type "))
	since, known := retrieverSince[name]
	if !known {
		return false
	}
	e.Kind, e.Reason, e.Type = KindUnsupported, c.Reason, c.Type
	e.What = "this server has no " + name
	e.Hint = "use " + since
	return true
}

func noHandlerRule(e *Error, _ answer) bool {
	if _, ok := e.has("no handler found for uri"); !ok {
		return false
	}
	e.Kind, e.What = KindUnsupported, "this server does not have this API"
	return true
}

func missingEndpointRule(e *Error, a answer) bool {
	c, ok := e.has("Inference endpoint not found")
	if !ok {
		return false
	}
	id := bracketed(c.Reason, "Inference endpoint not found ")
	if id == "" {
		id = a.endpoint
	}
	e.Kind = KindMissingEndpoint
	e.What = fmt.Sprintf("the inference endpoint %q does not exist", id)
	e.Hint = fmt.Sprintf("create it with PUT /_inference/rerank/%s, or name another as inference_id", id)
	return true
}

func missingIndexRule(e *Error, a answer) bool {
	if !e.hasType("index_not_found_exception") {
		return false
	}
	name := a.index
	if c, ok := e.has("no such index ["); ok {
		name = bracketed(c.Reason, "no such index ")
	}
	e.Kind = KindMissingIndex
	e.What = fmt.Sprintf("the index %q does not exist", name)
	e.Hint = "create and fill it, or name another as search.index"
	return true
}

// closedIndexRule names an index that is closed, which the innermost cause does
// not.
func closedIndexRule(e *Error, a answer) bool {
	if !e.hasType("index_closed_exception") {
		return false
	}
	name := cmp.Or(e.index, a.index)
	e.Kind = KindMissingIndex
	e.What = fmt.Sprintf("the index %q is closed", name)
	e.Hint = fmt.Sprintf("open it with POST /%s/_open, or name another as search.index", name)
	return true
}

// crossClusterRule is for what is asked about an index of another cluster.
func crossClusterRule(e *Error, a answer) bool {
	if _, ok := e.has("Cross-cluster calls are not supported in this context"); !ok {
		return false
	}
	e.Kind = KindUnsupported
	e.What = fmt.Sprintf("%s is in another cluster, about which this cannot be asked", a.index)
	return true
}

func lostPITRule(e *Error, _ answer) bool {
	if !e.hasType("search_context_missing_exception") {
		return false
	}
	e.Kind = KindLostPIT
	e.What = "the point in time no longer exists: it expired, or a node restarted"
	e.Hint = "open a new one, and compare no results across the two"
	return true
}

// providerRule sorts what the service behind an endpoint says. Elasticsearch
// hands its status on, but as 400 where the service failed, so the status
// alone says little.
func providerRule(e *Error, a answer) bool {
	c, ok := e.has("Received an authentication error status code", "Received a permission denied error status code")
	if !ok {
		c, ok = e.has("Received an unsuccessful status code")
		ok = ok && strings.Contains(c.Reason, "status [403]")
	}
	if ok {
		e.Kind = KindProvider
		e.What = fmt.Sprintf("the service behind %s refuses the endpoint's credentials", endpointName(a, c))
		e.Hint = "recreate the endpoint with a valid api_key in its service_settings, one that may use its model"
		return true
	}
	if c, ok = e.has("Received a rate limit status code", "Received a server busy error status code"); !ok {
		c, ok = e.has("Received a server error status code", "Received an unsuccessful status code")
		if !ok || !providerFailed.MatchString(c.Reason) {
			return false
		}
	}
	e.Kind = KindThrottled
	e.What = fmt.Sprintf("the service behind %s is overloaded or failing", endpointName(a, c))
	e.Hint = "lower --concurrency, or raise the provider's limit"
	return true
}

var providerFailed = regexp.MustCompile(`status \[5\d\d\]`)

func endpointName(a answer, c Cause) string {
	id := bracketed(c.Reason, "inference entity id ")
	if id == "" {
		id = a.endpoint
	}
	if id == "" {
		return "the inference endpoint"
	}
	return fmt.Sprintf("the inference endpoint %q", id)
}

// coldModelRule knows the messages of a model that is being downloaded,
// deployed or scaled up from zero.
func coldModelRule(e *Error, a answer) bool {
	if c, ok := e.has("is [FAILED]"); ok && strings.HasPrefix(c.Reason, "Trained model") {
		e.Kind = KindServer
		e.What = "the deployment of the model failed"
		e.Hint = "check GET /_ml/trained_models/_stats, and deploy it again"
		return true
	}
	_, cold := e.has(
		"waiting for model deployment to start",
		"waiting for trained model deployment",
		"waiting for an allocation of deployment",
		"Error waiting for a model allocation",
		"is not allocated to any nodes",
		"must be deployed to use",
		"is [STOPPING]", "is [STARTING]",
		"Could not start deployment because no ML nodes with sufficient capacity were found",
	)
	if !cold && !e.hasType("model_deployment_timeout_exception") {
		return false
	}
	e.Kind = KindColdModel
	e.What = "the reranking model is not running yet"
	e.Hint = "wait for it with a longer --warm-up, or keep one allocation with min_number_of_allocations: 1"
	if _, full := e.has("no ML nodes with sufficient capacity"); full {
		e.Hint = "give the cluster a machine learning node with 4 GB or more, or let it scale up"
	}
	return true
}

func throttledRule(e *Error, _ answer) bool {
	_, full := e.has("queue is full", "Too many pending requests", "waiting for inference result")
	if !full && !e.hasType("es_rejected_execution_exception", "circuit_breaking_exception") {
		return false
	}
	e.Kind = KindThrottled
	e.What = "the cluster has more requests than it can handle"
	e.Hint = "lower --concurrency, or give the endpoint more allocations"
	return true
}

func windowRule(e *Error, _ answer) bool {
	if c, ok := e.has("Result window is too large"); ok {
		e.Kind, e.What = KindInvalidRequest, "the window is larger than the index allows"
		e.Hint = "lower rank_window_size, or raise index.max_result_window"
		e.MaxWindow = number(bracketed(c.Reason, "less than or equal to: "))
		return true
	}
	if _, ok := e.has("is configured to return the top ["); ok {
		e.Kind, e.What = KindInvalidRequest, "the inference endpoint returns fewer results than the window has documents"
		e.Hint = "lower rank_window_size, or recreate the endpoint with a larger top_n"
		return true
	}
	if c, ok := e.has("requires [rank_window_size"); ok {
		e.Kind, e.What, e.Hint = KindInvalidRequest, "the window is smaller than the size asked for", "raise rank_window_size, or lower size"
		if strings.Contains(c.Reason, "sub retriever") {
			e.What, e.Hint = "the window is larger than that of the retriever inside it", "raise the inner rank_window_size, or lower the outer one"
		}
		return true
	}
	return false
}
