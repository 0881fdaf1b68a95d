package runfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/metrics"
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
		j, err := Append(path, stored)
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
	manifest := `{"type":"manifest","format":2,"systems":[{"name":"bm25","kind":"retriever","depth":3},{"name":"r","kind":"reranked","first_stage":"bm25","window":2,"depth":2}],"metrics":["mrr"],"query_count":2}` + "\n"
	query := func(id string, number int, bm25 string) string {
		return fmt.Sprintf(`{"type":"query","number":%d,"id":%q,"judgments":[{"title":"A","grade":1}],"results":{"bm25":%s,"r":{"hits":[{"id":"1","title":"A","score":2}],"took_ms":1,"wall_ms":1}}}`+"\n", number, id, bm25)
	}
	hits := func(list string) string { return `{"hits":[` + list + `],"took_ms":1,"wall_ms":1.5}` }
	a := query("a", 0, hits(`{"id":"1","title":"A","score":2}`))
	system := func(s string) string {
		return `{"type":"manifest","format":2,"systems":[` + s + `],"metrics":["mrr"],"query_count":1}` + "\n"
	}
	tests := []struct{ name, text, want string }{
		{"empty", "", "run: the file holds no run"},
		{"no json", "qid Q0 doc 1 2.5 tag\n", "run is no run file, such as releval run --out writes"},
		{"no manifest", a, `run:1: the first line must be a manifest, not of type "query"`},
		{"another format", `{"type":"manifest","format":9}` + "\n", "run:1: the run file has format 9"},
		{"type is not first", `{"format":2,"type":"manifest"}` + "\n", "run:1: not a line of a run file: its first member must be type"},
		{"damage in the middle", manifest + "{\"type\":\"qu\n" + a, "run:2: not a line"},
		{"two manifests", manifest + manifest, "run:2: a second manifest"},
		{"unknown type", manifest + `{"type":"x"}` + "\n", `run:2: unknown type "x"`},
		{"twice", manifest + a + a, `run:3: query "a" stands twice, first on line 2`},
		{"one number twice", manifest + a + query("b", 0, hits("")), `run:3: query "b" has the number 0, as the query in line 2`},
		{"a number beyond the suite", manifest + query("a", 2, hits("")), `run:2: query "a": its number is 2, and the suite has 2 queries`},
		{"a negative number", manifest + query("a", -1, hits("")), `its number is -1`},
		{"missing system", manifest + strings.Replace(a, `"bm25"`, `"x"`, 1), `no result for the system "bm25"`},
		{"deep", manifest + `{"type":"query","id":` + strings.Repeat("[", maxValues) + "\n", "nested deeper than 64"},
		{"wrong type of value", manifest + `{"type":"query","id":7}` + "\n", `run:2: "/id"`},
		{"a key in another case", manifest + strings.Replace(a, `"judgments"`, `"Judgments"`, 1), `run:2: "/Judgments": unknown object member name`},
		{"a key twice", manifest + strings.Replace(a, `"id":"a"`, `"id":"a","id":"b"`, 1), "run:2: not a line of a run file: column"},
		{"a document twice", manifest + query("a", 0, hits(`{"id":"1","title":"A","score":2},{"id":"1","title":"A","score":1}`)), `hit 2: the document "1" stands in the list twice`},
		{"more hits than asked for", manifest + query("a", 0, hits(`{"id":"1","title":"A","score":2},{"id":"2","title":"A","score":1},{"id":"3","title":"A","score":1},{"id":"4","title":"A","score":1}`)), "the result of bm25: it has 4 hits, and 3 were asked for"},
		{"a score out of range", manifest + query("a", 0, hits(`{"id":"1","title":"A","score":1e999}`)), `run:2: "/results/bm25/hits": hit 1: the score "1e999" is out of range`},
		{"a negative grade", manifest + strings.Replace(a, `"grade":1`, `"grade":-1`, 1), "a judgment has the grade -1"},
		{"a negative time", manifest + strings.Replace(a, `"wall_ms":1.5`, `"wall_ms":-1`, 1), "a time or a count is below 0"},
		{"a tie of ranks that are not there", manifest + query("a", 0, `{"hits":[{"id":"1","title":"A","score":2}],"took_ms":1,"wall_ms":1,"ties":[[1,2]]}`), "the tie from rank 1 to 2 is none of its 1 ranks"},
		{"a failure with hits", manifest + query("a", 0, `{"hits":[{"id":"1","title":"A","score":2}],"took_ms":1,"wall_ms":1,"error":"gone"}`), "it failed, and has hits"},
		{"no systems", system(""), "run:1: the manifest names no system"},
		{"a system twice", system(`{"name":"a","kind":"retriever","depth":1},{"name":"a","kind":"retriever","depth":1}`), `the name of system 2, "a", is empty or stands twice`},
		{"a kind that nobody knows", system(`{"name":"a","kind":"x","depth":1}`), `the system "a" has the unknown kind "x"`},
		{"a reranker over nothing", system(`{"name":"a","kind":"reranked","first_stage":"b","window":1,"depth":1}`), `the system "a" reranks "b", which is no retriever before it`},
		{"a negative window", system(`{"name":"b","kind":"retriever","depth":1},{"name":"a","kind":"reranked","first_stage":"b","window":-1,"depth":1}`), `the window of "a" is -1`},
		{"no metrics", strings.Replace(manifest, `["mrr"]`, `[]`, 1), "run:1: the manifest names no metric"},
		{"an unknown metric", strings.Replace(manifest, `"mrr"`, `"mrrr"`, 1), "run:1: the manifest's metrics:"},
		{"an end without a sum", manifest + a + `{"type":"complete","queries":1,"failed":0}` + "\n", "run:3: the lines before are not those that were written"},
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

// Whatever byte of a complete run file is another, taken out or put in, the
// file is not read as the complete run that it was.
func TestEveryByteCounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.jsonl")
	writeRun(t, path, evaltest.SampleRun())
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		var changed []byte
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			changed = bytes.Clone(text)
			changed[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		case 1:
			changed = slices.Delete(bytes.Clone(text), at, at+1)
		case 2:
			changed = slices.Insert(bytes.Clone(text), at, byte(rapid.IntRange(0, 255).Draw(t, "new")))
		}
		if bytes.Equal(changed, text) {
			return
		}
		stored, err := Decode("run", bytes.NewReader(changed))
		if err == nil && stored.Complete != nil {
			t.Fatalf("byte %d: read as a complete run", at)
		}
		if err == nil && !stored.Truncated {
			t.Fatalf("byte %d: read without a word", at)
		}
	})
}

// A run file of the format before, byte for byte as it was written then, gives
// the systems and answers that it holds; damage that its hashes cover is
// refused, and it cannot be resumed.
func TestFormat1(t *testing.T) {
	const path = "testdata/format1.jsonl"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	m := &stored.Manifest
	if got := strings.Join(m.Names(), " "); got != "first-stage elastic" || m.Systems[1].FirstStage != "first-stage" || m.Systems[1].Window != 4 || m.Systems[0].Depth != 10 {
		t.Errorf("systems %+v", m.Systems)
	}
	if stored.Format != 1 || stored.Complete == nil || len(stored.Queries) != m.QueryCount {
		t.Errorf("format %d, %d queries", stored.Format, len(stored.Queries))
	}
	if _, err := Append(path, stored); err == nil || !strings.Contains(err.Error(), "it has format 1") {
		t.Errorf("resumed: %v", err)
	}
	for what, change := range map[string][2]string{
		"judgments": {`"grade":3`, `"grade":2`},
		"queries":   {`"inference_text":"flesh-eating bad guy"`, `"inference_text":"flesh-eating good guy"`},
	} {
		damaged := strings.Replace(string(text), change[0], change[1], 1)
		if damaged == string(text) {
			t.Fatalf("the file has no %s", change[0])
		}
		if _, err := Decode("run", strings.NewReader(damaged)); err == nil || !strings.Contains(err.Error(), "the "+what+" are not those that the run was made with") {
			t.Errorf("%s changed: %v", what, err)
		}
	}
}

// A run file of format 1 keeps, in the order that the server gave, the value of
// every query, system and metric that the releval which wrote it gave: testdata/format1.values.json is from its own
// report.
func TestFormat1KeepsItsValues(t *testing.T) {
	stored, err := Read("testdata/format1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	e, err := score.Evaluate(&stored.Run, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/format1.values.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []struct {
		Query, System, Metric string
		Value                 float64
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != 2*2*3 {
		t.Fatalf("%d values, want those of 2 queries, 2 systems and 3 metrics", len(want))
	}
	for _, w := range want {
		q := slices.IndexFunc(stored.Queries, func(q eval.Query) bool { return q.ID == w.Query })
		m := slices.IndexFunc(e.Metrics, func(m metrics.Metric) bool { return m.String() == w.Metric })
		if got := e.System(w.System).AsRanked[m][q]; math.Abs(got-w.Value) > 1e-15 {
			t.Errorf("%s of %s for %s: %v, want %v", w.Metric, w.System, w.Query, got, w.Value)
		}
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
	if old, err := os.ReadFile("testdata/format1.jsonl"); err == nil {
		f.Add(old)
	}
	f.Add([]byte(`{"type":"manifest","format":1,"systems":["a"],"depth":1,"metrics":["mrr"]}` + "\n" + `{"type":"complete","queries":0}`))
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

// Two runs that are compared share what they hold alike, and are what they are
// by themselves.
func TestReaderSharesWhatIsAlike(t *testing.T) {
	folder := t.TempDir()
	var r Reader
	var together []*Stored
	for i, name := range []string{"a.jsonl", "b.jsonl"} {
		run := evaltest.SampleRun()
		run.Queries[1].Judgments[0].Grade += float64(i)
		path := filepath.Join(folder, name)
		writeRun(t, path, run)
		stored, err := r.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(run, &stored.Run); diff != "" {
			t.Errorf("%s changed on its way:\n%s", name, diff)
		}
		together = append(together, stored)
	}
	a, b := together[0].Queries, together[1].Queries
	if &a[0].Judgments[0] != &b[0].Judgments[0] {
		t.Error("equal judgments are held twice")
	}
	for system, result := range a[0].Results {
		if other := b[0].Results[system]; len(result.Hits) == 0 || result.Hits[0].Document != other.Hits[0].Document {
			t.Errorf("the documents of %s are held twice", system)
		}
	}
}
