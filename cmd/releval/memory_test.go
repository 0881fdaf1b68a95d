package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/releval/releval/eval/runfile"
)

// BenchmarkMemory measures the memory that commands take of the system for
// saved runs of the sample suite's queries, repeated under ids of their own:
// two systems with a window of 50. Each command runs in a process of its own.
// The runs are of 2,000 and 20,000 queries, and of 100,000 where
// RELEVAL_BENCH_LARGE is set, whose files take half a gigabyte of disk.
func BenchmarkMemory(b *testing.B) {
	folder := b.TempDir()
	sample := filepath.Join(folder, "sample.jsonl")
	films, err := filepath.Abs("../../eval/evaltest/testdata/films.yaml")
	if err != nil {
		b.Fatal(err)
	}
	if printed, err := releval(b, "run", films, "--reranker", "elastic", "--quiet", "--out", sample).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, printed)
	}
	sizes := []int{2_000, 20_000}
	if os.Getenv("RELEVAL_BENCH_LARGE") != "" {
		sizes = append(sizes, 100_000)
	}
	for _, queries := range sizes {
		path := repeated(b, sample, folder, queries)
		for name, args := range map[string][]string{
			"report":  {"report", path},
			"compare": {"compare", path, path},
			"sweep":   {"sweep", path},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, queries), func(b *testing.B) {
				for b.Loop() {
					account := filepath.Join(folder, "account")
					command := releval(b, args...)
					command.Env = append(command.Env, accountMemory+"="+account)
					if printed, err := command.CombinedOutput(); err != nil && command.ProcessState.ExitCode() != 1 {
						b.Fatalf("%v\n%.2000s", err, printed)
					}
					text, err := os.ReadFile(account)
					if err != nil {
						b.Fatal(err)
					}
					bytes, err := strconv.ParseFloat(string(text), 64)
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(bytes/(1<<20), "MiB")
					b.ReportMetric(processorTime(command).Seconds(), "cpu-s")
				}
			})
		}
		os.Remove(path)
	}
}

// repeated writes a run of so many queries, those of the sample over and over.
func repeated(b *testing.B, sample, folder string, queries int) string {
	b.Helper()
	stored, err := runfile.Read(sample)
	if err != nil {
		b.Fatal(err)
	}
	m := stored.Manifest
	m.QueryCount, m.SuiteQueries, m.Gates = queries, 0, nil
	path := filepath.Join(folder, fmt.Sprintf("run-%d.jsonl", queries))
	j, err := runfile.Create(path, m)
	if err != nil {
		b.Fatal(err)
	}
	for i := range queries {
		q := stored.Queries[i%len(stored.Queries)]
		q.Number, q.ID = i, fmt.Sprintf("%s-%d", q.ID, i)
		if err := j.Query(q); err != nil {
			b.Fatal(err)
		}
	}
	end := *stored.Complete
	end.Queries = queries
	if err := j.Complete(end); err != nil {
		b.Fatal(err)
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}
