package gate

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/judgments"
)

// cases runs a property on so many draws, rapid's 100 at a time.
func cases(t *testing.T, n int, property func(*rapid.T)) {
	t.Helper()
	for range n / 100 {
		rapid.Check(t, property)
	}
}

// drawRun is a run of two systems with rankings of five titles, some of them
// judged.
func drawRun(t *rapid.T, label string, judged [][]judgments.Judgment) *eval.Run {
	run := &eval.Run{Manifest: eval.Manifest{Systems: evaltest.Systems(5, eval.System{Name: "elastic"})}, Complete: &eval.Complete{}}
	titles := []string{"a", "b", "c", "d", "e"}
	for i, js := range judged {
		q := eval.Query{ID: fmt.Sprint(i), Judgments: js, Results: eval.Results{}}
		for _, s := range run.Manifest.Names() {
			result := &eval.Result{}
			for h, title := range rapid.Permutation(titles).Draw(t, label+" "+s)[:rapid.IntRange(0, 5).Draw(t, label+" length")] {
				result.Hits = append(result.Hits, eval.Hit{Document: &eval.Document{ID: title, Title: title}, Score: float64(10 - h)})
			}
			q.Results[s] = result
		}
		run.Queries = append(run.Queries, q)
	}
	return run
}

// drawFailures is the run with some answers failed, and which queries still
// have all.
func drawFailures(t *rapid.T, label string, run *eval.Run) *eval.Run {
	failed := *run
	failed.Queries = slices.Clone(run.Queries)
	for i := range failed.Queries {
		q := &failed.Queries[i]
		results := eval.Results{}
		for s, r := range q.Results {
			results[s] = r
		}
		for _, s := range run.Manifest.Names() {
			if rapid.IntRange(0, 3).Draw(t, label+" fails") == 0 {
				results[s] = &eval.Result{Error: "429"}
			}
		}
		q.Results = results
	}
	return &failed
}

func mustScore(run *eval.Run, gates []judgments.Gate) *score.Evaluation {
	needed, err := Metrics(gates)
	if err != nil {
		panic(err)
	}
	run.Manifest.Gates = gates
	return mustEvaluate(run, needed)
}

// Failures alone let no gate pass that the run would have failed with all its
// answers, nor fail one that it would have passed. With a confidence a gate
// passes only if it does both with the failed queries left out and with them
// at their worst.
func TestFailuresAloneDecideNothing(t *testing.T) {
	names := []string{"ndcg@3", "mrr", "precision@5", "recall@2", "map", "judged@3", "num_rel_ret", "gm_map", "err@3", "num_ret"}
	cases(t, 2000, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "queries")
		judged := make([][]judgments.Judgment, n)
		for i := range judged {
			for _, title := range []string{"a", "b", "c"} {
				if rapid.Bool().Draw(t, "judged") {
					judged[i] = append(judged[i], judgments.Judgment{Title: title, Grade: float64(rapid.IntRange(0, 3).Draw(t, "grade"))})
				}
			}
		}
		run, base := drawRun(t, "run", judged), drawRun(t, "base", judged)
		failedRun, failedBase := drawFailures(t, "run", run), drawFailures(t, "base", base)
		name := rapid.SampledFrom(names).Draw(t, "metric")
		limit := rapid.SampledFrom([]float64{0, 0.02, 0.1, 0.3, 0.5, 0.8, 2}).Draw(t, "limit")
		versus := rapid.SampledFrom([]string{firstStage, "baseline"}).Draw(t, "versus")
		gates := []judgments.Gate{
			{Metric: name, Min: &limit},
			{Metric: name, Max: &limit},
			{Metric: name, Min: new(limit / 2), Max: &limit},
			{Metric: name, Versus: versus, MaxDrop: &limit},
			{Metric: name, Versus: versus, MinGain: &limit},
			{Metric: name, Versus: versus, MaxQueryDrop: &limit},
			{Metric: name, Versus: versus, MaxQueryDrop: &limit, MaxQueries: new(rapid.IntRange(0, 3).Draw(t, "max queries"))},
			{Metric: name, Versus: versus, MaxQueryDrop: &limit, MaxShare: new(rapid.Float64Range(0, 0.9).Draw(t, "max share"))},
		}
		whole := Evaluate(Input{Scores: mustScore(run, gates), Baseline: mustScore(base, gates), Now: noon})
		with := Evaluate(Input{Scores: mustScore(failedRun, gates), Baseline: mustScore(failedBase, gates), Now: noon})
		for i := range gates {
			if with[i].Verdict == Passed && whole[i].Verdict != Passed || with[i].Verdict == Failed && whole[i].Verdict == Passed {
				t.Fatalf("failures alone decide:\nwhole: %s\nwith:  %s", whole[i], with[i])
			}
		}
	})
}

// With a confidence, on values without rankings: the limits of ndcg@10 with a
// relevant document are 0 and 1.
func TestConfidenceHoldsWithFailuresLeftOutAndAtWorst(t *testing.T) {
	passes := 0
	cases(t, 2000, func(t *rapid.T) {
		n := rapid.IntRange(10, 80).Draw(t, "queries")
		ids := make([]string, n)
		before, after := make([]float64, n), make([]float64, n)
		for i := range ids {
			ids[i] = fmt.Sprint(i)
			before[i] = rapid.SampledFrom([]float64{0, 0.25, 0.5, 0.75}).Draw(t, "before")
			after[i] = min(1, before[i]+rapid.SampledFrom([]float64{0, 0.25, 0.25, 0.5}).Draw(t, "gain"))
		}
		gate := judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(rapid.SampledFrom([]float64{0.02, 0.1, 0.3}).Draw(t, "limit")), Confidence: 0.95}
		in := Input{Scores: evaluated(ids, system("elastic", after...)), Baseline: evaluated(ids, system("elastic", before...)), Now: noon}
		var answered []int
		worstBefore, worstAfter := slices.Clone(before), slices.Clone(after)
		failures := rapid.IntRange(0, 3).Draw(t, "failures")
		for i := range n {
			switch {
			case i >= failures:
				answered = append(answered, i)
			case rapid.Bool().Draw(t, "in the baseline"):
				fail(in.Baseline, "elastic", i, "429")
				worstBefore[i] = 1
			default:
				fail(in.Scores, "elastic", i, "429")
				worstAfter[i] = 0
			}
		}
		verdict := func(in Input) Verdict {
			in.gates(gate)
			return Evaluate(in)[0].Verdict
		}
		if verdict(in) != Passed {
			return
		}
		passes++
		if v := verdict(Input{Scores: in.Scores.OfQueries(answered), Baseline: in.Baseline.OfQueries(answered), Now: noon}); v != Passed {
			t.Fatalf("with the failures left out it is %s", v)
		}
		if v := verdict(Input{Scores: evaluated(ids, system("elastic", worstAfter...)), Baseline: evaluated(ids, system("elastic", worstBefore...)), Now: noon}); v != Passed {
			t.Fatalf("with the failures at worst it is %s", v)
		}
	})
	if passes < 500 {
		t.Errorf("only %d of the cases passed: they say little", passes)
	}
}

// Whatever the values: a verdict agrees with its margin, and a looser limit is
// no worse.
func TestVerdictProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "queries")
		value := rapid.OneOf(rapid.SampledFrom([]float64{0, 0.25, 0.5, 1}), rapid.Float64Range(0, 1))
		queries := make([]string, n)
		for i := range queries {
			queries[i] = fmt.Sprint(i)
		}
		var systems []scored
		for _, name := range []string{firstStage, "elastic"} {
			systems = append(systems, system(name, rapid.SliceOfN(value, n, n).Draw(t, name)...))
		}
		in := Input{Scores: evaluated(queries, systems...), Now: noon}
		if rapid.Bool().Draw(t, "failed") {
			fail(in.Scores, "elastic", rapid.IntRange(0, n-1).Draw(t, "which"), "timed out")
		}
		limit := rapid.Float64Range(0, 1).Draw(t, "limit")
		looser := limit + rapid.Float64Range(0, 0.5).Draw(t, "looser")
		for _, g := range []func(float64) judgments.Gate{
			func(l float64) judgments.Gate { return judgments.Gate{Metric: "ndcg@10", Max: &l} },
			func(l float64) judgments.Gate { return judgments.Gate{Metric: "ndcg@10", Min: new(1 - l)} },
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxDrop: &l}
			},
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(1 - l)}
			},
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxQueryDrop: &l}
			},
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxQueryDrop: new(0.2), MaxQueries: new(int(10 * l))}
			},
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxDrop: &l, Confidence: 0.9}
			},
		} {
			in.gates(g(limit), g(looser))
			results := Evaluate(in)
			for _, r := range results {
				switch {
				case r.Verdict == Passed && r.Margin < 0, r.Verdict == Failed && r.Margin >= 0:
					t.Fatalf("verdict and margin disagree: %s", r)
				case r.Verdict == Failed && len(r.Queries) == 0 && r.Margin < -1e-6:
					t.Fatalf("failed, but no query is to blame: %s", r)
				case r.Verdict == Inconclusive && r.Reason == "":
					t.Fatalf("inconclusive without a reason: %s", r)
				}
			}
			order := map[Verdict]int{Failed: 0, Inconclusive: 1, Passed: 2}
			if order[results[0].Verdict] > order[results[1].Verdict] {
				t.Fatalf("a looser limit is worse:\n%s\n%s", results[0], results[1])
			}
			if math.IsNaN(results[0].Margin) && len(in.Scores.Run.Queries) > 1 {
				t.Fatalf("no margin: %s", results[0])
			}
		}
	})
}
