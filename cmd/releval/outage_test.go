//go:build unix

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/runfile"
)

// A cluster that goes away in the middle of a run ends it with exit code 3,
// with what is safe and how to go on; going on gives the whole run.
func TestOutageEndsTheRun(t *testing.T) {
	b := newKillBench(t)
	want := b.uninterrupted(t)
	var searches atomic.Int64
	var away atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isRunSearch(r) && searches.Add(1) == int64(killQueries*b.systems/2) {
			away.Store(true)
		}
		if away.Load() {
			http.Error(w, "<html>no backend</html>", http.StatusServiceUnavailable)
			return
		}
		b.engine.ServeHTTP(w, r)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "run.jsonl")
	stdout, stderr, code := command(t, nil, "run", "--cluster", server.URL, "--outage", "50ms", "--out", file, b.suite)
	if code != exitCluster || stdout != "" {
		t.Errorf("exit code %d, want %d; on standard output %q", code, exitCluster, stdout)
	}
	stored, err := runfile.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if stored.Complete != nil || len(stored.Queries) == 0 || stored.Failed() > 0 {
		t.Errorf("complete: %v, %d queries, %d failed", stored.Complete != nil, len(stored.Queries), stored.Failed())
	}
	for _, part := range []string{"the cluster stopped answering", "away for", "queries are safe in " + file, "--resume " + file} {
		if !strings.Contains(stderr, part) {
			t.Errorf("standard error lacks %q:\n%s", part, stderr)
		}
	}
	away.Store(false)
	if _, stderr, code := command(t, nil, "run", "--cluster", server.URL, "--resume", file, b.suite); code != exitOK {
		t.Fatalf("going on ends with %d: %s", code, stderr)
	}
	got, err := timelessLines(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the finished file is not that of an uninterrupted run:\n%s", diff)
	}
}

// Where the disk fills up the run ends at once, with what is safe; with room
// again it goes on. The limit on the size of a file stands for the disk.
func TestFullDiskEndsTheRun(t *testing.T) {
	b := newKillBench(t)
	want := b.uninterrupted(t)
	server := httptest.NewServer(b.engine)
	defer server.Close()
	for _, limit := range []string{"100", "20000", "40000"} {
		file := filepath.Join(t.TempDir(), "run.jsonl")
		env := []string{fileLimit + "=" + limit}
		_, stderr, code := command(t, env, "run", "--cluster", server.URL, "--out", file, b.suite)
		if !strings.Contains(stderr, "file too large") || !strings.Contains(stderr, "free some room") {
			t.Errorf("limit %s: standard error does not say what happened:\n%s", limit, stderr)
		}
		resume := []string{"run", "--cluster", server.URL, "--resume", file, b.suite}
		if limit == "100" { // not even the manifest fits: before the first search
			if _, err := os.Stat(file); err == nil || code != exitUsage {
				t.Errorf("limit %s: exit code %d, want %d, and the file is left behind (%v)", limit, code, exitUsage, err)
			}
			resume[3] = "--out"
		} else {
			stored, err := runfile.Read(file)
			if err != nil {
				t.Fatal(err)
			}
			said := strings.Contains(stderr, strings.Join([]string{"", strconv.Itoa(len(stored.Queries)), "of", strconv.Itoa(killQueries), "queries are safe in", file}, " "))
			if code != exitCluster || !said || len(stored.Queries) == 0 {
				t.Errorf("limit %s: exit code %d, want %d, and %d queries on disk:\n%s", limit, code, exitCluster, len(stored.Queries), stderr)
			}
		}
		if _, stderr, code := command(t, nil, resume...); code != exitOK {
			t.Fatalf("limit %s: going on ends with %d: %s", limit, code, stderr)
		}
		got, err := timelessLines(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("limit %s: the finished file is not that of an uninterrupted run:\n%s", limit, diff)
		}
	}
}
