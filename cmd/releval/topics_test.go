package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// The page on systems fits a screen, and its suite has the systems that it
// names.
func TestSystemsTopic(t *testing.T) {
	stdout, stderr, code := command(t, nil, "help", "systems")
	if code != exitOK || stderr != "" {
		t.Fatal(code, stderr)
	}
	lines := strings.Split(strings.TrimRight(stdout, "\n"), "\n")
	if len(lines) > 45 {
		t.Errorf("%d lines, at most 45 are a screen", len(lines))
	}
	var suite strings.Builder
	for _, line := range lines {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("longer than a line of a terminal: %s", line)
		}
		if inside, ok := strings.CutPrefix(line, "  "); ok {
			suite.WriteString(inside + "\n")
		}
	}
	s, err := judgments.Parse("systems.yaml", []byte(suite.String()), judgments.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, suite.String())
	}
	if _, err := plan.New(s, plan.Overrides{}); err != nil {
		t.Fatal(err)
	}
	names := "Names: " + strings.Join(s.Systems(), ", ") + "."
	if !strings.Contains(stdout, names) {
		t.Errorf("the page does not say %q", names)
	}
}
