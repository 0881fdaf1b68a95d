//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/runfile"
)

// Ctrl-C, and the signal that ends services, stop a run with exit code 3 and
// what is safe; going on gives the whole run.
func TestInterruptedRunGoesOn(t *testing.T) {
	b := newKillBench(t)
	want := b.uninterrupted(t)
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		file := filepath.Join(t.TempDir(), "run.jsonl")
		p := b.start(t.Context(), file, killQueries*b.systems/2, 0)
		p.signal = signal
		err := p.wait()
		if code := p.command.ProcessState.ExitCode(); err == nil || code != exitCluster {
			t.Errorf("%v: exit code %d, want %d", signal, code, exitCluster)
		}
		stored, err := runfile.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		if stored.Complete != nil || stored.Truncated || stored.Failed() > 0 || len(stored.Queries) == 0 {
			t.Errorf("%v: complete: %v, truncated: %v, %d queries, %d failed", signal, stored.Complete != nil, stored.Truncated, len(stored.Queries), stored.Failed())
		}
		said := p.stderr.String()
		if !strings.Contains(said, "interrupted: ") || !strings.Contains(said, "queries are safe in "+file) || strings.Count(said, "\n") != 1 {
			t.Errorf("%v: standard error is %q, want one line that says what is safe", signal, said)
		}
		p = b.start(t.Context(), file, -1, 0)
		if err := p.wait(); err != nil {
			t.Fatal(err)
		}
		got, err := timelessLines(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v: the finished file is not that of an uninterrupted run:\n%s", signal, diff)
		}
	}
}
