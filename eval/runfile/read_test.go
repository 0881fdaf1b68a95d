package runfile

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/score"
)

func writeRun(t *testing.T, path string, run *eval.Run) {
	t.Helper()
	j, err := Create(path, run.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	// in an order that is not the suite's, as happens with several in flight
	for i := len(run.Queries) - 1; i >= 0; i-- {
		if err := j.Query(run.Queries[i]); err != nil {
			t.Fatal(err)
		}
	}
	if run.Complete != nil {
		if err := j.Complete(*run.Complete); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRunFileKeepsEverything(t *testing.T) {
	for _, name := range []string{"run.jsonl", "run.jsonl.gz"} {
		path := filepath.Join(t.TempDir(), name)
		writeRun(t, path, evaltest.SampleRun())
		stored, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(evaltest.SampleRun(), &stored.Run); diff != "" {
			t.Errorf("%s: the run changed on its way through the file:\n%s", name, diff)
		}
	}
}

func TestJournalRefusesAnExistingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.jsonl")
	writeRun(t, path, evaltest.SampleRun())
	if _, err := Create(path, eval.Manifest{}); err == nil || !strings.Contains(err.Error(), "--resume") {
		t.Errorf("got error %v, want one that names --resume", err)
	}
}

// Wherever a run file breaks off, reading gives the queries whose lines are
// whole, and going on from there gives a file that reads like the whole one.
func TestTruncatedRunGoesOn(t *testing.T) {
	folder := t.TempDir()
	whole := filepath.Join(folder, "whole.jsonl")
	writeRun(t, whole, evaltest.SampleRun())
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	manifestEnd := bytes.IndexByte(text, '\n') + 1
	path := filepath.Join(folder, "cut.jsonl")
	rapid.Check(t, func(t *rapid.T) {
		cut := rapid.IntRange(manifestEnd, len(text)).Draw(t, "cut")
		if err := os.WriteFile(path, text[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		stored, err := Read(path)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if lines := bytes.Count(text[:cut], []byte("\n")) - 1; stored.Complete == nil && lines != len(stored.Queries) {
			t.Fatalf("cut at %d: %d queries from %d whole lines", cut, len(stored.Queries), lines)
		}
		j, err := Append(path, stored.Kept)
		if err != nil {
			t.Fatal(err)
		}
		have := make(map[string]bool)
		for _, q := range stored.Queries {
			have[q.ID] = true
		}
		want := evaltest.SampleRun()
		for _, q := range want.Queries {
			if !have[q.ID] {
				if err := j.Query(q); err != nil {
					t.Fatal(err)
				}
			}
		}
		if stored.Complete == nil || stored.Kept < int64(len(text)) {
			if err := j.Complete(*want.Complete); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := Read(path)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if diff := cmp.Diff(want, &again.Run); diff != "" {
			t.Fatalf("cut at %d:\n%s", cut, diff)
		}
	})
}

func TestDamagedRunFiles(t *testing.T) {
	manifest := `{"type":"manifest","format":1,"systems":["first-stage"]}` + "\n"
	query := `{"type":"query","id":"a","results":{"first-stage":{"hits":[]}}}` + "\n"
	tests := []struct{ name, text, want string }{
		{"empty", "", "run: holds no run"},
		{"no json", "qid Q0 doc 1 2.5 tag\n", "run:1: not a line of a run file"},
		{"no manifest", query, `run:1: the first line should be a manifest, found type "query"`},
		{"another format", `{"type":"manifest","format":9}` + "\n", "run:1: the run file has format 9"},
		{"damage in the middle", manifest + "{\"type\":\"qu\n" + query, "run:2: not a line"},
		{"two manifests", manifest + manifest, "run:2: a second manifest"},
		{"unknown type", manifest + `{"type":"x"}` + "\n", `run:2: unknown type "x"`},
		{"twice", manifest + query + query, `run:3: query "a" stands here a second time, after line 2`},
		{"missing system", manifest + `{"type":"query","id":"a","results":{}}` + "\n", `no result for the system "first-stage"`},
		{"more after the end", manifest + `{"type":"complete"}` + "\n" + query, "run:3: there is more after"},
		{"deep", manifest + `{"type":` + strings.Repeat("[", 100) + "\n", "nested deeper than 64"},
		{"wrong type of value", manifest + `{"type":"query","id":7}` + "\n", "run:2:"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode("run", strings.NewReader(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want %q", err, test.want)
			}
		})
	}
}

func FuzzDecodeRun(f *testing.F) {
	path := filepath.Join(f.TempDir(), "run.jsonl")
	run := evaltest.SampleRun()
	j, err := Create(path, run.Manifest)
	if err != nil {
		f.Fatal(err)
	}
	for _, q := range run.Queries {
		if err := j.Query(q); err != nil {
			f.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		f.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"type":"manifest","format":1}` + "\n" + `{"type":"complete","queries":0}`))
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, text []byte) {
		stored, err := Decode("run", bytes.NewReader(text))
		if err != nil {
			return
		}
		if stored.Kept > int64(len(text)) {
			t.Errorf("keeps %d of %d bytes", stored.Kept, len(text))
		}
		if _, err := score.Evaluate(&stored.Run, nil); err == nil {
			integrity.Check(&stored.Run)
		}
	})
}
