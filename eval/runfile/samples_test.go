package runfile

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/judgments"
)

// Latencies, the load and the comparisons asked for stand in the run file; times
// of what the run does not hold are damage.
func TestRunFileKeepsLatencies(t *testing.T) {
	run := evaltest.SampleRun()
	id, system := run.Queries[0].ID, run.Manifest.Systems[0].Name
	run.Manifest.Concurrency, run.Queries[1].Concurrency = 4, 8
	run.Manifest.Compare = []judgments.Comparison{{System: run.Manifest.Systems[1].Name, Versus: system}}
	run.Complete.Latency = &eval.Samples{Queries: []string{id}, Times: map[string][]eval.Time{system: {{TookMS: 2, WallMS: 3.25}}}}
	path := filepath.Join(t.TempDir(), "run.jsonl")
	writeRun(t, path, run)
	stored, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run, &stored.Run); diff != "" {
		t.Error(diff)
	}
	for want, samples := range map[string]*eval.Samples{
		`it has the query "gone", which does not stand before it once`: {Queries: []string{"gone"}},
		"which does not stand before it once":                          {Queries: []string{id, id}},
		`it has the system "gone", which the manifest does not name`:   {Times: map[string][]eval.Time{"gone": nil}},
		`has 0 times for 1 queries`:                                    {Queries: []string{id}, Times: map[string][]eval.Time{system: nil}},
		"is below 0":                                                   {Queries: []string{id}, Times: map[string][]eval.Time{system: {{WallMS: -1}}}},
	} {
		run.Complete.Latency = samples
		path := filepath.Join(t.TempDir(), "run.jsonl")
		writeRun(t, path, run)
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
