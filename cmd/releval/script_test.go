package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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
	testscript.Main(cached{m}, map[string]func(){"releval": main})
}

// cached gives the tests a cache folder of their own: what they run is kept
// nowhere that the user looks at.
type cached struct{ *testing.M }

func (c cached) Run() int {
	folder, err := os.MkdirTemp("", "releval-cache-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	if err := os.Setenv("XDG_CACHE_HOME", folder); err != nil {
		panic(err)
	}
	return c.M.Run()
}

// asCommand is the environment variable that makes the test binary the command.
const asCommand = "RELEVAL_TEST_AS_COMMAND"

// command runs the command and gives what it printed and its exit code.
func command(t *testing.T, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], args...)
	c.Env = append(append(os.Environ(), asCommand+"=1"), env...)
	var out, errs strings.Builder
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

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
			apis := httptest.NewServer(served(http.NotFoundHandler(), true))
			env.Values[rerankServer{}] = apis
			env.Defer(apis.Close)
			env.Setenv("NO_COLOR", "1")
			// The scripts on evidence drive this command, so that they can be
			// pointed at another build.
			env.Setenv("RELEVAL", cmp.Or(os.Getenv("RELEVAL"), "releval"))
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"failed":    failed,
			"engine":    engine,
			"terminal":  terminal,
			"answer":    answer,
			"rerankapi": rerankapi,
		},
	})
}

// rerankapi serves the stand-in as rerank APIs, and puts its address in the place
// of API in the script's suites; rerankapi stop ends it.
func rerankapi(ts *testscript.TestScript, neg bool, args []string) {
	if !neg && len(args) == 1 && args[0] == "stop" {
		ts.Value(rerankServer{}).(*httptest.Server).Close()
		return
	}
	if neg || len(args) > 0 {
		ts.Fatalf("usage: rerankapi [stop]")
	}
	server := ts.Value(rerankServer{}).(*httptest.Server)
	suites, err := filepath.Glob(ts.MkAbs("*.yaml"))
	ts.Check(err)
	for _, path := range suites {
		text, err := os.ReadFile(path)
		ts.Check(err)
		ts.Check(os.WriteFile(path, []byte(strings.ReplaceAll(string(text), `"API`, `"`+server.URL)), 0o644))
	}
}

// rerankServer is the key of a script's server of rerank APIs.
type rerankServer struct{}

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
// ELASTICSEARCH_URL at it. It has a reranker without effect, unmoved. With
// -fail N every Nth search without a reranker is refused with 429. The file
// searches says how many searches of a retriever were sent.
func engine(ts *testscript.TestScript, neg bool, args []string) {
	every := 0
	if len(args) > 1 && args[0] == "-fail" {
		var err error
		every, err = strconv.Atoi(args[1])
		ts.Check(err)
		args = args[2:]
	}
	if neg {
		ts.Fatalf("usage: engine [-fail N] [SUITE...]")
	}
	e := embedded.New(embedded.Options{Endpoints: []embedded.Endpoint{{ID: "unmoved", Service: "test", Model: "unmoved", Scorer: unmoved{}}}})
	client, err := cluster.New(cluster.Config{Transport: e})
	ts.Check(err)
	for _, path := range args {
		suite, err := loadSuite(ts.MkAbs(path))
		ts.Check(err)
		_, err = load.Documents(context.Background(), client, suite, true)
		ts.Check(err)
	}
	var mu sync.Mutex
	searches, alone := 0, 0
	account := ts.MkAbs("searches")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && strings.HasSuffix(r.URL.Path, "/_search") && bytes.Contains(body, []byte(`"retriever"`)) {
			mu.Lock()
			searches++
			first := !bytes.Contains(body, []byte("text_similarity_reranker"))
			if first {
				alone++
			}
			fails := first && every > 0 && alone%every == 0
			err = os.WriteFile(account, fmt.Appendln(nil, searches), 0o600)
			mu.Unlock()
			if fails {
				w.Header().Set("X-Elastic-Product", "Elasticsearch")
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusTooManyRequests)
				_, _ = io.WriteString(w, `{"error":{"root_cause":[{"type":"es_rejected_execution_exception","reason":"queue full"}],"type":"es_rejected_execution_exception","reason":"queue full"},"status":429}`)
				return
			}
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		e.ServeHTTP(w, r)
	}))
	ts.Defer(server.Close)
	ts.Setenv("ELASTICSEARCH_URL", server.URL)
}

// unmoved is a reranker that leaves every list as it is.
type unmoved struct{}

func (unmoved) Score(_ string, texts []string) ([]float64, error) {
	scores := make([]float64, len(texts))
	for i := range texts {
		scores[i] = 5 - float64(i)/10
	}
	return scores, nil
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
