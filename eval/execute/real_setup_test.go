//go:build elasticsearch

package execute_test

import (
	"context"
	"testing"
	"time"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/runfile"
)

// realBench starts a server and fills it.
func realBench(t *testing.T, version string) (*estest.Server, *faultBench) {
	t.Helper()
	server := estest.For(t, estest.Options{Version: version})
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

// withEndpoint is the bench's plan with every reranker at another endpoint.
func (b *faultBench) withEndpoint(t *testing.T, id string) *plan.Plan {
	t.Helper()
	plan, err := plan.New(b.plan.Suite, plan.Overrides{InferenceID: id})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// do2xx sends a request that may answer 200 or 201.
func do2xx(t *testing.T, s *estest.Server, method, path, body string) {
	t.Helper()
	status, answer, err := s.Do(t.Context(), method, path, body)
	if err != nil || status/100 != 2 {
		t.Errorf("%s %s: %d %s, %v", method, path, status, answer, err)
	}
}

// cutShort reads the file of a run that did not come to its end: it holds some
// queries, all of them answered, and as in the run without faults.
func (b *faultBench) cutShort(t *testing.T, file string) *runfile.Stored {
	t.Helper()
	stored, err := runfile.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if stored.Complete != nil || stored.Failed() > 0 || len(stored.Queries) == 0 {
		t.Errorf("complete: %v, %d queries, %d failed", stored.Complete != nil, len(stored.Queries), stored.Failed())
	}
	b.check(t, stored.Queries)
	return stored
}
