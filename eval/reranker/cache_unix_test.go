//go:build unix

package reranker

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/releval/releval/judgments"
)

// A FIFO in the place of a file of the cache keeps no search waiting: the
// texts are scored again, and a note says that the scores are not kept.
func TestFIFOInTheCache(t *testing.T) {
	server, folder := newCounter(t), t.TempDir()
	ask := func() *Set {
		t.Helper()
		set, r := open1(t, folder, judgments.RerankAPI{URL: server.URL})
		t.Cleanup(set.Close)
		asked := make(chan error, 1)
		go func() {
			_, err := set.Score(t.Context(), r, "query", []string{"a"}, false)
			asked <- err
		}()
		select {
		case err := <-asked:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("the FIFO keeps the search waiting")
		}
		return set
	}
	ask()
	files, err := filepath.Glob(filepath.Join(folder, "*", "*.jsonl"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(files[0], 0o600); err != nil {
		t.Fatal(err)
	}
	set := ask()
	if notes := strings.Join(set.CacheNotes(), "\n"); !strings.Contains(notes, files[0]+" is not a file") || server.texts() != 2 {
		t.Errorf("%d texts sent, want 2; notes: %s", server.texts(), notes)
	}
}
