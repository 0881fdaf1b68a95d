package gate

import (
	"strings"
	"testing"

	"github.com/releval/releval/judgments"
)

// alternate is n changes that go around the middle by the step, up and down.
func alternate(n int, middle, step float64) []float64 {
	change := make([]float64, n)
	for i := range change {
		change[i] = middle + step*float64(i%5-2)
	}
	return change
}

func TestGatesWithConfidence(t *testing.T) {
	few := make([]float64, 50)
	few[3], few[20], few[40], few[41], few[42] = -0.3, -0.2, -0.4, -0.3, -0.3
	tests := []struct {
		name   string
		drop   float64
		change []float64
		want   Verdict
		reason string
	}{
		// Standard error of alternate: step·√2/√49 = 0.02·0.202 = 0.004.
		{"a rise", 0.02, alternate(50, 0.03, 0.02), Passed, ""},
		{"a drop within the margin", 0.02, alternate(50, -0.005, 0.02), Passed, ""},
		{"a drop about the margin", 0.02, alternate(50, -0.018, 0.02), Inconclusive, "the limit -0.0200 lies inside the interval; 50 queries show a distance of 0.0113 or more from it (80 % power); this one would need about 1602"},
		{"a drop beyond the margin", 0.02, alternate(50, -0.05, 0.02), Failed, ""},
		{"no drop beyond chance, margin 0", 0, alternate(50, -0.004, 0.02), Inconclusive, "the limit +0.0000 lies inside the interval"},
		// The smallest p of 5 changes is 2/32.
		{"a drop of five queries, margin 0", 0, few, Inconclusive, "the interval excludes the limit +0.0000, but the randomisation test does not (p = 0.0625)"},
		{"the same for six", 0, append([]float64{-0.3}, few...), Failed, ""},
		{"every query by the same", 0.02, alternate(50, -0.1, 0), Failed, ""},
		{"every query by the same, but few", 0.02, alternate(5, -0.1, 0), Inconclusive, "p = 0.0625"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := verdictOn(t, judgments.Gate{MaxDrop: &test.drop, Confidence: 0.95}, test.change, films().Stats)
			if r.Verdict != test.want {
				t.Errorf("verdict %s, want %s: %s", r.Verdict, test.want, r)
			}
			if !strings.Contains(r.Reason, test.reason) {
				t.Errorf("reason %q, want %q in it", r.Reason, test.reason)
			}
			if r.Comparison == nil || r.Comparison.N != len(test.change) {
				t.Errorf("comparison %+v, want one of %d queries", r.Comparison, len(test.change))
			}
			if !strings.Contains(r.Actual, " with the 95 % interval [") {
				t.Errorf("actual %q names no interval", r.Actual)
			}
		})
	}
}

// A gate's interval must be the one that reports print for the difference.
func TestConfidenceUsesTheIntervalOfTheComparison(t *testing.T) {
	r := verdictOn(t, judgments.Gate{MaxDrop: new(0.02), Confidence: 0.9}, alternate(30, -0.018, 0.05), films().Stats)
	if want := " with the 90 % interval " + interval(r.Comparison.Low, r.Comparison.High); !strings.HasSuffix(r.Actual, want) {
		t.Errorf("actual = %q, want it to end with %q", r.Actual, want)
	}
	if r.Comparison.Confidence != 0.9 {
		t.Errorf("the comparison's confidence is %v, want the gate's 0.9", r.Comparison.Confidence)
	}
}
