//go:build elasticsearch

package execute_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
)

// endpointModel scores by an endpoint of a cluster, so that the APIs that it
// stands behind and the reranker inside of searches are one model.
type endpointModel struct {
	ctx    context.Context
	client *cluster.Client
	id     string
}

func (m endpointModel) Score(query string, texts []string) ([]float64, error) {
	scores, _, err := m.client.Rerank(m.ctx, m.id, query, texts)
	return scores, err
}

// On a real server, BM25, its own reranker, every rerank API and the inference
// API stand in one decision table.
func TestElasticsearchEveryAPI(t *testing.T) {
	for _, version := range estest.Versions() {
		t.Run(version, func(t *testing.T) {
			server := estest.For(t, estest.Options{Version: version})
			// scores from -4 to 4, which sigmoids tell apart
			putEndpoint(t, server, "model", `"bias": -4, "scale": 8`)
			model := endpointModel{t.Context(), patient(t, server), "model"}
			checkEveryAPI(t, http.DefaultTransport, cluster.Config{URL: server.URL, Timeout: 20 * time.Second}, "model", model, func() {
				// one segment: equal scores of the first stage come in one order
				do(t, server, "POST", "/films/_forcemerge?max_num_segments=1&flush=true", "")
			})
		})
	}
}
