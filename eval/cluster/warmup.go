package cluster

import (
	"context"
	"fmt"
	"time"
)

// WarmUpProgress is what is known while a model starts.
type WarmUpProgress struct {
	// Endpoint is the inference endpoint.
	Endpoint string
	// Elapsed is since the start, Limit when the waiting ends.
	Elapsed, Limit time.Duration
	// Attempts counts the questions asked so far.
	Attempts int
	// Err is the last answer.
	Err error
}

// longestWarmUpCall is for how long the server is asked to wait in one call:
// below what proxies usually allow.
const longestWarmUpCall = 30 * time.Second

// WarmUp asks the endpoint for the score of one text until it answers, and
// gives the time that took. Between the questions it tells progress, which may
// be nil. What does not heal by itself, such as a missing endpoint, ends it at
// once; after the limit the last error is given.
func (c *Client) WarmUp(ctx context.Context, id string, limit time.Duration, progress func(WarmUpProgress)) (time.Duration, error) {
	start := time.Now()
	none := 0
	for attempt := 1; ; attempt++ {
		left := limit - time.Since(start)
		ask := min(max(left, time.Second), longestWarmUpCall)
		_, err := c.rerank(ctx, id, "warm up", []string{"warm up"}, ask, &none)
		if err == nil {
			return time.Since(start), nil
		}
		e, ok := asError(err)
		if !ok || !e.Temporary() || e.Kind == KindInvalidResponse {
			return 0, err
		}
		wait := max(e.RetryAfter, c.jitter.wait(attempt, true))
		elapsed := time.Since(start)
		if elapsed+wait >= limit {
			e.Attempts = attempt
			e.note = fmt.Sprintf("not ready within %v", limit)
			return 0, e
		}
		if progress != nil {
			progress(WarmUpProgress{Endpoint: id, Elapsed: elapsed, Limit: limit, Attempts: attempt, Err: err})
		}
		if sleep(ctx, wait) != nil {
			return 0, networkError(ctx, target{op: "wait for the model", endpoint: id}, c.address, true, ctx.Err())
		}
	}
}
