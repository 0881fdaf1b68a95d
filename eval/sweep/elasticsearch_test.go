//go:build elasticsearch

package sweep_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/sweep"
	"github.com/releval/releval/judgments"
)

// distinct is a first stage whose scores hardly ever tie: a random part of up
// to 1, the same for a document each time, is added.
const distinct = `{"standard":{"query":{"function_score":{
	"query":{"multi_match":{"query":"{{query}} the a of and film","type":"most_fields","fields":["plot","title","director"]}},
	"random_score":{"seed":7,"field":"_seq_no"},"boost_mode":"sum"}}}}`

// elasticsearch starts a server with the sample suite's documents in two
// shards, and two endpoints whose scores tie: one pointwise, one listwise. The
// retriever replaces the suite's first stage, "" for none.
func elasticsearch(t *testing.T, version, retriever string) (*cluster.Client, *plan.Plan) {
	t.Helper()
	server := estest.For(t, estest.Options{Version: version})
	for id, settings := range map[string]string{"ties": `{"quantum": 2}`, "listwise": `{"quantum": 2, "listwise": true}`} {
		status, body, err := server.Do(t.Context(), "PUT", "/_inference/rerank/"+id, `{"service":"probe","service_settings":`+settings+`}`)
		if err != nil || status != 200 {
			t.Fatalf("endpoint %s: %d %s, %v", id, status, body, err)
		}
	}
	client, err := cluster.New(cluster.Config{URL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)

	suite, err := judgments.Load("../evaltest/testdata/films.yaml", judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	suite.Search.Settings = json.RawMessage(`{"number_of_shards": 2, "number_of_replicas": 0}`)
	if retriever != "" {
		suite.Search.Retriever = json.RawMessage(retriever)
	}
	if _, err := load.Documents(t.Context(), client, suite, true); err != nil {
		t.Fatal(err)
	}
	plan, err := plan.New(suite, plan.Overrides{InferenceID: "ties", Window: 50})
	if err != nil {
		t.Fatal(err)
	}
	plan.Rerankers = plan.Rerankers[:1]
	plan.Queries = wideQueries(t, client, plan, 20)
	return client, plan
}

// wideQueries chooses queries whose first stage fills the largest window.
func wideQueries(t *testing.T, client *cluster.Client, plan *plan.Plan, n int) []judgments.Query {
	t.Helper()
	var chosen []judgments.Query
	for _, q := range plan.Queries {
		body := plan.Body(plan.FirstStageRequest(q, eval.FirstStage), "")
		response, err := client.Search(t.Context(), body, cluster.SearchOptions{Index: plan.Suite.Search.Index, Size: plan.Depth})
		if err != nil {
			t.Fatal(err)
		}
		if len(response.Hits) >= 50 && len(chosen) < n {
			chosen = append(chosen, q)
		}
	}
	if len(chosen) < n {
		t.Fatalf("only %d queries match 50 documents, want %d", len(chosen), n)
	}
	return chosen
}

// On a real server, with two shards and reranked scores that tie, what is
// derived is what a search returns, for every window from 1 to 50. Only where
// a window ends among equal first-stage scores, which hardly ever happens
// here, may the server have taken another of them.
func TestElasticsearchDerivedIsMeasured(t *testing.T) {
	for _, version := range estest.Versions() {
		t.Run(version, func(t *testing.T) {
			client, plan := elasticsearch(t, version, distinct)
			pit, err := client.OpenPIT(t.Context(), plan.Suite.Search.Index, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			defer client.ClosePIT(context.WithoutCancel(t.Context()), pit.ID)
			search := func(retriever json.RawMessage, size int) []eval.Hit {
				request := plan.FirstStageRequest(plan.Queries[0], eval.FirstStage)
				request.Retriever, request.Size = retriever, size
				response, err := client.Search(t.Context(), plan.Body(request, pit.ID), cluster.SearchOptions{Size: size})
				if err != nil {
					t.Fatal(err)
				}
				return eval.NewResult(response, plan.Suite.Search.TitleField, false, eval.Order{}).Hits
			}
			rerankedTies, endsInTie := 0, 0
			for _, q := range plan.Queries {
				r := plan.Rerankers[0]
				first, whole := search(plan.FirstStageRequest(q, eval.FirstStage).Retriever, 51), search(plan.RerankRequest(q, r).Retriever, 50)
				for i := 1; i < len(whole); i++ {
					if whole[i].Score == whole[i-1].Score {
						rerankedTies++
					}
				}
				for w := 1; w <= 50; w++ {
					if w < len(first) && first[w-1].Score == first[w].Score {
						endsInTie++
						continue
					}
					r.Window = w
					searched := search(plan.RerankRequest(q, r).Retriever, w)
					if derived := sweep.Derive(first, whole, w); !slices.EqualFunc(searched, derived, eval.Hit.Equal) {
						t.Fatalf("query %q, window %d (-searched +derived):\n%s", q.ID, w, cmp.Diff(searched, derived))
					}
				}
			}
			if rerankedTies < 10*len(plan.Queries) {
				t.Errorf("only %d neighbours tie in %d reranked lists: ties were not tried", rerankedTies, len(plan.Queries))
			}
			if endsInTie > 5 {
				t.Errorf("%d of 1,000 windows end among equal first-stage scores, and were not compared", endsInTie)
			}
			t.Logf("%d ties in the reranked lists; %d windows end among equal first-stage scores", rerankedTies, endsInTie)
		})
	}
}

// On a real server a pointwise endpoint passes the audit, with many ties in
// the first stage and without, and a listwise one fails it and is measured.
func TestElasticsearchAudit(t *testing.T) {
	for _, test := range []struct {
		name, endpoint, retriever string
		want                      sweep.Origin
		says                      string
	}{
		{"pointwise", "ties", distinct, sweep.Audited, "exact (40 of 40 cells identical)"},
		{"tying first stage", "ties", "", sweep.Audited, "exact but for ties ("},
		{"listwise", "listwise", distinct, sweep.Measured, "not exact ("},
	} {
		t.Run(test.name, func(t *testing.T) {
			client, plan := elasticsearch(t, estest.Versions()[0], test.retriever)
			plan.Rerankers[0].InferenceID = test.endpoint
			result, _, err := sweep.Execute(t.Context(), plan, client, sweep.Options{Windows: []int{5, 10, 20, 50}, LatencySamples: 3})
			if err != nil {
				t.Fatal(err)
			}
			r := result.Rerankers[0]
			if r.Origin != test.want || !strings.HasPrefix(r.Audit.String(), test.says) {
				t.Errorf("origin %q, audit %q; want %q and %q", r.Origin, r.Audit, test.want, test.says)
			}
			for _, f := range r.Audit.Findings[:min(3, len(r.Audit.Findings))] {
				t.Logf("%+v", f)
			}
			t.Log(r.Audit)
		})
	}
}
