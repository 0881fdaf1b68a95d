//go:build elasticsearch

package eval_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
	"github.com/releval/releval/eval/cluster/faults"
	"github.com/releval/releval/judgments"
)

// The tests of this file put the same faults in front of a real Elasticsearch,
// and bring it into trouble itself:
//
//	go test -tags elasticsearch -v -run Elasticsearch ./eval

// realBench starts a server and fills it.
func realBench(t *testing.T, version string) (*estest.Server, *faultBench) {
	t.Helper()
	server, err := estest.Start(t.Context(), estest.Options{Version: version})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	b := newFaultBenchAt(t, server.URL, nil, 0)
	b.settle(t, server)
	return server, b
}

// settle makes one segment of the index, so that equal scores come in one
// order from now on, and takes what it then answers as the fault-free run.
func (b *faultBench) settle(t *testing.T, s *estest.Server) {
	t.Helper()
	do(t, s, "POST", "/"+b.plan.Suite.Search.Index+"/_forcemerge?max_num_segments=1&flush=true", "")
	b.want = b.faultFree(t, patient(t, s), b.plan)
}

func do(t *testing.T, s *estest.Server, method, path, body string) {
	t.Helper()
	status, answer, err := s.Do(t.Context(), method, path, body)
	if err != nil || status != 200 {
		t.Fatalf("%s %s: %d %s, %v", method, path, status, answer, err)
	}
}

func putEndpoint(t *testing.T, s *estest.Server, id, settings string) {
	t.Helper()
	do(t, s, "PUT", "/_inference/rerank/"+id, `{"service":"probe","service_settings":{`+settings+`}}`)
	t.Cleanup(func() {
		_, _, _ = s.Do(context.WithoutCancel(t.Context()), "DELETE", "/_inference/rerank/"+id, "")
	})
}

// patient is a client with short waits and many retries.
func patient(t *testing.T, s *estest.Server) *cluster.Client {
	t.Helper()
	return connectTo(t, cluster.Config{URL: s.URL, Concurrency: 4, Timeout: 20 * time.Second, Retries: 10, Outage: 3 * time.Minute})
}

func connectTo(t *testing.T, c cluster.Config) *cluster.Client {
	t.Helper()
	c.Backoff = cluster.Backoff{Base: 10 * time.Millisecond, Cap: 200 * time.Millisecond}
	client, err := cluster.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// withEndpoint is the bench's plan with every reranker at another endpoint.
func (b *faultBench) withEndpoint(t *testing.T, id string) *eval.Plan {
	t.Helper()
	plan, err := eval.NewPlan(b.plan.Suite, eval.Overrides{InferenceID: id})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// TestElasticsearchReliability runs the matrix of faults, and random mixtures,
// through the proxy in front of a real server.
func TestElasticsearchReliability(t *testing.T) {
	const mixtures = 40
	for _, version := range estest.Versions() {
		t.Run(version, func(t *testing.T) {
			_, b := realBench(t, version)
			table := make(map[faults.Kind]*tally)
			for _, kind := range faults.Kinds() {
				n := &tally{}
				b.inject(t, n, kind)
				table[kind] = n
			}
			total, gaveUp := &tally{}, 0
			for seed := range mixtures {
				o := b.execute(t.Context(), t, faults.Mixture(uint64(seed), []float64{0.05, 0.2, 0.5}[seed%3], mixtureKinds(seed)), fewRetries)
				b.count(t, total, o)
				if o.err != nil {
					gaveUp++
				}
			}
			total.check(t)
			t.Logf("Elasticsearch %s", version)
			t.Logf("| fault | injected | lost | wrong | survived |")
			for _, kind := range slices.Sorted(maps.Keys(table)) {
				n := table[kind]
				t.Logf("| %s | %d | %d | %d | %d of %d queries |", kind, n.injected, n.lost, n.wrong, n.survived, n.survived+n.failed)
			}
			t.Logf("| %d random mixtures | %d | %d | %d | %d of %d queries, the rest listed as failed; %d runs gave up and said so |",
				mixtures, total.injected, total.lost, total.wrong, total.survived, total.survived+total.failed, gaveUp)
		})
	}
}

// TestElasticsearchInTrouble has the server itself fail, as its models do.
func TestElasticsearchInTrouble(t *testing.T) {
	server, b := realBench(t, estest.Versions()[0])
	client := patient(t, server)
	wrong := 0 // of the last run
	run := func(t *testing.T, plan *eval.Plan, s eval.Settings) *eval.Run {
		t.Helper()
		run, err := eval.Execute(t.Context(), client, plan, s)
		if err != nil {
			t.Fatal(err)
		}
		if run.Failed() > 0 || len(run.Queries) != reliabilityQueries {
			t.Errorf("%d queries, %d failed: %v", len(run.Queries), run.Failed(), eval.CheckIntegrity(run).Systems[1].Failed)
		}
		wrong = b.check(t, run.Queries)
		return run
	}
	for _, trouble := range []struct {
		name, settings string
		warmUp         time.Duration
	}{
		{"cold start, waited for", `"fail_status": 408, "fail_first_n": 6`, time.Minute},
		{"cold start, met by searches", `"fail_status": 408, "fail_first_n": 4`, 0},
		{"cold start as a conflict", `"fail_status": 409, "fail_first_n": 4`, 0},
		{"429", `"fail_status": 429, "fail_first_n": 5`, 0},
		{"503", `"fail_status": 503, "fail_first_n": 5`, 0},
		{"full queue", `"latency_ms": 20, "concurrency": 1, "queue": 1`, 0},
	} {
		t.Run(trouble.name, func(t *testing.T) {
			id := strings.ReplaceAll(strings.ReplaceAll(trouble.name, " ", "-"), ",", "")
			putEndpoint(t, server, id, trouble.settings)
			got := run(t, b.withEndpoint(t, id), eval.Settings{WarmUp: trouble.warmUp, Concurrency: 8})
			retried := 0
			for _, q := range got.Queries {
				for _, r := range q.Results {
					retried += max(0, r.Attempts-1)
				}
			}
			if (retried == 0) != (trouble.warmUp > 0) {
				t.Errorf("%d retries", retried)
			}
			survived := len(got.Queries) - got.Failed()
			t.Logf("| %s | %d retries | %d | %d | %d of %d queries |", trouble.name, retried, reliabilityQueries-survived, wrong, survived, reliabilityQueries)
		})
	}
	ends := func(t *testing.T, plan *eval.Plan, kind cluster.Kind, says string) {
		t.Helper()
		_, err := eval.Execute(t.Context(), client, plan, eval.Settings{})
		if cluster.KindOf(err) != kind || !strings.Contains(err.Error(), says) {
			t.Errorf("kind %q, want %q: %v, want it to say %q", cluster.KindOf(err), kind, err, says)
		}
	}
	t.Run("wrong endpoint", func(t *testing.T) {
		ends(t, b.withEndpoint(t, "no-such-endpoint"), cluster.KindInvalidRequest, `"no-such-endpoint" does not exist`)
	})
	t.Run("narrow endpoint", func(t *testing.T) {
		putEndpoint(t, server, "narrow", `"top_n": 3`)
		ends(t, b.withEndpoint(t, "narrow"), cluster.KindInvalidRequest, "narrow returns the top 3 results")
	})
	t.Run("missing licence", func(t *testing.T) {
		licensed := func(value string) {
			do(t, server, "PUT", "/_cluster/settings", `{"persistent":{"rerank_probe.licensed":`+value+`}}`)
		}
		licensed("false")
		defer licensed("null")
		ends(t, b.plan, cluster.KindLicence, "licence does not allow text_similarity_reranker")
	})
	t.Run("endpoint that goes away in the middle", func(t *testing.T) {
		putEndpoint(t, server, "leaving", "")
		var searches atomic.Int64
		proxy, err := faults.New(server.URL, nil, func(_ int, r *http.Request) faults.Fault {
			if r.URL.Path == "/_search" && searches.Add(1) == searchesOfARun/2 {
				do(t, server, "DELETE", "/_inference/rerank/leaving", "")
			}
			return faults.Fault{}
		})
		if err != nil {
			t.Fatal(err)
		}
		n := &node{}
		n.start(t, proxy)
		defer n.stop()
		file := filepath.Join(t.TempDir(), "run.jsonl")
		plan := b.withEndpoint(t, "leaving")
		_, err = eval.Execute(t.Context(), n.client(t, time.Minute, &notices{}), plan, eval.Settings{Out: file})
		if cluster.KindOf(err) != cluster.KindMissingEndpoint {
			t.Fatalf("error %v, want the missing endpoint", err)
		}
		stored, err := eval.ReadRun(file)
		if err != nil {
			t.Fatal(err)
		}
		if stored.Complete != nil || stored.Failed() > 0 || len(stored.Queries) == 0 {
			t.Errorf("complete: %v, %d queries, %d failed", stored.Complete != nil, len(stored.Queries), stored.Failed())
		}
		b.check(t, stored.Queries)
		putEndpoint(t, server, "leaving", "")
		run(t, plan, eval.Settings{Resume: stored, ResumePath: file})
	})
	t.Run("field that half of the documents lack", func(t *testing.T) {
		suite := *b.plan.Suite
		suite.Search.Index = "half"
		suite.Search.Documents = filepath.Join(t.TempDir(), "half.ndjson")
		suite.Search.Rerankers = slices.Clone(suite.Search.Rerankers[:1])
		suite.Search.Rerankers[0].Field = "half"
		lacking := writeHalf(t, b.plan.Suite.Search.Documents, suite.Search.Documents)
		if _, err := eval.LoadDocuments(t.Context(), client, &suite, true); err != nil {
			t.Fatal(err)
		}
		plan, err := eval.NewPlan(&suite, eval.Overrides{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := eval.Execute(t.Context(), client, plan, eval.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if notes := strings.Join(got.Manifest.Notes, "\n"); !strings.Contains(notes, fmt.Sprintf("%d of ", len(lacking))) || !strings.Contains(notes, `no value in the field "half"`) {
			t.Errorf("the preflight does not count %d documents: %s", len(lacking), notes)
		}
		dropped := 0
		for _, q := range got.Queries {
			for _, h := range q.Results[eval.FirstStage].Hits[:min(suite.Search.Rerankers[0].Window, len(q.Results[eval.FirstStage].Hits))] {
				if lacking[h.ID] {
					dropped++
				}
			}
		}
		integrity := eval.CheckIntegrity(got).Systems[1]
		if integrity.Documents() != dropped || dropped == 0 {
			t.Errorf("%d documents were dropped, want the %d without the field", integrity.Documents(), dropped)
		}
		t.Logf("%d of the documents in windows lack the field, and are counted as dropped", dropped)
	})
}

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
					run, err := eval.Execute(t.Context(), client, b.plan, eval.Settings{Out: file, Concurrency: 2})
					life.Wait()
					if !restarted {
						if _, ok := errors.AsType[*cluster.Error](err); !ok {
							t.Fatalf("error %v, want the cluster's", err)
						}
						stored, err := eval.ReadRun(file)
						if err != nil {
							t.Fatal(err)
						}
						if stored.Complete != nil || stored.Failed() > 0 || len(stored.Queries) == 0 {
							t.Errorf("complete: %v, %d queries, %d failed", stored.Complete != nil, len(stored.Queries), stored.Failed())
						}
						b.check(t, stored.Queries)
						if err := server.Resume(t.Context()); err != nil {
							t.Fatal(err)
						}
						run, err = eval.Execute(t.Context(), client, b.plan, eval.Settings{Resume: stored, ResumePath: file, Concurrency: 2})
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
					if changed := eval.CheckIntegrity(run).IndexChanged; changed != "" {
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
		if _, err := eval.LoadDocuments(t.Context(), patient(t, server), b.plan.Suite, true); err != nil {
			t.Error(err)
		}
	}
	// execute does something once when a request is the chosen one.
	execute := func(t *testing.T, when func(r *http.Request, search int64) bool, change func(), s eval.Settings) (*eval.Run, error) {
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
		run, err := eval.Execute(t.Context(), n.client(t, time.Minute, &notices{}), b.plan, s)
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
		{"made anew", "index " + index + " was created anew", atTheEnd, makeAnew},
	} {
		t.Run(change.name, func(t *testing.T) {
			run, err := execute(t, change.when, change.do, eval.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if got := eval.CheckIntegrity(run).IndexChanged; !strings.Contains(got, change.want) {
				t.Errorf("reported %q, want %q", got, change.want)
			}
			b.check(t, run.Queries)
		})
	}
	t.Run("made anew in the middle", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "run.jsonl")
		if _, err := execute(t, middle, makeAnew, eval.Settings{Out: file}); cluster.KindOf(err) != cluster.KindMissingIndex {
			t.Fatalf("error %v, want that the index is gone", err)
		}
		stored, err := eval.ReadRun(file)
		if err != nil {
			t.Fatal(err)
		}
		b.check(t, stored.Queries)
		if len(stored.Queries) == 0 || stored.Complete != nil {
			t.Errorf("%d queries on disk, complete: %v", len(stored.Queries), stored.Complete != nil)
		}
		_, err = eval.Execute(t.Context(), patient(t, server), b.plan, eval.Settings{Resume: stored, ResumePath: file})
		if err == nil || !strings.Contains(err.Error(), "the documents behind it") {
			t.Errorf("going on: error %v, want one that names the other documents", err)
		}
	})
}

// do2xx sends a request that may answer 200 or 201.
func do2xx(t *testing.T, s *estest.Server, method, path, body string) {
	t.Helper()
	status, answer, err := s.Do(t.Context(), method, path, body)
	if err != nil || status/100 != 2 {
		t.Errorf("%s %s: %d %s, %v", method, path, status, answer, err)
	}
}
