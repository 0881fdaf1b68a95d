//go:build elasticsearch && unix

package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/releval/releval/eval/cluster/estest"
	"github.com/releval/releval/eval/embedded/static"
	"github.com/releval/releval/eval/reranker/standin"
)

// The walk-through on a real server, whose documents releval load puts there. The
// plugin's scorer is no language model, so that what elastic makes of the film is
// not looked at; the stand-in's model, outside of the server, puts it first.
func TestElasticsearchNotebook(t *testing.T) {
	suite := notebook(t)
	server := estest.For(t, estest.Options{Version: "8.19.21"})
	// Twice: the ids that the documents get are the same ones.
	for range 2 {
		stdout, stderr, code := command(t, nil, "load", "--cluster", server.URL, suite)
		if code != exitOK || !strings.HasPrefix(stdout, "12 documents loaded into movies") || !strings.Contains(stderr, "12 documents without an id") {
			t.Fatalf("load: exit code %d\n%s\n%s", code, stdout, stderr)
		}
	}
	model := httptest.NewServer(standin.Handler(standin.Options{Scorer: static.New()}))
	defer model.Close()
	text := strings.Replace(notebookSuite, "  rerankers:\n", "  rerankers:\n    model: {api: tei, url: "+model.URL+", field: plot, rank_window_size: 50, over: [crime]}\n", 1)
	if err := os.WriteFile(suite, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "run.jsonl")
	stdout, stderr, code := command(t, nil, "run", "--cluster", server.URL, "--rerank-cache", t.TempDir(), "--out", out, suite)
	if code != exitOK || !strings.Contains(stdout, "over 12 documents of movies") {
		t.Fatalf("run: exit code %d\n%s\n%s", code, stdout, stderr)
	}
	ranks, hits := ranksOf(t, out, "The Silence of the Lambs")
	if hits["plot"] != 0 || ranks["crime"] <= 1 || ranks["crime"] >= hits["crime"] || hits["crime+elastic"] != hits["crime"] || ranks["crime+elastic"] == 0 ||
		ranks["crime+model"] != 1 || hits["crime+model"] != hits["crime"] {
		t.Errorf("ranks %v of %v", ranks, hits)
	}
	t.Logf("ranks %v of %v", ranks, hits)
}
