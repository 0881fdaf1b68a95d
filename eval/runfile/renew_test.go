package runfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
)

// A compressed run is as safe as a plain one: wherever it breaks off after the
// manifest, the queries that were finished are there, and it can be gone on
// with.
func TestCompressedRunGoesOn(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "run.jsonl.gz")
	want := evaltest.SampleRun()
	j, err := Create(path, want.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	var ends []int // after each line
	size := func() int {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return int(info.Size())
	}
	ends = append(ends, size())
	for _, q := range want.Queries {
		if err := j.Query(q); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, size())
	}
	text, err := os.ReadFile(path) // as a kill leaves it
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	cutPath := filepath.Join(folder, "cut.jsonl.gz")
	for cut := ends[0]; cut <= len(text); cut++ {
		if err := os.WriteFile(cutPath, text[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		stored, err := Read(cutPath)
		if err != nil {
			t.Fatalf("cut at %d of %d: %v", cut, len(text), err)
		}
		for i := range want.Queries {
			if cut >= ends[i+1] && len(stored.Queries) < i+1 {
				t.Fatalf("cut at %d: %d queries, and query %d ends at %d", cut, len(stored.Queries), i, ends[i+1])
			}
		}
		j, err := Append(cutPath, stored)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		for _, q := range want.Queries[len(stored.Queries):] {
			if err := j.Query(q); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Complete(*want.Complete); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := Read(cutPath)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if diff := cmp.Diff(want, &again.Run); diff != "" {
			t.Fatalf("cut at %d:\n%s", cut, diff)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "*.part")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Two processes that go on with the same run would destroy each other's lines.
func TestJournalIsNotShared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.jsonl")
	run := evaltest.SampleRun()
	run.Complete = nil
	writeRun(t, path, run)
	stored, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	first, err := Append(path, stored)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Append(path, stored); lockable && (err == nil || !strings.Contains(err.Error(), "another process")) {
		t.Errorf("a second journal on the file: error %v, want one that names the other process", err)
	}
	if err := first.Complete(eval.Complete{}); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Append(path, stored); err == nil || !strings.Contains(err.Error(), "has changed since") {
		t.Errorf("after another process finished it: error %v, want one that says so", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the finished file was changed, %v", err)
	}
}

// A run that another process went on with since it was read stays as that one
// left it: compressed ones too, and those that were written anew.
func TestJournalLeavesAChangedRun(t *testing.T) {
	short := evaltest.SampleRun()
	short.Complete = nil
	short.Queries = short.Queries[:1]
	for _, name := range []string{"run.jsonl", "run.jsonl.gz"} {
		goOn := map[string]func(path string, keep *Stored) (*Journal, error){
			"append": Append,
			"renew":  func(path string, keep *Stored) (*Journal, error) { return Renew(path, keep, short) },
		}
		for how, other := range map[string]func(t *testing.T, path string, keep *Stored){
			"finished": func(t *testing.T, path string, keep *Stored) {
				j, err := Append(path, keep)
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(j.Complete(eval.Complete{}), j.Close()); err != nil {
					t.Fatal(err)
				}
			},
			"renewed": func(t *testing.T, path string, keep *Stored) {
				j, err := Renew(path, keep, short)
				if err != nil {
					t.Fatal(err)
				}
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
			},
		} {
			for what, again := range goOn {
				t.Run(name+" "+how+" "+what, func(t *testing.T) {
					path := filepath.Join(t.TempDir(), name)
					run := evaltest.SampleRun()
					run.Complete = nil
					writeRun(t, path, run)
					stored, err := Read(path)
					if err != nil {
						t.Fatal(err)
					}
					other(t, path, stored)
					before, err := os.ReadFile(path)
					if err != nil {
						t.Fatal(err)
					}
					if _, err := again(path, stored); err == nil || !strings.Contains(err.Error(), "has changed since") {
						t.Errorf("error %v, want one that says that the file has changed", err)
					}
					if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
						t.Errorf("the file was changed, %v", err)
					}
				})
			}
		}
	}
}
