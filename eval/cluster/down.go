package cluster

import (
	"context"
	"net/http"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// down tells whether the failure means that the cluster itself is away, and
// not only the endpoint or the one request.
func (e *Error) down() bool {
	if e == nil {
		return false
	}
	switch e.Kind {
	case KindUnreachable, KindConnection:
		return true
	case KindUnavailable:
		_, reranking := e.has("[text_similarity_reranker] search failed", "Computing updated ranks")
		return !reranking
	}
	return false
}

// isDown is down, and knows as well a cluster that takes requests and answers
// none, as behind a firewall that went up. One slow search is no sign of it: as
// many in a row as open the breaker must have gone without an answer, and then
// the cheapest question of all too.
func (c *Client) isDown(ctx context.Context, e *Error, probe bool) bool {
	if e.down() {
		return true
	}
	if e == nil || e.Kind != KindTimeout || e.Status != 0 {
		return false
	}
	return probe || c.breaker.silence() && !c.alive(ctx)
}

// silent is what callers are told of a cluster that does not answer at all.
func (c *Client) silent(e *Error) *Error {
	s := e.clone()
	s.Kind = KindUnreachable
	s.What = c.address + " stopped answering"
	s.Hint = "check that the cluster is up, and the firewalls in between"
	return s
}

// longestPing is how long a cluster that is alive may take for a ping.
const longestPing = 10 * time.Second

// alive asks whether the cluster answers anything at all.
func (c *Client) alive(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, min(longestPing, c.config.Timeout))
	defer cancel()
	response, err := esapi.PingRequest{}.Do(ctx, performer{client: c})
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	switch response.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	}
	return true
}
