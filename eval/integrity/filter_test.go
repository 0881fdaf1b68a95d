package integrity

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
)

// A reranker's filter explains hits from outside the window only where the
// first stage is searched without it.
func TestFilterExplainsHitsFromOutside(t *testing.T) {
	for retriever, explains := range map[string]bool{
		`{"standard":{"query":{"match_all":{}}}}`:                                                     true,
		`{"standard":{"query":{"match_all":{}},"filter":[{"term":{"a":2}}]}}`:                         true,
		`{"standard": {"filter": [{"term":{"b":2}}, {"term":{ "a": 1 }}], "query":{"match_all":{}}}}`: false,
	} {
		for _, filter := range []string{`{"term": {"a": 1}}`, `[{"term":{"a":1}}]`} {
			run := evaltest.SampleRun()
			run.Manifest.Systems[0].Retriever = json.RawMessage(retriever)
			run.Manifest.Systems[1].Extra = map[string]json.RawMessage{"filter": json.RawMessage(filter)}
			hits := &run.Queries[0].Results["elastic"].Hits
			*hits = append(*hits, eval.Hit{Document: &eval.Document{ID: "9", Title: "Fargo"}, Score: 0.1})
			outside := Check(run).Systems[1].Outside
			if len(outside) != 1 || strings.Contains(outside[0].Reason, "its filter lets it see further") != explains {
				t.Errorf("%s with the filter %s: %v", retriever, filter, outside)
			}
		}
	}
}
