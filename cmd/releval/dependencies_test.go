package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// ARCHITECTURE.md says of every module that the program names why it is there.
func TestDependenciesAreExplained(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "## Dependencies")
	if !found {
		t.Fatal("there is no table of dependencies")
	}
	named := 0
	for line := range strings.Lines(string(mod)) {
		require := regexp.MustCompile(`^\t(\S+) v\S+( // .*)?\n$`).FindStringSubmatch(line)
		if require == nil || strings.Contains(require[2], "indirect") {
			continue
		}
		named++
		path := regexp.MustCompile(`/v\d+$`).ReplaceAllString(require[1], "")
		path = strings.TrimSuffix(path, ".v3") // gopkg.in
		name := path[strings.LastIndex(path, "/")+1:]
		if path == "github.com/go-json-experiment/json" || path == "github.com/klauspost/compress" {
			name = strings.TrimPrefix(path, "github.com/")
		}
		if !strings.Contains(table, name) {
			t.Errorf("%s is not explained", require[1])
		}
	}
	if named < 10 {
		t.Errorf("only %d modules were found", named)
	}
}
