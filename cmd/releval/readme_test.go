package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/judgments"
)

// readmes are the pages whose examples are run.
var readmes = []string{"README.md", "judgments/README.md", "reports/README.md", "eval/README.md"}

// fences finds a page's code blocks with their language.
var fences = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

// readme is the text of a page.
func readme(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", page))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readmeBlocks gives a page's code blocks of a language.
func readmeBlocks(t *testing.T, page, language string) []string {
	t.Helper()
	var blocks []string
	for _, match := range fences.FindAllStringSubmatch(readme(t, page), -1) {
		if match[1] == language {
			blocks = append(blocks, match[2])
		}
	}
	return blocks
}

// TestReadmeIsShort holds the first page to what somebody reads.
func TestReadmeIsShort(t *testing.T) {
	if n := strings.Count(readme(t, "README.md"), "\n"); n > 150 {
		t.Errorf("README.md has %d lines, at most 150 are read", n)
	}
}

// TestReadmeLinks follows the links between the pages, down to the headings.
func TestReadmeLinks(t *testing.T) {
	links := regexp.MustCompile(`\]\(([^)]+)\)`)
	headings := regexp.MustCompile(`(?m)^#+ (.*)$`)
	for _, page := range append([]string{"ARCHITECTURE.md"}, readmes...) {
		for _, link := range links.FindAllStringSubmatch(readme(t, page), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			target, heading, _ := strings.Cut(link[1], "#")
			target = filepath.ToSlash(filepath.Join(filepath.Dir(page), target))
			if info, err := os.Stat(filepath.Join("../..", target)); err == nil && info.IsDir() && heading == "" {
				continue
			}
			text := readme(t, target)
			found := heading == ""
			for _, h := range headings.FindAllStringSubmatch(text, -1) {
				found = found || strings.ReplaceAll(strings.ToLower(h[1]), " ", "-") == heading
			}
			if !found {
				t.Errorf("%s links to %s, which has no heading %q", page, target, heading)
			}
		}
	}
}

// TestReadmeNamesEveryKey holds the page about suites against their schema.
func TestReadmeNamesEveryKey(t *testing.T) {
	text := readme(t, "judgments/README.md")
	var look func(value any)
	look = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			if properties, ok := v["properties"].(map[string]any); ok {
				for key := range properties {
					// how chunks are cut is Elasticsearch's own
					if _, own := properties["max_chunk_size"]; !own && !regexp.MustCompile(`\b`+key+`\b`).MatchString(text) {
						t.Errorf("judgments/README.md does not name the key %s", key)
					}
				}
			}
			for _, inner := range v {
				look(inner)
			}
		case []any:
			for _, inner := range v {
				look(inner)
			}
		}
	}
	var schema any
	if err := json.Unmarshal(judgments.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	look(schema)
}

// readmeFolder is a folder as a reader of the README has it: with the sample
// suite, and the command on the path.
func readmeFolder(t *testing.T) (folder string, environment []string) {
	t.Helper()
	folder = t.TempDir()
	films := filepath.Join(folder, "judgments", "films")
	if err := os.MkdirAll(films, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"films.yaml", "films.ndjson"} {
		content, err := os.ReadFile(filepath.Join("../../judgments/films", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(films, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	bin := filepath.Join(folder, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(bin, "releval")); err != nil {
		t.Fatal(err)
	}
	environment = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "NO_COLOR=1", "GITHUB_ACTIONS=", asCommand+"=1")
	return folder, environment
}

// TestReadmeExamples runs every console block of the pages, and compares what
// they show with what is printed: the lines must come in this order, and only
// where a page has a line of "…" may others stand between them.
func TestReadmeExamples(t *testing.T) {
	for _, page := range readmes {
		folder, environment := readmeFolder(t)
		for _, block := range readmeBlocks(t, page, "console") {
			for _, example := range strings.Split("\n"+block, "\n$ ")[1:] {
				command, want, _ := strings.Cut(example, "\n")
				t.Run(page+"/"+command, func(t *testing.T) {
					run := exec.CommandContext(t.Context(), "sh", "-c", command)
					run.Dir, run.Env = folder, environment
					printed, err := run.Output()
					if err != nil {
						t.Fatalf("%v\n%s", err, printed)
					}
					compareExcerpt(t, strings.Split(strings.TrimRight(want, "\n"), "\n"), strings.Split(string(printed), "\n"))
				})
			}
		}
	}
}

func compareExcerpt(t *testing.T, want, printed []string) {
	t.Helper()
	at, mayJump := 0, false
	for _, line := range want {
		if line == "…" {
			mayJump = true
			continue
		}
		start := at
		for mayJump && at < len(printed) && printed[at] != line {
			at++
		}
		if at >= len(printed) || printed[at] != line {
			t.Fatalf("the page shows %q, which is not printed after line %d of:\n%s", line, start, strings.Join(printed, "\n"))
		}
		at, mayJump = at+1, false
	}
}

// TestReadmeCluster runs the lines for a real cluster against the embedded
// engine on a loopback address.
func TestReadmeCluster(t *testing.T) {
	folder, environment := readmeFolder(t)
	server := httptest.NewServer(embedded.New(embedded.Options{}))
	defer server.Close()
	var lines []string
	for _, block := range readmeBlocks(t, "README.md", "sh") {
		if !strings.Contains(block, "https://search.example:9200") {
			continue
		}
		block = strings.ReplaceAll(block, "https://search.example:9200", server.URL)
		block = strings.ReplaceAll(block, "ELASTIC_API_KEY=…", "ELASTIC_API_KEY=")
		for line := range strings.SplitSeq(block, "\n") {
			if !strings.HasPrefix(line, "go build") { // the command is on the path already
				lines = append(lines, line)
			}
		}
	}
	run := exec.CommandContext(t.Context(), "sh", "-e", "-c", strings.Join(lines, "\n"))
	run.Dir, run.Env = folder, environment
	if printed, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	for _, name := range []string{"run.jsonl", "report.html"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
}

// TestReadmeSuites loads every suite of the pages and runs it.
func TestReadmeSuites(t *testing.T) {
	suites := 0
	for _, page := range readmes {
		for _, block := range readmeBlocks(t, page, "yaml") {
			if !strings.Contains(block, "\nqueries:") || strings.Contains(block, "api: tei") {
				continue // no suite, or one for TestReadmeRerankAPIs
			}
			suites++
			t.Run(fmt.Sprint(page, suites), func(t *testing.T) { runExample(t, block) })
		}
	}
	if suites < 3 {
		t.Fatalf("the pages show %d suites", suites)
	}
}

func runExample(t *testing.T, text string) {
	file := filepath.Join("../../judgments/films", "readme.yaml")
	suite, err := judgments.Parse(file, []byte(text), judgments.Options{Metric: checkMetric, Gate: checkGate})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	client, err := cluster.New(cluster.Config{Transport: embedded.New(embedded.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load.Documents(t.Context(), client, suite, true); err != nil {
		t.Fatal(err)
	}
	run, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if unresolved := run.Manifest.Unresolved; len(unresolved) > 0 {
		t.Errorf("the suite judges titles that the sample does not have: %v", unresolved)
	}
	if n := run.Failed(); n > 0 {
		t.Errorf("%d queries failed", n)
	}
	needed, err := gate.Metrics(run.Manifest.Gates)
	if err != nil {
		t.Fatal(err)
	}
	scores, err := score.Evaluate(run, needed)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range gate.Evaluate(gate.Input{Scores: scores, Now: time.Now()}) {
		if g.Verdict == gate.Failed {
			t.Errorf("the suite fails on the sample's films: %v", g)
		}
	}
}

// TestReadmeRerankAPIs runs the ten lines from a local server to the decision
// table, with the stand-in at the servers' addresses.
func TestReadmeRerankAPIs(t *testing.T) {
	folder, environment := readmeFolder(t)
	server := httptest.NewServer(served(http.NotFoundHandler(), true))
	defer server.Close()
	ran := false
	for _, block := range readmeBlocks(t, "judgments/README.md", "yaml") {
		if !strings.Contains(block, "api: tei") {
			continue
		}
		ran = true
		if n := strings.Count(block, "\n"); n > 11 {
			t.Errorf("%d lines are not ten", n)
		}
		block = regexp.MustCompile(`http://localhost:[0-9]+`).ReplaceAllString(block, server.URL)
		path := filepath.Join(folder, "judgments", "films", "suite.yaml")
		if err := os.WriteFile(path, []byte(block), 0o600); err != nil {
			t.Fatal(err)
		}
		run := exec.CommandContext(t.Context(), "releval", "run", "--cluster", "embedded", "--rerank-cache", filepath.Join(folder, "cache"), path)
		run.Path, run.Dir, run.Env = filepath.Join(folder, "bin", "releval"), folder, environment
		printed, err := run.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
		for _, system := range []string{"first-stage", "elastic", "tei", "vllm"} {
			if !regexp.MustCompile(`(?m)^` + system + ` +[0-9.]+ `).Match(printed) {
				t.Errorf("the decision table has no row for %s:\n%s", system, printed)
			}
		}
	}
	if !ran {
		t.Error("the page has no such lines")
	}
}
