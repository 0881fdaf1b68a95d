package reranker

import (
	"context"
	"sync"
	"time"
)

// limiter spaces requests evenly. The zero value sets no limit.
type limiter struct {
	interval time.Duration
	mu       sync.Mutex
	next     time.Time // when the next request may be sent
}

// wait takes the next turn, and waits for it.
func (l *limiter) wait(ctx context.Context) error {
	if l.interval == 0 {
		return ctx.Err()
	}
	l.mu.Lock()
	now := time.Now()
	turn := l.next
	if turn.Before(now) {
		turn = now
	}
	l.next = turn.Add(l.interval)
	l.mu.Unlock()
	timer := time.NewTimer(turn.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
