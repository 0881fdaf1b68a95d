package gate

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/judgments"
)

// hybrids is a run of two first stages, a reranker over each, and a request.
func hybrids() Input {
	e := evaluated([]string{"crime", "heist"},
		system("bm25", 0.5, 0.3), system("bm25+elastic", 0.7, 0.5),
		system("hybrid", 0.6, 0.6), system("hybrid+elastic", 0.8, 0.9), system("app", 0.1, 0.2))
	m := &e.Run.Manifest
	for i := range m.Systems {
		m.Systems[i].Kind, m.Systems[i].FirstStage, m.Systems[i].Window = eval.KindRetriever, "", 0
	}
	for _, i := range []int{1, 3} {
		m.Systems[i].Kind, m.Systems[i].FirstStage, m.Systems[i].Window = eval.KindReranked, m.Systems[i-1].Name, 10
	}
	m.Systems[4].Kind = eval.KindRequest
	return Input{Scores: e, Integrity: &integrity.Integrity{}, Now: noon}
}

func TestGatesOverSystems(t *testing.T) {
	in := hybrids()
	// each query has one hit, so that a search scores one document: 2 dollars
	// for 1,000 searches and 3 for 1,000 documents make 5
	in.Scores.Run.Manifest.Systems[1].Prices = []judgments.Price{{USD: 2, Per: judgments.PerThousand}, {USD: 3, Per: judgments.PerDocuments}}
	in.gates(
		judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(0.25)},                              // 0.6-0.4, 0.85-0.6
		judgments.Gate{Metric: "ndcg@10", System: "hybrid+elastic", Versus: "bm25+elastic", MinGain: new(0.2)}, // 0.85-0.6
		judgments.Gate{Metric: "ndcg@10", System: "app", Versus: "bm25", MaxDrop: new(0.2)},                    // 0.15-0.4
		judgments.Gate{Metric: "ndcg@10", System: "app", Versus: firstStage, MinGain: new(0.2)},
		judgments.Gate{Metric: "ndcg@10", System: "app", Versus: "gone", MinGain: new(0.2)},
		judgments.Gate{Metric: "usd_per_1000", System: "bm25+elastic", Max: new(5.0)},
		judgments.Gate{Metric: "usd_per_1000", System: "bm25+elastic", Max: new(4.99)},
		judgments.Gate{Metric: "usd_per_1000", System: "app", Max: new(5.0)},
	)
	var got []string
	for _, r := range Evaluate(in) {
		got = append(got, fmt.Sprint(r.System, " ", r.Verdict, " ", r.Actual))
	}
	want := []string{
		"bm25+elastic failed +0.2000", "hybrid+elastic passed +0.2500",
		"hybrid+elastic passed +0.2500", "app failed -0.2500", "app inconclusive ", "app inconclusive ",
		"bm25+elastic passed 5 dollars", "bm25+elastic failed 5 dollars", "app passed 0 dollars", // beside what has a price
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
