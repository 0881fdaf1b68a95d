//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/faults"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
)

const (
	killPoints      = 50
	killQueries     = 24
	killConcurrency = 4
)

// TestReliabilityOfKilledProcesses kills the real process by SIGKILL at random
// points of a run, half of the time once more while it resumes, and lets it
// end. At no point may more be lost than the queries in flight, nothing that
// is on disk may be searched again, and the finished file must have the lines
// of an uninterrupted run.
func TestReliabilityOfKilledProcesses(t *testing.T) {
	b := newKillBench(t)
	want := b.uninterrupted(t)
	var kills, lost, wrong atomic.Int64
	points := make(chan int)
	var workers sync.WaitGroup
	for range 4 { // they mostly wait: for the proxy's delays, and for processes to start
		workers.Go(func() {
			for point := range points {
				n, err := b.killAndResume(t.Context(), t.TempDir(), uint64(point))
				kills.Add(int64(n.kills))
				lost.Add(int64(n.lost))
				if err != nil {
					t.Errorf("point %d: %v", point, err)
					continue
				}
				if diff := cmp.Diff(want, n.lines); diff != "" {
					wrong.Add(1)
					t.Errorf("point %d: the finished file is not that of an uninterrupted run:\n%s", point, diff)
				}
			}
		})
	}
	for point := range killPoints {
		points <- point
	}
	close(points)
	workers.Wait()
	if kills.Load() < killPoints {
		t.Errorf("only %d processes were killed", kills.Load())
	}
	if lost.Load() > 0 {
		t.Errorf("%d finished queries were lost", lost.Load())
	}
	t.Logf("| fault | injected | lost | wrong | survived |")
	t.Logf("| process killed | %d in %d runs | %d | %d | %d of %d runs |", kills.Load(), killPoints, lost.Load(), wrong.Load(), killPoints-wrong.Load(), killPoints)
}

// killBench is an engine, and a suite to run against it.
type killBench struct {
	engine  *embedded.Engine
	suite   string
	systems int
}

func newKillBench(t *testing.T) *killBench {
	t.Helper()
	suite, err := judgments.Load("../../eval/evaltest/testdata/films.yaml", judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	suite.Cluster, suite.Gates = "", nil
	suite.Queries = suite.Queries[:killQueries]
	for i := range suite.Search.Rerankers {
		suite.Search.Rerankers[i].Window = 10
	}
	b := &killBench{engine: embedded.New(embedded.Options{}), systems: 1 + len(suite.Search.Rerankers)}
	client, err := cluster.New(cluster.Config{Transport: b.engine})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load.Documents(t.Context(), client, suite, true); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := judgments.Write(&text, suite); err != nil {
		t.Fatal(err)
	}
	b.suite = filepath.Join(t.TempDir(), "suite.yaml")
	if err := os.WriteFile(b.suite, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return b
}

// uninterrupted gives the lines of a run that nothing disturbs.
func (b *killBench) uninterrupted(t *testing.T) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "run.jsonl")
	p := b.start(t.Context(), file, -1, 0)
	if err := p.wait(); err != nil {
		t.Fatal(err)
	}
	lines, err := timelessLines(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != killQueries+2 {
		t.Fatalf("%d lines, want %d", len(lines), killQueries+2)
	}
	return lines
}

// killed is what became of a run that was killed.
type killed struct {
	kills, lost int
	lines       []string
}

// killAndResume starts a run, kills it at a point that the seed decides, and
// goes on with it until it is complete. With an odd seed the resumed process
// is killed too.
func (b *killBench) killAndResume(ctx context.Context, folder string, seed uint64) (killed, error) {
	random := rand.New(rand.NewPCG(seed, 9))
	file := filepath.Join(folder, "run.jsonl")
	var n killed
	kept := 0
	for attempt := uint64(0); ; attempt++ {
		at := -1
		if attempt <= seed%2 {
			at = random.IntN((killQueries-kept)*b.systems + 1)
		}
		p := b.start(ctx, file, at, time.Duration(random.Int64N(int64(3*time.Millisecond))))
		err := p.wait()
		if err == nil {
			// what is on disk already was not searched again
			if want := (killQueries - kept) * b.systems; p.searches != want {
				return n, fmt.Errorf("%d searches after %d of %d queries were safe, want %d", p.searches, kept, killQueries, want)
			}
			n.lines, err = timelessLines(file)
			return n, err
		}
		if !p.wasKilled {
			return n, err
		}
		n.kills++
		before := kept
		if kept, err = queriesOnDisk(file); err != nil {
			return n, err
		}
		// each worker may hold one query that is not on disk yet
		if finished := p.answered/b.systems - killConcurrency; kept-before < finished {
			n.lost += finished - (kept - before)
		}
	}
}

// queriesOnDisk counts the whole query lines of a run file; none where the
// process did not get as far as to write one.
func queriesOnDisk(file string) (int, error) {
	stored, err := runfile.Read(file)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return len(stored.Queries), nil
}

// timelessLines gives the lines of a run file, sorted, without what differs
// between two runs: times, and the test server's address.
func timelessLines(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range bytes.SplitSeq(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
		var value any
		if err := json.Unmarshal(line, &value); err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		dropTimes(value)
		clean, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		lines = append(lines, string(clean))
	}
	slices.Sort(lines)
	return lines, nil
}

func dropTimes(value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range []string{"took_ms", "wall_ms", "started", "finished", "url", "sha256", "line"} {
			delete(value, key)
		}
		for _, v := range value {
			dropTimes(v)
		}
	case []any:
		for _, v := range value {
			dropTimes(v)
		}
	}
}

// process is the command at work behind a proxy that makes every search take
// a while.
type process struct {
	command *exec.Cmd
	proxy   *faults.Proxy
	server  *httptest.Server
	stderr  bytes.Buffer
	killAt  int
	delay   time.Duration
	signal  os.Signal     // what it is killed by
	reached chan struct{} // closed when search killAt arrives
	reach   func()        // closes it

	counted  atomic.Int64 // searches of the run that arrived
	finished atomic.Int64 // and that were answered

	// after wait:
	wasKilled          bool
	searches, answered int
}

// start runs the suite into the file, or goes on with it where it exists. When
// search killAt arrives, and the delay has passed, the process is killed; -1
// for never.
func (b *killBench) start(ctx context.Context, file string, killAt int, delay time.Duration) *process {
	p := &process{killAt: killAt, delay: delay, signal: os.Kill, reached: make(chan struct{})}
	p.reach = sync.OnceFunc(func() { close(p.reached) })
	proxy, err := faults.New("http://embedded", b.engine, p.schedule)
	if err != nil {
		panic(err) // the address is a constant
	}
	p.proxy = proxy
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxy.ServeHTTP(w, r)
		if isRunSearch(r) {
			p.finished.Add(1)
		}
	}))
	flag := "--out"
	if _, err := os.Stat(file); err == nil {
		flag = "--resume"
	}
	p.command = exec.CommandContext(ctx, os.Args[0], "run", "--cluster", p.server.URL, "--concurrency", fmt.Sprint(killConcurrency), flag, file, "--quiet", b.suite)
	p.command.Env = append(os.Environ(), asCommand+"=1")
	p.command.Stderr = &p.stderr
	return p
}

// isRunSearch tells the run's searches from those of the preflight and the
// warm-up, which name the index: the run's name a point in time.
func isRunSearch(r *http.Request) bool { return r.URL.Path == "/_search" }

// schedule counts the searches and says when to kill.
func (p *process) schedule(_ int, r *http.Request) faults.Fault {
	if !isRunSearch(r) {
		if p.killAt == 0 {
			p.reach() // in the preflight
		}
		return faults.Fault{}
	}
	if int(p.counted.Add(1)) == p.killAt {
		p.reach()
	}
	return faults.Fault{Kind: faults.Slow, Delay: 2 * time.Millisecond}
}

// wait runs the process to its end, natural or not.
func (p *process) wait() error {
	defer p.server.Close()
	defer p.proxy.Close()
	if err := p.command.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- p.command.Wait() }()
	var err error
	select {
	case err = <-ended:
	case <-p.reached:
		time.Sleep(p.delay)
		_ = p.command.Process.Signal(p.signal) // it may have ended by itself
		err = <-ended
	}
	p.searches, p.answered = int(p.counted.Load()), int(p.finished.Load())
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		p.wasKilled = exit.ExitCode() == -1
		return fmt.Errorf("%w: %s", err, p.stderr.String())
	}
	return err
}
