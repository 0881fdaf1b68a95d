package cluster

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// defaults leaves the waits as users have them: synctest's clock is not slow.
func defaults(c *Config) { c.Backoff = Backoff{} }

// connectionRefused is what a dial to a closed port gives.
func connectionRefused() error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
}

func connectionReset() error {
	return &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
}

// TestRetries: what may heal is tried again, what cannot is not.
func TestRetries(t *testing.T) {
	search := func(t *testing.T, c *Client) error {
		_, err := c.Search(t.Context(), []byte(`{"size":1}`), SearchOptions{})
		return err
	}
	tests := []struct {
		name     string
		failures int
		fail     func() (*http.Response, error)
		calls    int
		kind     Kind
	}{
		{"429", 3, func() (*http.Response, error) { return reply(429, "{}"), nil }, 4, ""},
		{"502", 4, func() (*http.Response, error) { return reply(502, "<html>"), nil }, 5, ""},
		{"503", 1, func() (*http.Response, error) { return reply(503, "{}"), nil }, 2, ""},
		{"504", 1, func() (*http.Response, error) { return reply(504, ""), nil }, 2, ""},
		{"cold", 4, func() (*http.Response, error) {
			return reply(409, wrapped("status_exception", "Trained model deployment [x] is not allocated to any nodes")), nil
		}, 5, ""},
		{"reset", 2, func() (*http.Response, error) { return nil, connectionReset() }, 3, ""},
		{"cut short", 2, func() (*http.Response, error) { return reply(200, oneHit[:50]), nil }, 3, ""},
		{"shard failure", 1, func() (*http.Response, error) {
			return reply(200, `{"_shards":{"total":1,"failed":1},"hits":{"hits":[]}}`), nil
		}, 2, ""},
		{"too often", 99, func() (*http.Response, error) { return reply(429, "{}"), nil }, 5, KindThrottled},
		{"400", 99, func() (*http.Response, error) { return reply(400, simple("x", "y")), nil }, 1, KindInvalidRequest},
		{"401", 99, func() (*http.Response, error) { return reply(401, "{}"), nil }, 1, KindUnauthorized},
		{"403", 99, func() (*http.Response, error) { return reply(403, "{}"), nil }, 1, KindForbidden},
		{"404", 99, func() (*http.Response, error) { return reply(404, "{}"), nil }, 1, KindMissing},
		{"first connection refused", 99, func() (*http.Response, error) { return nil, connectionRefused() }, 1, KindUnreachable},
		{"unknown host", 99, func() (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}}
		}, 1, KindUnreachable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answer: func(n int, _ *http.Request) (*http.Response, error) {
					if n < test.failures {
						return test.fail()
					}
					return reply(200, oneHit), nil
				}}
				c := newTestClient(t, s, defaults)
				err := search(t, c)
				if KindOf(err) != test.kind {
					t.Errorf("%v, want kind %q", err, test.kind)
				}
				if s.calls != test.calls {
					t.Errorf("%d calls, want %d", s.calls, test.calls)
				}
				for i, b := range s.bodies {
					if b != `{"size":1}` {
						t.Errorf("attempt %d had the body %q", i+1, b)
					}
				}
				if e, ok := asError(err); ok && e.Attempts != test.calls {
					t.Errorf("%d attempts in the error", e.Attempts)
				}
			})
		})
	}
}

// TestBackoffGrows: the waits are below 500ms·2ⁿ⁻¹, differ, repeat with the
// same seed and are not all small.
func TestBackoffGrows(t *testing.T) {
	waits := func(seed uint64, cold bool) []time.Duration {
		j := newJitter(Config{}.withDefaults().Backoff, seed)
		var all []time.Duration
		for n := 1; n <= 10; n++ {
			all = append(all, j.wait(n, cold))
		}
		return all
	}
	limit := 500 * time.Millisecond
	for n, w := range waits(1, false) {
		if w < 0 || w > limit {
			t.Errorf("retry %d waits %v, above %v", n+1, w, limit)
		}
		limit = min(2*limit, 30*time.Second)
	}
	a, b, other := waits(1, false), waits(1, false), waits(2, false)
	same := true
	var sum time.Duration
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("the same seed gives %v and %v", a[i], b[i])
		}
		same = same && a[i] == other[i]
		sum += a[i]
	}
	if same {
		t.Error("another seed gives the same waits")
	}
	if sum < 10*time.Second {
		t.Errorf("ten waits take %v", sum)
	}
}

// TestWaitsBetweenAttempts: on the clock, Retry-After is a lower bound.
func TestWaitsBetweenAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(n int, _ *http.Request) (*http.Response, error) {
			if n == 0 {
				r := reply(429, "{}")
				r.Header.Set("Retry-After", "20")
				return r, nil
			}
			return reply(200, oneHit), nil
		}}
		var notices []Notice
		c := newTestClient(t, s, func(c *Config) { defaults(c); c.Notify = func(n Notice) { notices = append(notices, n) } })
		r, err := c.Search(t.Context(), []byte("{}"), SearchOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if waited := s.times[1].Sub(s.times[0]); waited != 20*time.Second {
			t.Errorf("waited %v", waited)
		}
		if r.Attempts != 2 || r.Wall != 0 {
			t.Errorf("%d attempts, wall %v: the wait must not be in it", r.Attempts, r.Wall)
		}
		if len(notices) != 1 || notices[0].Kind != NoticeRetry || notices[0].Wait != 20*time.Second {
			t.Errorf("notices %+v", notices)
		}
	})
}

func TestCallBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(int, *http.Request) (*http.Response, error) {
			r := reply(503, "{}")
			r.Header.Set("Retry-After", "50")
			return r, nil
		}}
		c := newTestClient(t, s, func(c *Config) { defaults(c); c.RetryBudget.Call = 2 * time.Minute; c.Outage = -1 })
		start := time.Now()
		_, err := c.Search(t.Context(), []byte("{}"), SearchOptions{})
		if KindOf(err) != KindUnavailable || !strings.Contains(err.Error(), "would exceed the limit of 2m0s for one call") {
			t.Errorf("%v", err)
		}
		if s.calls != 3 || time.Since(start) != 100*time.Second {
			t.Errorf("%d calls in %v", s.calls, time.Since(start))
		}
	})
}

// TestClientBudget: a cluster that fails most of the time ends the retries,
// one that fails now and then does not.
func TestClientBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(int, *http.Request) (*http.Response, error) { return reply(429, "{}"), nil }}
		c := newTestClient(t, s, func(c *Config) { c.RetryBudget.Client = 10 })
		var err error
		for range 20 {
			_, err = c.Search(t.Context(), []byte("{}"), SearchOptions{})
		}
		if s.calls != 20+10 {
			t.Errorf("%d calls, want 20 and 10 retries", s.calls)
		}
		if !strings.Contains(err.Error(), "budget of retries is used up") {
			t.Errorf("%v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(n int, _ *http.Request) (*http.Response, error) {
			if n%2 == 0 {
				return reply(429, "{}"), nil
			}
			return reply(200, oneHit), nil
		}}
		c := newTestClient(t, s, func(c *Config) { c.RetryBudget.Client = 10 })
		for range 100 {
			if _, err := c.Search(t.Context(), []byte("{}"), SearchOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestAttemptTimeout: a half-open connection costs one attempt, not the call.
func TestAttemptTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(n int, r *http.Request) (*http.Response, error) {
			if n == 0 {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			time.Sleep(time.Second)
			return reply(200, oneHit), nil
		}}
		c := newTestClient(t, s, func(c *Config) { c.Timeout = 5 * time.Second })
		r, err := c.Search(t.Context(), []byte("{}"), SearchOptions{})
		if err != nil || r.Attempts != 2 || r.Wall != time.Second {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// TestDeadlineDuringBackoff: the caller's deadline ends the wait, and is the
// error.
func TestDeadlineDuringBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTestClient(t, transportFunc(func(*http.Request) (*http.Response, error) {
			r := reply(429, "{}")
			r.Header.Set("Retry-After", "60")
			return r, nil
		}), nil)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		_, err := c.Search(ctx, []byte("{}"), SearchOptions{})
		if KindOf(err) != KindCanceled || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if time.Since(start) != 10*time.Second {
			t.Errorf("after %v", time.Since(start))
		}
	})
}
