package index

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The first and the last value are those of a server of 8.17.0 and 9.2.0; the
// others are the formulas of its documentation worked out by hand.
func TestSimilarityScore(t *testing.T) {
	for _, tt := range []struct {
		name string
		s    Similarity
		a, b []float32
		want float32
	}{
		{"cosine", Similarity{Metric: Cosine}, []float32{0.6, 0.8}, []float32{-1, 0}, 0.19999999},
		{"cosine of other lengths", Similarity{Metric: Cosine}, []float32{3, 4}, []float32{0, 7}, 0.9}, // (1 + 0.8) / 2
		{"cosine of opposites", Similarity{Metric: Cosine}, []float32{0, 2}, []float32{0, -1}, 0},
		{"dot product", Similarity{Metric: DotProduct}, []float32{0.6, 0.8}, []float32{1, 0}, 0.8}, // (1 + 0.6) / 2
		{"distance", Similarity{Metric: L2Norm}, []float32{1, 2, 3}, []float32{2, 0, 3}, 1. / 6},   // 1 / (1 + 1 + 4)
		{"product", Similarity{Metric: MaxInnerProduct}, []float32{1, 2}, []float32{3, 4}, 12},     // 3 + 8 + 1
		{"negative product", Similarity{Metric: MaxInnerProduct}, []float32{1, -2}, []float32{3, 4}, 1. / 6},
		{"cosine of bytes", Similarity{Metric: Cosine, Bytes: true}, []float32{3, 4}, []float32{0, 7}, 0.9},
		{"distance of bytes", Similarity{Metric: L2Norm, Bytes: true}, []float32{3, 4}, []float32{3, 1}, 0.1},
		{"dot product of bytes", Similarity{Metric: DotProduct, Bytes: true}, []float32{6, 8}, []float32{6, 8}, 0.5015259},
	} {
		got := tt.s.Score(tt.s.Normalize(tt.a), tt.s.Normalize(tt.b))
		if math.Abs(float64(got-tt.want)) > 1e-7*float64(max(1, tt.want)) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Two vectors score what the least score of their own similarity is, whatever
// their length; and every way of adding up gives the same to float32.
func TestLeastIsTheScoreOfASimilarity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Float32Range(-2, 2)
		dims := rapid.IntRange(1, 70).Draw(t, "dims")
		a, b := rapid.SliceOfN(number, dims, dims).Draw(t, "a"), rapid.SliceOfN(number, dims, dims).Draw(t, "b")
		a[0], b[0] = 1, -1
		product, distance, aa, bb := 0.0, 0.0, 0.0, 0.0
		for i := range a {
			x, y := float64(a[i]), float64(b[i])
			product, distance, aa, bb = product+x*y, distance+(x-y)*(x-y), aa+x*x, bb+y*y
		}
		for metric, raw := range map[Metric]float64{Cosine: product / math.Sqrt(aa*bb), L2Norm: math.Sqrt(distance), MaxInnerProduct: product} {
			s := Similarity{Metric: metric}
			got, want := s.Score(s.Normalize(a), s.Normalize(b)), s.Least(float32(raw), dims)
			// A vector that is nearly of length 1 is taken for one.
			tolerance := 2e-6 * float64(max(1, want))
			if metric == Cosine && (IsUnit(a) || IsUnit(b)) {
				tolerance = unitTolerance
			}
			if math.Abs(float64(got-want)) > tolerance {
				t.Fatalf("metric %d: score %v, of the similarity %v", metric, got, want)
			}
		}
	})
}
