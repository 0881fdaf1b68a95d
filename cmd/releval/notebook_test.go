//go:build unix

package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/releval/releval/eval/runfile"
)

// notebookSuite is the walk-through of Elastic's notebook on semantic reranking:
// what it searches for in the plot is in none, a wider search brings the film
// among others, and the reranker, which is asked the question itself, puts it
// first.
const notebookSuite = `name: notebook
search:
  index: movies
  title_field: title
  documents: movies.json
  retrievers:
    plot: {standard: {query: {query_string: {query: "{{query}}", default_field: plot}}}}
    crime: {standard: {query: {multi_match: {query: "{{first}}", fields: [plot, genre]}}}}
  rerankers:
    elastic: {field: plot, rank_window_size: 50, over: [crime]}
metrics: [mrr@10]
queries:
  - {id: bad-guy, query: flesh-eating bad guy, params: {first: crime}, relevant: [The Silence of the Lambs]}
`

// notebook writes the suite beside the sample of films as it is, a JSON array
// without ids; the test is skipped where that is not beside the project.
func notebook(t *testing.T) (suite string) {
	t.Helper()
	movies, err := os.ReadFile("../../../shared/cases/documents/movies.json")
	if err != nil {
		t.Skip("the samples are not here")
	}
	folder := t.TempDir()
	suite = filepath.Join(folder, "notebook.yaml")
	for path, text := range map[string][]byte{suite: []byte(notebookSuite), filepath.Join(folder, "movies.json"): movies} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return suite
}

// ranksOf are the ranks of the film in a run, by system; 0 where it was not found.
func ranksOf(t *testing.T, path, title string) (ranks map[string]int, hits map[string]int) {
	t.Helper()
	stored, err := runfile.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	ranks, hits = map[string]int{}, map[string]int{}
	for system, result := range stored.Queries[0].Results {
		ranks[system], hits[system] = 0, len(result.Hits)
		for i, h := range result.Hits {
			if slices.Contains(h.Titles(), title) {
				ranks[system] = i + 1
			}
		}
	}
	return ranks, hits
}

func TestNotebook(t *testing.T) {
	suite := notebook(t)
	out := filepath.Join(t.TempDir(), "run.jsonl")
	if _, stderr, code := command(t, nil, "run", "--cluster", "embedded", "--out", out, suite); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	ranks, hits := ranksOf(t, out, "The Silence of the Lambs")
	if hits["plot"] != 0 {
		t.Errorf("the search in the plots finds %d films", hits["plot"])
	}
	if middle := ranks["crime"]; middle <= 1 || middle >= hits["crime"] {
		t.Errorf("the film is at rank %d of %d, want it in the middle", middle, hits["crime"])
	}
	if ranks["crime+elastic"] != 1 || hits["crime+elastic"] != hits["crime"] {
		t.Errorf("reranked it is at rank %d of %d", ranks["crime+elastic"], hits["crime+elastic"])
	}
}
