//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

const smallSuite = `name: small
search:
  index: films
  title_field: title
  documents: docs.ndjson
  retriever: {standard: {query: {match: {plot: "{{query}}"}}}}
  rerankers: {elastic: {field: plot, rank_window_size: 10}}
metrics: [ndcg@10]
queries:
  - {id: q1, query: crime boss, relevant: [Heat]}
`

// attackFolder has a suite, its documents, qrels and a run.
func attackFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range map[string]string{
		"suite.yaml": smallSuite, "docs.ndjson": `{"_id":"1","title":"Heat","plot":"a crime boss"}` + "\n",
		"piped.yaml": strings.Replace(smallSuite, "docs.ndjson", "fifo", 1),
		"a.qrels":    "q1 0 1 1\n", "a.run": "q1 Q0 1 1 1.0 x\n", "queries.txt": "crime\n",
		"pool.yaml": "pool: s\nqueries:\n  - id: q\n    query: q\n    candidates:\n      - grade: ?\n        title: B\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(folder, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// Two signals end every command within two seconds, whatever it waits for: a
// FIFO that nobody writes to in the place of each file, a server that says
// nothing, one that switches protocols, a terminal.
func TestSignalsEndEverything(t *testing.T) {
	folder := attackFolder(t)
	silent := socket(t, "")
	switching := socket(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
	run := filepath.Join(folder, "run.jsonl")
	c := exec.CommandContext(t.Context(), os.Args[0], "run", "--cluster", "embedded", "--out", run, "suite.yaml")
	c.Dir, c.Env = folder, append(os.Environ(), asCommand+"=1")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var table [][]string
	add := func(args string) { table = append(table, strings.Fields(args)) }
	for _, args := range []string{
		"run fifo", "run --cluster embedded piped.yaml", "run --baseline fifo suite.yaml", "run --resume fifo suite.yaml", "run --cluster embedded --report fifo.md suite.yaml",
		"run --cluster http://127.0.0.1:1 --api-key-file fifo suite.yaml", "run --cluster https://127.0.0.1:1 --ca-cert fifo suite.yaml",
		"run --cluster http://127.0.0.1:1 --username u --password-file fifo suite.yaml",
		"sweep fifo", "sweep --cluster embedded piped.yaml", "compare fifo run.jsonl", "compare run.jsonl fifo", "report fifo", "report --baseline fifo run.jsonl",
		"check fifo", "check --cluster embedded piped.yaml", "check --run fifo suite.yaml", "pool fifo", "pool --cluster embedded piped.yaml",
		"pool --cluster embedded --from fifo suite.yaml", "pool --cluster embedded --run fifo suite.yaml", "pool --merge fifo suite.yaml",
		"pool --cluster embedded --queries fifo --index i --documents fifo new.yaml", "init --cluster embedded --queries fifo --index i --documents fifo new.yaml",
		"sweep --cluster http://127.0.0.1:1 --api-key-file fifo suite.yaml", "sweep --cluster https://127.0.0.1:1 --ca-cert fifo suite.yaml", "sweep --cluster http://127.0.0.1:1 --username u --password-file fifo suite.yaml",
		"check --cluster http://127.0.0.1:1 --api-key-file fifo suite.yaml", "check --cluster https://127.0.0.1:1 --ca-cert fifo suite.yaml", "check --cluster http://127.0.0.1:1 --username u --password-file fifo suite.yaml",
		"pool --cluster http://127.0.0.1:1 --api-key-file fifo suite.yaml", "pool --cluster https://127.0.0.1:1 --ca-cert fifo suite.yaml", "pool --cluster http://127.0.0.1:1 --username u --password-file fifo suite.yaml",
		"load --cluster http://127.0.0.1:1 --api-key-file fifo suite.yaml", "load --cluster https://127.0.0.1:1 --ca-cert fifo suite.yaml", "load --cluster http://127.0.0.1:1 --username u --password-file fifo suite.yaml",
		"endpoints --cluster http://127.0.0.1:1 --api-key-file fifo", "endpoints --cluster https://127.0.0.1:1 --ca-cert fifo", "endpoints --cluster http://127.0.0.1:1 --username u --password-file fifo",
		"init --cluster http://127.0.0.1:1 --index i --queries queries.txt --api-key-file fifo new.yaml",
		"load fifo", "init --cluster embedded --index i --queries queries.txt --documents fifo new.yaml",
		"sweep --cluster embedded --report fifo.md --latency-samples 0 suite.yaml", "report run.jsonl --report fifo.md", "compare run.jsonl run.jsonl --report fifo.md",
		"agree fifo suite.yaml", "agree suite.yaml fifo",
		"eval fifo a.run", "eval a.qrels fifo", "eval a.qrels -", "convert fifo out.yaml", "convert a.qrels out.yaml --queries fifo", "convert suite.yaml out.yaml --documents fifo",
		"serve --listen 127.0.0.1:0 fifo", "serve --listen 127.0.0.1:0 piped.yaml", "serve --listen 127.0.0.1:0",
	} {
		add(args)
	}
	for _, server := range []string{silent, switching} {
		for _, args := range []string{"run", "check", "sweep", "pool", "load"} {
			add(args + " --cluster " + server + " suite.yaml")
		}
		add("init --cluster " + server + " --index i --queries queries.txt new.yaml")
		add("endpoints --cluster " + server)
	}
	if err := syscall.Mkfifo(filepath.Join(folder, "fifo.md"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range table {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			// The terminal is a pipe that stays open here; that of judge is in
			// TestJudgeTerminated.
			stdin, writer, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			defer writer.Close()
			c := exec.CommandContext(t.Context(), os.Args[0], append(args, "--quiet")...)
			c.Dir, c.Env, c.Stdin = folder, append(os.Environ(), asCommand+"=1"), stdin
			c.WaitDelay = time.Millisecond
			var said strings.Builder
			c.Stdout, c.Stderr = &said, &said
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() { defer close(ended); _ = c.Wait() }()
			select {
			case <-ended:
				if args[len(args)-1] != "--cluster" && !strings.Contains(strings.Join(args, " "), switching) {
					t.Fatalf("it ended by itself: %s", said.String())
				}
				return
			case <-time.After(600 * time.Millisecond):
			}
			_ = c.Process.Signal(os.Interrupt)
			time.Sleep(50 * time.Millisecond)
			_ = c.Process.Signal(os.Interrupt)
			select {
			case <-ended:
			case <-time.After(2 * time.Second):
				_ = c.Process.Kill()
				<-ended
				t.Errorf("it outlives two signals: %s", said.String())
			}
			// A command that was ending in order when the second signal came may
			// have been ended by that signal itself.
			const bySignal = -1
			if code := c.ProcessState.ExitCode(); code != exitCluster && code != bySignal && !(args[0] == "serve" && code == exitOK) {
				t.Errorf("exit code %d: %s", code, said.String())
			}
		})
	}
}

// TestSignalsEndJudging ends judging at a terminal by two signals, whatever it
// waits for: a file that is a FIFO, a server that says nothing or switches
// protocols, a key.
func TestSignalsEndJudging(t *testing.T) {
	folder := attackFolder(t)
	silent := socket(t, "")
	switching := socket(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
	for _, args := range []string{
		"fifo", "pool.yaml", "--cluster embedded piped.yaml", "--cluster embedded --from fifo suite.yaml", "--cluster embedded --run fifo suite.yaml",
		"--cluster http://127.0.0.1:1 --api-key-file fifo suite.yaml", "--cluster https://127.0.0.1:1 --ca-cert fifo suite.yaml", "--cluster http://127.0.0.1:1 --username u --password-file fifo suite.yaml",
		"--cluster " + silent + " suite.yaml", "--cluster " + switching + " suite.yaml",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"judge"}, strings.Fields(args)...)...)
			cmd.Dir, cmd.Env = folder, append(os.Environ(), asCommand+"=1", "TERM=xterm")
			screen, tty, err := pty.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer screen.Close()
			before, err := term.GetState(int(tty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
			ownTerminal(cmd)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			drained := make(chan struct{})
			go func() { defer close(drained); _, _ = io.Copy(io.Discard, screen) }()
			ended := make(chan struct{})
			go func() { defer close(ended); _ = cmd.Wait() }()
			select {
			case <-ended:
				if !strings.Contains(args, switching) {
					t.Errorf("it ended by itself")
				}
			case <-time.After(800 * time.Millisecond):
				_ = cmd.Process.Signal(os.Interrupt)
				time.Sleep(50 * time.Millisecond)
				_ = cmd.Process.Signal(os.Interrupt)
				select {
				case <-ended:
				case <-time.After(2 * time.Second):
					_ = cmd.Process.Kill()
					<-ended
					t.Error("it outlives two signals")
				}
			}
			if after, err := term.GetState(int(tty.Fd())); err != nil || !reflect.DeepEqual(before, after) {
				t.Errorf("the terminal is not as before: %v", err)
			}
			tty.Close()
			screen.Close()
			<-drained
		})
	}
}

// The first signal alone ends what has nothing to put in order.
func TestOneSignalEndsAnOpening(t *testing.T) {
	folder := attackFolder(t)
	for _, args := range [][]string{{"report", "fifo"}, {"run", "--cluster", "embedded", "piped.yaml"}, {"run", "--cluster", socket(t, ""), "suite.yaml"}} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		c := exec.CommandContext(ctx, os.Args[0], args...)
		c.Dir, c.Env = folder, append(os.Environ(), asCommand+"=1")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		_ = c.Process.Signal(syscall.SIGTERM)
		start := time.Now()
		_ = c.Wait()
		cancel()
		if code, took := c.ProcessState.ExitCode(), time.Since(start); code != exitCluster || took > 3*time.Second {
			t.Errorf("%q: exit code %d after %v", args, code, took)
		}
	}
}

// socket answers every request with the text, and keeps the connection open.
func socket(t *testing.T, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = c.Read(make([]byte, 64<<10))
				_, _ = io.WriteString(c, text)
				_, _ = io.Copy(io.Discard, c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// A redirect takes the credentials nowhere.
func TestRedirectsGetNoCredentials(t *testing.T) {
	var thief atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { thief.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308, 305, 401, 407} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", other.URL+r.URL.Path)
			w.Header().Set("Refresh", "0; url="+other.URL)
			w.Header().Set("Alt-Svc", `h2="`+strings.TrimPrefix(other.URL, "http://")+`"`)
			w.Header().Set("Proxy-Authenticate", "Basic")
			w.WriteHeader(status)
		}))
		folder := attackFolder(t)
		_, stderr, code := command(t, []string{"ELASTICSEARCH_URL=" + server.URL, "ELASTIC_API_KEY=" + secretKey}, "run", "--retries", "0", filepath.Join(folder, "suite.yaml"))
		server.Close()
		if code == exitOK || strings.Contains(stderr, "s3cr3t") {
			t.Errorf("%d: exit code %d: %s", status, code, stderr)
		}
	}
	if n := thief.Load(); n > 0 {
		t.Errorf("%d requests went elsewhere", n)
	}
}

// The hits of a server that repeats the key in every place of its answers are
// written nowhere with it.
func TestKeyInEveryPlaceOfAnAnswer(t *testing.T) {
	folder := attackFolder(t)
	b := newKillBench(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		answer := httptest.NewRecorder()
		b.engine.ServeHTTP(answer, r)
		body := answer.Body.String()
		for _, place := range []string{`"8.19.0"`, `"static-reranker"`, `"embedded"`} {
			body = strings.ReplaceAll(body, place, `"`+key+`"`)
		}
		body = strings.NewReplacer(`"title":["`, `"title":["`+key+" ", `"cluster_name":"`, `"cluster_name":"`+key).Replace(body)
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(answer.Code)
		_, _ = io.WriteString(w, body)
	}))
	defer server.Close()
	args := []string{"run", "--verbose", "--out", filepath.Join(folder, "run.jsonl")}
	for _, ending := range []string{"md", "html", "json", "csv", "xml", "txt"} {
		args = append(args, "--report", filepath.Join(folder, "r."+ending))
	}
	stdout, stderr, code := command(t, []string{"ELASTICSEARCH_URL=" + server.URL, "ELASTIC_API_KEY=" + secretKey}, append(args, b.suite)...)
	lookForSecrets(t, "standard output", stdout)
	lookForSecrets(t, "standard error", stderr)
	written, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, f := range written {
		if !f.Type().IsRegular() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		lookForSecrets(t, f.Name(), string(text))
		found = found || strings.Contains(string(text), "[redacted]")
	}
	if !found {
		t.Errorf("nothing was written, so that nothing is shown: exit code %d, %s", code, stderr)
	}
}

// A served engine answers this machine and no web page.
func TestServeRefusesWebPages(t *testing.T) {
	folder := attackFolder(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0], "serve", "--rerank-api", "--listen", "127.0.0.1:0", filepath.Join(folder, "suite.yaml"))
	c.Env = append(os.Environ(), asCommand+"=1")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = c.Wait() }()
	var address string
	if _, err := fmt.Fscanln(out, &address); err != nil {
		t.Fatal(err)
	}
	own := strings.TrimPrefix(address, "http://")
	_, port, _ := net.SplitHostPort(own)
	const (
		body  = `{"query":{"match_all":{}}}`
		texts = `{"query":"a robbery","texts":["a bank is robbed","a storm"]}`
	)
	for name, r := range map[string]struct {
		host, origin, kind, body string
		want                     int
	}{
		"itself":             {own, "", "application/json", body, 200},
		"localhost":          {"localhost:" + port, "", "application/json; charset=utf-8", body, 200},
		"its own page":       {own, address, "application/json", body, 200},
		"without a body":     {own, "", "", "", 200},
		"another name":       {"rebound.example:" + port, "", "application/json", body, 421},
		"a name like it":     {"127.0.0.1.example", "", "application/json", body, 421},
		"another address":    {"10.0.0.1:" + port, "", "application/json", body, 421},
		"a page elsewhere":   {own, "https://evil.example", "application/json", body, 403},
		"a page without one": {own, "null", "application/json", body, 403},
		"plain text":         {own, "", "text/plain", body, 406},
		"a form":             {own, "", "application/x-www-form-urlencoded", body, 406},
		"no type":            {own, "", "", body, 406},
		"a rerank API":       {own, "", "application/json", texts, 200},
		"one for a page":     {own, "https://evil.example", "application/json", texts, 403},
		"one for a form":     {own, "", "text/plain", texts, 406},
	} {
		path := "/films/_search"
		if strings.Contains(r.body, `"texts"`) {
			path = "/rerank"
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, address+path, strings.NewReader(r.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = r.host
		if r.origin != "" {
			request.Header.Set("Origin", r.origin)
		}
		if r.kind != "" {
			request.Header.Set("Content-Type", r.kind)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != r.want {
			t.Errorf("%s: HTTP %d, want %d", name, response.StatusCode, r.want)
		}
	}
}
