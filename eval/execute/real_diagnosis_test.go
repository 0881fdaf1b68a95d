//go:build elasticsearch

package execute_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster/estest"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/integrity"
)

const diagnosisDocuments = `{"id": "1", "title": "Heat", "plot": "A detective.", "note": "crime", "genre": "a"}
{"id": "2", "title": "Seven", "plot": ["A detective.", "Gluttony."], "note": "crime", "genre": "b"}
{"id": "3", "title": "Fargo", "plot": "Snow.", "note": "crime", "genre": "b"}
{"id": "4", "title": "Untold", "note": "crime", "genre": "a"}
{"id": "5", "title": "Mute", "plot": null, "note": "crime", "genre": "b"}
`

// On a real server each document that a reranker leaves out has the reason
// that it has.
func TestElasticsearchDiagnosis(t *testing.T) {
	for _, version := range estest.Versions() {
		t.Run(version, func(t *testing.T) {
			server, err := estest.Start(t.Context(), estest.Options{Version: version})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := server.Stop(); err != nil {
					t.Error(err)
				}
			})
			putEndpoint(t, server, "model", "")
			client := patient(t, server)
			for _, c := range []struct {
				name, collapse, reranker string
				want                     []integrity.Dropped
				note                     string
			}{
				{"missing field", "", "", []integrity.Dropped{{Titles: []string{"Untold", "Mute"}, NoValue: []string{"Untold", "Mute"}}}, "1 document has several values in plot: the server scores only the first"},
				{"filter", "", ", filter: {term: {genre: b}}", []integrity.Dropped{{Titles: []string{"Heat", "Untold", "Mute"}, NoValue: []string{"Mute"}, Filtered: []string{"Heat", "Untold"}}}, ""},
				{"min_score", "", ", min_score: 0", []integrity.Dropped{{Titles: []string{"Fargo", "Untold", "Mute"}, NoValue: []string{"Untold", "Mute"}, BelowMinScore: []string{"Fargo"}}}, ""},
				{"collapse", ", collapse: {field: genre}", "", nil, "the retriever has collapse, which the server does not apply under a reranker"},
			} {
				t.Run(c.name, func(t *testing.T) {
					suite := evaltest.SuiteHead + `
  mappings: {properties: {title: {type: text}, plot: {type: text}, note: {type: text}, genre: {type: keyword}}}
  settings: {number_of_shards: 1}
  retriever: {standard: {query: {match: {note: "{{query}}"}}` + c.collapse + `}}
  rerankers: {elastic: {field: plot, inference_id: model, rank_window_size: 10` + c.reranker + `}}
metrics: [ndcg@5]
queries:
  - {query: crime, inference_text: a detective, relevant: [Heat]}
`
					run, err := execute.Execute(t.Context(), client, loaded(t, client, suite, diagnosisDocuments), execute.Settings{})
					if err != nil || run.Failed() > 0 {
						t.Fatalf("%v, %+v", err, run)
					}
					found := integrity.Check(run).Systems[1]
					for i := range found.Dropped {
						found.Dropped[i].Query = ""
					}
					if diff := cmp.Diff(c.want, found.Dropped); c.collapse == "" && diff != "" {
						t.Errorf("left out (-want +got):\n%s", diff)
					}
					if notes := strings.Join(run.Manifest.Notes, "\n"); !strings.Contains(notes, c.note) {
						t.Errorf("the run does not say %q, but %q", c.note, notes)
					}
					if c.collapse != "" && (len(firstTitles(run, "first-stage")) != 2 || len(firstTitles(run, "elastic")) != 3) {
						t.Errorf("first stage %v, reranked %v; want the collapsed two, and all three with a value", firstTitles(run, "first-stage"), firstTitles(run, "elastic"))
					}
				})
			}
		})
	}
}

func firstTitles(run *eval.Run, system string) []string {
	var titles []string
	for _, h := range run.Queries[0].Results[system].Hits {
		titles = append(titles, h.Title)
	}
	return titles
}
