//go:build elasticsearch

package propose

import (
	"slices"
	"strings"
	"testing"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/judgments"
)

// A real server's mapping, documents and endpoints make a suite that passes
// check there. The bare build has no semantic_text.
func TestElasticsearchProposal(t *testing.T) {
	for _, version := range estest.Versions() {
		t.Run(version, func(t *testing.T) {
			server := estest.For(t, estest.Options{Version: version})
			if status, answer, err := server.Do(t.Context(), "PUT", "/_inference/rerank/cohere_rerank.v3", `{"service":"cohere","service_settings":{"model_id":"rerank-v3.5"},"task_settings":{"top_n":20}}`); err != nil || status/100 != 2 {
				t.Fatal(status, string(answer), err)
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
			if _, err := load.Documents(t.Context(), client, suite, true); err != nil {
				t.Fatal(err)
			}
			p, err := choose(t, client, suite.Search.Index, Wishes{})
			if err != nil {
				t.Fatal(err)
			}
			text, err := p.Suite(listed("submarine", "a bank robbery"), File{Path: "new.yaml"})
			if err != nil {
				t.Fatal(err)
			}
			s := passes(t, client, text)
			if s.Search.TitleField != "title" || s.Search.Rerankers[0].Field != "plot" || !slices.Equal(s.Systems(), []string{"first-stage", "elastic", "cohere-rerank-v3"}) || s.Search.Rerankers[1].Window != 20 {
				t.Errorf("%s", text)
			}
			if !strings.Contains(string(text), "fields: [title^2, plot, director, genre]") || !strings.Contains(string(text), "# cohere-rerank-v3: cohere, rerank-v3.5, at most 20 results") {
				t.Errorf("%s", text)
			}
			if _, err := Look(t.Context(), client, "no-such-index"); cluster.KindOf(err) != cluster.KindMissingIndex {
				t.Errorf("no such index: %v", err)
			}
		})
	}
}
