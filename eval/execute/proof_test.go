package execute_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/score"
)

// scorer is a model made of a function of a text's place in the window.
type scorer func(place int, text string) float64

func (s scorer) Score(_ string, texts []string) ([]float64, error) {
	scores := make([]float64, len(texts))
	for i, text := range texts {
		scores[i] = s(i, text)
	}
	return scores, nil
}

const proofDocuments = `{"id": "1", "title": "Heat", "plot": "A crime crew and a detective.", "note": "crime"}
{"id": "2", "title": "Seven", "plot": "A detective and a crime of gluttony.", "note": "crime"}
{"id": "3", "title": "Fargo", "plot": "A crime in the snow.", "note": "crime"}
{"id": "4", "title": "Untold", "note": "crime of which nothing is told"}
{"id": "5", "title": "Silent", "plot": null, "note": "crime of which nothing is told"}
{"id": "6", "title": "Alien", "plot": "A creature.", "note": "creature"}
{"id": "7", "title": "Jaws", "plot": "A creature in the water.", "note": "creature"}
{"id": "8", "title": "Tremors", "plot": "A creature in the ground.", "note": "creature"}
{"id": "9", "title": "Twister", "plot": "A storm.", "note": "storm"}
{"id": "10", "title": "Perfect", "plot": "A storm at sea.", "note": "storm"}
{"id": "11", "title": "Clouds", "plot": "A storm in the hills.", "note": "storm"}
{"id": "12", "title": "Gusts", "plot": "A storm over the city.", "note": "storm"}
`

func proofSuite(minScore string) string {
	return evaltest.SuiteHead + `
  retriever: {standard: {query: {match: {note: "{{query}}"}}}}
  rerankers: {model: {field: plot, inference_id: model, rank_window_size: 5` + minScore + `}}
metrics: [ndcg@5]
queries:
  - {query: crime, relevant: [Heat]}
  - {query: creature, relevant: [Jaws]}
  - {query: storm, relevant: [Twister]}
`
}

// prove runs the proof suite with a model, and counts all searches.
func prove(t *testing.T, minScore string, model scorer, overrides ...evaltest.Override) (*eval.Run, integrity.SystemIntegrity, int64) {
	t.Helper()
	return proveSuite(t, proofSuite(minScore), model, overrides...)
}

func proveSuite(t *testing.T, suite string, model scorer, overrides ...evaltest.Override) (*eval.Run, integrity.SystemIntegrity, int64) {
	t.Helper()
	var searches atomic.Int64
	counted := func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/_search") {
			searches.Add(1)
		}
		return false
	}
	client, plan := evaltest.Served(t, suite, proofDocuments, []embedded.Endpoint{{ID: "model", Service: "test", Model: "test", Scorer: model}}, append([]evaltest.Override{counted}, overrides...)...)
	run, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return run, integrity.Check(run).Systems[1], searches.Load()
}

func byLength(_ int, text string) float64 { return float64(len(text)) / 10 }

// Documents that a reranker leaves out are told apart, at the cost of one
// search a run, and of none where it leaves none out.
func TestDroppedDocumentsAreToldApart(t *testing.T) {
	_, plain, plainSearches := prove(t, "", byLength)
	want := []integrity.Dropped{{Query: "crime", Titles: []string{"Untold", "Silent"}, NoValue: []string{"Untold", "Silent"}}}
	if diff := cmp.Diff(want, sortedTitles(plain.Dropped)); diff != "" {
		t.Errorf("without min_score:\n%s", diff)
	}

	withoutDrops := strings.Replace(proofSuite(", min_score: -1000"), "query: crime", "query: detective", 1)
	if _, none, searches := proveSuite(t, withoutDrops, byLength); len(none.Dropped) > 0 || searches != plainSearches-1 {
		t.Errorf("%d searches with a min_score and %v dropped, want %d: nothing to look up", searches, none.Dropped, plainSearches-1)
	}

	run, told, searches := prove(t, ", min_score: 2", byLength) // Fargo (20 letters) and longer stay
	if searches != plainSearches {
		t.Errorf("%d searches with a min_score, want %d as without", searches, plainSearches)
	}
	byQuery := make(map[string]integrity.Dropped)
	for _, d := range sortedTitles(told.Dropped) {
		byQuery[d.Query] = d
	}
	if diff := cmp.Diff(integrity.Dropped{Query: "crime", Titles: []string{"Untold", "Silent"}, NoValue: []string{"Untold", "Silent"}}, byQuery["crime"]); diff != "" {
		t.Errorf("with min_score:\n%s", diff)
	}
	if diff := cmp.Diff(integrity.Dropped{Query: "creature", Titles: []string{"Alien"}, BelowMinScore: []string{"Alien"}}, byQuery["creature"]); diff != "" {
		t.Errorf("with min_score:\n%s", diff)
	}
	noValue, _, below, unknown := told.DropReasons()
	if noValue != 2 || below != 3 || unknown != 0 {
		t.Errorf("%d without a value, %d below min_score, %d unknown; want 2, 3 and 0", noValue, below, unknown)
	}
	if w := strings.Join(run.Complete.Warnings, "\n"); !strings.Contains(w, "of 5 documents that model left out, 2 have no value in plot and 3 score below min_score 2") {
		t.Errorf("the run says %q", w)
	}
}

// What a reranker's own filter keeps out its first stage does not find either:
// nothing is left out, and the reranker is not said not to have run.
func TestDocumentsThatAFilterKeepsOut(t *testing.T) {
	run, told, _ := prove(t, ", filter: {match: {plot: detective}}", byLength)
	if len(told.Dropped)+len(told.Outside)+len(told.NotReranked) > 0 {
		t.Errorf("dropped %v, outside %v, not reranked %v", told.Dropped, told.Outside, told.NotReranked)
	}
	for _, q := range run.Queries {
		for system, result := range q.Results {
			if want := map[string]int{"crime": 2}[q.ID]; len(result.Hits) != want {
				t.Errorf("%s of %s has %d hits, want %d", system, q.ID, len(result.Hits), want)
			}
		}
	}
}

// sortedTitles puts the titles into the order of the documents, which the
// first stage does not promise.
func sortedTitles(dropped []integrity.Dropped) []integrity.Dropped {
	place := make(map[string]int)
	for i, line := range strings.Split(proofDocuments, "\n") {
		var d struct{ Title string }
		if json.Unmarshal([]byte(line), &d) == nil {
			place[d.Title] = i
		}
	}
	sorted := func(titles []string) {
		for i := range titles {
			for j := i + 1; j < len(titles); j++ {
				if place[titles[j]] < place[titles[i]] {
					titles[i], titles[j] = titles[j], titles[i]
				}
			}
		}
	}
	for _, d := range dropped {
		sorted(d.Titles)
		sorted(d.NoValue)
		sorted(d.BelowMinScore)
	}
	return dropped
}

// bypass hands the first stage's answer on where a reranker was asked for, as
// a fallback does that hides failures.
func bypass(_ http.ResponseWriter, r *http.Request) bool {
	return instead(r, func(child any) any { return child })
}

// unranked hands the first stage's matches on with score 0, as some servers do
// with hits that no reranker has seen.
func unranked(_ http.ResponseWriter, r *http.Request) bool {
	return instead(r, func(child any) any {
		query := child.(map[string]any)["standard"].(map[string]any)["query"]
		return map[string]any{"standard": map[string]any{"filter": query}}
	})
}

// instead replaces a reranker in a search by what is made of its child.
func instead(r *http.Request, replacement func(child any) any) bool {
	if !strings.HasSuffix(r.URL.Path, "/_search") {
		return false
	}
	text, err := io.ReadAll(r.Body)
	var body map[string]any
	if err == nil && json.Unmarshal(text, &body) == nil {
		retriever, _ := body["retriever"].(map[string]any)
		if reranker, ok := retriever["text_similarity_reranker"].(map[string]any); ok {
			body["retriever"] = replacement(reranker["retriever"])
			text, _ = json.Marshal(body)
		}
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return false
}

// A reranker that demonstrably did not run does not score.
func TestRerankerThatDidNotRun(t *testing.T) {
	tests := []struct {
		name     string
		override evaltest.Override
		want     string
	}{
		{"fallback", bypass, "order and scores are those of the first stage"},
		{"scores of zero", unranked, "has score 0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run, integrity, _ := prove(t, "", byLength, test.override)
			if len(integrity.NotReranked) != 3 || !strings.Contains(integrity.NotReranked[0].Reason, test.want) {
				t.Errorf("not reranked: %v, want all three queries for %q", integrity.NotReranked, test.want)
			}
			e, err := score.Evaluate(run, nil)
			if err != nil {
				t.Fatal(err)
			}
			if mean, _ := score.Mean(e.System("model").Values[0]); !math.IsNaN(mean) || e.System("model").Failed != 3 {
				t.Errorf("it scores %v with %d failed, want nothing with 3", mean, e.System("model").Failed)
			}
			if mean, _ := score.Mean(e.System(eval.FirstStage).Values[0]); mean == 0 {
				t.Error("the first stage scores 0 too")
			}
		})
	}
}

// A field that no document of any window has keeps the reranker from running.
func TestRerankerWithoutTexts(t *testing.T) {
	run, _, _ := prove(t, "", byLength)
	var why eval.DropReasons
	for i := range run.Queries {
		run.Queries[i].Results["model"].Hits = []eval.Hit{}
		for _, h := range run.Queries[i].Results[eval.FirstStage].Hits {
			why.NoValue = append(why.NoValue, h.Key().String())
		}
	}
	run.Complete.Dropped = map[string]eval.DropReasons{"model": why}
	if got := integrity.Check(run).Systems[1].NotReranked; len(got) != 3 {
		t.Errorf("not reranked: %v, want all three queries", got)
	}
	run.Queries[1].Results["model"].Hits = run.Queries[1].Results[eval.FirstStage].Hits[:1]
	run.Queries[1].Results["model"].Hits[0].Score++
	if got := integrity.Check(run).Systems[1].NotReranked; len(got) != 0 {
		t.Errorf("not reranked: %v, though one query has a reranked hit", got)
	}
}

// What is odd but no proof is reported, and scores.
func TestOddRerankers(t *testing.T) {
	run, found, _ := prove(t, "", func(place int, _ string) float64 { return float64(10 - place) })
	if found.Ordered != 3 || found.SameOrder != 3 || len(found.NotReranked) > 0 {
		t.Errorf("%d of %d in the first stage's order, not reranked %v", found.SameOrder, found.Ordered, found.NotReranked)
	}
	if w := strings.Join(run.Complete.Warnings, "\n"); !strings.Contains(w, "model changed the order of none of 3 lists") {
		t.Errorf("the run says %q", w)
	}
	// probabilities this small are all 1 after the server's normalisation
	_, found, _ = prove(t, "", func(_ int, text string) float64 { return 1e-9 * float64(len(text)) })
	if want := []integrity.QueryFinding{{Query: "storm", Reason: "4 of 4 hits share one score"}}; !cmp.Equal(found.Collapsed, want) {
		t.Errorf("collapsed: %v, want %v: three hits, as the others have, are too few to tell", found.Collapsed, want)
	}
	run, found, _ = prove(t, "", byLength)
	if found.SameOrder == found.Ordered || len(run.Complete.Warnings) > 0 {
		t.Errorf("a sound reranker is found odd: %d of %d, %q", found.SameOrder, found.Ordered, run.Complete.Warnings)
	}
}
