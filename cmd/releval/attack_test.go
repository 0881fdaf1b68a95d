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
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
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
