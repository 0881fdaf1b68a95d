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
