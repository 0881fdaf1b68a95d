package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// fences finds the README's code blocks with their language.
var fences = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

// readmeBlocks gives the README's code blocks of a language.
func readmeBlocks(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, match := range fences.FindAllStringSubmatch(string(text), -1) {
		if match[1] == language {
			blocks = append(blocks, match[2])
		}
	}
	if len(blocks) == 0 {
		t.Fatalf("the README has no block of %s", language)
	}
	return blocks
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

// TestReadmeExamples runs every console block of the README, and holds what it
// shows against what is printed: the lines must come in this order, and only
// where the README has a line of "…" may others stand between them.
func TestReadmeExamples(t *testing.T) {
	folder, environment := readmeFolder(t)
	for _, block := range readmeBlocks(t, "console") {
		for _, example := range strings.Split("\n"+block, "\n$ ")[1:] {
			command, want, _ := strings.Cut(example, "\n")
			t.Run(command, func(t *testing.T) {
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
			t.Fatalf("the README shows %q, which is not printed after line %d of:\n%s", line, start, strings.Join(printed, "\n"))
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
	for _, block := range readmeBlocks(t, "sh") {
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

// TestReadmeSuite loads the README's suite and runs it.
func TestReadmeSuite(t *testing.T) {
	for _, block := range readmeBlocks(t, "yaml") {
		if !strings.Contains(block, "queries:") {
			continue
		}
		folder := filepath.Join("../../judgments/films", "readme.yaml")
		suite, err := judgments.Parse(folder, []byte(block), judgments.Options{Metric: checkMetric, Gate: checkGate})
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
			t.Errorf("the README's suite judges titles that the sample does not have: %v", unresolved)
		}
		return
	}
	t.Fatal("the README shows no suite")
}
