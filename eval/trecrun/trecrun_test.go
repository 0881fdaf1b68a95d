package trecrun

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/trec"
)

func input(name, text string) trec.Input {
	return trec.Input{Name: name, Reader: strings.NewReader(text)}
}

// What a report of TREC files says is what trec.Evaluate says of them, ties,
// missing queries and negative grades included.
func TestValuesAreThoseOfEvaluate(t *testing.T) {
	var ms []metrics.Metric
	for _, name := range []string{"ndcg@10", "map", "mrr", "recall_cap@3", "dcg@5", "bpref", "judged@10", "num_ret"} {
		m, err := metrics.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		ms = append(ms, m)
	}
	rapid.Check(t, func(t *rapid.T) {
		var qrels, run strings.Builder
		queries := rapid.IntRange(1, 4).Draw(t, "queries")
		for q := range queries {
			fmt.Fprintf(&qrels, "q%d 0 judged 1\n", q)
			for d := range 6 {
				if rapid.Bool().Draw(t, "judged") {
					fmt.Fprintf(&qrels, "q%d 0 d%d %d\n", q, d, rapid.IntRange(-1, 3).Draw(t, "grade"))
				}
			}
			if q > 0 && rapid.Bool().Draw(t, "missing") {
				continue
			}
			for d := range rapid.IntRange(1, 6).Draw(t, "hits") {
				fmt.Fprintf(&run, "q%d Q0 d%d 0 %d t\n", q, d, rapid.IntRange(0, 3).Draw(t, "score"))
			}
		}
		run.WriteString("nobody Q0 d1 0 1 t\n")
		o := trec.Options{ExpectTies: rapid.Bool().Draw(t, "expected ties")}
		judged, err := trec.ReadQrels(t.Context(), input("q.txt", qrels.String()), trec.QrelsOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want, err := trec.Evaluate(t.Context(), judged, input("r.run", run.String()), ms, o)
		if err != nil {
			t.Fatal(err)
		}
		read, err := Read(t.Context(), input("q.txt", qrels.String()), []trec.Input{input("r.run", run.String())}, o, trec.QrelsOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := score.Evaluate(read, ms)
		if err != nil {
			t.Fatal(err)
		}
		for m := range ms {
			for q := range want.Queries {
				a, b := want.Values[m][q], got.Systems[0].Values[m][q]
				if math.IsNaN(a) != math.IsNaN(b) || math.Abs(a-b) > 1e-12 {
					t.Fatalf("%v of %s is %v, want %v\n%s%s", ms[m], want.Queries[q], b, a, qrels.String(), run.String())
				}
			}
		}
	})
}

func TestRead(t *testing.T) {
	const qrels = "q 0 a 1\n"
	read, err := Read(t.Context(), input("dir/dev.qrels", qrels), []trec.Input{input("x/base.run.gz", "q Q0 a 1 1 t\n"), input("next.run", "q Q0 b 1 1 t\n")}, trec.Options{}, trec.QrelsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m := read.Manifest
	if m.Suite != "dev" || fmt.Sprint(m.Names()) != "[base next]" || len(m.Compare) != 1 || m.Compare[0].Versus != "base" || read.Complete == nil {
		t.Errorf("%+v", m)
	}
	_, err = Read(t.Context(), input("q", qrels), []trec.Input{input("x/a.run", "q Q0 a 1 1 t\n"), input("y/a.run", "q Q0 b 1 1 t\n")}, trec.Options{}, trec.QrelsOptions{})
	if err == nil || !strings.Contains(err.Error(), "two runs are named a") {
		t.Errorf("%v", err)
	}
}
