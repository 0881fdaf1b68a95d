//go:build elasticsearch

package execute_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
	"github.com/releval/releval/eval/cluster/faults"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
)

// writeHalf copies documents with a field of their own, made of the plot, in
// every other one, and gives the ids of those without.
func writeHalf(t *testing.T, from, to string) map[string]bool {
	t.Helper()
	lacking := make(map[string]bool)
	var lines []string
	for d, err := range judgments.Documents(from) {
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(d.Source, &fields); err != nil {
			t.Fatal(err)
		}
		fields["id"] = d.ID
		if len(lines)%2 == 0 {
			fields["half"] = fields["plot"]
		} else {
			lacking[d.ID] = true
		}
		line, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	writeFile(t, to, strings.Join(lines, "\n")+"\n")
	return lacking
}

// TestElasticsearchRestart stops the node in the middle of a run, by force,
// and starts it again: the run ends complete. Where it is not started in time
// the run says so, and is gone on with later.
func TestElasticsearchRestart(t *testing.T) {
	for _, version := range estest.Versions() {
		t.Run(version, func(t *testing.T) {
			server, b := realBench(t, version)
			for _, restarted := range []bool{true, false} {
				t.Run(fmt.Sprintf("started again %v", restarted), func(t *testing.T) {
					var searches atomic.Int64
					var life sync.WaitGroup
					proxy, err := faults.New(server.URL, nil, func(_ int, r *http.Request) faults.Fault {
						if r.URL.Path == "/_search" && searches.Add(1) == searchesOfARun/2 {
							if err := server.Kill(); err != nil {
								t.Error(err)
							}
							if restarted {
								life.Go(func() {
									if err := server.Resume(t.Context()); err != nil {
										t.Error(err)
									}
								})
							}
						}
						return faults.Fault{}
					})
					if err != nil {
						t.Fatal(err)
					}
					n := &node{}
					n.start(t, proxy)
					defer n.stop()
					outage := 3 * time.Minute
					if !restarted {
						outage = time.Second
					}
					var seen notices
					client := connectTo(t, cluster.Config{URL: "http://" + n.address, Concurrency: 2, Timeout: 10 * time.Second, Retries: 6, Outage: outage, Notify: seen.add})
					file := filepath.Join(t.TempDir(), "run.jsonl")
					run, err := execute.Execute(t.Context(), client, b.plan, execute.Settings{Out: file, Concurrency: 2})
					life.Wait()
					if !restarted {
						if _, ok := errors.AsType[*cluster.Error](err); !ok {
							t.Fatalf("error %v, want the cluster's", err)
						}
						stored := b.cutShort(t, file)
						if err := server.Resume(t.Context()); err != nil {
							t.Fatal(err)
						}
						run, err = execute.Execute(t.Context(), client, b.plan, execute.Settings{Resume: stored, ResumePath: file, Concurrency: 2})
						if err != nil {
							t.Fatal(err)
						}
					} else if err != nil {
						t.Fatal(err)
					}
					if run.Complete == nil || run.Failed() > 0 || len(run.Queries) != reliabilityQueries {
						t.Errorf("%d queries, %d failed", len(run.Queries), run.Failed())
					}
					if restarted && (!strings.Contains(warnings(run), "point in time was lost") || seen.kinds[cluster.NoticePause] == 0) {
						t.Errorf("warnings %q, notices %v: want that a point in time was lost, and a pause", warnings(run), seen.kinds)
					}
					if changed := integrity.Check(run).IndexChanged; changed != "" {
						t.Errorf("the index is said to have changed: %s", changed)
					}
					wrong := b.check(t, run.Queries)
					survived := len(run.Queries) - run.Failed()
					t.Logf("| node killed, started again in time: %v | 1 | %d | %d | %d of %d queries |", restarted, reliabilityQueries-survived, wrong, survived, reliabilityQueries)
				})
			}
		})
	}
}

// TestElasticsearchIndexChanges writes to the index under a run, and makes it
// anew at its end: both are reported. Made anew in the middle, the index takes
// the point in time with it, which ends the run; it is not gone on with on
// other documents.
func TestElasticsearchIndexChanges(t *testing.T) {
	server, b := realBench(t, estest.Versions()[0])
	index := b.plan.Suite.Search.Index
	makeAnew := func() {
		if _, err := load.Documents(t.Context(), patient(t, server), b.plan.Suite, true); err != nil {
			t.Error(err)
		}
	}
	// execute does something once when a request is the chosen one.
	search := func(t *testing.T, when func(r *http.Request, search int64) bool, change func(), s execute.Settings) (*eval.Run, error) {
		b.settle(t, server)
		var searches atomic.Int64
		changed := make(chan struct{})
		once := sync.OnceFunc(func() { change(); close(changed) })
		proxy, err := faults.New(server.URL, nil, func(_ int, r *http.Request) faults.Fault {
			n := int64(0)
			if r.URL.Path == "/_search" {
				n = searches.Add(1)
			}
			if when(r, n) {
				once()
			}
			return faults.Fault{}
		})
		if err != nil {
			t.Fatal(err)
		}
		n := &node{}
		n.start(t, proxy)
		defer n.stop()
		s.Concurrency = 1
		run, err := execute.Execute(t.Context(), n.client(t, time.Minute, &notices{}), b.plan, s)
		<-changed // the request that met it may have been given up
		return run, err
	}
	middle := func(_ *http.Request, search int64) bool { return search == searchesOfARun/2 }
	atTheEnd := func(r *http.Request, _ int64) bool { return r.Method == http.MethodDelete && r.URL.Path == "/_pit" }
	for _, change := range []struct {
		name, want string
		when       func(*http.Request, int64) bool
		do         func()
	}{
		{"one more document", "index " + index + " went from ", middle, func() { do2xx(t, server, "PUT", "/"+index+"/_doc/added?refresh=true", `{"title":"Added"}`) }},
		{"made anew", "index " + index + " was created again", atTheEnd, makeAnew},
	} {
		t.Run(change.name, func(t *testing.T) {
			run, err := search(t, change.when, change.do, execute.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if got := integrity.Check(run).IndexChanged; !strings.Contains(got, change.want) {
				t.Errorf("reported %q, want %q", got, change.want)
			}
			b.check(t, run.Queries)
		})
	}
	t.Run("made anew in the middle", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "run.jsonl")
		if _, err := search(t, middle, makeAnew, execute.Settings{Out: file}); cluster.KindOf(err) != cluster.KindMissingIndex {
			t.Fatalf("error %v, want that the index is gone", err)
		}
		stored, err := runfile.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		b.check(t, stored.Queries)
		if len(stored.Queries) == 0 || stored.Complete != nil {
			t.Errorf("%d queries on disk, complete: %v", len(stored.Queries), stored.Complete != nil)
		}
		_, err = execute.Execute(t.Context(), patient(t, server), b.plan, execute.Settings{Resume: stored, ResumePath: file})
		if err == nil || !strings.Contains(err.Error(), "the documents behind it") {
			t.Errorf("going on: error %v, want one that names the other documents", err)
		}
	})
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
