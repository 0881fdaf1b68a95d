package trec

import (
	"math"
	"strings"
	"testing"

	"github.com/releval/releval/eval/metrics"
)

// The relevant document is one of three hits of one score: at rank 1, 2 or 3
// alike, so that the mean reciprocal rank is (1 + 1/2 + 1/3)/3, while
// trec_eval's rule puts the greatest id first.
func TestExpectedTies(t *testing.T) {
	mrr, err := metrics.Parse("mrr")
	if err != nil {
		t.Fatal(err)
	}
	qrels, err := ReadQrels(t.Context(), Input{Name: "qrels", Reader: strings.NewReader("q 0 a 1\n")}, QrelsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	together := "q Q0 a 1 5 t\nq Q0 b 2 5 t\nq Q0 c 3 5 t\nq Q0 d 4 1 t\n"
	scattered := "q Q0 d 4 1 t\nq Q0 c 3 5 t\nother Q0 c 3 5 t\nq Q0 a 1 5 t\nq Q0 b 2 5 t\n"
	for _, run := range []string{together, scattered} {
		for _, test := range []struct {
			options Options
			want    float64
		}{
			{Options{}, 1.0 / 3},
			{Options{ExpectTies: true, Seed: 1}, (1 + 1.0/2 + 1.0/3) / 3},
		} {
			r, err := Evaluate(t.Context(), qrels, Input{Name: "run", Reader: strings.NewReader(run)}, []metrics.Metric{mrr}, test.options)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Values[0][0]; math.Abs(got-test.want) > 1e-12 {
				t.Errorf("expected ties %v: mrr is %v, want %v", test.options.ExpectTies, got, test.want)
			}
		}
	}
}

// Queries that are documents themselves find themselves first; left out, the
// ranks and the length of the list are those of a run that never had them.
func TestExcludeQueryDocument(t *testing.T) {
	var ms []metrics.Metric
	for _, name := range []string{"mrr", "ndcg@10", "num_ret", "precision@1"} {
		m, err := metrics.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		ms = append(ms, m)
	}
	read := func(run string, o Options) *Result {
		t.Helper()
		qrels, err := ReadQrels(t.Context(), Input{Name: "qrels", Reader: strings.NewReader("q 0 a 1\nr 0 c 1\n")}, QrelsOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := Evaluate(t.Context(), qrels, Input{Name: "run", Reader: strings.NewReader(run)}, ms, o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	together := "q Q0 q 1 9 t\nq Q0 a 2 5 t\nq Q0 b 3 4 t\nr Q0 q 1 9 t\nr Q0 r 2 5 t\nr Q0 c 3 4 t\n"
	scattered := "r Q0 r 2 5 t\nq Q0 a 2 5 t\nr Q0 q 1 9 t\nq Q0 b 3 4 t\nr Q0 c 3 4 t\nq Q0 q 1 9 t\n"
	without := "q Q0 a 2 5 t\nq Q0 b 3 4 t\nr Q0 q 1 9 t\nr Q0 c 3 4 t\n"
	want := read(without, Options{})
	for _, run := range []string{together, scattered} {
		got := read(run, Options{ExcludeQueryDocument: true})
		if got.Excluded != 2 {
			t.Errorf("%d hits left out, want 2", got.Excluded)
		}
		for m := range ms {
			for q := range want.Queries {
				if got.Values[m][q] != want.Values[m][q] {
					t.Errorf("%v of %s is %v, want %v", ms[m], want.Queries[q], got.Values[m][q], want.Values[m][q])
				}
			}
		}
		if plain := read(run, Options{}); plain.Values[0][0] != 0.5 || plain.Excluded != 0 {
			t.Errorf("without the option mrr of q is %v and %d hits are left out", plain.Values[0][0], plain.Excluded)
		}
		whole, err := ReadRun(t.Context(), Input{Name: "run", Reader: strings.NewReader(run)}, Options{ExcludeQueryDocument: true})
		if err != nil || len(whole.Rankings[0].Hits)+len(whole.Rankings[1].Hits) != 4 {
			t.Errorf("%v, %v", whole, err)
		}
	}
}
