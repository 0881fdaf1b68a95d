//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// signalRow is a command line that waits for what never comes.
type signalRow struct {
	command, place string
	args           string
	// ends is the exit code of what does not wait, but ends by itself.
	ends     int
	mayEnd   bool // by itself, since the server said something
	terminal bool // on a terminal, else with pipes
	unread   bool // on a terminal that nobody reads
	held     bool // the FIFO has a writer, so that reading it is what waits
}

// waits is the ends of a row that waits until it is told to end.
const waits = -1

// signalLines are the command lines that differ from command to command, by the
// command and what is made to wait in them: a flag, an argument as the usage
// names it, "documents:" of a suite. In them fifo is a FIFO, and {silent}
// the address of a server that says nothing. A line after "=2 " ends by itself with that exit
// code, since an output is not written over what exists.
var signalLines = map[string]string{
	"run SUITE": "fifo", "run documents:": "--cluster embedded piped.yaml",
	"run --baseline": "--baseline fifo suite.yaml", "run --resume": "--cluster embedded --resume fifo suite.yaml",
	"run --report": "--cluster embedded --report fifo.md suite.yaml", "run --out": "=2 --cluster embedded --out fifo suite.yaml",
	"run terminal": "--cluster {silent} suite.yaml",

	"sweep SUITE|RUN": "fifo", "sweep documents:": "--cluster embedded piped.yaml",
	"sweep --report": "--cluster embedded --latency-samples 0 --report fifo.md suite.yaml", "sweep --out": "=2 --cluster embedded --out fifo suite.yaml",
	"sweep terminal": "--cluster {silent} suite.yaml",

	"compare BASE": "fifo run.jsonl", "compare NEW": "run.jsonl fifo", "compare --report": "run.jsonl run.jsonl --report fifo.md",
	"compare terminal": "run.jsonl fifo",

	"report RUN": "fifo", "report --baseline": "--baseline fifo run.jsonl", "report --report": "run.jsonl --report fifo.md",
	"report terminal": "fifo",

	"check SUITE": "fifo", "check documents:": "--cluster embedded piped.yaml", "check --run": "--run fifo suite.yaml",
	"check also --fix": "--fix fifo", "check also --offline": "--offline fifo", "check terminal": "--cluster {silent} suite.yaml",

	"init SUITE":               "=2 --cluster embedded --index i --queries queries.txt --documents docs.ndjson fifo",
	"init --queries":           "--cluster embedded --index i --queries fifo --documents docs.ndjson new.yaml",
	"init --documents":         "--cluster embedded --index i --queries queries.txt --documents fifo new.yaml",
	"init also standard input": "--cluster {silent} --index i --queries - new.yaml",
	"init terminal":            "--cluster {silent} --index i --queries - new.yaml",
	"endpoints terminal":       "--cluster {silent}",
	"pool SUITE":               "fifo",
	"pool documents:":          "--cluster embedded piped.yaml",
	"pool --from":              "--cluster embedded --from fifo suite.yaml",
	"pool --run":               "--cluster embedded --run fifo suite.yaml",
	"pool --merge":             "--merge fifo suite.yaml",
	"pool --out":               "=2 --cluster embedded --out fifo suite.yaml",
	"pool --queries":           "--cluster embedded --index i --queries fifo --documents docs.ndjson new.yaml",
	"pool --documents":         "--cluster embedded --index i --queries queries.txt --documents fifo new.yaml",
	"pool terminal":            "--cluster {silent} suite.yaml",
	"judge SUITE|POOL":         "fifo",
	"judge documents:":         "--cluster embedded piped.yaml",
	"judge --from":             "--cluster embedded --from fifo suite.yaml",
	"judge --run":              "--cluster embedded --run fifo suite.yaml",
	"judge also a key":         "pool.yaml",
	"judge terminal":           "pool.yaml",
	"agree A":                  "fifo pool.yaml",
	"agree B":                  "pool.yaml fifo",
	"agree terminal":           "fifo pool.yaml",
	"convert IN":               "fifo out.yaml --from qrels",
	"convert OUT":              "suite.yaml fifo --to suite",
	"convert documents:":       "piped.yaml out.json",
	"convert --queries":        "a.run out.yaml --queries fifo",
	"convert --documents":      "suite.yaml out.yaml --documents fifo",
	"convert --retriever":      "a.qrels out.yaml --retriever fifo",
	"convert terminal":         "a.run out.yaml --queries fifo",
	"eval QRELS":               "fifo a.run",
	"eval RUN":                 "a.qrels fifo",
	"eval --gates":             "a.qrels a.run --gates fifo",
	"eval --report":            "a.qrels a.run --report fifo.md",
	"eval also standard input": "a.qrels -",
	"eval terminal":            "a.qrels -",
	"load SUITE":               "--cluster {silent} fifo",
	"load documents:":          "--cluster http://127.0.0.1:1 piped.yaml",
	"load terminal":            "--cluster {silent} suite.yaml",
	"serve SUITE":              "--listen 127.0.0.1:0 fifo",
	"serve documents:":         "--listen 127.0.0.1:0 piped.yaml",
	"serve also no suite":      "--listen 127.0.0.1:0",
	"serve terminal":           "--listen 127.0.0.1:0",
	"man FOLDER":               "=2 fifo",
	"man terminal":             "=0 ",
	"schema terminal":          "",
	"version terminal":         "=0 ",
	"systems terminal":         "=0 ",
}

// signalBases are complete arguments of the commands that ask a cluster.
var signalBases = map[string]string{
	"run": "suite.yaml", "sweep": "suite.yaml", "check": "suite.yaml", "pool": "suite.yaml", "judge": "suite.yaml", "load": "suite.yaml",
	"init": "--index i --queries queries.txt new.yaml", "endpoints": "",
}

// apiSuite has a reranker with an API at an address.
func apiSuite(address string) string {
	return strings.NewReplacer("cluster: embedded", "name: api", "query: thief", "query: boss", "%s", address).Replace(rerankKeySuite)
}

// signalRows are rows for each thing that each command may be made to wait by:
// each flag that takes a file or folder, each argument, the documents of a
// suite, a server and a rerank API that say nothing or switch protocols, a
// terminal. A FIFO that is read is so twice: when nobody has opened it for
// writing, and when somebody has and writes nothing. What has no row is an
// error, and so is a row for nothing.
func signalRows(t *testing.T) []signalRow {
	t.Helper()
	var rows []signalRow
	used := make(map[string]bool)
	file := regexp.MustCompile(`(?i)\b(file|folder|directory|path)\b`)
	// These speak of a file that is named elsewhere.
	noFile := []string{"convert --system", "check --format"}
	for _, command := range (&program{Getenv: os.Getenv}).root().Commands() {
		name := command.Name()
		if name == "help" || name == "completion" {
			continue // of cobra, which read nothing
		}
		add := func(place, args string) {
			row := signalRow{command: name, place: place, args: args, ends: waits, terminal: name == "judge" || place == "terminal"}
			row.mayEnd, row.unread = strings.Contains(place, "switching"), place == "terminal"
			if strings.HasPrefix(args, "=") {
				row.ends, row.args = int(args[1]-'0'), args[2:]
			}
			rows = append(rows, row)
		}
		need := func(place string) {
			line, found := signalLines[name+" "+place]
			if !found {
				t.Errorf("releval %s: no row for %s in signalLines", name, place)
				return
			}
			used[name+" "+place] = true
			add(place, line)
		}
		connects, rerankAPI := command.Flags().Lookup("cluster") != nil, command.Flags().Lookup("rerank-cache") != nil
		if base, found := signalBases[name]; connects {
			if !found {
				t.Errorf("releval %s: no arguments in signalBases", name)
			}
			add("--api-key-file", "--cluster http://127.0.0.1:1 --api-key-file fifo "+base)
			add("--password-file", "--cluster http://127.0.0.1:1 --username u --password-file fifo "+base)
			add("--ca-cert", "--cluster https://127.0.0.1:1 --ca-cert fifo "+base)
			add("a silent server", "--cluster {silent} "+base)
			add("a switching server", "--cluster {switching} "+base)
		}
		if rerankAPI {
			add("a silent rerank API", "--cluster embedded --allow-key RERANK_KEY={silent} silent.yaml")
			add("a switching rerank API", "--cluster embedded --allow-key RERANK_KEY={switching} switching.yaml")
			add("--rerank-cache", "=2 --cluster embedded --rerank-cache fifo --allow-key RERANK_KEY={silent} silent.yaml")
		}
		command.Flags().VisitAll(func(f *pflag.Flag) {
			takes, _ := pflag.UnquoteUsage(f)
			switch {
			case slices.Contains([]string{"api-key-file", "password-file", "ca-cert"}, f.Name) && connects, f.Name == "rerank-cache":
			case takes == "FILE" || takes == "DIR":
				need("--" + f.Name)
			case f.Value.Type() != "bool" && file.MatchString(f.Usage) && !slices.Contains(noFile, name+" --"+f.Name):
				t.Errorf("releval %s --%s may be a file, and its usage names no FILE: %s", name, f.Name, f.Usage)
			}
		})
		for _, place := range places(command) {
			need(place)
		}
		need("terminal")
		for line, args := range signalLines {
			if place, found := strings.CutPrefix(line, name+" also "); found {
				used[line] = true
				add(place, args)
			}
		}
	}
	for _, row := range rows {
		if words := strings.Fields(row.args); row.ends == waits && slices.Contains(words, "fifo") && row.place != "OUT" || slices.Contains(words, "piped.yaml") {
			row.held = true
			rows = append(rows, row)
		}
	}
	for line := range signalLines {
		if !used[line] {
			t.Errorf("signalLines has a row for %q, which is no command's", line)
		}
	}
	return rows
}

// places are the arguments as a command's usage names them, and the documents
// where one of them may be a suite.
func places(command *cobra.Command) []string {
	var named []string
	for _, word := range strings.Fields(command.Use)[1:] {
		word = strings.Trim(word, "[].")
		if !slices.Contains(named, word) {
			named = append(named, word)
		}
	}
	// A first suite has no documents yet, and may be for a folder of its own.
	if command.Name() != "init" && slices.ContainsFunc(named, func(n string) bool { return strings.Contains(n, "SUITE") || n == "IN" }) {
		named = append(named, "documents:")
	}
	return named
}

// Two signals end every command within two seconds, whatever it waits for: a
// FIFO that nobody writes to in the place of each file, a server that says
// nothing, one that switches protocols, a rerank API that does, a terminal that
// nobody reads or types at. The rows come from the commands' own flags.
func TestSignalsEndEverything(t *testing.T) {
	rows := signalRows(t)
	if t.Failed() {
		t.FailNow()
	}
	silent := socket(t, "")
	switching := socket(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
	address := strings.NewReplacer("{silent}", silent, "{switching}", switching)
	run := filepath.Join(t.TempDir(), "run.jsonl")
	if _, stderr, code := command(t, nil, "run", "--cluster", "embedded", "--out", run, filepath.Join(attackFolder(t), "suite.yaml")); code != exitOK {
		t.Fatal(stderr)
	}
	saved, err := os.ReadFile(run)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	slots := make(chan struct{}, 8)
	for _, row := range rows {
		folder := attackFolder(t)
		for name, content := range map[string]string{"run.jsonl": string(saved), "silent.yaml": apiSuite(silent), "switching.yaml": apiSuite(switching)} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := syscall.Mkfifo(filepath.Join(folder, "fifo.md"), 0o600); err != nil {
			t.Fatal(err)
		}
		args := append([]string{row.command}, strings.Fields(address.Replace(row.args))...)
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if err := row.end(t, folder, args); err != nil {
				t.Errorf("%q, for %s (with a writer: %v): %v", args, row.place, row.held, err)
			}
		})
	}
	all.Wait()
	described, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	if count := fmt.Sprintf(" %d commands |", len(rows)); !strings.Contains(string(described), count) {
		t.Errorf("ARCHITECTURE.md's table of attacks does not say%s", count)
	}
}

// end starts a command, ends it by two signals, and says what was wrong.
func (r *signalRow) end(t *testing.T, folder string, args []string) error {
	c := exec.CommandContext(t.Context(), os.Args[0], args...)
	c.Dir, c.WaitDelay = folder, time.Millisecond
	if r.held {
		writer, err := os.OpenFile(filepath.Join(folder, "fifo"), os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer writer.Close()
	}
	c.Env = append(os.Environ(), asCommand+"=1", "TERM=xterm", "RERANK_KEY="+secretKey, "XDG_CACHE_HOME="+folder)
	if r.terminal {
		return r.onTerminal(c)
	}
	// Standard input is a pipe that stays open.
	stdin, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer stdin.Close()
	defer writer.Close()
	var said strings.Builder
	c.Stdin, c.Stdout, c.Stderr = stdin, &said, &said
	if err := r.signal(c); err != nil {
		return fmt.Errorf("%w: %s", err, said.String())
	}
	return nil
}

// onTerminal ends a command at a terminal, which is afterwards as before.
func (r *signalRow) onTerminal(c *exec.Cmd) error {
	screen, tty, err := pty.Open()
	if err != nil {
		return err
	}
	defer tty.Close()
	defer screen.Close()
	before, err := term.GetState(int(tty.Fd()))
	if err != nil {
		return err
	}
	c.Stdin, c.Stdout, c.Stderr = tty, tty, tty
	ownTerminal(c)
	var said strings.Builder
	drained := make(chan struct{})
	if r.unread {
		close(drained)
	} else {
		go func() { defer close(drained); _, _ = io.Copy(&said, screen) }()
	}
	ended := r.signal(c)
	if after, err := term.GetState(int(tty.Fd())); err != nil || !reflect.DeepEqual(before, after) {
		ended = errors.Join(ended, errors.New("the terminal is not as before"), err)
	}
	tty.Close()
	screen.Close()
	<-drained
	if ended != nil {
		return fmt.Errorf("%w: %q", ended, said.String())
	}
	return nil
}

// signal starts a command, and ends it by two signals unless it ends by itself.
func (r *signalRow) signal(c *exec.Cmd) error {
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Wait() }()
	patience := 700 * time.Millisecond
	if r.ends != waits {
		patience = 20 * time.Second
	}
	select {
	case <-ended:
		want := r.ends
		if r.mayEnd {
			want = exitCluster
		}
		if code := c.ProcessState.ExitCode(); code != want {
			return fmt.Errorf("it ended by itself with exit code %d, want %d (%d: none)", code, want, waits)
		}
		return nil
	case <-time.After(patience):
	}
	_ = c.Process.Signal(os.Interrupt)
	time.Sleep(50 * time.Millisecond)
	_ = c.Process.Signal(os.Interrupt)
	select {
	case <-ended:
	case <-time.After(2 * time.Second):
		_ = c.Process.Kill()
		<-ended
		return errors.New("it outlives two signals")
	}
	// A command that was ending in order when the second signal came may have
	// been ended by that signal itself.
	const bySignal = -1
	if code := c.ProcessState.ExitCode(); r.ends != waits || code != exitCluster && code != bySignal && !(r.command == "serve" && code == exitOK) {
		return fmt.Errorf("exit code %d after two signals", code)
	}
	return nil
}
