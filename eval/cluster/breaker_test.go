package cluster

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestOutage: while the cluster is away all callers wait, one probes, and then
// all go on; nobody's call fails.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		away := func() bool { d := time.Since(start); return d > 5*time.Second && d < 95*time.Second }
		var during int
		var mu sync.Mutex
		s := &script{answer: func(int, *http.Request) (*http.Response, error) {
			time.Sleep(100 * time.Millisecond)
			if away() {
				mu.Lock()
				during++
				mu.Unlock()
				return nil, connectionRefused()
			}
			return reply(200, oneHit), nil
		}}
		var notices []Notice
		c := newTestClient(t, s, func(c *Config) {
			defaults(c)
			c.Notify = func(n Notice) {
				if n.Kind != NoticeRetry {
					mu.Lock()
					notices = append(notices, n)
					mu.Unlock()
				}
			}
		})
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for range 100 {
					if _, err := c.Search(t.Context(), []byte("{}"), SearchOptions{}); err != nil {
						t.Errorf("%v after %v", err, time.Since(start))
					}
				}
			})
		}
		group.Wait()
		if len(notices) != 2 || notices[0].Kind != NoticePause || notices[1].Kind != NoticeResume {
			t.Fatalf("notices %+v", notices)
		}
		if d := notices[1].Wait; d < 85*time.Second || d > 2*time.Minute {
			t.Errorf("away for %v", d)
		}
		// Four callers with a few attempts each to find out, then a probe
		// after 1, 2, 4, 8, 15, 15, ... seconds.
		if during > 30 {
			t.Errorf("%d requests into the outage", during)
		}
	})
}

// TestOutageGivesUp: after Outage every caller is told, and later ones at
// once; when the cluster is back it is found again.
func TestOutageGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		gaveUp := 0
		s := &script{answer: func(int, *http.Request) (*http.Response, error) {
			if d := time.Since(start); d > 0 && d < time.Hour {
				return nil, connectionRefused()
			}
			return reply(200, oneHit), nil
		}}
		c := newTestClient(t, s, func(c *Config) {
			defaults(c)
			c.Outage = time.Minute
			c.Notify = func(n Notice) {
				mu.Lock()
				defer mu.Unlock()
				if n.Kind == NoticeGiveUp {
					gaveUp++
				}
			}
		})
		search := func() error {
			_, err := c.Search(t.Context(), []byte("{}"), SearchOptions{})
			return err
		}
		if err := search(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				err := search()
				if KindOf(err) != KindUnreachable || !strings.Contains(err.Error(), "away for 1m") {
					t.Errorf("%v", err)
				}
				if e, ok := asError(err); ok && e.Temporary() {
					t.Error("the error of an outage asks for more attempts")
				}
			})
		}
		group.Wait()
		if d := time.Since(start); d > 90*time.Second {
			t.Errorf("gave up after %v", d)
		}
		before := time.Now()
		for range 50 {
			if search() == nil {
				t.Fatal("no error while away")
			}
		}
		if d := time.Since(before); d > time.Minute {
			t.Errorf("50 calls after giving up took %v", d)
		}
		if gaveUp != 1 {
			t.Errorf("said %d times", gaveUp)
		}
		time.Sleep(time.Hour)
		if err := search(); err != nil {
			t.Errorf("the cluster is back: %v", err)
		}
	})
}

// TestOutageSparesTheEndpoint: a reranker that answers 503 is not a cluster
// that is away, but one without its shards is, as after a restart.
func TestOutageSparesTheEndpoint(t *testing.T) {
	for body, want := range map[string]bool{
		wrapped("status_exception", "the model is unwell"):                                                               false,
		wrapped("no_shard_available_action_exception", "[test][127.0.0.1:43761][indices:data/read/search[phase/query]]"): true,
	} {
		synctest.Test(t, func(t *testing.T) {
			paused := false
			s := &script{answer: func(n int, _ *http.Request) (*http.Response, error) {
				if n == 0 {
					return reply(200, oneHit), nil
				}
				return reply(503, body), nil
			}}
			c := newTestClient(t, s, func(c *Config) {
				c.Outage = time.Second
				c.Notify = func(n Notice) { paused = paused || n.Kind == NoticePause }
			})
			for range 20 {
				_, _ = c.Search(t.Context(), []byte("{}"), SearchOptions{})
			}
			if paused != want {
				t.Errorf("the breaker opened: %v, for %s", paused, body)
			}
		})
	}
}

// TestSilence: a cluster that takes requests and answers none is away too, but
// one whose searches are slow while it answers a ping is not.
func TestSilence(t *testing.T) {
	for _, alive := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var kinds []NoticeKind
			s := &script{answer: func(n int, r *http.Request) (*http.Response, error) {
				d := time.Since(start)
				if d == 0 || d > 2*time.Minute || alive && r.Method == http.MethodHead {
					return reply(200, oneHit), nil
				}
				<-r.Context().Done()
				return nil, r.Context().Err()
			}}
			c := newTestClient(t, s, func(c *Config) {
				defaults(c)
				c.Timeout = 5 * time.Second
				c.Notify = func(n Notice) {
					if n.Kind != NoticeRetry {
						kinds = append(kinds, n.Kind)
					}
				}
			})
			search := func() error {
				_, err := c.Search(t.Context(), []byte("{}"), SearchOptions{})
				return err
			}
			if err := search(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
			err := search()
			if alive && (KindOf(err) != KindTimeout || len(kinds) > 0) {
				t.Errorf("alive: %v, %v", err, kinds)
			}
			if !alive && (err != nil || len(kinds) != 2 || kinds[0] != NoticePause || kinds[1] != NoticeResume) {
				t.Errorf("silent: %v, %v", err, kinds)
			}
		})
	}
}

// TestOutageCanceled: Ctrl-C during an outage ends the waiting.
func TestOutageCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(n int, _ *http.Request) (*http.Response, error) {
			if n == 0 {
				return reply(200, oneHit), nil
			}
			return nil, connectionRefused()
		}}
		c := newTestClient(t, s, nil)
		_, _ = c.Search(t.Context(), []byte("{}"), SearchOptions{})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		start := time.Now()
		_, err := c.Search(ctx, []byte("{}"), SearchOptions{})
		if KindOf(err) != KindCanceled || time.Since(start) != 30*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
