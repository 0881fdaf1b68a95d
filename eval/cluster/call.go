package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// request is one call to the cluster, which may be sent several times.
type request struct {
	target
	// make gives a fresh request for each attempt, with an unread body.
	make func() esapi.Request
	// query sets URL parameters that the request struct does not know.
	query map[string]string
	// accept reads the body of a successful answer; the bytes are gone when
	// it returns. Nil where only the status matters.
	accept func(attempt int, a *received) *Error
	// large allows an answer of Config.MaxResponse: that to a search.
	large bool
	// timeout limits one attempt; 0 for Config.Timeout.
	timeout time.Duration
	// retries is Config.Retries, or another number where it is not nil.
	retries *int
	// before is called before each attempt; nil for nothing.
	before func(ctx context.Context) error
	// explain sorts a failed answer of a server that is not Elasticsearch; nil
	// for those that are.
	explain func(status int, header http.Header, body []byte) *Error
	// tolerate makes an error a success; it is asked before any retry.
	tolerate func(attempt int, e *Error) bool
}

// received is a successful answer.
type received struct {
	header http.Header
	body   []byte
	wall   time.Duration
	*workspace
}

// do sends the request until it succeeds or there is no point in going on. The
// error is an *Error or nil.
func (c *Client) do(ctx context.Context, r request) error {
	if e := c.attempts(ctx, r); e != nil {
		return e
	}
	return nil // not a nil *Error, which is no nil error
}

// clean blacks out secrets that the server, or the network's error, repeated.
func (c *Client) clean(e *Error) {
	for _, s := range []*string{&e.Type, &e.Reason, &e.What, &e.Hint} {
		*s = c.scrub.text(*s)
	}
	e.What, e.Hint = c.ofServer(e.What), c.ofServer(e.Hint)
	for i := range e.chain {
		e.chain[i] = Cause{c.scrub.text(e.chain[i].Type), c.scrub.text(e.chain[i].Reason)}
	}
}

func (c *Client) attempts(ctx context.Context, r request) *Error {
	retries := c.config.Retries
	if r.retries != nil {
		retries = *r.retries
	}
	start := time.Now()
	var paused time.Duration // by the breaker, or before an attempt: not the call's fault
	for attempt := 1; ; {
		before := time.Now()
		probe, e := c.breaker.enter(ctx)
		paused += time.Since(before)
		if e != nil {
			e.Op = r.op
			return e
		}
		if r.before != nil {
			before := time.Now()
			err := r.before(ctx)
			paused += time.Since(before)
			if err != nil {
				c.breaker.report(probe, &Error{Kind: KindCanceled}, false)
				return c.networkError(ctx, r.target, true, err)
			}
		}
		e = c.attempt(ctx, r, attempt)
		if e != nil {
			c.clean(e)
			e.Op, e.Attempts = r.op, attempt
		}
		down := c.isDown(ctx, e, probe)
		if down && e.Kind == KindTimeout {
			c.breaker.report(probe, c.silent(e), true)
		} else {
			c.breaker.report(probe, e, down)
		}
		if e == nil {
			c.budget.refund()
			return nil
		}
		if r.tolerate != nil && r.tolerate(attempt, e) {
			return nil
		}
		if !e.Temporary() {
			return e
		}
		if retries > 0 && down && paused <= c.config.Outage && c.breaker.isOpen() {
			continue // wait for the cluster, at no cost to this call
		}
		if attempt > retries {
			return e
		}
		wait := max(e.retryAfter, c.jitter.wait(attempt, e.Kind == KindColdModel))
		if limit := c.config.RetryBudget.Call; limit >= 0 && time.Since(start)-paused+wait > limit {
			e.note = fmt.Sprintf("and another attempt would exceed the limit of %v for one call", limit)
			return e
		}
		if !c.budget.take() {
			e.note = "and the run's budget of retries is used up"
			return e
		}
		if c.config.Notify != nil {
			c.config.Notify(Notice{Kind: NoticeRetry, Wait: wait, Err: e.clone()})
		}
		if sleep(ctx, wait) != nil {
			return c.networkError(ctx, r.target, true, ctx.Err())
		}
		attempt++
	}
}

// attempt sends the request once.
func (c *Client) attempt(parent context.Context, r request, n int) *Error {
	timeout := c.config.Timeout
	if r.timeout > 0 {
		timeout = r.timeout
	}
	ctx, cancel := context.WithTimeout(parent, timeout)
	defer cancel()
	start := time.Now()
	response, err := r.make().Do(ctx, performer{c, r.query})
	if err != nil {
		e := c.networkError(parent, r.target, c.breaker.wasReached(), err)
		c.record(parent, r, n, 0, time.Since(start), e)
		return e
	}
	defer response.Body.Close()
	response.Body = unpacked(response.Header, response.Body)
	w := c.workspaces.Get().(*workspace)
	defer c.recycle(w)
	failed := response.StatusCode >= 300
	limit := int64(largestOther)
	switch {
	case failed:
		limit = largestFailure
	case r.large:
		limit = c.config.MaxResponse
	}
	body, release, e := c.read(ctx, parent, r.target, response.Body, &w.body, limit, failed)
	defer release()
	wall := time.Since(start)
	body = c.scrubbed(response.Header, body, failed)
	switch {
	case e != nil && (!failed || e.Kind == KindCanceled):
		e.Status = response.StatusCode
	case failed && r.explain != nil:
		e = r.explain(response.StatusCode, response.Header, body)
	case failed:
		e = failure(answer{r.target, response.StatusCode, response.Header, body, c.address, c.credentials})
	case r.accept != nil:
		e = r.accept(n, &received{response.Header, body, wall, w})
		if e != nil {
			e.Status = response.StatusCode
		}
	}
	c.record(parent, r, n, response.StatusCode, wall, e)
	return e
}

// scrubbed blacks out secrets in an answer before anything is read of it: in
// one that says what failed all of them, in others those that no word of a
// title, a name or a version could be.
func (c *Client) scrubbed(h http.Header, body []byte, failed bool) []byte {
	find := &c.scrub.answers
	if failed {
		find = &c.scrub.messages
	}
	for _, values := range h {
		for i, v := range values {
			values[i] = string(find.redact([]byte(v)))
		}
	}
	return find.redact(body)
}

// record writes the attempt to the log.
func (c *Client) record(ctx context.Context, r request, n, status int, wall time.Duration, e *Error) {
	if !c.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attributes := []slog.Attr{slog.String("op", r.op), slog.Int("attempt", n), slog.Int("status", status), slog.Duration("wall", wall)}
	if r.index != "" {
		attributes = append(attributes, slog.String("index", r.index))
	}
	if r.endpoint != "" {
		attributes = append(attributes, slog.String("endpoint", r.endpoint))
	}
	if e != nil {
		attributes = append(attributes, slog.String("kind", string(e.Kind)), slog.String("error", c.scrub.text(e.Error())))
	}
	c.log.LogAttrs(ctx, slog.LevelDebug, "request", attributes...)
}

// performer hands a request on to the wire. It sets the parameters that
// esapi's request structs lack.
type performer struct {
	client *Client
	query  map[string]string
}

func (p performer) Perform(r *http.Request) (*http.Response, error) {
	if len(p.query) > 0 {
		q := r.URL.Query()
		for name, value := range p.query {
			q.Set(name, value)
		}
		r.URL.RawQuery = q.Encode()
	}
	return p.client.wire.perform(r)
}
