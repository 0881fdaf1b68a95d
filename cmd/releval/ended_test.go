//go:build unix

package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/load"
)

// gatedSuite is a suite of six queries; the gate's limit is its argument.
func gatedSuite(t *testing.T, folder, gate string) string {
	t.Helper()
	documents := `{"id": "1", "title": "Heat", "plot": "A crime crew and a detective."}
{"id": "2", "title": "Alien", "plot": "A crew meets a creature."}
`
	suite := `search:
  index: films
  title_field: title
  documents: films.ndjson
  retriever: {standard: {query: {match: {plot: "{{query}}"}}}}
  rerankers: {elastic: {field: plot}}
metrics: [mrr@10]
gates:
  - ` + gate + `
queries:
`
	for _, word := range []string{"detective", "creature", "crew", "crime", "meets", "a"} {
		suite += fmt.Sprintf("  - {query: %s, relevant: [Heat]}\n", word)
	}
	for name, content := range map[string]string{"films.ndjson": documents, "suite.yaml": suite} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(folder, "suite.yaml")
}

// faltering serves the documents of a suite until so many searches of a run
// were answered; after that nothing.
func faltering(t *testing.T, path string, searches int64) string {
	t.Helper()
	suite, err := loadSuite(path)
	if err != nil {
		t.Fatal(err)
	}
	engine := embedded.New(embedded.Options{})
	client, err := cluster.New(cluster.Config{Transport: engine})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load.Documents(t.Context(), client, suite, true); err != nil {
		t.Fatal(err)
	}
	var seen atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isRunSearch(r) && seen.Add(1) > searches || seen.Load() > searches {
			http.Error(w, "no backend", http.StatusServiceUnavailable)
			return
		}
		engine.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Whichever way a run ends, the outputs that were asked for are written and say
// what happened: none is left as an earlier build wrote it.
func TestEveryEndLeavesItsOutputs(t *testing.T) {
	const never = "{metric: mrr@10, system: elastic, min: 0.01}"
	for _, test := range []struct {
		name, gate string
		args       func(suite string) []string
		code       int
		// What each output says; annotation "" for none. Failures and errors
		// are those of JUnit.
		markdown, junit, annotation string
		failures, errors            int
	}{
		{name: "all well", gate: never, code: exitOK, markdown: "Gates: 1 passed", junit: `failures="0"`},
		{name: "gate failed", gate: "{metric: mrr@10, system: elastic, min: 1}", code: exitGate,
			markdown: "1 failed", junit: "expected at least 1, got", failures: 1,
			annotation: "::error file=suite.yaml,line=9,col=5,title=releval%3A gate::elastic: {metric: mrr@10, system: elastic, min: 1}: expected at least 1, found 0."},
		{name: "suite broken", gate: "{metric: mrrr@10, min: 1}", code: exitUsage,
			markdown: "No result: the suite has 1 error", junit: "suite.yaml:9:14: ", errors: 1,
			annotation: "::error file=suite.yaml,line=9,col=14,title=releval%3A suite::"},
		{name: "cluster away", gate: never, code: exitCluster,
			args: func(string) []string {
				return []string{"--cluster", "http://127.0.0.1:9", "--retries", "0", "--outage", "0"}
			},
			markdown: "No result: the cluster could not answer", junit: "No result: the cluster could not answer.", errors: 1,
			annotation: "::error file=suite.yaml,title=releval%3A run::"},
		{name: "queries failed", gate: never, code: exitCluster,
			args: func(suite string) []string {
				return []string{"--cluster", faltering(t, suite, 5), "--retries", "0", "--outage", "0", "--concurrency", "1"}
			},
			markdown: "failed and count in no comparison", junit: "queries failed and count in no comparison", errors: 1,
			annotation: "::error file=suite.yaml,title=releval%3A run::"},
		{name: "incomplete", gate: never, code: exitCluster,
			args: func(suite string) []string {
				return []string{"--cluster", faltering(t, suite, 5), "--outage", "50ms", "--concurrency", "1"}
			},
			markdown: "the run is incomplete: ", junit: "the run did not come to its end: ", errors: 1,
			annotation: "::error file=suite.yaml,title=releval%3A run::"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			broken := test.name == "suite broken"
			gate := test.gate
			if broken {
				gate = never
			}
			suite := gatedSuite(t, folder, gate)
			args := []string{"run", suite, "--cluster", "embedded"}
			if test.args != nil {
				args = append(args, test.args(suite)...)
			}
			if broken {
				gatedSuite(t, folder, test.gate)
			}
			path := func(name string) string { return filepath.Join(folder, name) }
			for _, name := range []string{"r.xml", "r.md", "r.html", "r.json", "r.csv", "r.txt"} {
				args = append(args, "--report", path(name))
				if err := os.WriteFile(path(name), []byte("of yesterday"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			environment := []string{"GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY=" + path("summary.md"), "GITHUB_WORKSPACE=" + folder}
			stdout, stderr, code := command(t, environment, args...)
			if code != test.code {
				t.Fatalf("exit code %d, want %d: %s", code, test.code, stderr)
			}
			if test.code > exitGate && test.name != "queries failed" && stdout != "" {
				t.Errorf("without a result, standard output gets %q", stdout)
			}
			read := func(name string) string {
				content, err := os.ReadFile(path(name))
				if err != nil {
					t.Fatal(err)
				}
				if len(content) == 0 || strings.Contains(string(content), "of yesterday") {
					t.Errorf("%s was not written", name)
				}
				return string(content)
			}
			for _, name := range []string{"r.md", "summary.md"} {
				if got := read(name); !strings.Contains(got, test.markdown) {
					t.Errorf("%s lacks %q:\n%.2000s", name, test.markdown, got)
				}
			}
			for _, name := range []string{"r.html", "r.csv", "r.txt"} {
				read(name)
			}
			if !json.Valid([]byte(read("r.json"))) {
				t.Error("r.json is no JSON")
			}
			var results struct {
				Tests    int `xml:"tests,attr"`
				Failures int `xml:"failures,attr"`
				Errors   int `xml:"errors,attr"`
			}
			junit := read("r.xml")
			if err := xml.Unmarshal([]byte(junit), &results); err != nil {
				t.Fatal(err)
			}
			if results.Tests == 0 || results.Failures != test.failures || results.Errors != test.errors || !strings.Contains(junit, test.junit) {
				t.Errorf("JUnit: %+v, want %d failures, %d errors and %q in:\n%s", results, test.failures, test.errors, test.junit, junit)
			}
			annotated := false
			for line := range strings.SplitSeq(stderr, "\n") {
				if strings.HasPrefix(line, "::error ") {
					annotated = true
					if test.annotation == "" || !strings.HasPrefix(line, test.annotation) {
						t.Errorf("annotation %q, want %q", line, test.annotation)
					}
				}
			}
			if annotated != (test.annotation != "") {
				t.Errorf("annotated: %v; standard error:\n%s", annotated, stderr)
			}
		})
	}
}

// Of several suites each has its reports, also those that were not reached.
func TestEveryEndOfSeveralSuites(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for name, folder := range map[string]string{"one": first, "two": second} {
		gatedSuite(t, folder, "{metric: mrr@10, system: elastic, min: 0.01}")
		if err := os.Rename(filepath.Join(folder, "suite.yaml"), filepath.Join(folder, name+".yaml")); err != nil {
			t.Fatal(err)
		}
	}
	out := t.TempDir()
	args := []string{"run", filepath.Join(first, "one.yaml"), filepath.Join(second, "two.yaml"), "--report", filepath.Join(out, "{suite}.md"), "--format", "json"}
	wants := func(stdout, one, two string) {
		t.Helper()
		for name, want := range map[string]string{"one.md": one, "two.md": two} {
			got, err := os.ReadFile(filepath.Join(out, name))
			if err != nil || !strings.Contains(string(got), want) {
				t.Errorf("%s: %v, %q is not in:\n%s", name, err, want, got)
			}
		}
		if n := strings.Count(stdout, `"exit_code"`); n != 2 {
			t.Errorf("standard output has %d failures, want 2:\n%s", n, stdout)
		}
	}
	stdout, stderr, code := command(t, nil, append(args, "--cluster", "http://127.0.0.1:9", "--retries", "0", "--outage", "0")...)
	if code != exitCluster {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	wants(stdout, "the cluster could not answer", "it was not searched, because one ended the command")
	if err := os.WriteFile(filepath.Join(second, "two.yaml"), []byte("name: two\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code = command(t, nil, append(args, "--cluster", "embedded")...)
	if code != exitUsage {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	wants(stdout, "another suite is wrong", "the suite has ")
}

// A saved run that cannot be read leaves its outputs as well.
func TestEveryEndOfReport(t *testing.T) {
	folder := t.TempDir()
	for _, args := range [][]string{{"report", "no.jsonl"}, {"compare", "no.jsonl", "none.jsonl"}, {"sweep", "no.yaml"}} {
		file := filepath.Join(folder, args[0]+".xml")
		if _, stderr, code := command(t, nil, append(args, "--report", file)...); code != exitUsage {
			t.Errorf("%s: exit code %d: %s", args, code, stderr)
		}
		content, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(content), `errors="1"`) || !strings.Contains(string(content), "no.") {
			t.Errorf("%s: %v in %s", args, err, content)
		}
	}
}
