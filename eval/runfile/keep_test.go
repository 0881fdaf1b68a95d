package runfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/evaltest"
)

// A kept run reads as the run that it is, complete or not; the user alone may
// read it, and nothing else is left in its folder.
func TestKeep(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "last.jsonl.gz")
	for _, complete := range []bool{true, false} {
		run := evaltest.SampleRun()
		if !complete {
			run.Complete = nil
		}
		if err := Keep(path, run); err != nil {
			t.Fatal(err)
		}
		stored, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if (stored.Complete != nil) != complete || len(stored.Queries) != len(run.Queries) {
			t.Errorf("complete: %v, %d queries", stored.Complete != nil, len(stored.Queries))
		}
		for i := range run.Queries {
			if diff := cmp.Diff(run.Queries[i].Results, stored.Queries[i].Results); diff != "" {
				t.Error(diff)
			}
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 && os.PathSeparator == '/' {
		t.Errorf("mode %o, want 600", mode)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("the folder has %d entries", len(entries))
	}
	if err := Keep(filepath.Join(folder, "no", "last.jsonl.gz"), evaltest.SampleRun()); err == nil {
		t.Error("kept in a folder that does not exist")
	}
}
