package judgments

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

const head = "search:\n  index: films\n  title_field: title\n  retriever: {standard: {query: {match: {plot: \"{{query}}\"}}}}\n"

// hostile are texts made to cost more than a suite may.
func hostile() map[string]string {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+", ", 10), ", "))
	}
	bomb = "search:\n  index: films\n  title_field: title\n  settings:\n" + indent(bomb, "    ") + "  retriever: {standard: {query: \"{{query}}\"}}\nqueries: [{query: x}]\n"
	shared := head + "queries:\n  - query: q\n    relevant: &r\n"
	for i := range 2000 {
		shared += fmt.Sprintf("      - t%d\n", i)
	}
	for i := range 2000 {
		shared += fmt.Sprintf("  - query: q%d\n    relevant: *r\n", i)
	}
	return map[string]string{
		"alias bomb":             bomb,
		"list shared by many":    shared,
		"cycle":                  head + "  settings: {a: &a [*a, *a]}\nqueries: [{query: x}]\n",
		"open brackets":          strings.Repeat("[", 4<<20),
		"open braces":            strings.Repeat("{", 1<<20),
		"nested mappings":        nested(20_000),
		"dashes":                 strings.Repeat("- ", 1<<20),
		"question marks":         strings.Repeat("? ", 1<<20),
		"flow list":              "queries: [" + strings.Repeat("a,", 1<<20) + "a]",
		"many keys":              strings.Repeat("a: 1\n", 1<<20),
		"same key":               strings.Repeat("name: 1\n", 18_000),
		"long word":              head + "queries:\n  - query: " + strings.Repeat("x", 8<<20),
		"long quoted word":       "name: \"" + strings.Repeat("x", 1<<20),
		"empty queries":          head + "queries:\n" + strings.Repeat("  -\n", 1<<20),
		"wrong queries":          head + "queries:\n" + strings.Repeat("  - x: 1\n", 1<<19),
		"same query":             head + "queries:\n" + strings.Repeat("  - {query: x, relevant: [a]}\n", 1<<18),
		"comments":               strings.Repeat("# x\n", 1<<20),
		"comments between":       "name: x\n" + strings.Repeat("# x\n", 140_000) + "search: x\n",
		"blank lines":            strings.Repeat("\n", 5<<20),
		"anchors":                "name: x\nsearch:\n" + many(140_000, "  a%d: &x%d\n"),
		"colons":                 strings.Repeat(":", 3<<20),
		"ampersands":             strings.Repeat("&a ", 1<<20),
		"percent":                strings.Repeat("%YAML 1.1\n", 200_000),
		"carriage returns":       strings.Repeat("- a\r", 1<<20),
		"next lines":             strings.Repeat("- a\u0085", 1<<20),
		"zero bytes":             strings.Repeat("\x00", 1<<20),
		"too large":              strings.Repeat("x", DefaultMaxBytes+1),
		"one query with a story": head + "queries:\n  - query: x\n    relevant:\n" + strings.Repeat("      - {title: x, grade: 1}\n", 1<<18),
	}
}

func indent(s, by string) string {
	return by + strings.TrimSuffix(strings.ReplaceAll(s, "\n", "\n"+by), by)
}

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i, i)
	}
	return b.String()
}

func nested(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i%1000))
		b.WriteString("a:\n")
	}
	return b.String()
}

// TestHostile parses each text with the memory bounded: what was allocated in
// all stays below a bound that a whole tree of the larger ones would exceed
// many times. Time is bounded by the work that allocation stands for.
func TestHostile(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			data := []byte(text)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Parse("suite.yaml", data, Options{})
			runtime.ReadMemStats(&after)
			var ps Problems
			if !errors.As(err, &ps) {
				t.Fatalf("Parse gives %v, want Problems", err)
			}
			if len(ps) > maxProblems+1 {
				t.Errorf("%d problems, want at most %d", len(ps), maxProblems+1)
			}
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 200 {
				t.Errorf("%d MiB allocated", mb)
			}
			if len(ps.Error()) > 1<<20 {
				t.Errorf("the message has %d bytes", len(ps.Error()))
			}
			t.Logf("%d problems, the first: %.300s", len(ps), ps[0])
		})
	}
}

// large makes a suite of the size of public test collections.
func large(queries, judgments int) string {
	var b strings.Builder
	b.WriteString("name: large # queries:\n" + head + "queries: # many\n\n")
	for i := range queries {
		fmt.Fprintf(&b, "  - query: \"query number %d\"\n    id: q%d\n    relevant:\n", i, i)
		for j := range judgments {
			fmt.Fprintf(&b, "      - {title: \"A Title of Number %d: the %d\", id: \"%d\", grade: %d}\n", i, j, i*judgments+j, j%4)
		}
		if i%100 == 0 {
			b.WriteString("# a comment at the left edge\n")
		}
	}
	b.WriteString("metrics: [map]\n")
	return b.String()
}

// small are limits that make the pieces of large suites out of small ones.
var small = limits{piece: 4 << 10, bytes: 40 << 10, marks: 4_000}

func TestLarge(t *testing.T) {
	text := large(300, 20)
	if small.fit([]byte(text)) {
		t.Fatal("the suite fits in one piece, so that pieces are not tested")
	}
	s, err := parse("suite.yaml", []byte(text), Options{}, small)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Queries) != 300 || s.Metrics[0].Name != "map" || s.Name != "large" {
		t.Fatalf("%d queries, metrics %v, name %q", len(s.Queries), s.Metrics, s.Name)
	}
	// Each place must be the one in the whole text.
	lines := strings.Split(text, "\n")
	for i := range s.Queries {
		q := &s.Queries[i]
		if want := fmt.Sprintf("  - query: \"query number %d\"", i); lines[q.Line-1] != want || q.Column != 5 {
			t.Fatalf("query %d is at %s, where the text is %q", i, q.Position, lines[q.Line-1])
		}
		for k, j := range q.Relevant {
			if !strings.HasPrefix(lines[j.Line-1][j.Column-1:], fmt.Sprintf("%q", j.Title)) || j.Grade != float64(k%4) {
				t.Fatalf("judgment %v is at %s", j, j.Position)
			}
		}
	}
	if p := s.Metrics[0].Position; !strings.HasPrefix(lines[p.Line-1], "metrics: [map]") {
		t.Errorf("the metric is at %s, where the text is %q", p, lines[p.Line-1])
	}
}

// TestLargeErrors finds problems in the middle of a large suite.
func TestLargeErrors(t *testing.T) {
	text := large(120, 20)
	for _, c := range []struct{ old, new, want string }{
		{"id: q100\n", "idd: q100\n", `unknown key "idd"`},
		{"\"query number 70\"", "'query number 70\"", "quote"},
		{"id: q60\n", "id: q59\n", "stands twice"},
		{"metrics: [map]", "metrics: [map", "not closed"},
		{"metrics: [map]", "metric: [map]", `did you mean "metrics"`},
		{"    id: q40\n", "    id: *q\n", "no anchor &q before it"},
		{"    id: q40\n", "    id: *q\n", "an anchor must be in the same one"},
	} {
		broken := strings.Replace(text, c.old, c.new, 1)
		_, err := parse("suite.yaml", []byte(broken), Options{}, small)
		var ps Problems
		if !errors.As(err, &ps) || len(ps) != 1 {
			t.Errorf("%s: %d problems: %.500v", c.new, len(ps), err)
			continue
		}
		line := strings.Count(broken[:strings.LastIndex(broken, c.new)], "\n") + 1
		if !strings.Contains(ps[0].Message, c.want) || ps[0].Line < line-1 || ps[0].Line > line+1 {
			t.Errorf("%s on line %d: %s", c.new, line, ps[0])
		}
	}
}

// TestPiecesAgree reads suites in pieces and as a whole.
func TestPiecesAgree(t *testing.T) {
	for _, data := range globFiles(t, "testdata/ok/*.yaml") {
		p, ok := split(data, 64)
		if !ok {
			continue
		}
		w := newWalker("suite.yaml", Options{})
		w.shift = func(line int) int {
			if line > p.queriesLine {
				return line + p.skipped
			}
			return line
		}
		s := &Suite{File: "suite.yaml"}
		w.suite(s, w.tree(p.frame), &p)
		whole, err := Parse("suite.yaml", data, Options{})
		if err != nil || len(w.problems) > 0 {
			// Aliases between queries need the whole.
			if strings.Contains(string(data), "*heat") {
				continue
			}
			t.Fatalf("%v %v", err, w.problems)
		}
		if len(s.Queries) != len(whole.Queries) {
			t.Errorf("%d queries in pieces, %d as a whole", len(s.Queries), len(whole.Queries))
		}
		for i := range s.Queries {
			if s.Queries[i].Position != whole.Queries[i].Position {
				t.Errorf("query %d is at %s in pieces, at %s as a whole", i, s.Queries[i].Position, whole.Queries[i].Position)
			}
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "binary.yaml")
	big := filepath.Join(dir, "big.yaml")
	latin := filepath.Join(dir, "latin.yaml")
	utf16 := filepath.Join(dir, "utf16.yaml")
	for path, text := range map[string]string{binary: "a\x00b", big: strings.Repeat("x", 2000), latin: "name: x\nquery: caf\xe9\n", utf16: "\xff\xfea\x00"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "none.yaml"), "no such file"},
		{dir, "is a folder"},
		{binary, "not a text file"},
		{utf16, "not a text file"},
		{big, "larger than"},
		{latin, "latin.yaml:2:11: not UTF-8"},
	} {
		_, err := Load(c.path, Options{MaxBytes: 1000})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("%s: %v, want %q", c.path, err, c.want)
		}
	}
}

func BenchmarkParseLarge(b *testing.B) {
	data := []byte(large(8000, 19))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	debug.FreeOSMemory()
	for b.Loop() {
		if _, err := Parse("suite.yaml", data, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestReadText(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"small": "pool: s\n", "large": strings.Repeat("#\n", 100), "binary": "PK\x00\x01"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"large": "large: larger than 0 MiB", "binary": "binary: not a text file", "none": "none: no such file; name a suite", ".": "is a folder",
	} {
		if _, err := ReadText(filepath.Join(dir, name), 100); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if text, err := ReadText(filepath.Join(dir, "small"), 100); err != nil || string(text) != "pool: s\n" {
		t.Errorf("%q, %v", text, err)
	}
}
