package evaltest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// override answers in the engine's place, and says whether it did.
type Override func(w http.ResponseWriter, r *http.Request) bool

func Answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// at answers requests whose path contains part.
func At(part string, status int, body string) Override {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path+"$", part) {
			return false
		}
		Answer(w, status, body)
		return true
	}
}

// served is an engine behind overrides, loaded with the documents of the
// suite, and a plan of it.
func Served(t *testing.T, text, documents string, endpoints []embedded.Endpoint, overrides ...Override) (*cluster.Client, *plan.Plan) {
	t.Helper()
	client, plan, _ := ServedEngine(t, text, documents, endpoints, overrides...)
	return client, plan
}

// servedEngine is served with the engine itself.
func ServedEngine(t *testing.T, text, documents string, endpoints []embedded.Endpoint, overrides ...Override) (*cluster.Client, *plan.Plan, *embedded.Engine) {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "documents.ndjson"), []byte(documents), 0o644); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "suite.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	suite, err := judgments.Load(path, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	engine := embedded.New(embedded.Options{Endpoints: endpoints})
	loader, err := cluster.New(cluster.Config{Transport: engine})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load.Documents(t.Context(), loader, suite, true); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, o := range overrides {
			if o(w, r) {
				return
			}
		}
		engine.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	client, err := cluster.New(cluster.Config{URL: server.URL, Retries: -1, APIKey: "aWQ6a2V5"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client, plan, engine
}

const (
	SuiteHead = `
search:
  index: films
  title_field: title
  documents: documents.ndjson
`
	SuiteTail = `
metrics: [ndcg@3]
queries:
  - {query: crime, relevant: [Heat]}
  - {query: creature, relevant: [Alien]}
`
	Standard  = "  retriever: {standard: {query: {match: {plot: \"{{query}}\"}}}}\n"
	Rerankers = "  rerankers: {elastic: {field: plot, rank_window_size: 3}}\n"
	Documents = `{"id": "1", "title": "Heat", "plot": "A crime crew and a detective."}
{"id": "2", "title": "Alien", "plot": "A crew meets a creature."}
{"id": "3", "title": "Seven", "plot": "A detective and a crime of gluttony."}
{"id": "4", "title": "Jaws", "plot": "A creature in the water."}
`
)

// timeless gives one system's part of a query line, or the whole for "",
// without what may differ between two runs.
func Timeless(t *testing.T, q *eval.Query, system string) string {
	t.Helper()
	results := make(map[string][]eval.Hit)
	for name, r := range q.Results {
		if system == "" || name == system {
			results[name] = r.Hits
		}
	}
	line, err := json.Marshal(results)
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

const Forbidden = `{"error":{"root_cause":[{"type":"security_exception","reason":"action [x] is unauthorized for API key id [id] of user [ci], this action is granted by the index privileges [view_index_metadata,manage,all]"}],"type":"security_exception","reason":"action [x] is unauthorized for API key id [id] of user [ci], this action is granted by the index privileges [view_index_metadata,manage,all]"},"status":403}`
