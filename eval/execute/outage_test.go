package execute_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/runfile"
)

// node is a server that can be stopped and started again at its address.
type node struct {
	address string
	server  *http.Server
	served  sync.WaitGroup
}

func (n *node) start(t *testing.T, h http.Handler) {
	if n.address == "" {
		n.address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", n.address)
	if err != nil {
		t.Error(err)
		return
	}
	n.address = listener.Addr().String()
	n.server = &http.Server{Handler: h}
	server := n.server
	n.served.Go(func() { _ = server.Serve(listener) })
}

// stop breaks all connections, as the death of a process does.
func (n *node) stop() {
	_ = n.server.Close()
	n.served.Wait()
}

// loaded makes an engine with the bench's documents, which knows no point in
// time of any other.
func (b *faultBench) loaded(t *testing.T) *embedded.Engine {
	t.Helper()
	engine := embedded.New(embedded.Options{})
	client, err := cluster.New(cluster.Config{Transport: engine})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load.Documents(t.Context(), client, b.plan.Suite, true); err != nil {
		t.Fatal(err)
	}
	return engine
}

// after calls then once, when the run's n-th search arrives, and passes
// everything on.
func after(n int64, then func(), h http.Handler) http.Handler {
	var searches atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_search" && searches.Add(1) == n {
			then()
		}
		h.ServeHTTP(w, r)
	})
}

func (n *node) client(t *testing.T, outage time.Duration, notices *notices) *cluster.Client {
	t.Helper()
	client, err := cluster.New(cluster.Config{
		URL: "http://" + n.address, Concurrency: 2, Timeout: 300 * time.Millisecond, Retries: 3,
		Backoff: cluster.Backoff{Base: time.Millisecond, Cap: 4 * time.Millisecond},
		Outage:  outage, Notify: notices.add,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

type notices struct {
	mu    sync.Mutex
	kinds map[cluster.NoticeKind]int
}

func (n *notices) add(notice cluster.Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.kinds == nil {
		n.kinds = make(map[cluster.NoticeKind]int)
	}
	n.kinds[notice.Kind]++
}

// check holds every answer of a run against the fault-free one, and counts
// those that are not the same.
func (b *faultBench) check(t *testing.T, queries []eval.Query) (wrong int) {
	t.Helper()
	for i := range queries {
		if got := evaltest.Timeless(t, &queries[i], ""); got != b.want[queries[i].ID] {
			t.Errorf("query %q: %s\nwant %s", queries[i].ID, got, b.want[queries[i].ID])
			for system, r := range queries[i].Results {
				if r.Failed() {
					t.Errorf("query %q, %s: %s", queries[i].ID, system, r.Error)
				}
			}
			wrong++
		}
	}
	return wrong
}

// A node that is stopped in the middle of a run and started again costs
// nothing but time: the run pauses, opens another point in time in the place
// of the lost one, and ends complete.
func TestReliabilityOfARestart(t *testing.T) {
	b := newFaultBench(t)
	runs, survived, wrong := 0, 0, 0
	for _, at := range []int64{1, 2, 7, searchesOfARun - 1, searchesOfARun} {
		again := b.loaded(t)
		n := &node{}
		down := make(chan struct{})
		n.start(t, after(at, func() { close(down) }, b.loaded(t)))
		var restarted sync.WaitGroup
		restarted.Go(func() {
			<-down
			n.stop()
			time.Sleep(50 * time.Millisecond)
			n.start(t, again)
		})
		var seen notices
		file := filepath.Join(t.TempDir(), "run.jsonl")
		run, err := execute.Execute(t.Context(), n.client(t, time.Minute, &seen), b.plan, execute.Settings{Out: file, Concurrency: 2})
		restarted.Wait()
		n.stop()
		if err != nil {
			t.Errorf("stopped at search %d: %v", at, err)
			continue
		}
		if run.Complete == nil || run.Failed() > 0 || len(run.Queries) != reliabilityQueries {
			t.Errorf("stopped at search %d: %d queries, %d failed", at, len(run.Queries), run.Failed())
		}
		runs++
		survived += len(run.Queries) - run.Failed()
		wrong += b.check(t, run.Queries)
		if at < searchesOfARun-4 && !strings.Contains(warnings(run), "point in time was lost") {
			t.Errorf("stopped at search %d: no warning tells of the lost point in time", at)
		}
	}
	t.Logf("| fault | injected | lost | wrong | survived |")
	t.Logf("| node stopped and started | %d | %d | %d | %d of %d queries |", runs, runs*reliabilityQueries-survived, wrong, survived, runs*reliabilityQueries)
}

func warnings(run *eval.Run) string {
	var all []string
	for _, q := range run.Queries {
		for _, r := range q.Results {
			all = append(all, r.Warnings...)
		}
	}
	return strings.Join(all, "\n")
}

// A cluster that stays away ends the run, whether its address is dead or a
// load balancer answers in its place. The run file then holds whole queries
// alone, none of them failed for want of the cluster, and is gone on with when
// the cluster is back.
func TestReliabilityOfAnOutage(t *testing.T) {
	b := newFaultBench(t)
	gone := map[string]http.HandlerFunc{
		"balancer's 503": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<html>503</html>", http.StatusServiceUnavailable)
		},
		"balancer's 502": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<html>502</html>", http.StatusBadGateway)
		},
		"resets":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"silence": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"stopped": nil,
	}
	for name, answer := range gone {
		t.Run(name, func(t *testing.T) {
			engine := b.loaded(t)
			n := &node{}
			var away atomic.Bool
			down := make(chan struct{})
			n.start(t, after(searchesOfARun/2, func() { away.Store(true); close(down) }, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if away.Load() && answer != nil {
					answer(w, r)
					return
				}
				engine.ServeHTTP(w, r)
			})))
			var stopped sync.WaitGroup
			if answer == nil {
				stopped.Go(func() { <-down; n.stop() })
			}
			var seen notices
			file := filepath.Join(t.TempDir(), "run.jsonl")
			run, err := execute.Execute(t.Context(), n.client(t, 100*time.Millisecond, &seen), b.plan, execute.Settings{Out: file, Concurrency: 2})
			stopped.Wait()
			if _, ok := errors.AsType[*cluster.Error](err); !ok {
				t.Fatalf("error %v, want the cluster's", err)
			}
			if seen.kinds[cluster.NoticePause] == 0 || seen.kinds[cluster.NoticeGiveUp] == 0 {
				t.Errorf("notices %v, want that it pauses and gives up", seen.kinds)
			}
			stored, readErr := runfile.Read(file)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if stored.Complete != nil || stored.Truncated || stored.Failed() > 0 {
				t.Errorf("the run file is complete: %v, truncated: %v, with %d failed queries; want none of it", stored.Complete != nil, stored.Truncated, stored.Failed())
			}
			if len(stored.Queries) == 0 || len(stored.Queries) != len(run.Queries) {
				t.Errorf("%d queries on disk, and %d are said to be safe", len(stored.Queries), len(run.Queries))
			}
			wrong := b.check(t, stored.Queries)

			if answer == nil {
				n.start(t, engine)
			} else {
				away.Store(false)
			}
			defer n.stop()
			run, err = execute.Execute(context.WithoutCancel(t.Context()), n.client(t, time.Minute, &seen), b.plan, execute.Settings{Resume: stored, ResumePath: file, Concurrency: 2})
			if err != nil {
				t.Fatal(err)
			}
			if len(run.Queries) != reliabilityQueries || run.Failed() > 0 {
				t.Errorf("%d queries after going on, %d of them failed", len(run.Queries), run.Failed())
			}
			wrong += b.check(t, run.Queries)
			survived := len(run.Queries) - run.Failed()
			t.Logf("| cluster stays away: %s | 1 | %d | %d | %d of %d queries, %d of them before the run ended and %d after it went on |",
				name, reliabilityQueries-survived, wrong, survived, reliabilityQueries, len(stored.Queries), len(run.Queries)-len(stored.Queries))
		})
	}
}
