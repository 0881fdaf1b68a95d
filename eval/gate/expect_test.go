package gate

import (
	"math"
	"testing"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

func TestQuarantine(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	tests := []struct {
		until   string
		floor   expected
		expects expected
	}{
		{
			until:   "2026-11-24", // the day of the run is the last one
			floor:   expected{Passed, "elastic", "at least 0.75", "0.7750", 0.025, "without 1 query in quarantine: heist until 2026-11-24 (synonyms are being rebuilt)", ""},
			expects: expected{Skipped, "elastic", `"Heat" within the first 3`, "not among 1 hit", math.NaN(), "in quarantine, otherwise failed: heist until 2026-11-24 (synonyms are being rebuilt)", "heist not among 1 hit"},
		},
		{
			until: "2026-11-23",
			floor: expected{Failed, "elastic", "at least 0.75", "0.7000", -0.05, "gating again after quarantine: heist, whose quarantine ended on 2026-11-23 (synonyms are being rebuilt)",
				"heist 0.4000, ghost 0.5000, space 0.7000"},
			expects: expected{Failed, "elastic", `"Heat" within the first 3`, "not among 1 hit", math.NaN(), "gating again: heist, whose quarantine ended on 2026-11-23", "heist not among 1 hit"},
		},
	}
	for _, test := range tests {
		t.Run(test.until, func(t *testing.T) {
			in := films()
			in.gates(judgments.Gate{Metric: "ndcg@10", Min: new(0.75)})
			in.Scores.Run.Queries[1].Quarantine = &judgments.Quarantine{Until: day(test.until), Reason: "synonyms are being rebuilt."}
			in.Scores.Run.Queries[1].Expect = []judgments.Expectation{{Title: "Heat", Within: 3}}
			in.Scores.Run.Queries[1].Results["elastic"].Hits = []eval.Hit{{Document: &eval.Document{ID: "1", Title: "Fargo"}}}
			results := Evaluate(in)
			if len(results) != 2 {
				t.Fatalf("%d results, want 2", len(results))
			}
			checkResult(t, results[0], test.floor)
			checkResult(t, results[1], test.expects)
		})
	}

	in := films()
	in.gates(judgments.Gate{Metric: "ndcg@10", Tag: "hard", Min: new(0.1)})
	for i := range 2 {
		in.Scores.Run.Queries[i].Quarantine = &judgments.Quarantine{Until: day("2027-01-31")}
	}
	results := Evaluate(in)
	checkResult(t, results[0], expected{Inconclusive, "elastic", "at least 0.1 on the queries tagged hard", "", math.NaN(),
		"all its queries are in quarantine; without 2 queries in quarantine: crime until 2027-01-31, heist until 2027-01-31", ""})
}

func TestExpectations(t *testing.T) {
	hits := []eval.Hit{{Document: &eval.Document{ID: "7", Title: "Reservoir Dogs"}}, {Document: &eval.Document{ID: "1", Title: "Heat"}}, {Document: &eval.Document{ID: "2", Title: "heat"}}, {Document: &eval.Document{ID: "3", Title: "Fargo"}}}
	none := math.NaN()
	tests := []struct {
		name   string
		expect judgments.Expectation
		change func(*Input)
		want   expected
	}{
		{"within", judgments.Expectation{Title: "HEAT", Within: 3}, nil, expected{Passed, "elastic", `"HEAT" within the first 3`, "rank 2", 1, "", ""}},
		{"within, by id", judgments.Expectation{Title: "Heat", ID: "2", Within: 2}, nil, expected{Failed, "elastic", `"Heat" within the first 2`, "rank 3", -1, "", "crime rank 3"}},
		{"within, absent", judgments.Expectation{Title: "Alien", Within: 3}, nil, expected{Failed, "elastic", `"Alien" within the first 3`, "not among 4 hits", none, "", "crime not among 4 hits"}},
		{"within, not in the index", judgments.Expectation{Title: "Alien", Within: 3}, func(in *Input) { in.Scores.Run.Manifest.Unresolved = []string{"alien"} },
			expected{Failed, "elastic", `"Alien" within the first 3`, "not among 4 hits", none, "the index has no such document", "crime not among 4 hits"}},
		{"not within, lower", judgments.Expectation{Title: "Fargo", NotWithin: 3}, nil, expected{Passed, "elastic", `"Fargo" not within the first 3`, "rank 4", 0, "", ""}},
		{"not within, found", judgments.Expectation{Title: "Heat", NotWithin: 3}, nil, expected{Failed, "elastic", `"Heat" not within the first 3`, "rank 2", -2, "", "crime rank 2"}},
		{"not within, absent", judgments.Expectation{ID: "99", NotWithin: 3}, nil, expected{Passed, "elastic", `"99" not within the first 3`, "not among 4 hits", none, "", ""}},
		{"not within, not in the index", judgments.Expectation{ID: "99", NotWithin: 1}, func(in *Input) { in.Scores.Run.Manifest.Unresolved = []string{"id 99"} },
			expected{Inconclusive, "elastic", `"99" not at rank 1`, "not among 4 hits", none, "its absence says nothing", "crime not among 4 hits"}},
		{"before", judgments.Expectation{Title: "Reservoir Dogs", Before: "Fargo"}, nil, expected{Passed, "elastic", `"Reservoir Dogs" before "Fargo"`, "rank 1, the other rank 4", 2, "", ""}},
		{"before, adjacent", judgments.Expectation{Title: "Reservoir Dogs", Before: "Heat"}, nil, expected{Passed, "elastic", `"Reservoir Dogs" before "Heat"`, "rank 1, the other rank 2", 0, "", ""}},
		{"before, the other way round", judgments.Expectation{Title: "Fargo", Before: "Heat"}, nil, expected{Failed, "elastic", `"Fargo" before "Heat"`, "rank 4, the other rank 2", -3, "", "crime rank 4, the other rank 2"}},
		{"before, the other absent", judgments.Expectation{Title: "Fargo", Before: "Alien"}, nil, expected{Passed, "elastic", `"Fargo" before "Alien"`, "rank 4, the other not among 4 hits", none, "", ""}},
		{"before, the other not in the index", judgments.Expectation{Title: "Fargo", Before: "Alien"}, func(in *Input) { in.Scores.Run.Manifest.Unresolved = []string{"Alien"} },
			expected{Inconclusive, "elastic", `"Fargo" before "Alien"`, "rank 4, the other not among 4 hits", none, `no document titled "Alien"`, "crime rank 4, the other not among 4 hits"}},
		{"before, absent", judgments.Expectation{Title: "Alien", Before: "Heat"}, nil, expected{Failed, "elastic", `"Alien" before "Heat"`, "not among 4 hits, the other rank 2", none, "", "crime not among 4 hits, the other rank 2"}},
		{"before, both absent", judgments.Expectation{Title: "Alien", Before: "Aliens"}, nil, expected{Inconclusive, "elastic", `"Alien" before "Aliens"`, "not among 4 hits, the other not among 4 hits", none, "neither was returned", "crime not among 4 hits, the other not among 4 hits"}},
		{"failed query", judgments.Expectation{Title: "Heat", NotWithin: 1}, func(in *Input) { fail(in.Scores, "elastic", 0, "timed out") },
			expected{Inconclusive, "elastic", `"Heat" not at rank 1`, "", none, "the query failed: timed out", "crime"}},
		{"system not run", judgments.Expectation{Title: "Heat", Within: 1, System: "cohere"}, nil,
			expected{Inconclusive, "cohere", `"Heat" at rank 1`, "", none, "the system cohere was not run", "crime"}},
		{"first stage", judgments.Expectation{Title: "Heat", Within: 1, System: firstStage}, nil,
			expected{Failed, firstStage, `"Heat" at rank 1`, "not among 1 hit", none, "", "crime not among 1 hit"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := films()
			in.Scores.Run.Queries[0].Expect = []judgments.Expectation{test.expect}
			in.Scores.Run.Queries[0].Results["elastic"].Hits = hits
			if test.change != nil {
				test.change(&in)
			}
			results := Evaluate(in)
			if len(results) != 1 {
				t.Fatalf("%d results, want 1", len(results))
			}
			checkResult(t, results[0], test.want)
			if results[0].Query != "crime" {
				t.Errorf("query = %q, want crime", results[0].Query)
			}
		})
	}
}

// An expectation passes only where it holds for every order of tied hits, and
// fails only where it holds for none.
func TestExpectationsUnderTies(t *testing.T) {
	for name, test := range map[string]struct {
		ties    [][2]int
		expect  judgments.Expectation
		verdict Verdict
	}{
		"no tie":               {nil, judgments.Expectation{Title: "B", Within: 2}, Passed},
		"a tie within":         {[][2]int{{1, 2}}, judgments.Expectation{Title: "B", Within: 2}, Passed},
		"a tie across":         {[][2]int{{2, 4}}, judgments.Expectation{Title: "B", Within: 2}, Inconclusive},
		"a tie beyond":         {[][2]int{{3, 4}}, judgments.Expectation{Title: "D", Within: 2}, Failed},
		"returned too low":     {[][2]int{{2, 4}}, judgments.Expectation{Title: "D", Within: 2}, Inconclusive},
		"not within, across":   {[][2]int{{2, 4}}, judgments.Expectation{Title: "D", NotWithin: 2}, Inconclusive},
		"not within, beyond":   {[][2]int{{3, 4}}, judgments.Expectation{Title: "D", NotWithin: 2}, Passed},
		"before, tied":         {[][2]int{{2, 4}}, judgments.Expectation{Title: "B", Before: "C"}, Inconclusive},
		"before, not the same": {[][2]int{{2, 3}}, judgments.Expectation{Title: "B", Before: "D"}, Passed},
	} {
		answer := &eval.Result{Ties: test.ties}
		for i, title := range []string{"A", "B", "C", "D"} {
			answer.Hits = append(answer.Hits, eval.Hit{Document: &eval.Document{ID: title, Title: title}, Score: 9 - float64(i)})
		}
		run := &eval.Run{
			Manifest: eval.Manifest{Systems: []eval.System{{Name: eval.FirstStage, Kind: eval.KindRetriever, Depth: 4}}, Metrics: []string{"mrr"}},
			Queries: []eval.Query{{ID: "q", Judgments: []judgments.Judgment{{Title: "A", Grade: 1}}, Expect: []judgments.Expectation{test.expect},
				Results: eval.Results{eval.FirstStage: answer}}},
		}
		results := Evaluate(Input{Scores: mustEvaluate(run, []metrics.Metric{mustParse("mrr")})})
		if len(results) != 1 || results[0].Verdict != test.verdict {
			t.Errorf("%s: %v, want %s", name, results, test.verdict)
		}
	}
}
