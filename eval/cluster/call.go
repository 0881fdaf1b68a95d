package cluster

import (
	"context"
	"encoding/json"
	"errors"
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
	// timeout limits one attempt; 0 for Config.Timeout.
	timeout time.Duration
	// retries is Config.Retries, or another number where it is not nil.
	retries *int
	// tolerate makes an error a success; it is asked before any retry.
	tolerate func(attempt int, e *Error) bool
}

// received is a successful answer.
type received struct {
	status int
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
		*s = c.scrub(*s)
	}
	for i := range e.Chain {
		e.Chain[i] = Cause{c.scrub(e.Chain[i].Type), c.scrub(e.Chain[i].Reason)}
	}
}

func (c *Client) attempts(ctx context.Context, r request) *Error {
	retries := c.config.Retries
	if r.retries != nil {
		retries = *r.retries
	}
	start := time.Now()
	var paused time.Duration // by the breaker: not the call's fault
	for attempt := 1; ; {
		before := time.Now()
		probe, e := c.breaker.enter(ctx)
		paused += time.Since(before)
		if e != nil {
			e.Op = r.op
			return e
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
		wait := max(e.RetryAfter, c.jitter.wait(attempt, e.Kind == KindColdModel))
		if limit := c.config.RetryBudget.Call; limit >= 0 && time.Since(start)-paused+wait > limit {
			e.note = fmt.Sprintf("and another would exceed the %v for one call", limit)
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
			return networkError(ctx, r.target, c.address, true, ctx.Err())
		}
		attempt++
	}
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
		attributes = append(attributes, slog.String("kind", string(e.Kind)), slog.String("error", c.scrub(e.Error())))
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

// into makes an accept function that decodes the body with encoding/json.
// Each attempt starts from the zero value: nothing of an answer that broke off
// stays.
func into[T any](v *T) func(int, *received) *Error {
	return func(_ int, a *received) *Error {
		var zero T
		*v = zero
		contentType := a.header.Get("Content-Type")
		err := errWrongType
		if isJSONType(contentType) {
			err = json.Unmarshal(a.body, v)
		}
		if err != nil {
			return unreadable(a.body, contentType, err)
		}
		return nil
	}
}

var errWrongType = errors.New("not JSON")
