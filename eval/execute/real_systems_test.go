//go:build elasticsearch

package execute_test

import (
	"net/http"
	"testing"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
)

func TestElasticsearchManySystems(t *testing.T) {
	for _, version := range estest.Versions() {
		t.Run(version, func(t *testing.T) {
			server := estest.For(t, estest.Options{Version: version})
			putEndpoint(t, server, "model", "")
			checkManySystems(t, http.DefaultTransport, cluster.Config{URL: server.URL})
		})
	}
}
