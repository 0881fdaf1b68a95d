//go:build unix

package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/runfile"
)

var updateScreens = flag.Bool("update-screens", false, "write the golden files of first screens again")

// steady copies a run file with every time in it replaced, so that reports of it
// are the same each time.
func steady(t *testing.T, from, to string) *eval.Run {
	t.Helper()
	stored, err := runfile.Read(from)
	if err != nil {
		t.Fatal(err)
	}
	stored.Manifest.Started = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	j, err := runfile.Create(to, stored.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	for i := range stored.Queries {
		for s, system := range stored.Manifest.Names() {
			if result := stored.Queries[i].Results[system]; result != nil {
				result.TookMS, result.WallMS = int64(s+1), float64(s+1)+0.5
			}
		}
		if err := j.Query(stored.Queries[i]); err != nil {
			t.Fatal(err)
		}
	}
	stored.Complete.Finished = stored.Manifest.Started.Add(time.Second)
	if err := j.Complete(*stored.Complete); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return &stored.Run
}

// meanNDCG10 is nDCG@10 as its definition has it, computed from the run's lists
// and judgments alone: gains are grades, discounts log2(rank + 1), a judged title
// counts once, and a query without an answer counts 0.
func meanNDCG10(run *eval.Run, system string) float64 {
	sum := 0.0
	for i := range run.Queries {
		q := &run.Queries[i]
		var ideal []float64
		for _, j := range q.Judgments {
			ideal = append(ideal, j.Grade)
		}
		slices.Sort(ideal)
		slices.Reverse(ideal)
		best, got := 0.0, 0.0
		for rank, grade := range ideal[:min(10, len(ideal))] {
			best += grade / math.Log2(float64(rank+2))
		}
		hits := q.Results[system].Hits
		used := make([]bool, len(q.Judgments))
		for rank, h := range hits[:min(10, len(hits))] {
			for k, j := range q.Judgments {
				if !used[k] && (j.ID != "" && j.ID == h.ID || j.ID == "" && strings.EqualFold(j.Title, h.Title)) {
					used[k] = true
					got += j.Grade / math.Log2(float64(rank+2))
					break
				}
			}
		}
		if best > 0 {
			sum += got / best
		}
	}
	return sum / float64(len(run.Queries))
}

var (
	tags   = regexp.MustCompile(`<(script|style)[^>]*>[^<]*</(script|style)>|<[^>]*>`)
	spaces = regexp.MustCompile(`[ \t]+`)
	lines  = regexp.MustCompile(`\n(\s*\n)+`)
)

// firstScreen is what a reader sees of a report first: a terminal's whole screen,
// the beginning of a document, of a page the text above its sections.
func firstScreen(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	switch filepath.Ext(path) {
	case ".html":
		body, _, _ := strings.Cut(text[strings.Index(text, "<body>"):], "<nav ")
		text = lines.ReplaceAllString(spaces.ReplaceAllString(tags.ReplaceAllString(body, " "), " "), "\n")
	case ".md":
		for _, section := range []string{"### Systems\n", "### Windows of "} {
			text, _, _ = strings.Cut(text, section)
		}
	case ".json":
		var report map[string]any
		if err := json.Unmarshal([]byte(text), &report); err != nil {
			t.Fatal(err)
		}
		answer := map[string]any{"failure": report["failure"], "decision": report["decision"], "verdicts": report["verdicts"]}
		if baseline, ok := report["baseline"].(map[string]any); ok {
			answer["changes"] = baseline["changes"]
		}
		if sweeps, ok := report["sweeps"].([]any); ok && len(sweeps) > 0 {
			answer["window"] = sweeps[0].(map[string]any)["decision"]
		}
		encoded, err := json.MarshalIndent(answer, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		text = string(encoded) + "\n"
	case ".csv":
		all := strings.SplitAfter(text, "\n")
		text = strings.Join(all[:min(3, len(all))], "")
	}
	return text
}

// The first screen of each format answers "is it worth it?" of the sample and of
// its sweep, and "did it break? what? why?" of a regression that was put in by
// hand; a suite that is wrong and a cluster that is away say so. The means on
// these screens are computed again by the definition, from the run files.
func TestFirstScreens(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	source, err := os.ReadFile("../../judgments/films/films.yaml")
	if err != nil {
		t.Fatal(err)
	}
	documents, err := os.ReadFile("../../judgments/films/films.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	put := func(name, content string) {
		if err := os.WriteFile(at(name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	suite := string(source)
	regression := strings.Replace(strings.ReplaceAll(suite, "fields: [plot, genre^2]", "fields: [title]"), "rank_window_size: 50", "rank_window_size: 15", 2)
	if regression == suite || strings.Count(regression, "fields: [title]") == 0 {
		t.Fatal("the regression changes nothing")
	}
	put("films.ndjson", string(documents))
	put("films.yaml", suite)
	put("title.yaml", regression)
	put("wrong.yaml", strings.Replace(suite, "metrics: [ndcg@10", "metrics: [ndcg10", 1))
	run := func(want int, args ...string) (stdout string) {
		t.Helper()
		c := exec.CommandContext(t.Context(), os.Args[0], append(args, "--no-progress")...)
		c.Dir, c.Env = folder, append(os.Environ(), asCommand+"=1", "CI=", "GITHUB_ACTIONS=", "GITLAB_CI=", "NO_COLOR=1")
		var out, errs strings.Builder
		c.Stdout, c.Stderr = &out, &errs
		err := c.Run()
		if c.ProcessState == nil {
			t.Fatal(err)
		}
		if code := c.ProcessState.ExitCode(); code != want {
			t.Fatalf("%s: exit code %d, want %d: %s", args, code, want, errs.String())
		}
		return out.String()
	}
	run(exitOK, "run", "films.yaml", "--out", "films-raw.jsonl")
	run(exitGate, "run", "title.yaml", "--baseline", "films-raw.jsonl", "--out", "title-raw.jsonl")
	good, bad := steady(t, at("films-raw.jsonl"), at("films.jsonl")), steady(t, at("title-raw.jsonl"), at("title.jsonl"))

	formats := []string{"md", "html", "json", "csv", "xml"}
	shown := func(name string, code int, args ...string) {
		t.Helper()
		for _, f := range formats {
			args = append(args, "--report", name+"."+f)
		}
		if screen := run(code, args...); code <= exitGate {
			put(name+".txt", screen)
			if n := strings.Count(screen, "\n"); n > 30 {
				t.Errorf("%s: %d lines on the terminal", name, n)
			}
		}
	}
	shown("sample", exitOK, "report", "films.jsonl")
	shown("sweep", exitOK, "sweep", "films.jsonl", "--windows", "10,20,30,40,50", "--system", "bm25+elastic")
	shown("regression", exitGate, "report", "title.jsonl", "--baseline", "films.jsonl")
	shown("wrong", exitUsage, "run", "wrong.yaml")
	shown("away", exitCluster, "run", "films.yaml", "--cluster", "http://127.0.0.1:9", "--retries", "0", "--outage", "0")

	for _, name := range []string{"sample", "sweep", "regression", "wrong", "away"} {
		for _, f := range append(formats, "txt") {
			if _, err := os.Stat(at(name + "." + f)); err != nil && f == "txt" {
				continue // without a result there is nothing for a terminal but the error
			}
			golden := filepath.Join("testdata/golden/screens", name+"."+f)
			got := firstScreen(t, at(name+"."+f))
			if *updateScreens {
				if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", golden, diff)
			}
		}
	}

	// bm25 ties hits, whose order counts by its expectation; the reranked lists
	// have none, and are checked.
	sample, change := firstScreen(t, at("sample.txt")), firstScreen(t, at("regression.txt"))
	for _, system := range []string{"bm25+elastic", "semantic+elastic", "hybrid+elastic"} {
		before, after := meanNDCG10(good, system), meanNDCG10(bad, system)
		if row := regexp.MustCompile(regexp.QuoteMeta(system) + ` +` + fmt.Sprintf("%.3f", before) + ` `); !row.MatchString(sample) {
			t.Errorf("%s has %.4f by the definition, which the screen does not say:\n%s", system, before, sample)
		}
		moved := fmt.Sprintf("%s fell: %.3f → %.3f, %.3f ", system, before, after, after-before)
		if also := fmt.Sprintf("%s %.3f", system, after-before); !strings.Contains(change, moved) && !strings.Contains(change, also) {
			t.Errorf("by the definition %s, which the screen does not say:\n%s", moved, change)
		}
	}
	for _, want := range []string{`["plot","genre^2"] →`, `["title"]`, "window of elastic: 50 → 15", "Gates: "} {
		for _, f := range []string{"txt", "html"} {
			if got := firstScreen(t, at("regression."+f)); !strings.Contains(strings.NewReplacer("&#34;", `"`).Replace(got), want) {
				t.Errorf("%s: the cause %q is not said:\n%s", f, want, got)
			}
		}
	}
}
