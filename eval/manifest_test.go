package eval

import (
	"slices"
	"testing"

	"github.com/releval/releval/judgments"
)

// A run whose suite asks for other comparisons is another run: its family is
// another one. How many queries were in flight changes no result.
func TestComparisonsAreOfTheManifest(t *testing.T) {
	a := Manifest{Compare: []judgments.Comparison{{System: "b+r", Versus: "a+r"}}, Concurrency: 4}
	b := Manifest{Compare: []judgments.Comparison{{System: "b+r", Versus: "a+r", Position: judgments.Position{Line: 7}}}, Concurrency: 1}
	if found := a.Differences(&b); len(found) > 0 {
		t.Errorf("the same comparisons differ: %v", found)
	}
	if found := a.Differences(&Manifest{}); !slices.Equal(found, []string{"the comparisons that the suite asks for changed"}) {
		t.Errorf("other comparisons differ in %v", found)
	}
}
