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
