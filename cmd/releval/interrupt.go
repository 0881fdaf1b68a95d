package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// orderlyTime is how long work that a signal asked to end may take to do so.
const orderlyTime = 15 * time.Second

// interruptible runs the command line. The first SIGINT or SIGTERM ends work
// that has something to put in order (a journal, a point in time, a terminal)
// by ending its context; everything else, which may be stuck in opening or
// reading a file that never answers, it ends at once. The second signal ends
// the process whatever it does: what is on disk is whole at any moment.
func interruptible(p *program, args []string) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	flush := p.quieten()
	done := make(chan int, 1)
	go func() { done <- p.main(ctx, args) }()
	select {
	case code := <-done:
		flush()
		return code
	case <-signals:
		cancel()
	}
	patience := time.NewTimer(orderlyTime)
	defer patience.Stop()
	for idle := 0; idle < 2; {
		select {
		case code := <-done:
			flush()
			return code
		case <-time.After(graceTime):
			idle++
			if p.orderly.busy() {
				idle = 0
			}
		case <-signals:
			idle = 2
		case <-patience.C:
			idle = 2
		}
	}
	// Nobody may be reading what is printed any more.
	left := make(chan struct{})
	go func() {
		defer close(left)
		p.orderly.leave()
		fmt.Fprintln(p.Stderr, "releval: interrupted")
	}()
	select {
	case <-left:
	case <-time.After(graceTime):
	}
	return exitCluster
}

// graceTime is how long a command with nothing to put in order is waited for
// after the first signal, twice: it may be about to say how it ended.
const graceTime = 200 * time.Millisecond

// order knows what has to be put in order before the process may end.
type order struct {
	mu      sync.Mutex
	running int
	last    []func()
}

// keep marks the start of work that ends in order when its context does, and
// gives the function that marks its end. Undo, which may be nil, is what has to
// happen even if the process is ended in the middle.
func (o *order) keep(undo func()) (done func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running++
	if undo == nil {
		undo = func() {}
	}
	o.last = append(o.last, undo)
	at := len(o.last) - 1
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.running--
		o.last[at] = func() {}
	}
}

func (o *order) busy() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.running > 0
}

// leave does what has to happen in any case.
func (o *order) leave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, undo := range o.last {
		undo()
	}
}
