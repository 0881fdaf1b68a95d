package trec_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/trec"
)

func Example() {
	ctx := context.Background()
	qrels, err := trec.ReadQrels(ctx, trec.Input{Name: "qrels", Reader: strings.NewReader(`
		heist 0 heat 2
		heist 0 fargo 0
		space 0 alien 1
	`)}, trec.QrelsOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ndcg, err := metrics.Parse("ndcg@10")
	if err != nil {
		fmt.Println(err)
		return
	}
	run := trec.Input{Name: "run", Reader: strings.NewReader(`
		heist Q0 fargo 1 7.5 bm25
		heist Q0 heat  2 7.1 bm25
	`)}
	result, err := trec.Evaluate(ctx, qrels, run, []metrics.Metric{ndcg}, trec.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, query := range result.Queries {
		fmt.Printf("%s %.4f of %d hits\n", query, result.Values[0][i], result.Hits[i])
	}
	fmt.Printf("mean %.4f, %d of %d queries missing\n", result.Summaries[0].Value, result.Missing, len(result.Queries))
	// Output:
	// heist 0.6309 of 2 hits
	// space 0.0000 of 0 hits
	// mean 0.3155, 1 of 2 queries missing
}

func ExampleWriteTrecEval() {
	ctx := context.Background()
	qrels, err := trec.ReadQrels(ctx, trec.Input{Path: "testdata/golden/plain.qrels"}, trec.QrelsOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	measures, err := trec.ParseMeasures([]string{"runid", "num_rel_ret", "map", "P.5,10"}, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	measures.Sort()
	result, err := trec.Evaluate(ctx, qrels, trec.Input{Path: "testdata/golden/plain.run"}, measures.Metrics, trec.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := trec.WriteTrecEval(os.Stdout, result, trec.WriteOptions{RunID: measures.RunID}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// runid                 	all	plain
	// num_rel_ret           	all	39
	// map                   	all	0.3387
	// P_5                   	all	0.3000
	// P_10                  	all	0.2667
}
