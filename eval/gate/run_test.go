package gate

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
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
				{Source: "{metric: mrr, min: 0.6}", Position: judgments.Position{File: "films.yaml", Line: 9, Column: 5}, Metric: "mrr", Min: new(0.6)},
				{Source: "{metric: dropped_documents, max: 0}", Position: judgments.Position{File: "films.yaml", Line: 10, Column: 5}, Metric: "dropped_documents", Max: new(0.0)},
				{Source: "{metric: unresolved_titles, max: 0}", Metric: "unresolved_titles", Max: new(0.0)},
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

// A run's own gates, on its own rankings.
func TestGatesOfARun(t *testing.T) {
	run := smallRun()
	scores, err := score.Evaluate(run, []metrics.Metric{mustParse("mrr")})
	if err != nil {
		t.Fatal(err)
	}
	found := integrity.Check(run)
	results := Evaluate(Input{Scores: scores, Integrity: &found, Now: noon})
	var got []string
	for _, r := range results {
		got = append(got, fmt.Sprintf("%s %s, found %s: %s", r.Verdict, r.Source, r.Actual, ids(r.Queries)))
	}
	want := []string{
		// Fargo is the first hit for the one query, and the other failed.
		"inconclusive {metric: mrr, min: 0.6}, found 1.0000: alien timed out",
		"failed {metric: dropped_documents, max: 0}, found 1: heist Heat",
		// The title in another spelling is the same title; a title that reads
		// like a missing id is not that id.
		"failed {metric: unresolved_titles, max: 0}, found 2: heist haet, alien 77",
		"failed {title: Heat, within: 1}, found not among 1 hit: heist not among 1 hit",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}

	run.Queries[1].Results["elastic"] = nil
	if scores, err = score.Evaluate(run, scores.Metrics); err != nil {
		t.Fatal(err)
	}
	results = Evaluate(Input{Scores: scores, Integrity: &found, Now: noon})
	if got := ids(results[0].Queries); got != "alien no result" {
		t.Errorf("a query without a result: %q", got)
	}
}

// A run of some of the suite's queries cannot meet a gate about all of them.
func TestPartialRunIsInconclusive(t *testing.T) {
	in := films()
	in.gates(judgments.Gate{Metric: "ndcg@10", System: firstStage, Min: new(0.0)})
	in.Scores.Run.Manifest.QueryCount, in.Scores.Run.Manifest.SuiteQueries = 1, 3
	results := Evaluate(in)
	if r := results[0]; r.Verdict != Inconclusive || r.Reason != "only 1 of the suite's 3 queries were searched" {
		t.Errorf("got %s", r)
	}
}
