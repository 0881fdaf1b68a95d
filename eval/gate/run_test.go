package gate

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// smallRun is a run of two queries, of which the reranker answered one.
func smallRun() *eval.Run {
	heat, fargo := eval.Hit{Document: &eval.Document{ID: "1", Title: "Heat"}, Score: 2}, eval.Hit{Document: &eval.Document{ID: "2", Title: "Fargo"}, Score: 1}
	return &eval.Run{
		Manifest: eval.Manifest{
			File:    "films.yaml",
			Systems: evaltest.Systems(10, eval.System{Name: "elastic", Window: 2}),
			Gates: []judgments.Gate{
				{Source: "{metric: mrr, min: 0.5}", Position: judgments.Position{File: "films.yaml", Line: 9, Column: 5}, Metric: "mrr", Min: new(0.5)},
				{Source: "{metric: dropped_documents, max: 0}", Position: judgments.Position{File: "films.yaml", Line: 10, Column: 5}, Metric: "dropped_documents", Max: new(0.0)},
			},
			Unresolved: []string{"Haet", "id 77"},
			Hashes:     eval.Hashes{Titles: "abc"},
		},
		Queries: []eval.Query{
			{
				ID: "heist", Position: judgments.Position{File: "films.yaml", Line: 20, Column: 5}, Tags: []string{"hard"},
				Judgments:  []judgments.Judgment{{Title: "Fargo", Grade: 1}, {Title: "haet", Grade: 1}, {Title: "77", Grade: 1}},
				Expect:     []judgments.Expectation{{Source: "{title: Heat, within: 1}", Position: judgments.Position{File: "films.yaml", Line: 25, Column: 9}, Title: "Heat", Within: 1}},
				Quarantine: &judgments.Quarantine{Until: noon.AddDate(0, 0, -3), Reason: "rebuilt"},
				Results: eval.Results{
					eval.FirstStage: {Hits: []eval.Hit{heat, fargo}, TookMS: 3, WallMS: 4.5},
					"elastic":       {Hits: []eval.Hit{fargo}, TookMS: 30, WallMS: 41.5},
				},
			},
			{
				ID: "alien", Position: judgments.Position{File: "films.yaml", Line: 30, Column: 5},
				Judgments: []judgments.Judgment{{Title: "Alien", ID: "77", Grade: 1}},
				Results:   eval.Results{eval.FirstStage: {Hits: []eval.Hit{heat}}, "elastic": {Error: "timed out"}},
			},
		},
	}
}

func TestFromRun(t *testing.T) {
	base := smallRun()
	base.Queries = base.Queries[1:]
	base.Manifest.Systems = base.Manifest.Systems[:1]
	options := stats.Options{Seed: 3}
	got, err := FromRun(smallRun(), base, noon, options)
	if err != nil {
		t.Fatal(err)
	}
	at := func(line, column int) judgments.Position {
		return judgments.Position{File: "films.yaml", Line: line, Column: column}
	}
	heat, fargo := eval.Hit{Document: &eval.Document{ID: "1", Title: "Heat"}, Score: 2}, eval.Hit{Document: &eval.Document{ID: "2", Title: "Fargo"}, Score: 1}
	want := Input{
		Gates: []judgments.Gate{
			{Position: at(9, 5), Source: "{metric: mrr, min: 0.5}", Metric: "mrr", Min: new(0.5)},
			{Position: at(10, 5), Source: "{metric: dropped_documents, max: 0}", Metric: "dropped_documents", Max: new(0.0)},
		},
		Queries: []Query{
			{
				Position: at(20, 5), ID: "heist", Tags: []string{"hard"},
				Expect:     []judgments.Expectation{{Position: at(25, 9), Source: "{title: Heat, within: 1}", Title: "Heat", Within: 1}},
				Quarantine: &judgments.Quarantine{Until: noon.Add(-72 * time.Hour), Reason: "rebuilt"},
				// The title in another spelling is the same title; a title that
				// reads like a missing id is not that id.
				Unresolved: []string{"haet"},
			},
			{Position: at(30, 5), ID: "alien", Unresolved: []string{"77"}},
		},
		Systems: []System{
			{
				Name:    eval.FirstStage,
				Answers: []Answer{{TookMS: 3, WallMS: 4.5, Hits: []eval.Hit{heat, fargo}}, {Hits: []eval.Hit{heat}}},
				Values:  map[string][]float64{"mrr": {0.5, 0}}, // Fargo is second
			},
			{
				Name:    "elastic",
				Answers: []Answer{{TookMS: 30, WallMS: 41.5, Hits: []eval.Hit{fargo}, Dropped: []string{"Heat"}}, {Error: "timed out"}},
				Values:  map[string][]float64{"mrr": {1, 0}},
			},
		},
		Baseline: &Baseline{
			Queries: []string{"alien"},
			Systems: []System{{Name: eval.FirstStage, Answers: []Answer{{Hits: []eval.Hit{heat}}}, Values: map[string][]float64{"mrr": {0}}}},
		},
		TitlesChecked: true,
		Now:           noon,
		Stats:         options,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("FromRun (-want +got):\n%s", diff)
	}

	run := smallRun()
	run.Queries[1].Results["elastic"] = nil
	if got, err = FromRun(run, nil, noon, options); err != nil {
		t.Fatal(err)
	}
	if answer := got.Systems[1].Answers[1]; answer.Error != "no result" || got.Baseline != nil {
		t.Errorf("a query without a result: %+v, baseline %v", answer, got.Baseline)
	}
	run.Manifest.Gates[0].Metric = "nothing"
	if _, err := FromRun(run, nil, noon, options); err == nil {
		t.Error("a gate on an unknown metric gave no error")
	}
}

// A run of some of the suite's queries cannot meet a gate about all of them.
func TestPartialRunIsInconclusive(t *testing.T) {
	least := 0.0
	run := &eval.Run{Manifest: eval.Manifest{
		Systems: evaltest.Systems(10), QueryCount: 1, SuiteQueries: 3,
		Gates: []judgments.Gate{{Source: "{metric: mrr, min: 0}", Metric: "mrr", System: eval.FirstStage, Min: &least}},
	}}
	run.Queries = []eval.Query{{ID: "q", Judgments: []judgments.Judgment{{Title: "a", Grade: 1}}, Results: eval.Results{eval.FirstStage: {}}}}
	in, err := FromRun(run, nil, time.Now(), stats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	results, err := Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	if r := results[0]; r.Verdict != Inconclusive || r.Reason != "only 1 of the suite's 3 queries were searched" {
		t.Errorf("got %s", r)
	}
}
