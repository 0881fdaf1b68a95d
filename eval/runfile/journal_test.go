package runfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
)

// disk is a storage with room for so many bytes.
type disk struct {
	mu      sync.Mutex
	room    int
	content bytes.Buffer
	synced  int // bytes that were forced to the disk
	closed  bool
}

func (d *disk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := min(len(p), d.room)
	d.content.Write(p[:n])
	d.room -= n
	if n < len(p) {
		return n, &os.PathError{Op: "write", Path: "run.jsonl", Err: syscall.ENOSPC}
	}
	return n, nil
}

func (d *disk) Sync() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.synced = d.content.Len()
	return nil
}

func (d *disk) Close() error {
	d.closed = true
	return nil
}

// Where the disk fills up, at whichever byte, the journal says so at once and
// from then on, and what it holds reads as the queries before.
func TestJournalOnAFullDisk(t *testing.T) {
	run := evaltest.SampleRun()
	whole := &disk{room: 1 << 20}
	if err := writeTo(whole, run); err != nil {
		t.Fatal(err)
	}
	for room := range whole.content.Len() {
		d := &disk{room: room}
		err := writeTo(d, run)
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "free some room") {
			t.Fatalf("room for %d bytes: error %v, want one that says that the disk is full", room, err)
		}
		if !d.closed {
			t.Fatalf("room for %d bytes: the file was left open", room)
		}
		lines := bytes.Count(d.content.Bytes(), []byte("\n"))
		stored, err := Decode("run", &d.content)
		switch {
		case lines == 0 && (err == nil || !strings.Contains(err.Error(), "--out")):
			t.Fatalf("room for %d bytes: error %v, want one that says to start again", room, err)
		case lines > 0 && err != nil:
			t.Fatalf("room for %d bytes: %v", room, err)
		case lines > 0 && len(stored.Queries) != lines-1:
			t.Fatalf("room for %d bytes: %d queries in %d whole lines", room, len(stored.Queries), lines)
		}
	}
}

// writeTo writes a run through a journal, to its first error; every later call
// must return that again.
func writeTo(d *disk, run *eval.Run) error {
	j := NewJournal("run.jsonl", d)
	m := run.Manifest
	errs := []error{j.manifest(m)}
	for _, q := range run.Queries {
		errs = append(errs, j.Query(q))
	}
	errs = append(errs, j.Complete(*run.Complete), j.Close())
	var first error
	for i, err := range errs {
		if first != nil && !errors.Is(err, syscall.ENOSPC) {
			return fmt.Errorf("call %d after the error gives %v", i, err)
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// A finished query is with the operating system at once, and on the disk soon
// after, whether or not another one follows.
func TestJournalSyncsSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{room: 1 << 20}
		j := NewJournal("run.jsonl", d)
		for _, q := range evaltest.SampleRun().Queries {
			before := d.content.Len()
			if err := j.Query(q); err != nil {
				t.Fatal(err)
			}
			if d.content.Len() == before {
				t.Error("the query was not written at once")
			}
			time.Sleep(syncInterval + time.Millisecond)
			synctest.Wait()
			if d.synced != d.content.Len() {
				t.Errorf("an interval later %d of %d bytes are on the disk", d.synced, d.content.Len())
			}
		}
		if err := j.Complete(eval.Complete{}); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if d.synced != d.content.Len() {
			t.Errorf("at the end %d of %d bytes are on the disk", d.synced, d.content.Len())
		}
	})
}

// A process that was killed while it wrote the manifest leaves nothing worth
// keeping, and must not be in the way. Any other file is never touched.
func TestJournalTakesOverAnAbandonedStart(t *testing.T) {
	for _, name := range []string{"run.jsonl", "run.jsonl.gz"} {
		folder := t.TempDir()
		path := filepath.Join(folder, name)
		j, err := Create(path, evaltest.SampleRun().Manifest)
		if err != nil {
			t.Fatal(err)
		}
		begun, err := os.ReadFile(path) // as a kill leaves it
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		for cut := range begun {
			if name == "run.jsonl.gz" && cut > len(begun)-10 {
				break // the compressed newline may be in the last bytes
			}
			if cut > 20 && cut%13 != 0 && cut < len(begun)-20 {
				continue
			}
			if err := os.WriteFile(path, begun[:cut], 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "start it again with --out") {
				t.Fatalf("%s cut at %d reads with error %v", name, cut, err)
			}
			if err := CheckFile(path); err != nil {
				t.Fatalf("%s cut at %d: %v", name, cut, err)
			}
			j, err := Create(path, evaltest.SampleRun().Manifest)
			if err != nil {
				t.Fatalf("%s cut at %d: %v", name, cut, err)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := Read(path); err != nil {
				t.Fatalf("%s cut at %d, taken over: %v", name, cut, err)
			}
		}
	}
	for _, text := range []string{"hello", "{\"type\":\"query\"", "\n", "{\"type\":\"manifest\"}\n", "\x1f\x8c"} {
		path := filepath.Join(t.TempDir(), "run.jsonl")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{CheckFile(path), tryCreate(path)} {
			if err == nil || !strings.Contains(err.Error(), "already exists") {
				t.Errorf("a file with %q in it: error %v, want one that says it exists", text, err)
			}
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != text {
			t.Errorf("a file with %q in it became %q, %v", text, after, err)
		}
	}
}

func tryCreate(path string) error {
	j, err := Create(path, eval.Manifest{})
	if err == nil {
		j.Close()
	}
	return err
}

// What cannot be written is said before the first search.
func TestJournalWithoutAPlace(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(folder, "missing", "run.jsonl"), filepath.Join(file, "run.jsonl"), folder} {
		for _, err := range []error{CheckFile(path), tryCreate(path)} {
			if err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("%s: error %v, want one that names it", path, err)
			}
		}
	}
}

// No line is written that would not be read again.
func TestJournalRefusesWhatCannotBeRead(t *testing.T) {
	d := &disk{room: 1 << 30}
	j := NewJournal("run.jsonl", d)
	defer j.Close()
	q := evaltest.SampleRun().Queries[0]
	q.Results[eval.FirstStage].Hits = slices.Repeat([]eval.Hit{{Document: &eval.Document{ID: "1"}}}, maxValues/4)
	if err := j.Query(q); err == nil || !strings.Contains(err.Error(), "fewer repeats") {
		t.Errorf("a line of too many hits: error %v, want one that says what to do", err)
	}
	q.Results[eval.FirstStage].Hits = []eval.Hit{{Document: &eval.Document{ID: strings.Repeat("x", maxLine)}}}
	if err := j.Query(q); err == nil || !strings.Contains(err.Error(), "fewer repeats") {
		t.Errorf("a line of too many bytes: error %v, want one that says what to do", err)
	}
	if d.content.Len() > 0 {
		t.Errorf("%d bytes were written", d.content.Len())
	}
}
