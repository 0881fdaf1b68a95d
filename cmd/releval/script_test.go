package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/runfile"
)

// TestMain lets the test binary stand in for the command: under the name
// releval for scripts, and by asCommand for tests that start and kill it.
func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		if err := limitFiles(); err != nil {
			panic(err)
		}
		if path := os.Getenv(accountMemory); path != "" {
			os.Exit(accountedMain(path))
		}
		if os.Getenv(asBareLoop) != "" {
			if err := bareLoop(os.Args[1], os.Args[2], os.Args[3]); err != nil {
				panic(err)
			}
			os.Exit(0)
		}
		main()
	}
	testscript.Main(m, map[string]func(){"releval": main})
}

// asCommand is the environment variable that makes the test binary the command.
const asCommand = "RELEVAL_TEST_AS_COMMAND"

// TestScripts runs the command as users do. Each file in testdata/script is
// one behaviour.
func TestScripts(t *testing.T) {
	films, err := filepath.Abs("../../judgments/films")
	if err != nil {
		t.Fatal(err)
	}
	old, err := filepath.Abs("../../eval/evaltest/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("FILMS", films)
			env.Setenv("OLD", old)
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"failed":   failed,
			"engine":   engine,
			"terminal": terminal,
			"answer":   answer,
		},
	})
}

// exits runs a command and wants its exit code: exits 3 releval run ...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		exit, ok := err.(interface{ ExitCode() int })
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// failed writes a run file in which one query of a system failed, as a run
// would have written it: failed RUN QUERY SYSTEM OUT.
func failed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: failed RUN QUERY SYSTEM OUT")
	}
	stored, err := runfile.Read(ts.MkAbs(args[0]))
	ts.Check(err)
	j, err := runfile.Create(ts.MkAbs(args[3]), stored.Manifest)
	ts.Check(err)
	for _, q := range stored.Queries {
		if q.ID == args[1] {
			q.Results[args[2]] = &eval.Result{Error: "refused"}
			stored.Complete.Failed++
		}
		ts.Check(j.Query(q))
	}
	ts.Check(j.Complete(*stored.Complete))
	ts.Check(j.Close())
}

// engine serves the embedded engine with the suites' documents, and points
// ELASTICSEARCH_URL at it.
func engine(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: engine [SUITE...]")
	}
	e := embedded.New(embedded.Options{})
	client, err := cluster.New(cluster.Config{Transport: e})
	ts.Check(err)
	for _, path := range args {
		suite, err := loadSuite(ts.MkAbs(path))
		ts.Check(err)
		_, err = load.Documents(context.Background(), client, suite, true)
		ts.Check(err)
	}
	server := httptest.NewServer(e)
	ts.Defer(server.Close)
	ts.Setenv("ELASTICSEARCH_URL", server.URL)
}

// answer serves one fixed answer to everything, and points ELASTICSEARCH_URL
// at it: answer STATUS FILE [HEADER: VALUE].
func answer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: answer STATUS FILE [HEADER: VALUE]")
	}
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	body := ts.ReadFile(args[1])
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		for _, header := range args[2:] {
			name, value, _ := strings.Cut(header, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	ts.Defer(server.Close)
	ts.Setenv("ELASTICSEARCH_URL", server.URL)
	ts.Logf("%s", fmt.Sprint("answering at ", server.URL))
}
