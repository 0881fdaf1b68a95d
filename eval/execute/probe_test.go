package execute_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/judgments"
)

// manyQueries is a suite of n queries with a retriever.
func manyQueries(retriever, rerankers string, text func(i int) string, n int) string {
	var b strings.Builder
	b.WriteString(evaltest.SuiteHead + "  retriever: " + retriever + "\n  rerankers: {" + rerankers + "}\nmetrics: [ndcg@3]\nqueries:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - {query: %q, relevant: [Heat]}\n", text(i))
	}
	return b.String()
}

// runSearches includes those on a point in time alone: the run's own.
func runSearches(n *atomic.Int64) evaltest.Override {
	return func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/_search") {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			if bytes.Contains(body, []byte(`"pit"`)) {
				n.Add(1)
			}
		}
		return false
	}
}

const elasticReranker = "elastic: {field: plot, rank_window_size: 3}"

// A suite that the server refuses costs two searches a system, whatever its
// size, and leaves no file to go on with.
func TestARefusedSuiteIsFoundAtOnce(t *testing.T) {
	numbered := func(i int) string { return fmt.Sprintf("crime %d", i) }
	for _, test := range []struct {
		name, retriever, rerankers string
		place                      string // behind the file's name
		says                       string
		most                       int64
	}{
		{"a misspelt query", `{standard: {query: {mutli_match: {query: "{{query}}", fields: [plot]}}}}`, elasticReranker, ":6:14: ", "unknown query [mutli_match] did you mean [multi_match]?", 2},
		{"a misspelt retriever", `{standrad: {query: {match: {plot: "{{query}}"}}}}`, elasticReranker, ":6:14: ", "unknown retriever [standrad] did you mean [standard]?", 2},
		{"a bare query", `{query: {match: {plot: "{{query}}"}}}`, elasticReranker, ":6:14: ", "write standard: {query: …}", 2},
		{"a reranker alone", `{standard: {query: {match: {plot: "{{query}}"}}}}`, elasticReranker + ", odd: {field: plot, rank_window_size: 3, filter: {mach: {plot: x}}}", ":7:60: ", "unknown query [mach] did you mean [match]?", 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			var searches atomic.Int64
			client, plan := evaltest.Served(t, manyQueries(test.retriever, test.rerankers, numbered, 5000), evaltest.Documents, nil, runSearches(&searches))
			out := filepath.Join(t.TempDir(), "run.jsonl")
			_, err := execute.Execute(t.Context(), client, plan, execute.Settings{Out: out})
			problems, ok := errors.AsType[judgments.Problems](err)
			if !ok || len(problems) != 1 {
				t.Fatalf("error %v, want one problem of the suite", err)
			}
			if message := problems[0].Error(); !strings.Contains(message, test.place) || !strings.Contains(message, test.says) {
				t.Errorf("%q is not at %s, or does not say %q", message, test.place, test.says)
			}
			if n := searches.Load(); n > test.most {
				t.Errorf("%d searches, want at most %d", n, test.most)
			}
			if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the run's file is there: %v", err)
			}
			searches.Store(0)
			if probed, err := execute.Probe(t.Context(), client, plan); err == nil || int64(probed.Searches) != searches.Load() || int64(probed.Searches) > test.most {
				t.Errorf("a probe of %d searches, said to be %d, and the error %v", searches.Load(), probed.Searches, err)
			}
		})
	}
}

// The answers of the probe are the run's: a run sends one search for each
// query and system.
func TestTheProbeCostsARunNothing(t *testing.T) {
	var searches atomic.Int64
	client, plan := evaltest.Served(t, manyQueries(`{standard: {query: {match: {plot: "{{query}}"}}}}`, elasticReranker, func(i int) string { return fmt.Sprintf("crime %d", i) }, 7), evaltest.Documents, nil, runSearches(&searches))
	run, err := execute.Execute(t.Context(), client, plan, execute.Settings{WarmUp: 1})
	if err != nil || len(run.Queries) != 7 || run.Failed() > 0 {
		t.Fatalf("%v, %+v", err, run)
	}
	if n := searches.Load(); n != 14 {
		t.Errorf("%d searches for 7 queries and 2 systems", n)
	}
}

// Text that one query's parser refuses is that query's failure, and the same
// for three in a row is the suite's.
func TestTextThatTheServerCannotParse(t *testing.T) {
	const parsed = `{standard: {query: {query_string: {query: "{{query}}", fields: [plot]}}}}`
	unparsable := func(broken map[int]bool) func(i int) string {
		return func(i int) string {
			if broken[i] {
				return fmt.Sprintf("plot:(crime%d", i)
			}
			return fmt.Sprintf("crime%d", i)
		}
	}
	run := func(broken map[int]bool, n int) (failed int, searches int64, err error) {
		var count atomic.Int64
		client, plan := evaltest.Served(t, manyQueries(parsed, elasticReranker, unparsable(broken), n), evaltest.Documents, nil, runSearches(&count))
		got, err := execute.Execute(t.Context(), client, plan, execute.Settings{Concurrency: 1})
		if err == nil {
			failed = got.Failed()
		}
		return failed, count.Load(), err
	}
	if failed, searches, err := run(map[int]bool{0: true, 3: true, 4: true}, 6); err != nil || failed != 3 || searches != 12 {
		t.Errorf("%d failed with %d searches, and %v; want 3 and 12", failed, searches, err)
	}
	all := make(map[int]bool)
	for i := 2; i < 50; i++ {
		all[i] = true
	}
	_, searches, err := run(all, 50)
	if _, ok := errors.AsType[judgments.Problems](err); !ok || searches > 12 {
		t.Errorf("%d searches, and %v; want a problem of the suite after three refusals", searches, err)
	}
	// Others were answered, and what is refused is the retriever, whichever
	// system is the first to be refused three times.
	if says := fmt.Sprint(err); !strings.Contains(says, `:6:14: the retriever is refused for three queries in a row, "plot-crime2", "plot-crime3" and "plot-crime4": `) {
		t.Errorf("it says %s", says)
	}
}
