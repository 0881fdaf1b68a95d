package execute_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// tied documents match "crime" with one score each by their length in words,
// and share years in pairs.
const tiedDocuments = `{"id": "1", "title": "A", "plot": "crime", "year": 1990}
{"id": "2", "title": "B", "plot": "crime", "year": 1991}
{"id": "3", "title": "C", "plot": "crime", "year": 1991}
{"id": "4", "title": "D", "plot": "crime in a town of many words", "year": 1992}
{"id": "5", "title": "E", "plot": "crime in a city of many words", "year": 1992}
{"id": "6", "title": "F", "plot": "crime story", "year": 1993}
`

// tieCases are retrievers over the tied documents, and the ties that come of
// the first stage: A, B and C share a score, and so do D and E.
var tieCases = []struct {
	name, retriever string
	want            [][2]int
	sorted          string // the titles in the order that was asked for
	note            bool
}{
	{"by score", `{standard: {query: {match: {plot: "{{query}}"}}}}`, [][2]int{{1, 3}, {5, 6}}, "", false},
	{"by a field", `{standard: {query: {match: {plot: "{{query}}"}}, sort: [{year: desc}]}}`, [][2]int{{2, 3}, {4, 5}}, "", false},
	{"by score and a field", `{standard: {query: {match: {plot: "{{query}}"}}, sort: [_score, {year: asc}]}}`, [][2]int{{2, 3}, {5, 6}}, "", false},
	{"by a field that tells all apart", `{standard: {query: {match: {plot: "{{query}}"}}, sort: [{year: asc}, {title.keyword: asc}]}}`, nil, "A B C D E F", false},
	{"by rrf", `{rrf: {rank_window_size: 10, retrievers: [{standard: {query: {match: {plot: "{{query}}"}}}}, {standard: {query: {match: {title: "{{query}}"}}}}]}}`, nil, "", true},
}

func tieSuite(retriever string) string {
	return evaltest.SuiteHead + `
  mappings: {properties: {title: {type: text, fields: {keyword: {type: keyword}}}, plot: {type: text}, year: {type: integer}}}
  settings: {number_of_shards: 1}
  retriever: ` + retriever + `
  rerankers: {elastic: {field: plot, inference_id: model, rank_window_size: 10}}
metrics: [ndcg@5]
queries:
  - {query: crime, relevant: [A]}
`
}

// checkTies runs the cases: on the server, and with a reranker that gives all
// but F one score.
func checkTies(t *testing.T, connect func(t *testing.T, suite string) (execute.Cluster, *plan.Plan)) {
	for _, c := range tieCases {
		t.Run(c.name, func(t *testing.T) {
			client, plan := connect(t, tieSuite(c.retriever))
			run, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			first := run.Queries[0].Results["first-stage"]
			if first.Failed() || len(first.Hits) != 6 {
				t.Fatalf("the first stage answers %+v", first)
			}
			var titles []string
			for _, h := range first.Hits {
				titles = append(titles, h.Title)
			}
			if got := strings.Join(titles, " "); c.sorted != "" && got != c.sorted {
				t.Errorf("the order is %s, want %s", got, c.sorted)
			}
			if diff := cmp.Diff(c.want, first.Ties); diff != "" {
				t.Errorf("ties of %v (-want +got):\n%s", titles, diff)
			}
			said := strings.Contains(strings.Join(run.Manifest.Notes, "\n"), "first-stage: no ties are assumed")
			if said != c.note {
				t.Errorf("a note that ties are not known: %v, want %v", said, c.note)
			}
		})
	}
}

func TestTiesOfTheEmbeddedEngine(t *testing.T) {
	endpoints := []embedded.Endpoint{{ID: "model", Service: "test", Model: "test", Scorer: scorer(byLength)}}
	checkTies(t, func(t *testing.T, suite string) (execute.Cluster, *plan.Plan) {
		return evaltest.Served(t, suite, tiedDocuments, endpoints)
	})
	client, plan := evaltest.Served(t, tieSuite(tieCases[1].retriever), tiedDocuments, endpoints)
	run, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	// D and E have one length, then F, then A, B and C: the first stage's sort
	// does not decide among them
	if diff := cmp.Diff([][2]int{{1, 2}, {4, 6}}, run.Queries[0].Results["elastic"].Ties); diff != "" {
		t.Errorf("reranked (-want +got):\n%s", diff)
	}
}

// loaded is a plan of a suite whose documents are in the cluster.
func loaded(t *testing.T, client *cluster.Client, suite, documents string) *plan.Plan {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "suite.yaml")
	for file, text := range map[string]string{path: suite, filepath.Join(folder, "documents.ndjson"): documents} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	loadedSuite, err := judgments.Load(path, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load.Documents(t.Context(), client, loadedSuite, true); err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(loadedSuite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// connectTo is a client with short waits.
func connectTo(t *testing.T, c cluster.Config) *cluster.Client {
	t.Helper()
	c.Backoff = cluster.Backoff{Base: 10 * time.Millisecond, Cap: 200 * time.Millisecond}
	client, err := cluster.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}
