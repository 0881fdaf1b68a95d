package evaltest

import (
	"encoding/json"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// Systems are a first stage of that depth and rerankers over it, of which the
// caller gives the name and what else the test is about.
func Systems(depth int, rerankers ...eval.System) []eval.System {
	systems := []eval.System{{Name: eval.FirstStage, Kind: eval.KindRetriever, Depth: depth, Retriever: json.RawMessage(`{"standard":{}}`)}}
	for _, r := range rerankers {
		r.Kind, r.FirstStage, r.Reranker, r.Depth = eval.KindReranked, eval.FirstStage, r.Name, r.Window
		systems = append(systems, r)
	}
	return systems
}

// SampleRun is a small run of two systems.
func SampleRun() *eval.Run {
	hit := func(id, title string, score float64) eval.Hit {
		return eval.Hit{Document: &eval.Document{ID: id, Title: title}, Score: score}
	}
	return &eval.Run{
		Manifest: eval.Manifest{
			Type: "manifest", Format: 2, Tool: "releval test", Suite: "films",
			Started: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC),
			Index:   "films", TitleField: "title", Systems: Systems(10, eval.System{Name: "elastic", Field: "plot", Window: 3}),
			Metrics: []string{"ndcg@10", "mrr@10"}, QueryCount: 2,
		},
		Queries: []eval.Query{
			{
				Type: "query", Number: 0, ID: "crime", Text: "crime",
				Judgments: []judgments.Judgment{{Title: "Heat", ID: "2", Grade: 2}, {Title: "The Godfather", Grade: 1}},
				Results: eval.Results{
					eval.FirstStage: {Hits: []eval.Hit{hit("1", "Alien", 3), hit("2", "Heat", 2), hit("3", "the  godfather", 1)}, TookMS: 2, WallMS: 2.5},
					"elastic":       {Hits: []eval.Hit{hit("2", "Heat", 1.5), hit("3", "the  godfather", 1.25)}, TookMS: 9, WallMS: 9.5},
				},
			},
			{
				Type: "query", Number: 1, ID: "robots", Text: "robots",
				Judgments: []judgments.Judgment{{Title: "WALL-E", Grade: 1}},
				Results: eval.Results{
					eval.FirstStage: {Hits: []eval.Hit{}, TookMS: 1, WallMS: 1},
					"elastic":       {Error: "the cluster is away", Attempts: 3},
				},
			},
		},
		Complete: &eval.Complete{Type: "complete", Queries: 2, Failed: 1},
	}
}

// TaggedRun has three queries; the reranker lifts the judged title of the
// first from rank 2 to 1, loses that of the second, and fails the third.
func TaggedRun() *eval.Run {
	hits := func(titles ...string) *eval.Result {
		r := &eval.Result{}
		for _, t := range titles {
			r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: t, Title: t}})
		}
		return r
	}
	judged := []judgments.Judgment{{Title: "A", Grade: 1}}
	return &eval.Run{
		Manifest: eval.Manifest{Systems: Systems(0, eval.System{Name: "elastic"}), Metrics: []string{"mrr"}, QueryCount: 3},
		Queries: []eval.Query{
			{ID: "1", Tags: []string{"long", "names"}, Judgments: judged, Results: eval.Results{eval.FirstStage: hits("B", "A"), "elastic": hits("A", "B")}},
			{ID: "2", Tags: []string{"long"}, Judgments: judged, Results: eval.Results{eval.FirstStage: hits("A"), "elastic": hits("B")}},
			{ID: "3", Judgments: judged, Results: eval.Results{eval.FirstStage: hits("A"), "elastic": {Error: "gone"}}},
		},
		Complete: &eval.Complete{Queries: 3, Failed: 1},
	}
}
