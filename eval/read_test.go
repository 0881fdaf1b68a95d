package eval

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sampleRun is a small run of two systems.
func sampleRun() *Run {
	hit := func(id, title string, score float64) Hit { return Hit{ID: id, Title: title, Score: score} }
	return &Run{
		Manifest: Manifest{
			Type: "manifest", Format: Format, Tool: "releval test", Suite: "films",
			Started: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC),
			Index:   "films", TitleField: "title", Retriever: json.RawMessage(`{"standard":{}}`),
			Systems:   []string{FirstStage, "elastic"},
			Rerankers: []Reranker{{Name: "elastic", Field: "plot", Window: 3}},
			Depth:     10, Metrics: []string{"ndcg@10", "mrr@10"}, QueryCount: 2,
		},
		Queries: []Query{
			{
				Type: "query", Number: 0, ID: "crime", Text: "crime",
				Judgments: []Judgment{{Title: "Heat", ID: "2", Grade: 2}, {Title: "The Godfather", Grade: 1}},
				Results: Results{
					FirstStage: {Hits: []Hit{hit("1", "Alien", 3), hit("2", "Heat", 2), hit("3", "the  godfather", 1)}, TookMS: 2, WallMS: 2.5},
					"elastic":  {Hits: []Hit{hit("2", "Heat", 1.5), hit("3", "the  godfather", 1.25)}, TookMS: 9, WallMS: 9.5},
				},
			},
			{
				Type: "query", Number: 1, ID: "robots", Text: "robots",
				Judgments: []Judgment{{Title: "WALL-E", Grade: 1}},
				Results: Results{
					FirstStage: {Hits: []Hit{}, TookMS: 1, WallMS: 1},
					"elastic":  {Error: "the cluster is away", Attempts: 3},
				},
			},
		},
		Complete: &Complete{Type: "complete", Queries: 2, Failed: 1},
	}
}

func writeRun(t *testing.T, path string, run *Run) {
	t.Helper()
	j, err := CreateJournal(path, run.Manifest)
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
		writeRun(t, path, sampleRun())
		stored, err := ReadRun(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(sampleRun(), &stored.Run); diff != "" {
			t.Errorf("%s: the run changed on its way through the file:\n%s", name, diff)
		}
	}
}

func TestJournalRefusesAnExistingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.jsonl")
	writeRun(t, path, sampleRun())
	if _, err := CreateJournal(path, Manifest{}); err == nil || !strings.Contains(err.Error(), "--resume") {
		t.Errorf("got error %v, want one that names --resume", err)
	}
}

// Wherever a run file breaks off, reading gives the queries whose lines are
// whole, and going on from there gives a file that reads like the whole one.
func TestTruncatedRunGoesOn(t *testing.T) {
	folder := t.TempDir()
	whole := filepath.Join(folder, "whole.jsonl")
	writeRun(t, whole, sampleRun())
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
		stored, err := ReadRun(path)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if lines := bytes.Count(text[:cut], []byte("\n")) - 1; stored.Complete == nil && lines != len(stored.Queries) {
			t.Fatalf("cut at %d: %d queries from %d whole lines", cut, len(stored.Queries), lines)
		}
		j, err := AppendJournal(path, stored.Kept)
		if err != nil {
			t.Fatal(err)
		}
		have := make(map[string]bool)
		for _, q := range stored.Queries {
			have[q.ID] = true
		}
		want := sampleRun()
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
		again, err := ReadRun(path)
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
			_, err := DecodeRun("run", strings.NewReader(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want %q", err, test.want)
			}
		})
	}
}

func FuzzDecodeRun(f *testing.F) {
	path := filepath.Join(f.TempDir(), "run.jsonl")
	run := sampleRun()
	j, err := CreateJournal(path, run.Manifest)
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
		stored, err := DecodeRun("run", bytes.NewReader(text))
		if err != nil {
			return
		}
		if stored.Kept > int64(len(text)) {
			t.Errorf("keeps %d of %d bytes", stored.Kept, len(text))
		}
		if _, err := Evaluate(&stored.Run, nil); err == nil {
			CheckIntegrity(&stored.Run)
		}
	})
}
