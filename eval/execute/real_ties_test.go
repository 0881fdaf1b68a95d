//go:build elasticsearch

package execute_test

import (
	"testing"

	"github.com/releval/releval/eval/cluster/estest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/plan"
)

// A server adds the place in the shard to the sort values of a search on a
// point in time: it decides no tie.
func TestElasticsearchTies(t *testing.T) {
	for _, version := range estest.Versions() {
		t.Run(version, func(t *testing.T) {
			server := estest.For(t, estest.Options{Version: version})
			putEndpoint(t, server, "model", "")
			client := patient(t, server)
			checkTies(t, func(t *testing.T, suite string) (execute.Cluster, *plan.Plan) {
				return client, loaded(t, client, suite, tiedDocuments)
			})
		})
	}
}
