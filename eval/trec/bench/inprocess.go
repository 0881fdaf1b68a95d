package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
)

const (
	manyQueries = 6980
	manyHits    = 1000
)

// inProcess measures the metrics alone, on rankings that are joined with
// their judgments already, and the paired test.
func inProcess(w io.Writer, runs int) error {
	var ms []metrics.Metric
	for _, name := range []string{"ndcg@10", "mrr", "map", "recall@100", "recall@1000"} {
		m, err := metrics.Parse(name)
		if err != nil {
			return err
		}
		ms = append(ms, m)
	}
	fmt.Fprintf(w, "\n| in the process | ms |\n|:---|---:|\n")
	for _, judged := range []int{1, 100, manyHits} {
		rankings := inventRankings(judged)
		var buf []float64
		took := best(runs, func() {
			for _, r := range rankings {
				buf = metrics.ScoreAll(buf[:0], ms, r)
			}
		})
		fmt.Fprintf(w, "| metrics alone: 6,980 queries × 1,000 hits, %d judged × 5 metrics, one core | %.1f |\n", judged, took)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	values, differences := make([][]float64, manyQueries), make([]float64, manyQueries)
	for i := range values {
		values[i] = []float64{rng.Float64(), rng.Float64()}
		differences[i] = values[i][1] - values[i][0]
	}
	var failed error
	took := best(runs, func() {
		family, err := stats.TestFamily(context.Background(), values, stats.AllPairs(2), stats.Options{})
		if err == nil {
			_, err = stats.Decide(differences, family.Tests[0].PCorrected, 0.95)
		}
		failed = cmp.Or(failed, err)
	})
	fmt.Fprintf(w, "| paired test and interval: 6,980 queries, 100,000 sign flips | %.1f |\n", took)
	return failed
}

// inventRankings makes rankings of which some hits, evenly, are judged.
func inventRankings(judged int) []metrics.Ranking {
	rng := rand.New(rand.NewPCG(3, uint64(judged)))
	rankings := make([]metrics.Ranking, manyQueries)
	for q := range rankings {
		grades := make([]float64, manyHits)
		for i := range grades {
			grades[i] = metrics.Unjudged()
		}
		all := make([]float64, 0, judged)
		for _, i := range rng.Perm(manyHits)[:judged] {
			grades[i] = float64(rng.IntN(4))
			if judged == 1 {
				grades[i] = 1
			}
			all = append(all, grades[i])
		}
		rankings[q] = metrics.Ranking{Grades: grades, Judged: metrics.NewJudged(all)}
	}
	return rankings
}

// best is the shortest of some runs, in milliseconds: within a process all
// that is added to it is noise.
func best(runs int, work func()) float64 {
	shortest := time.Duration(1<<63 - 1)
	for range runs {
		start := time.Now()
		work()
		shortest = min(shortest, time.Since(start))
	}
	return shortest.Seconds() * 1000
}
