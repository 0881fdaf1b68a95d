package cluster

import (
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
	e := &Error{Op: a.op, Status: a.status, Chain: s.chain, Feature: s.feature}
	if n := len(s.chain); n > 0 {
		e.Type, e.Reason = s.chain[n-1].Type, s.chain[n-1].Reason
	}
	e.RetryAfter = retryAfter(a.header)
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
	licenceRule, unknownRetrieverRule, noHandlerRule, missingEndpointRule, missingIndexRule, lostPITRule,
	providerRule, coldModelRule, throttledRule, windowRule,
}

// has finds the first cause whose reason contains one of the fragments.
func (e *Error) has(fragments ...string) (Cause, bool) {
	for _, c := range slices.Backward(e.Chain) {
		for _, f := range fragments {
			if strings.Contains(c.Reason, f) {
				return c, true
			}
		}
	}
	return Cause{}, false
}

func (e *Error) hasType(types ...string) bool {
	return slices.ContainsFunc(e.Chain, func(c Cause) bool { return slices.Contains(types, c.Type) })
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
		e.Hint = "give the final address"
	case a.status == http.StatusUnauthorized:
		unauthorized(e, a)
	case a.status == http.StatusForbidden:
		forbidden(e, a)
	case a.status == http.StatusRequestTimeout:
		e.Kind, e.What = KindTimeout, "the server gave up waiting"
		e.Hint = "lower --concurrency, or give the endpoint more allocations"
	case a.status == http.StatusTooManyRequests:
		e.Kind, e.What = KindThrottled, "the cluster asks for fewer requests"
		e.Hint = "lower --concurrency"
	case a.status == http.StatusBadGateway, a.status == http.StatusServiceUnavailable, a.status == http.StatusGatewayTimeout:
		e.Kind, e.What = KindUnavailable, "the cluster is not available at the moment"
		e.Hint = "look at GET /_cluster/health"
	case a.status == http.StatusRequestEntityTooLarge:
		e.Kind, e.What = KindTooLarge, "the request is larger than the server accepts"
		e.Hint = "split the documents, or raise http.max_content_length"
	case a.status == http.StatusProxyAuthRequired:
		e.Kind, e.What = KindUnauthorized, "the proxy between here and the cluster wants credentials"
		e.Hint = "put them into HTTPS_PROXY, or except the host in NO_PROXY"
	case !isJSON && a.header.Get("X-Elastic-Product") == "":
		e.Kind = KindNotElasticsearch
		e.What = fmt.Sprintf("%s does not answer as Elasticsearch does", a.address)
		e.Hint = "check host, port and path of the address"
	case a.status == http.StatusNotFound:
		e.Kind, e.What = KindMissing, "the server does not find it"
	case a.status == http.StatusMethodNotAllowed, a.status == http.StatusGone:
		e.Kind, e.What = KindUnsupported, "this server does not offer the API"
	case a.status >= 400 && a.status < 500:
		e.Kind, e.What = KindInvalidRequest, "the server refuses the request"
		if e.Reason != "" {
			e.What = "the server refuses the request: " + oneLine(e.Reason)
		}
	default:
		e.Kind, e.What = KindServer, "the server failed"
		e.Hint = "look at the server's log"
	}
}

func unauthorized(e *Error, a answer) {
	e.Kind = KindUnauthorized
	if a.credentials == "" {
		e.What = fmt.Sprintf("%s wants credentials and none are given", a.address)
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
	action := "do this"
	if m := deniedAction.FindStringSubmatch(e.Reason); m != nil {
		action = "do " + oneLine(m[1])
	}
	e.What = fmt.Sprintf("the %s may not %s", who, action)
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
