//go:build unix

package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// mostMemory is what the command may take, all in all, to refuse a file.
const mostMemory = 100 << 20

// hostile is a file made to cost more than it should.
type hostile struct {
	name  string
	args  []string // the file's name stands for FILE
	parts []part
	gzip  bool
}

// part is a text, repeated so that it need not be in this process's memory.
type part struct {
	text  string
	times int
}

const (
	hostileSuite = "search:\n  index: films\n  title_field: title\n  retriever: {standard: {query: {match: {plot: \"{{query}}\"}}}}\n"
	manifestLine = `{"type":"manifest","format":1,"suite":"x","systems":["first-stage"],"query_count":1,"metrics":["ndcg@10"]}` + "\n"
	megabyte     = 1 << 20
)

func hostiles() []hostile {
	suite := []string{"run", "--cluster", "embedded", "FILE"}
	report := []string{"report", "FILE"}
	compare := []string{"compare", "FILE", "FILE"}
	qrels := []string{"eval", "FILE", "RUN"}
	run := []string{"eval", "QRELS", "FILE"}
	bomb := "  settings:\n    a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("    %c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+", ", 10), ", "))
	}
	long := []part{{"x", 100 * megabyte}}
	return []hostile{
		{name: "suite: alias bomb", args: suite, parts: []part{{hostileSuite + bomb + "queries: [{query: x}]\n", 1}}},
		{name: "suite: cyclic alias", args: suite, parts: []part{{hostileSuite + "  settings: {a: &a [*a, *a]}\nqueries: [{query: x}]\n", 1}}},
		{name: "suite: deep nesting", args: suite, parts: []part{{hostileSuite + "  settings: ", 1}, {"[", megabyte}, {"]", megabyte}, {"\nqueries: [{query: x}]\n", 1}}},
		{name: "suite: open braces", args: suite, parts: []part{{"{", 16 * megabyte}}},
		{name: "suite: 100 MB line", args: suite, parts: append([]part{{hostileSuite + "queries:\n  - query: ", 1}}, long...)},
		{name: "suite: 60 MB line", args: suite, parts: []part{{hostileSuite + "queries:\n  - query: ", 1}, {"x", 60 * megabyte}}},
		{name: "suite: 60 MB of dashes", args: suite, parts: []part{{hostileSuite + "queries:\n", 1}, {"  -\n", 15 * megabyte}}},
		{name: "suite: 60 MB of keys", args: suite, parts: []part{{hostileSuite, 1}, {"a: 1\n", 12 * megabyte}}},
		{name: "run: 100 MB line", args: report, parts: long},
		{name: "run: 100 MB first line", args: report, parts: append([]part{{`{"type":"manifest","format":1,"suite":"`, 1}}, long...)},
		{name: "run: 100 MB second line", args: report, parts: append([]part{{manifestLine + `{"type":"query","id":"`, 1}}, long...)},
		{name: "run: 15 MB type", args: report, parts: []part{{manifestLine + `{"type":"`, 1}, {"x", 15 * megabyte}, {"\"}\n", 1}}},
		{name: "run: deep nesting", args: report, parts: []part{{manifestLine + `{"type":"query","id":`, 1}, {"[", 15 * megabyte}, {"\n", 1}}},
		{name: "run: 15 MB of empty hits", args: report, parts: []part{{manifestLine + `{"type":"query","id":"a","results":{"first-stage":{"hits":[`, 1}, {"{},", 5 * megabyte}, {"{}]}}}\n", 1}}},
		{name: "run: as many empty hits as pass, and damage", args: report, parts: []part{{manifestLine + `{"type":"query","id":"a","results":{"first-stage":{"hits":[`, 1}, {"{},", megabyte/4 - 20}, {"{}]}}}\n!\n", 1}}},
		{name: "run: 15 MB of systems", args: report, parts: []part{{`{"type":"manifest","format":1,"systems":[`, 1}, {`"",`, 5 * megabyte}, {"\"\"]}\n", 1}}},
		{name: "run: zipped 100 MB line", args: report, gzip: true, parts: long},
		{name: "run: zipped 300 MB of lines", args: report, gzip: true, parts: []part{{manifestLine, 1}, {"\n", 300 * megabyte}}},
		{name: "compare: 100 MB line", args: compare, parts: append([]part{{manifestLine + `{"type":"query","id":"`, 1}}, long...)},
		{name: "qrels: 100 MB line", args: qrels, parts: long},
		{name: "qrels: 100 MB of blanks", args: qrels, parts: []part{{" ", 100 * megabyte}, {"x\n", 1}}},
		{name: "qrels: zipped 100 MB line", args: qrels, gzip: true, parts: long},
		{name: "TREC run: 100 MB line", args: run, parts: long},
		{name: "TREC run: zipped 300 MB line", args: run, gzip: true, parts: []part{{"x", 300 * megabyte}}},
	}
}

// write makes the file.
func (h *hostile) write(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var to io.Writer = file
	if h.gzip {
		zipped, err := gzip.NewWriterLevel(file, gzip.BestSpeed)
		if err != nil {
			return err
		}
		defer zipped.Close()
		to = zipped
	}
	buffered := bufio.NewWriterSize(to, megabyte)
	for _, p := range h.parts {
		block := strings.Repeat(p.text, max(1, min(p.times, megabyte/len(p.text))))
		for left := p.times * len(p.text); left > 0; left -= len(block) {
			if _, err := buffered.WriteString(block[:min(left, len(block))]); err != nil {
				return err
			}
		}
	}
	return buffered.Flush()
}

// Files made to cost much are refused with exit code 2, one sentence a
// problem, and less than 100 MB of memory for the whole process. What each
// takes is printed by go test -v.
func TestHostileFilesAreRefused(t *testing.T) {
	folder := t.TempDir()
	small := map[string]string{"QRELS": "1 0 a 1\n", "RUN": "1 Q0 a 1 1.0 x\n"}
	for name, text := range small {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, h := range hostiles() {
		t.Run(h.name, func(t *testing.T) {
			path := filepath.Join(folder, "FILE")
			if err := h.write(path); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			c := exec.CommandContext(ctx, os.Args[0], h.args...)
			account := filepath.Join(folder, "memory")
			c.Dir, c.Env = folder, append(os.Environ(), asCommand+"=1", accountMemory+"="+account)
			var stderr strings.Builder
			c.Stderr = &stderr
			_ = c.Run()
			if code := c.ProcessState.ExitCode(); code != exitUsage {
				t.Errorf("exit code %d, want %d", code, exitUsage)
			}
			message := stderr.String()
			if !strings.HasPrefix(message, "releval: ") || strings.Contains(message, "goroutine ") {
				t.Errorf("standard error is no message: %.300s", message)
			}
			if len(message) > 64<<10 {
				t.Errorf("the message has %d bytes", len(message))
			}
			text, err := os.ReadFile(account)
			if err != nil {
				t.Fatal(err)
			}
			memory, err := strconv.ParseInt(string(text), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			most := int64(mostMemory)
			if underRace {
				most *= 2
			}
			if memory > most {
				t.Errorf("it took %d MB, want at most %d", memory>>20, most>>20)
			}
			if memory < 1<<20 {
				t.Errorf("it took %d bytes, which cannot be", memory)
			}
			t.Logf("%v and %d MB: %.120s", c.ProcessState.UserTime()+c.ProcessState.SystemTime(), memory>>20, message)
		})
	}
}
