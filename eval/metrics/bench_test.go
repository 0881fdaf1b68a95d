package metrics

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// One ranking of 1,000 hits by five metrics; 6,980 of them are MS MARCO's
// development set.
func BenchmarkScoreAll(b *testing.B) {
	var ms []Metric
	for _, name := range []string{"ndcg@10", "mrr", "map", "recall@100", "recall@1000"} {
		m, err := Parse(name)
		if err != nil {
			b.Fatal(err)
		}
		ms = append(ms, m)
	}
	for _, judged := range []int{1, 100, 1000} {
		rng := rand.New(rand.NewPCG(1, uint64(judged)))
		r := Ranking{Grades: make([]float64, 1000)}
		for i := range r.Grades {
			r.Grades[i] = Unjudged()
		}
		var all []float64
		for _, i := range rng.Perm(1000)[:judged] {
			r.Grades[i] = float64(1 + rng.IntN(3))
			all = append(all, r.Grades[i])
		}
		r.Judged = NewJudged(all)
		b.Run(fmt.Sprintf("judged=%d", judged), func(b *testing.B) {
			var buf []float64
			for b.Loop() {
				buf = ScoreAll(buf[:0], ms, r)
			}
		})
	}
}
