package trec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// The evaluation of a run in memory, in bytes a second.
func BenchmarkEvaluate(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	var qrels, run strings.Builder
	for q := range 200 {
		for i := range 1000 {
			doc := rng.IntN(8_841_823)*1000 + i
			fmt.Fprintf(&run, "%d Q0 %d %d %.6f bm25\n", q, doc, i+1, 30-float64(i)*.01)
			if i == q {
				fmt.Fprintf(&qrels, "%d 0 %d 1\n", q, doc)
			}
		}
	}
	shuffled := strings.Split(strings.TrimSpace(run.String()), "\n")
	rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	q, err := parseQrels("qrels", []byte(qrels.String()), QrelsOptions{})
	if err != nil {
		b.Fatal(err)
	}
	ms := mustMetrics(b, "ndcg@10", "mrr", "map", "recall@100", "recall@1000")
	for name, text := range map[string]string{"grouped": run.String(), "shuffled": strings.Join(shuffled, "\n")} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Evaluate(b.Context(), q, Input{Name: "run", Reader: strings.NewReader(text)}, ms, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
