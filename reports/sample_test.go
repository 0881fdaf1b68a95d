package reports

import (
	"math"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/stats"
)

// sample is a run small enough to work every number out by hand: see the
// arithmetic in TestSampleNumbers.
func sample() *eval.Run {
	hits := func(titles ...string) *eval.Result {
		r := &eval.Result{TookMS: 3, WallMS: 4.5}
		for i, t := range titles {
			r.Hits = append(r.Hits, eval.Hit{ID: "id-" + t, Title: t, Score: 10 - float64(i)})
		}
		return r
	}
	reranked := func(titles ...string) *eval.Result {
		r := hits(titles...)
		for i := range r.Hits {
			r.Hits[i].Score = 2.5 - float64(i)/4
		}
		return r
	}
	started := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	return &eval.Run{
		Manifest: eval.Manifest{
			Type: "manifest", Format: eval.Format, Tool: "releval 1.0.0", Suite: "films", File: "films.yaml", Started: started, Seed: 1,
			Cluster: eval.ClusterInfo{Kind: "elasticsearch", Version: "8.19.0", URL: "https://localhost:9200"},
			Index:   "films", Indices: []eval.IndexInfo{{Name: "films", UUID: "u1", Documents: 1200}},
			TitleField: "title", Retriever: []byte(`{"standard":{"query":{"match":{"plot":"{{query}}"}}}}`),
			Systems:   []string{eval.FirstStage, "elastic"},
			Rerankers: []eval.Reranker{{Name: "elastic", Field: "plot", InferenceID: ".rerank-v1-elasticsearch", Window: 4}},
			Depth:     4, Metrics: []string{"ndcg@3", "mrr", "recall@4"}, QueryCount: 4,
			Hashes: eval.Hashes{Suite: "aa", Judgments: "bb", Queries: "cc", Search: "dd"},
		},
		Queries: []eval.Query{
			{Type: "query", Number: 0, ID: "crime", Text: "crime", InferenceText: "flesh-eating bad guy", Tags: []string{"plot"},
				Judgments: []eval.Judgment{{Title: "Lambs", Grade: 1}},
				Results: eval.Results{
					eval.FirstStage: hits("Godfather", "Heat", "Lambs", "Alien"),
					"elastic":       reranked("Lambs", "Alien", "Godfather", "Heat"),
				}},
			{Type: "query", Number: 1, ID: "heist", Text: "a robbery that goes wrong",
				Judgments: []eval.Judgment{{Title: "Dogs", Grade: 3}, {Title: "Heat", Grade: 1}, {Title: "Up", Grade: 0}},
				Results: eval.Results{
					eval.FirstStage: hits("Dogs", "Heat", "Up"),
					"elastic":       reranked("Up", "Heat", "Dogs"),
				}},
			{Type: "query", Number: 2, ID: "toys", Text: "toys", Tags: []string{"keyword", "plot"},
				Judgments: []eval.Judgment{{Title: "Toy Story", Grade: 2}},
				Results: eval.Results{
					eval.FirstStage: hits("Toy Story", "Up"),
					"elastic":       reranked("Toy Story", "Up"),
				}},
			{Type: "query", Number: 3, ID: "space", Text: "lost in space",
				Judgments: []eval.Judgment{{Title: "Gravity", Grade: 1}},
				Results: eval.Results{
					eval.FirstStage: hits("Alien", "Gravity"),
					"elastic":       {Error: "search failed: the endpoint timed out", Attempts: 5},
				}},
		},
		Complete: &eval.Complete{Type: "complete", Queries: 4, Failed: 1, Finished: started.Add(90 * time.Second)},
	}
}

func mustReport(run *eval.Run) *Report {
	e, err := eval.Evaluate(run, nil)
	if err != nil {
		panic(err)
	}
	r, err := New(e, stats.Options{})
	if err != nil {
		panic(err)
	}
	return r
}

// full is the sample with every optional part.
func full() *Report {
	r := mustReport(sample())
	r.RunFile = "films.jsonl"
	r.Unresolved = []string{"The Lost Film"}
	r.Gates = []GateRow{
		{Source: "{metric: ndcg@3, system: elastic, min: 0.8}", Place: "films.yaml:30:5", System: "elastic", Metric: "ndcg@3", Expected: "at least 0.8", Actual: "0.642", Margin: -0.158, Outcome: Failed, Reason: "the mean is below the limit"},
		{Source: "{metric: mrr, system: elastic, max_drop: 0.1}", Place: "films.yaml:31:5", System: "elastic", Metric: "mrr", Expected: "a drop of at most 0.1", Actual: "0.05", Margin: 0.05, Outcome: Inconclusive, Reason: "4 queries cannot tell"},
		{Source: "{metric: wall_p95, max: 500}", Place: "films.yaml:32:5", Metric: "wall_p95", Expected: "at most 500 ms", Actual: "4.5 ms", Margin: math.NaN(), Outcome: Passed},
		{Source: "{title: Dogs, within: 1}", Place: "films.yaml:40:9", Query: "heist", System: "elastic", Expected: "rank 1", Actual: "rank 3", Margin: -2, Outcome: Failed},
		{Source: "{title: Toy Story, within: 3}", Place: "films.yaml:44:9", Query: "toys", System: "elastic", Expected: "within 3", Actual: "rank 1", Margin: 2, Outcome: Passed},
	}
	nan := math.NaN()
	r.Sweeps = []SweepView{{
		Reranker: "elastic", Metric: "ndcg@3", Queries: 4, FirstStage: 0.783,
		Points: []SweepPoint{
			{Window: 1, Value: 0.783, Gain: 0, GainLow: 0, GainHigh: 0, Ceiling: 0.783, Recall: 0.4, Captured: nan, P50: 11, P95: 18, Documents: 1},
			{Window: 2, Value: 0.80, Gain: 0.017, GainLow: -0.01, GainHigh: 0.06, Ceiling: 0.85, Recall: 0.6, Captured: 0.25, P50: 13, P95: 21, Documents: 2},
			{Window: 3, Value: 0.86, Gain: 0.077, GainLow: 0.02, GainHigh: 0.15, Ceiling: 0.95, Recall: 0.9, Captured: 0.46, P50: 15, P95: 25, Documents: 3},
			{Window: 4, Value: 0.85, Gain: 0.067, GainLow: 0.01, GainHigh: 0.14, Ceiling: 1, Recall: 1, Captured: 0.31, P50: 17, P95: 30, Documents: 3.5},
		},
		Shape: "peaks at 3 and decays", Recommended: 3, Reason: "no smaller window stays within 0.01 of the best", Enough: 3, Audit: "exact: 40 of 40 cells identical", Latency: "9 ms + 2 ms a document",
	}}
	return r
}
