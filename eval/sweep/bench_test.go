package sweep

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/judgments"
)

// benchmarkRun is as large as a suite gets: 1,000 queries with 200 hits each,
// of which 10 are judged.
func benchmarkRun() (*eval.Run, []metrics.Metric) {
	random := rand.New(rand.NewPCG(1, 2))
	run := &eval.Run{Manifest: eval.Manifest{
		Systems: evaltest.Systems(200, eval.System{Name: "r", Window: 200}), Metrics: []string{"ndcg@10", "mrr@10", "recall@50"},
	}}
	for q := range 1000 {
		query := eval.Query{ID: fmt.Sprint(q), Number: q}
		var first []eval.Hit
		for d := range 200 {
			first = append(first, eval.Hit{Document: &eval.Document{ID: fmt.Sprintf("doc-%d", d), Title: fmt.Sprintf("The Title Number %d of %d", d, q)}, Score: float64(200 - d)})
		}
		for range 10 {
			query.Judgments = append(query.Judgments, judgments.Judgment{Title: first[random.IntN(200)].Title, Grade: float64(random.IntN(4))})
		}
		reranked := append([]eval.Hit(nil), first...)
		random.Shuffle(200, func(i, j int) { reranked[i], reranked[j] = reranked[j], reranked[i] })
		query.Results = eval.Results{eval.FirstStage: {Hits: first}, "r": {Hits: reranked}}
		run.Queries = append(run.Queries, query)
	}
	var chosen []metrics.Metric
	for _, name := range run.Manifest.Metrics {
		m, err := metrics.Parse(name)
		if err != nil {
			panic(err)
		}
		chosen = append(chosen, m)
	}
	return run, chosen
}

// BenchmarkOneWindow computes the metrics of a run at one window, for
// comparison with BenchmarkWindows.
func BenchmarkOneWindow(b *testing.B) {
	run, chosen := benchmarkRun()
	for b.Loop() {
		if _, err := score.Evaluate(run, chosen); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWindows derives the rankings of many windows and computes their
// metrics, ceilings and losses.
func BenchmarkWindows(b *testing.B) {
	run, chosen := benchmarkRun()
	for _, text := range []string{"200", "10..200:10", "1..200"} {
		b.Run(text, func(b *testing.B) {
			windows := mustWindows(b, text)
			for b.Loop() {
				newCurve(newBase(run, eval.FirstStage, chosen, windows), run.Manifest.Reranked()[0], nil)
			}
		})
	}
}

// BenchmarkSweep is all that a saved run takes: intervals, bootstrap and
// settings besides.
func BenchmarkSweep(b *testing.B) {
	run, _ := benchmarkRun()
	for _, text := range []string{"10..200:10", "1..200"} {
		b.Run(text, func(b *testing.B) {
			o := Options{Windows: mustWindows(b, text)}
			for b.Loop() {
				if _, err := FromRun(run, o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
