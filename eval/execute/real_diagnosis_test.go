//go:build elasticsearch

package execute_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/integrity"
)

var diagnosisDocuments = `{"id": "1", "title": "Heat", "plot": "A detective.", "note": "crime", "genre": "a"}
{"id": "2", "title": "Seven", "plot": ["A detective.", "Gluttony."], "note": "crime", "genre": "b"}
{"id": "3", "title": "Fargo", "plot": "Snow.", "note": "crime", "genre": "b", "long": "` + strings.Repeat("snow ", 500) + `"}
{"id": "4", "title": "Untold", "note": "crime", "genre": "a"}
{"id": "5", "title": "Mute", "plot": null, "note": "crime", "genre": "b"}
`

// elasticRerank says that every endpoint is Elastic Rerank's, whose model takes
// a download and a licence that tests do not have.
type elasticRerank struct{ *cluster.Client }

func (c elasticRerank) Endpoint(ctx context.Context, id string) (cluster.Endpoint, error) {
	e, err := c.Client.Endpoint(ctx, id)
	e.Service, e.Model = "elasticsearch", ".rerank-v1"
	return e, err
}

// On a real server each document that a reranker leaves out has the reason
// that it has, and what the reranker does not see of the others is said.
func TestElasticsearchDiagnosis(t *testing.T) {
	for _, version := range estest.Versions() {
		t.Run(version, func(t *testing.T) {
			server := estest.For(t, estest.Options{Version: version})
			putEndpoint(t, server, "model", "")
			client := patient(t, server)
			for _, c := range []struct {
				name, collapse, reranker string
				want                     []integrity.Dropped
				note                     string
			}{
				{"missing field", "", "", []integrity.Dropped{{Titles: []string{"Untold", "Mute"}, NoValue: []string{"Untold", "Mute"}}}, ""},
				{"several values", "", "", []integrity.Dropped{{Titles: []string{"Untold", "Mute"}, NoValue: []string{"Untold", "Mute"}}}, "1 document has several values in plot: the server scores only the first"},
				{"filter", "", ", filter: {term: {genre: b}}", []integrity.Dropped{{Titles: []string{"Mute"}, NoValue: []string{"Mute"}}}, ""},
				{"filter of all", "", ", filter: {term: {genre: z}}", nil, ""},
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
					run, err := execute.Execute(t.Context(), elasticRerank{client}, loaded(t, client, suite, diagnosisDocuments), execute.Settings{})
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
					if strings.HasPrefix(c.name, "filter") {
						// both searches see the same documents
						var first []string
						for _, title := range firstTitles(run, "first-stage") {
							if title != "Mute" {
								first = append(first, title)
							}
						}
						reranked := firstTitles(run, "elastic")
						slices.Sort(first)
						slices.Sort(reranked)
						if diff := cmp.Diff(first, reranked); diff != "" || len(found.NotReranked) > 0 {
							t.Errorf("(-first +reranked) %v\n%s", found.NotReranked, diff)
						}
					}
					if c.collapse != "" && (len(firstTitles(run, "first-stage")) != 2 || len(firstTitles(run, "elastic")) != 3) {
						t.Errorf("first stage %v, reranked %v; want the collapsed two, and all three with a value", firstTitles(run, "first-stage"), firstTitles(run, "elastic"))
					}
				})
			}
			t.Run("longer than the model reads", func(t *testing.T) {
				suite := evaltest.SuiteHead + `
  mappings: {properties: {title: {type: text}, plot: {type: text}, long: {type: text}, note: {type: text}, genre: {type: keyword}}}
  settings: {number_of_shards: 1}
  retriever: {standard: {query: {match: {note: "{{query}}"}}}}
  rerankers: {elastic: {field: long, inference_id: model, rank_window_size: 10}}
metrics: [ndcg@5]
queries:
  - {query: crime, inference_text: a detective, relevant: [Fargo]}
`
				run, err := execute.Execute(t.Context(), elasticRerank{client}, loaded(t, client, suite, diagnosisDocuments), execute.Settings{})
				if err != nil || run.Failed() > 0 {
					t.Fatalf("%v, %+v", err, run)
				}
				const want = "elastic: about 1 of 5 hits of its windows (20 %) are longer in long than the 512 tokens that .rerank-v1 reads with a query"
				if long := integrity.FindLongTexts(run, "elastic"); long == nil || !strings.HasPrefix(long.String(), want) {
					t.Errorf("%v, want %q", long, want)
				}
			})
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
