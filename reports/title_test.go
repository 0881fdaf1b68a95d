package reports

import (
	"testing"

	"github.com/releval/releval/eval"
)

// Two requests are not one with and without the other.
func TestComparisonTitle(t *testing.T) {
	for kind, want := range map[eval.Kind]string{eval.KindReranked: "Without and with new", eval.KindRequest: "new against old"} {
		run := sample()
		old, next := run.Manifest.Systems[0], run.Manifest.Systems[1]
		for i := range run.Queries {
			results := run.Queries[i].Results
			run.Queries[i].Results = eval.Results{"old": results[old.Name], "new": results[next.Name]}
		}
		old.Name, next.Name, next.Kind = "old", "new", kind
		if next.FirstStage = ""; kind == eval.KindReranked {
			next.FirstStage = "old"
		}
		run.Manifest.Systems = []eval.System{old, next}
		run.Manifest.Gates = nil
		if got := mustReport(run).comparisonTitle(1); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}
