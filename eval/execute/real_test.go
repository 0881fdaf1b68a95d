//go:build elasticsearch

package execute_test

import (
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
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
	"github.com/releval/releval/eval/plan"
)

// The tests of this file put the same faults in front of a real Elasticsearch,
// and bring it into trouble itself:
//
//	go test -tags elasticsearch -v -run Elasticsearch ./eval

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
	run := func(t *testing.T, plan *plan.Plan, s execute.Settings) *eval.Run {
		t.Helper()
		run, err := execute.Execute(t.Context(), client, plan, s)
		if err != nil {
			t.Fatal(err)
		}
		if run.Failed() > 0 || len(run.Queries) != reliabilityQueries {
			t.Errorf("%d queries, %d failed: %v", len(run.Queries), run.Failed(), integrity.Check(run).Systems[1].Failed)
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
			got := run(t, b.withEndpoint(t, id), execute.Settings{WarmUp: trouble.warmUp, Concurrency: 8})
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
	ends := func(t *testing.T, plan *plan.Plan, kind cluster.Kind, says string) {
		t.Helper()
		_, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
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
		_, err = execute.Execute(t.Context(), n.client(t, time.Minute, &notices{}), plan, execute.Settings{Out: file})
		if cluster.KindOf(err) != cluster.KindMissingEndpoint {
			t.Fatalf("error %v, want the missing endpoint", err)
		}
		stored := b.cutShort(t, file)
		putEndpoint(t, server, "leaving", "")
		run(t, plan, execute.Settings{Resume: stored, ResumePath: file})
	})
	t.Run("field that half of the documents lack", func(t *testing.T) {
		suite := *b.plan.Suite
		suite.Search.Index = "half"
		suite.Search.Documents = filepath.Join(t.TempDir(), "half.ndjson")
		suite.Search.Rerankers = slices.Clone(suite.Search.Rerankers[:1])
		suite.Search.Rerankers[0].Field = "half"
		lacking := writeHalf(t, b.plan.Suite.Search.Documents, suite.Search.Documents)
		if _, err := load.Documents(t.Context(), client, &suite, true); err != nil {
			t.Fatal(err)
		}
		plan, err := plan.New(&suite, plan.Overrides{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
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
		integrity := integrity.Check(got).Systems[1]
		if integrity.Documents() != dropped || dropped == 0 {
			t.Errorf("%d documents were dropped, want the %d without the field", integrity.Documents(), dropped)
		}
		t.Logf("%d of the documents in windows lack the field, and are counted as dropped", dropped)
	})
}
