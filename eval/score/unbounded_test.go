package score

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
)

// DCG is nDCG times the ideal. Where all queries have the same ideal, whatever
// is said of the one is said of the other, in its own units.
func TestUnboundedMetricsAreInferredAsTheirShareOfTheLargest(t *testing.T) {
	ndcg, err := metrics.Parse("ndcg@10")
	if err != nil {
		t.Fatal(err)
	}
	dcg, err := metrics.Parse("dcg@10")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		ideal := rapid.Float64Range(0.5, 40).Draw(t, "ideal")
		n := rapid.IntRange(1, 40).Draw(t, "queries")
		values := make([][][]float64, 2)
		for i := range values {
			values[i] = [][]float64{make([]float64, n), make([]float64, n)}
			for q := range n {
				share := float64(rapid.IntRange(0, 8).Draw(t, "share")) / 8
				values[i][0][q], values[i][1][q] = share, share*ideal
			}
		}
		found, err := CompareColumns([]string{"a", "b"}, []metrics.Metric{ndcg, dcg}, values, []float64{1, ideal}, stats.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		share, gain := found[0], found[1]
		// The family corrects the lead metric alone, and it has one comparison.
		if share.Metric != ndcg || gain.Metric != dcg || math.Abs(share.P-gain.P) > 1e-12 || share.Wins != gain.Wins || share.Losses != gain.Losses {
			t.Fatalf("%+v and %+v", share, gain)
		}
		for _, pair := range [][2]float64{{share.Mean, gain.Mean}, {share.Low, gain.Low}, {share.High, gain.High}, {share.SD, gain.SD}} {
			if math.IsNaN(pair[0]) != math.IsNaN(pair[1]) || math.Abs(pair[0]*ideal-pair[1]) > 1e-9 {
				t.Fatalf("ideal %v: %v of the share is %v", ideal, pair[0], pair[1])
			}
		}
	})
}
