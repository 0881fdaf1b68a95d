//go:build elasticsearch

package preflight_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/judgments"
)

// TestElasticsearchOldReleases: what the preflight says of releases that are
// known to rank wrongly, over one index and over two.
func TestElasticsearchOldReleases(t *testing.T) {
	tests := []struct{ version, warning, refusal string }{
		{"8.17.0", "Elasticsearch 8.17.0 is known to rerank wrongly: it reranks wrong documents over several indices", "stands for 2 indices: Elasticsearch 8.17.0 reranks wrong documents"},
		{"8.18.0", "Elasticsearch 8.18.0 is known to rerank wrongly: its built-in reranker fails on texts longer than 512 tokens", ""},
	}
	for _, test := range tests {
		t.Run(test.version, func(t *testing.T) {
			server := estest.For(t, estest.Options{Version: test.version})
			client, err := cluster.New(cluster.Config{URL: server.URL})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(client.Close)
			// 8.17 has no endpoint of its own
			if status, answer, err := server.Do(t.Context(), "PUT", "/_inference/rerank/probe", `{"service":"probe","service_settings":{}}`); err != nil || status >= 300 {
				t.Fatal(status, string(answer), err)
			}
			suite, err := judgments.Load("../evaltest/testdata/films.yaml", judgments.Options{})
			if err != nil {
				t.Fatal(err)
			}
			first := suite.Search.Index
			for _, index := range []string{first, "more-films"} {
				suite.Search.Index = index
				if _, err := load.Documents(t.Context(), client, suite, true); err != nil {
					t.Fatal(err)
				}
			}
			for index, refusal := range map[string]string{first: "", first + ",more-films": test.refusal} {
				suite.Search.Index = index
				plan, err := plan.New(suite, plan.Overrides{InferenceID: "probe"})
				if err != nil {
					t.Fatal(err)
				}
				found, err := preflight.Inspect(t.Context(), client, plan)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(found.Findings, func(f preflight.Finding) bool {
					return f.Severity == preflight.SeverityWarning && strings.HasPrefix(f.String(), test.warning)
				}) {
					t.Errorf("%s: no warning %q in %v", index, test.warning, found.Findings)
				}
				refused := found.Errors()
				if (refused != nil) != (refusal != "") || refused != nil && !strings.Contains(refused.Error(), refusal) {
					t.Errorf("%s: refused by %v, want %q", index, refused, refusal)
				}
			}
		})
	}
}
