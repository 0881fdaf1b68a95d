package estest

import (
	"strings"
	"testing"
)

// The folders are those with which the plugin was compiled for these releases.
func TestCompatibleClasses(t *testing.T) {
	for version, want := range map[string]string{
		"8.17.0":  "compound-plain context-plain feature-string",
		"8.18.0":  "compound-explain context-plain feature-string",
		"8.19.0":  "compound-explain context-failures feature-string",
		"8.19.21": "compound-explain context-failures feature-string",
		"9.0.8":   "compound-explain context-plain feature-string",
		"9.1.0":   "compound-explain context-failures feature-string",
		"9.2.0":   "compound-explain context-failures feature-list",
		"10.0.0":  "compound-explain context-failures feature-list",
	} {
		if got := strings.ReplaceAll(strings.Join(compat(version), " "), "plugin/compat/", ""); got != want {
			t.Errorf("%s: %s, want %s", version, got, want)
		}
		files, err := sources(version)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for name := range files {
			class := name[strings.LastIndexByte(name, '/'):]
			if seen[class] {
				t.Errorf("%s: two files of %s", version, class)
			}
			seen[class] = true
		}
		if !seen["/CompoundBase.java"] || !seen["/ScoringContext.java"] || !seen["/FeatureText.java"] || !seen["/RrfRetriever.java"] {
			t.Errorf("%s: not all classes are there: %v", version, seen)
		}
	}
}
