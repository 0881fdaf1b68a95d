package runfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/judgments"
)

// benchRun writes a run file of queries × 2 systems × a window of 50, with the
// titles and scores of an index of 538 films.
func benchRun(b *testing.B, queries int) string {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(b.TempDir(), "run.jsonl")
	m := evaltest.SampleRun().Manifest
	m.Systems = evaltest.Systems(50, eval.System{Name: "elastic", Field: "plot", Window: 50})
	m.QueryCount = queries
	j, err := Create(path, m)
	if err != nil {
		b.Fatal(err)
	}
	hits := func() []eval.Hit {
		list := make([]eval.Hit, 50)
		for i, document := range random.Perm(538)[:50] {
			list[i] = eval.Hit{
				Document: &eval.Document{ID: fmt.Sprintf("film-%d", document), Title: fmt.Sprintf("A Film of the Year %d", 1900+document)},
				Score:    float64(float32(20 / (1.5 + float64(i)))),
			}
		}
		return list
	}
	for i := range queries {
		q := eval.Query{Number: i, ID: fmt.Sprintf("query-%d", i), Text: "what somebody typed into the box", Results: eval.Results{
			eval.FirstStage: {Hits: hits(), TookMS: 3, WallMS: 4.125},
			"elastic":       {Hits: hits(), TookMS: 30, WallMS: 41.25},
		}}
		for g := range 5 {
			q.Judgments = append(q.Judgments, judgments.Judgment{Title: fmt.Sprintf("A Film of the Year %d", 1900+random.IntN(538)), Grade: float64(g % 4)})
		}
		if err := j.Query(q); err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Complete(eval.Complete{Queries: queries, Finished: time.Now().UTC()}); err != nil {
		b.Fatal(err)
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkRead reads a run file of 5,000 queries with all its checks, and
// holds the time against json.Valid over the same lines, in turn.
func BenchmarkRead(b *testing.B) {
	path := benchRun(b, 5000)
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	var read, valid time.Duration
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		start := time.Now()
		if _, err := Decode("run", bytes.NewReader(text)); err != nil {
			b.Fatal(err)
		}
		read += time.Since(start)
		start = time.Now()
		for _, line := range lines {
			if len(line) > 0 && !json.Valid(line) {
				b.Fatal("not JSON")
			}
		}
		valid += time.Since(start)
	}
	b.ReportMetric(float64(read)/float64(valid), "×json.Valid")
}
