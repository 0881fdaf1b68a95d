package cluster

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// breaker is shared by all callers of a client. Once the cluster has answered,
// a series of failures to reach it opens the breaker: callers wait instead of
// spending their retries, one of them at a time sends its request as a probe,
// and the first answer lets all of them go on. If the outage lasts too long,
// the waiting callers get an error, and later ones too, but for a probe now
// and then.
type breaker struct {
	threshold int           // failures in a row that open it
	outage    time.Duration // how long callers wait; <= 0 for not at all
	first     time.Duration // pause before the first probe; it doubles
	longest   time.Duration // pause between probes
	notify    func(Notice)

	mu       sync.Mutex
	reached  bool // the cluster has answered once
	failures int  // in a row
	silent   int  // requests in a row without any answer in time
	open     bool
	gaveUp   bool
	since    time.Time // of the opening
	probing  bool
	probeAt  time.Time // when the next probe is due
	pause    time.Duration
	last     *Error
	changed  chan struct{} // closed, and replaced, whenever a waiter should look again
}

// newBreaker makes the breaker for a configuration. It opens after a few
// failures more than there are callers, so that one broken connection each is
// no outage, but before a single caller's retries are used up.
func newBreaker(c Config, notify func(Notice)) *breaker {
	return &breaker{
		threshold: min(c.Concurrency+2, max(c.Retries, 1)),
		outage:    c.Outage,
		first:     2 * c.Backoff.Base,
		longest:   max(c.Backoff.Cap/2, 2*c.Backoff.Base),
		notify:    notify,
		changed:   make(chan struct{}),
	}
}

// enter waits until a request may be sent. It tells whether the request is a
// probe, for which report must be told so.
func (b *breaker) enter(ctx context.Context) (probe bool, failed *Error) {
	for {
		b.mu.Lock()
		if !b.open {
			b.mu.Unlock()
			return false, nil
		}
		now := time.Now()
		if !b.probing && !now.Before(b.probeAt) {
			b.probing = true
			b.mu.Unlock()
			return true, nil
		}
		deadline := b.since.Add(b.outage)
		if b.gaveUp || !now.Before(deadline) {
			e := b.giveUp(now)
			return false, e
		}
		wake := deadline
		if !b.probing && b.probeAt.Before(wake) {
			wake = b.probeAt
		}
		changed := b.changed
		b.mu.Unlock()

		timer := time.NewTimer(wake.Sub(now))
		select {
		case <-ctx.Done():
			timer.Stop()
			return false, nil // the attempt itself reports the end of the context
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// giveUp makes the error of an outage that lasts too long. It is called with
// the lock held and releases it.
func (b *breaker) giveUp(now time.Time) *Error {
	firstTime := !b.gaveUp
	b.gaveUp = true
	away := now.Sub(b.since).Round(time.Second)
	e := b.last.clone()
	e.final = true
	e.Attempts = 0
	e.note = "away for " + away.String()
	b.mu.Unlock()
	if firstTime {
		b.notify(Notice{Kind: NoticeGiveUp, Wait: away, Err: e.clone()})
	}
	return e
}

// report tells how a request went: err is nil where the cluster answered, even
// with a refusal, and down tells whether err means that it is away. Other
// errors, such as a canceled context, say nothing about the cluster.
func (b *breaker) report(probe bool, err *Error, down bool) {
	b.mu.Lock()
	if probe {
		b.probing = false
	}
	switch {
	case err == nil || !down && err.Status != 0:
		b.reached = true
		b.failures, b.silent = 0, 0
		if b.open {
			b.closeLocked()
			return
		}
	case down:
		b.failures++
		if err.Kind == KindUnreachable && b.silent >= b.threshold {
			b.failures = max(b.failures, b.threshold)
		}
		b.last = err.clone()
		switch {
		case b.open && probe:
			b.pause = min(2*b.pause, b.longest)
			b.probeAt = time.Now().Add(b.pause)
			b.wakeLocked()
		case !b.open && b.reached && b.outage > 0 && b.failures >= b.threshold:
			b.open, b.gaveUp = true, false
			b.since = time.Now()
			b.pause = b.first
			b.probeAt = b.since.Add(b.pause)
			b.mu.Unlock()
			b.notify(Notice{Kind: NoticePause, Wait: b.first, Err: err.clone()})
			return
		}
	case probe:
		b.wakeLocked() // a probe that came to nothing: somebody else may try
	}
	b.mu.Unlock()
}

// closeLocked lets everybody go on; it releases the lock.
func (b *breaker) closeLocked() {
	b.open, b.gaveUp = false, false
	away := time.Since(b.since).Round(time.Millisecond)
	b.wakeLocked()
	b.mu.Unlock()
	b.notify(Notice{Kind: NoticeResume, Wait: away})
}

func (b *breaker) wakeLocked() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// silence counts a request that had no answer in time, and tells whether there
// were enough in a row to ask whether the cluster is there at all.
func (b *breaker) silence() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.silent++
	return b.reached && !b.open && b.silent >= b.threshold
}

// isOpen tells whether callers wait at the moment.
func (b *breaker) isOpen() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.open
}

// wasReached tells whether the cluster has ever answered.
func (b *breaker) wasReached() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.reached
}

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
		// After a restart a node answers before it has its shards.
		if e.hasType("no_shard_available_action_exception") {
			return true
		}
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
	s.Hint = "check that the cluster is up and that no firewall blocks it"
	return s
}

// longestPing is how long a cluster that is alive may take for a ping.
const longestPing = 10 * time.Second

// alive asks whether the cluster answers anything at all.
func (c *Client) alive(ctx context.Context) bool {
	if c.config.Server != "" {
		return false // a server that has nothing to ask for free
	}
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
