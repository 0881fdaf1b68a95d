package sweep_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/sweep"
	"github.com/releval/releval/judgments"
)

// tied is an answer of the documents in that order, of few scores.
func tied(random *rand.Rand, documents []int, scores int) *eval.Result {
	r := &eval.Result{TookMS: 1, WallMS: 1}
	s := 9.0
	for i, d := range documents {
		if i > 0 && random.IntN(scores) == 0 {
			s -= 0.5
		}
		r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: fmt.Sprint(d), Title: fmt.Sprint("T", d/2)}, Score: s})
	}
	r.Ties = equalScores(r.Hits)
	return r
}

// scaled are the same hits with the scores of a reranker, none of which is one
// of the first stage.
func scaled(r *eval.Result) *eval.Result {
	for i := range r.Hits {
		r.Hits[i].Score /= 16
	}
	return r
}

func equalScores(hits []eval.Hit) [][2]int {
	var ties [][2]int
	for start := 0; start < len(hits); {
		end := start + 1
		for end < len(hits) && hits[end].Score == hits[start].Score {
			end++
		}
		if end-start > 1 {
			ties = append(ties, [2]int{start + 1, end})
		}
		start = end
	}
	return ties
}

// What a sweep says of a window is what a report says of a run at it, where the
// server left hits tied in either stage: the expectation over their orders. A
// query whose list at the largest window is no order within the metric's reach
// is left out.
func TestTiesCountAsInReports(t *testing.T) {
	windows := []int{2, 3, 5, 9}
	var chosen []metrics.Metric
	for _, name := range []string{"ndcg@3", "mrr", "recall@4", "map", "precision@1", "bpref", "infap"} {
		m, err := metrics.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		chosen = append(chosen, m)
	}
	left, compared := 0, 0
	for seed := range uint64(150) {
		random := rand.New(rand.NewPCG(seed, 15))
		run := &eval.Run{Manifest: eval.Manifest{Systems: evaltest.Systems(9, eval.System{Name: "r", Field: "plot", Window: 9}), Metrics: []string{"ndcg@3"}, QueryCount: 6, Seed: 7}, Complete: &eval.Complete{Queries: 6}}
		for q := range 6 {
			query := eval.Query{ID: fmt.Sprint("q", q), Number: q, Text: "x"}
			for d := range 10 {
				if random.IntN(2) == 0 {
					query.Judgments = append(query.Judgments, judgments.Judgment{ID: fmt.Sprint(d), Grade: float64(random.IntN(3))})
				}
			}
			documents := random.Perm(10)[:9]
			reranked := slices.Clone(documents)
			random.Shuffle(len(reranked), func(i, j int) { reranked[i], reranked[j] = reranked[j], reranked[i] })
			query.Results = eval.Results{eval.FirstStage: tied(random, documents, 3), "r": scaled(tied(random, reranked, 1+random.IntN(4)))}
			run.Queries = append(run.Queries, query)
		}
		result, err := sweep.FromRun(run, sweep.Options{Windows: windows, Metrics: chosen})
		if err != nil {
			t.Fatal(err)
		}
		largest, err := score.Evaluate(run, chosen)
		if err != nil {
			t.Fatal(err)
		}
		for m, metric := range chosen {
			for i := range windows {
				sum, before, n := 0.0, 0.0, 0
				for q := range run.Queries {
					if math.IsNaN(largest.Systems[1].Values[m][q]) {
						left++
						continue
					}
					query := &run.Queries[q]
					derived := sweep.Derive(query.Results[eval.FirstStage].Hits, query.Results["r"].Hits, windows[i])
					var ties []metrics.Tie
					for _, tie := range equalScores(derived) {
						ties = append(ties, metrics.Tie{First: tie[0], Last: tie[1]})
					}
					ranking := metrics.Ranking{Grades: query.Grades(derived), Judged: query.Judged()}
					sum, before, n = sum+metric.Expected(ranking, ties, run.Manifest.Seed).Value, before+largest.Systems[0].Values[m][q], n+1
				}
				if n == 0 {
					continue
				}
				compared++
				got, without := float64(result.Rerankers[0].Points[i].Values[m]), float64(result.Rerankers[0].Without[m])
				if math.Abs(got-sum/float64(n)) > 1e-9 || math.Abs(without-before/float64(n)) > 1e-9 {
					t.Fatalf("seed %d, %s at %d: %v after %v, a report says %v after %v", seed, metric, windows[i], got, without, sum/float64(n), before/float64(n))
				}
			}
		}
	}
	if left == 0 || compared == 0 {
		t.Errorf("%d compared, %d left out", compared, left)
	}
}

// A reranker whose scores all tie has no window to recommend.
func TestAllTiedIsNoRecommendation(t *testing.T) {
	run := &eval.Run{Manifest: eval.Manifest{Systems: evaltest.Systems(9, eval.System{Name: "r", Field: "plot", Window: 9}), Metrics: []string{"ndcg@3"}, QueryCount: 40}, Complete: &eval.Complete{Queries: 40}}
	random := rand.New(rand.NewPCG(1, 1))
	for q := range 40 {
		documents := random.Perm(10)[:9]
		turned := slices.Clone(documents)
		slices.Reverse(turned)
		reranked := tied(random, turned, 1000)
		run.Queries = append(run.Queries, eval.Query{
			ID: fmt.Sprint("q", q), Number: q, Text: "x", Judgments: []judgments.Judgment{{ID: fmt.Sprint(documents[8]), Grade: 1}},
			Results: eval.Results{eval.FirstStage: tied(random, documents, 1), "r": reranked},
		})
		for i := range reranked.Hits {
			reranked.Hits[i].Score = 0.5
		}
		reranked.Ties = [][2]int{{1, 9}}
	}
	result, err := sweep.FromRun(run, sweep.Options{Windows: []int{3, 9}})
	if err != nil {
		t.Fatal(err)
	}
	r := result.Rerankers[0]
	if r.Recommendation.Within.Window != 0 || r.Points[1].Gain.Mean.Defined() {
		t.Errorf("recommends %+v, gain %v", r.Recommendation, r.Points[1].Gain)
	}
	if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, "no order in 40 of 40 queries") {
		t.Error(notes)
	}
}
