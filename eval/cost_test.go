package eval

import (
	"math"
	"testing"

	"github.com/releval/releval/judgments"
)

// Beside systems with a price a first stage without one costs nothing; a
// reranker without one costs nobody knows what.
func TestFirstStageWithoutAPriceCostsNothing(t *testing.T) {
	systems := []System{{Name: "bm", Kind: KindRetriever}, {Name: "app", Kind: KindRequest}, {Name: "bm+a", Kind: KindReranked}, {Name: "bm+b", Kind: KindReranked}}
	for _, priced := range []bool{false, true} {
		m := Manifest{Systems: systems}
		if priced {
			m.Systems[2].Prices = []judgments.Price{{USD: 2, Per: judgments.PerThousand}}
		}
		unknown := math.NaN()
		want := map[bool][]float64{false: {unknown, unknown, unknown, unknown}, true: {0, 0, 2, unknown}}[priced]
		for i := range m.Systems {
			if got := m.USDPer1000(&m.Systems[i], 5); got != want[i] && !(math.IsNaN(got) && math.IsNaN(want[i])) {
				t.Errorf("%s, priced %v: %v dollars, want %v", m.Systems[i].Name, priced, got, want[i])
			}
		}
	}
}
