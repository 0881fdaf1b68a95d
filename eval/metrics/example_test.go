package metrics_test

import (
	"fmt"

	"github.com/releval/releval/eval/metrics"
)

func Example() {
	// Four documents were judged; the system returned two of them, at ranks 1
	// and 3, and between them one that nobody judged.
	ranking := metrics.Ranking{
		Grades: []float64{1, metrics.Unjudged(), 3},
		Judged: metrics.NewJudged([]float64{3, 1, 1, 0}),
	}
	for _, name := range []string{"ndcg@10", "mrr", "P_2", "R@10", "Judged@10"} {
		m, err := metrics.Parse(name)
		if err != nil {
			fmt.Println(err)
			continue
		}
		low, high := m.Bounds(ranking, 3)
		fmt.Printf("%-12s %.4f  unjudged hits leave %.4f to %.4f\n", m, m.Score(ranking), low, high)
	}
	// Output:
	// ndcg@10      0.6052  unjudged hits leave 0.6052 to 0.7543
	// mrr          1.0000  unjudged hits leave 1.0000 to 1.0000
	// precision@2  0.5000  unjudged hits leave 0.5000 to 1.0000
	// recall@10    0.6667  unjudged hits leave 0.6667 to 0.7500
	// judged@10    0.6667  unjudged hits leave 0.6667 to 0.6667
}

func ExampleParse() {
	for _, name := range []string{"ndcg_cut_10", "nDCG(dcg='exp-log2')@10", "P(rel=2)@5", "ndgc@10"} {
		m, err := metrics.Parse(name)
		fmt.Println(m, err)
	}
	// Output:
	// ndcg@10 <nil>
	// ndcg_exp@10 <nil>
	// precision(rel=2)@5 <nil>
	//  unknown metric "ndgc@10"; did you mean ndcg@10
}

func ExampleMetric_Aggregate() {
	judged, _ := metrics.Parse("judged@10")
	none := judged.Score(metrics.Ranking{}) // nothing was returned
	s := judged.Aggregate([]float64{1, 0.5, none})
	fmt.Printf("%.2f over %d queries, undefined for %d\n", s.Value, s.N, s.Undefined)
	// Output: 0.75 over 2 queries, undefined for 1
}

func ExampleRBO() {
	before := []string{"heat", "fargo", "alien"}
	after := []string{"fargo", "heat", "alien"}
	fmt.Printf("%.3f\n", metrics.RBO(before, after, 0.9))
	// Output: 0.900
}
