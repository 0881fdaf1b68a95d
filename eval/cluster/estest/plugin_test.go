package estest

import (
	"slices"
	"testing"
)

// TestFolders: every release gets one of each pair of classes, by what it has.
func TestFolders(t *testing.T) {
	for version, want := range map[string][]string{
		"8.17.0":  {"plugin/src", "plugin/before-8.19", "plugin/before-9.2"},
		"8.18.0":  {"plugin/src", "plugin/before-8.19", "plugin/before-9.2"},
		"8.19.21": {"plugin/src", "plugin/since-8.19", "plugin/before-9.2"},
		"9.0.0":   {"plugin/src", "plugin/before-8.19", "plugin/before-9.2"},
		"9.1.0":   {"plugin/src", "plugin/since-8.19", "plugin/before-9.2"},
		"9.2.0":   {"plugin/src", "plugin/since-8.19", "plugin/since-9.2"},
	} {
		if got := folders(version); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", version, got, want)
		}
		if files, err := sources(version); err != nil || len(files) < 10 {
			t.Errorf("%s: %d files, %v", version, len(files), err)
		}
	}
}
