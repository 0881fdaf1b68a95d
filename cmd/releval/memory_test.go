package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
)

// BenchmarkMemory measures the memory that commands take of the system for runs
// of the sample suite's queries, repeated under ids of their own: two systems
// with a window of 50. Each command runs in a process of its own, and the engine
// that is searched in another. The runs are of 2,000 and 20,000 queries, and of
// 100,000 where RELEVAL_BENCH_LARGE is set, whose files take a gigabyte of disk.
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
	server := serveSuite(b, films)
	sizes := []int{2_000, 20_000}
	if os.Getenv("RELEVAL_BENCH_LARGE") != "" {
		sizes = append(sizes, 100_000)
	}
	for _, queries := range sizes {
		path, suite, out := repeated(b, sample, folder, queries), repeatedSuite(b, films, folder, queries), filepath.Join(folder, "out.jsonl")
		for name, args := range map[string][]string{
			"report":  {"report", path},
			"compare": {"compare", path, path},
			"sweep":   {"sweep", path},
			"run":     {"run", suite, "--cluster", server, "--quiet", "--out", out},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, queries), func(b *testing.B) {
				for b.Loop() {
					os.Remove(out)
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
		os.Remove(out)
	}
}

// repeatedSuite writes a suite of so many queries, those of the sample over and
// over, each with a word that no document has.
func repeatedSuite(b *testing.B, films, folder string, queries int) string {
	b.Helper()
	suite, err := judgments.Load(films, judgments.Options{})
	if err != nil {
		b.Fatal(err)
	}
	suite.Cluster, suite.Gates, suite.Search.Documents = "", nil, ""
	suite.Search.Rerankers = slices.DeleteFunc(suite.Search.Rerankers, func(r judgments.Reranker) bool { return r.Name != "elastic" })
	sample := suite.Queries
	suite.Queries = nil
	for i := range queries {
		q := sample[i%len(sample)]
		q.ID, q.Text, q.Expect = fmt.Sprintf("%s-%d", q.ID, i), fmt.Sprintf("%s q%d", q.Text, i), nil
		suite.Queries = append(suite.Queries, q)
	}
	path := filepath.Join(folder, fmt.Sprintf("suite-%d.yaml", queries))
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := cmp.Or(judgments.Write(file, suite), file.Close()); err != nil {
		b.Fatal(err)
	}
	return path
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
