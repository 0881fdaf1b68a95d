package score

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/releval/releval/eval/evaltest"
)

func TestByTag(t *testing.T) {
	e, err := Evaluate(evaltest.TaggedRun(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []TagScores{
		// (1/2 + 1)/2 without, (1 + 0)/2 with.
		{Tag: "long", Queries: 2, Means: [][]float64{{0.75}, {0.5}}, Wins: []int{0, 1}, Losses: []int{0, 1}, Ties: []int{2, 0}},
		{Tag: "names", Queries: 1, Means: [][]float64{{0.5}, {1}}, Wins: []int{0, 1}, Losses: []int{0, 0}, Ties: []int{1, 0}},
		{Tag: "", Queries: 1, Failed: 1, Means: [][]float64{{1}, {math.NaN()}}, Wins: []int{0, 0}, Losses: []int{0, 0}, Ties: []int{1, 0}},
	}
	if diff := cmp.Diff(want, ByTag(e), cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	untagged := evaltest.TaggedRun()
	for i := range untagged.Queries {
		untagged.Queries[i].Tags = nil
	}
	if e, err = Evaluate(untagged, nil); err != nil || ByTag(e) != nil {
		t.Error("a run without tags has a table of them", err)
	}
}
