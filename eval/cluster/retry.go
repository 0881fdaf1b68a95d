package cluster

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// NoticeKind tells what a Notice is about.
type NoticeKind string

const (
	// NoticeRetry: a call failed and will be tried again after Wait.
	NoticeRetry NoticeKind = "retry"
	// NoticePause: the cluster stopped answering; all callers wait.
	NoticePause NoticeKind = "pause"
	// NoticeResume: the cluster answers again, after Wait.
	NoticeResume NoticeKind = "resume"
	// NoticeGiveUp: the cluster stayed away for Wait; calls fail from now on
	// until one of them gets through.
	NoticeGiveUp NoticeKind = "give up"
)

// Notice is something that the user of a long run wants to know.
type Notice struct {
	Kind NoticeKind
	// Wait is how long until the next attempt, or how long the cluster has
	// been away.
	Wait time.Duration
	// Err is the failure that led to it, nil for NoticeResume.
	Err error
}

// jitter draws the waits between attempts: a random share of an exponentially
// growing time (full jitter), so that callers that failed together do not come
// back together.
type jitter struct {
	mu     sync.Mutex
	random *rand.Rand
	o      Backoff
}

func newJitter(o Backoff, seed uint64) *jitter {
	return &jitter{random: rand.New(rand.NewPCG(seed, 0x6a697474)), o: o}
}

// wait draws the time before retry n, counted from 1.
func (j *jitter) wait(n int, cold bool) time.Duration {
	limit := j.o.Base
	if cold {
		limit *= 4
	}
	for range n - 1 {
		if limit >= j.o.Cap {
			break
		}
		limit *= 2
	}
	limit = max(min(limit, j.o.Cap), 1)
	j.mu.Lock()
	defer j.mu.Unlock()
	return time.Duration(j.random.Int64N(int64(limit) + 1))
}

// budget is what the retries of all calls together may use: a retry takes a
// token, a success puts one back.
type budget struct {
	mu        sync.Mutex
	left, all int // all < 0: no limit
}

func newBudget(n int) *budget { return &budget{left: n, all: n} }

func (b *budget) take() bool {
	if b.all < 0 {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left == 0 {
		return false
	}
	b.left--
	return true
}

func (b *budget) refund() {
	if b.all < 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+1, b.all)
}

// longestRetryAfter caps what a server may ask for, so that a broken clock
// does not stop a run for a day.
const longestRetryAfter = 10 * time.Minute

// retryAfter reads the header of the same name: seconds or a date. It gives 0
// where there is none, or one that makes no sense.
func retryAfter(h http.Header) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	var d time.Duration
	if seconds, err := strconv.ParseInt(v, 10, 32); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(v); err == nil {
		d = time.Until(at)
	}
	return min(max(d, 0), longestRetryAfter)
}

// sleep waits, or gives the context's error if that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
