package score

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

func TestEvaluate(t *testing.T) {
	e, err := Evaluate(evaltest.SampleRun(), nil)
	if err != nil {
		t.Fatal(err)
	}
	// The ideal of "crime" is 2/log2(2) + 1/log2(3) = 2.63093.
	// Without: Heat at 2, The Godfather at 3: 2/log2(3) + 1/log2(4) = 1.76186.
	// With: Heat at 1, The Godfather at 2: the ideal itself.
	ideal := 2 + 1/math.Log2(3)
	want := map[string][]float64{
		eval.FirstStage: {(2/math.Log2(3) + 0.5) / ideal, 0},
		"elastic":       {1, math.NaN()},
	}
	for _, s := range e.Systems {
		for q, value := range s.Values[0] {
			if w := want[s.System][q]; math.Abs(value-w) > 1e-12 || math.IsNaN(value) != math.IsNaN(w) {
				t.Errorf("ndcg@10 of %s, query %d: got %v, want %v", s.System, q, value, want[s.System][q])
			}
		}
	}
	first, elastic := e.System(eval.FirstStage), e.System("elastic")
	if first.Empty != 1 || first.Failed != 0 || elastic.Empty != 0 || elastic.Failed != 1 {
		t.Errorf("empty and failed: got %d, %d and %d, %d, want 1, 0 and 0, 1", first.Empty, first.Failed, elastic.Empty, elastic.Failed)
	}
	// Alien at rank 1 is unjudged: as a document of grade 2 it would raise
	// mrr@10 from 1/2 to 1.
	if low, high := first.Low[1][0], first.High[1][0]; low != 0.5 || high != 1 {
		t.Errorf("bounds of mrr@10: got %v and %v, want 0.5 and 1", low, high)
	}
}

// A query that one of the two did not answer is no evidence.
func TestCompareLeavesFailuresOut(t *testing.T) {
	e, err := Evaluate(evaltest.SampleRun(), nil)
	if err != nil {
		t.Fatal(err)
	}
	compared, err := e.Compare(stats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(compared.Differences) != 2 {
		t.Fatalf("got %d differences, want one for each metric", len(compared.Differences))
	}
	mrr := compared.Differences[1]
	// "robots" has no answer of elastic: 1/2 without and 1 with it remain.
	if mrr.N != 1 || mrr.BaseMean != 0.5 || mrr.NextMean != 1 || mrr.Wins != 1 || mrr.Ties != 0 || mrr.NextUnanswered != 1 || mrr.Primary {
		t.Errorf("mrr@10: %+v", mrr)
	}
	if !compared.Differences[0].Primary || !mrr.TooFew || !math.IsNaN(mrr.Low) {
		t.Errorf("ndcg@10 should be primary, and one query give no interval: %+v", compared.Differences)
	}
}

func TestGradesCreditAJudgmentOnce(t *testing.T) {
	q := &eval.Query{Judgments: []judgments.Judgment{{Title: "Crash", Grade: 2}, {Title: "Heat", ID: "h95", Grade: 1}}}
	hits := []eval.Hit{
		{Document: &eval.Document{ID: "h86", Title: "Heat"}},
		{Document: &eval.Document{ID: "c04", Title: "crash"}},
		{Document: &eval.Document{ID: "c96", Title: "CRASH"}},
		{Document: &eval.Document{ID: "h95", Title: "another name"}},
	}
	if diff := cmp.Diff([]int{-1, 0, -1, 1}, q.Matches(hits)); diff != "" {
		t.Error(diff)
	}
	grades := q.Grades(hits)
	if !metrics.IsUnjudged(grades[0]) || grades[1] != 2 || !metrics.IsUnjudged(grades[2]) || grades[3] != 1 {
		t.Errorf("got grades %v", grades)
	}
}

func TestMeanLeavesOutWhatIsUndefined(t *testing.T) {
	mean, undefined := Mean([]float64{1, math.NaN(), 0})
	if mean != 0.5 || undefined != 1 {
		t.Errorf("got %v and %d, want 0.5 and 1", mean, undefined)
	}
	if mean, undefined := Mean([]float64{math.NaN()}); !math.IsNaN(mean) || undefined != 1 {
		t.Errorf("got %v and %d, want NaN and 1", mean, undefined)
	}
}

// A query searched three times counts by the median of its values.
func TestEvaluateTakesTheMedian(t *testing.T) {
	answer := func(rank int) *eval.Result {
		r := &eval.Result{}
		for i := 1; i <= 4; i++ {
			title := "wrong"
			if i == rank {
				title = "right"
			}
			r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: title, Title: title}})
		}
		return r
	}
	run := &eval.Run{
		Manifest: eval.Manifest{Systems: evaltest.Systems(10), Metrics: []string{"mrr"}},
		Queries: []eval.Query{{
			ID: "q", Judgments: []judgments.Judgment{{Title: "right", Grade: 1}},
			Results: eval.Results{eval.FirstStage: answer(1)},
			Repeats: []eval.Results{{eval.FirstStage: answer(4)}, {eval.FirstStage: answer(2)}},
		}},
	}
	e, err := Evaluate(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Systems[0].Values[0][0]; got != 0.5 {
		t.Errorf("got %v, want 1/2, the median of 1, 1/4 and 1/2", got)
	}
}
