package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/releval/releval/judgments"
)

// The samples of documents files that lie beside the project, where they do, hold
// the same twelve films each.
func TestSampleDocuments(t *testing.T) {
	folder := "../../../shared/cases/documents"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the samples are not here")
	}
	for _, name := range []string{"movies.json", "bulk.ndjson", "movies.csv", "dump.ndjson", "nested.ndjson", "arr2.ndjson"} {
		n, found := 0, false
		for d, err := range judgments.Documents(filepath.Join(folder, name)) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			found = found || strings.Contains(string(d.Source), "The Silence of the Lambs")
		}
		if n != 12 || !found {
			t.Errorf("%s: %d documents, with the film that is asked for: %v", name, n, found)
		}
	}
}
