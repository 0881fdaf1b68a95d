package eval_test

import (
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
)

func TestSelect(t *testing.T) {
	run := evaltest.TaggedRun()
	got, err := eval.Select(run, "long")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Queries) != 2 || got.Manifest.QueryCount != 2 || got.Manifest.SuiteQueries != 3 || got.Complete.Queries != 2 || got.Complete.Failed != 0 {
		t.Errorf("%+v, %+v", got.Manifest, got.Complete)
	}
	if run.Manifest.QueryCount != 3 || run.Complete.Failed != 1 {
		t.Error("the run itself changed")
	}
	if _, err := eval.Select(run, "nmaes"); err == nil || !strings.Contains(err.Error(), `did you mean "names"?`) {
		t.Error(err)
	}
}

// TestSelectSystems leaves out what failed with its system, and keeps a first
// stage with what reranks it.
func TestSelectSystems(t *testing.T) {
	run := evaltest.TaggedRun()
	run.Complete.Usage = map[string]eval.Usage{"elastic": {}}
	got, err := eval.SelectSystems(run, []string{eval.FirstStage})
	if err != nil {
		t.Fatal(err)
	}
	if names := got.Manifest.Names(); len(names) != 1 || names[0] != eval.FirstStage || got.Complete.Failed != 0 || len(got.Complete.Usage) != 0 {
		t.Errorf("%q, %+v", names, got.Complete)
	}
	for _, q := range got.Queries {
		if len(q.Results) != 1 || q.Results[eval.FirstStage] == nil {
			t.Errorf("%s has %v", q.ID, q.Results)
		}
	}
	if len(run.Manifest.Systems) != 2 || len(run.Queries[0].Results) != 2 || run.Complete.Failed != 1 || len(run.Complete.Usage) != 1 {
		t.Error("the run itself changed")
	}
	both, err := eval.SelectSystems(run, []string{"elastic"})
	if err != nil || len(both.Manifest.Systems) != 2 || both.Complete.Failed != 1 {
		t.Errorf("%+v, %v", both, err)
	}
	if _, err := eval.SelectSystems(run, []string{"elastik"}); err == nil || err.Error() != `the run has no system "elastik"; did you mean "elastic"?` {
		t.Error(err)
	}
	if _, err := eval.SelectSystems(run, []string{"x"}); err == nil || err.Error() != `the run has no system "x"; it has first-stage, elastic` {
		t.Error(err)
	}
}
