//go:build unix

package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	secretKey      = "VGhlIGlk:s3cr3t/key+of-the=cluster"
	secretPassword = "p@ss/w0rd:über&more"
	secretUser     = "walter"
)

// secretForms are all ways in which the secrets may be written.
func secretForms() []string {
	_, key, _ := strings.Cut(secretKey, ":")
	forms := []string{
		secretKey, key, base64.StdEncoding.EncodeToString([]byte(secretKey)),
		secretPassword, url.QueryEscape(secretPassword), url.PathEscape(secretPassword), url.UserPassword("", secretPassword).String(),
		base64.StdEncoding.EncodeToString([]byte(secretUser + ":" + secretPassword)),
	}
	for _, f := range forms {
		forms = append(forms, strings.TrimRight(f, "="))
	}
	return forms
}

// TestNoSecretGetsOut runs the whole command with every kind of credentials
// against servers that behave and others that repeat what they were sent, and
// looks through everything that is printed or written.
func TestNoSecretGetsOut(t *testing.T) {
	b := newKillBench(t)
	repeat := func(status int, kind string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Elastic-Product", "Elasticsearch")
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Location", "http://"+secretUser+":"+url.QueryEscape(secretPassword)+"@elsewhere.invalid/")
			w.WriteHeader(status)
			sent := r.Header.Get("Authorization")
			_, plain, _ := strings.Cut(sent, " ")
			decoded, _ := base64.StdEncoding.DecodeString(plain)
			fmt.Fprintf(w, `{"error":{"type":"security_exception","reason":"refused Authorization: %s, which is %s, in the request from http://%s@host/"},"status":%d}`, sent, strings.ReplaceAll(string(decoded), `"`, ""), decoded, status)
		}
	}
	midway := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if isRunSearch(r) {
				repeat(status, "application/json")(w, r)
				return
			}
			b.engine.ServeHTTP(w, r)
		}
	}
	servers := map[string]http.Handler{
		"sound":                     b.engine,
		"unauthorized":              repeat(401, "application/json"),
		"forbidden":                 repeat(403, "application/json"),
		"redirects":                 repeat(302, "text/html"),
		"fails":                     repeat(500, "application/json"),
		"fails as a web page":       repeat(502, "text/html"),
		"refuses in the middle":     midway(400),
		"unavailable in the middle": midway(503),
		"throttles in the middle":   midway(429),
		"nobody":                    nil,
	}
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	keyFile, passwordFile := file("key", secretKey+"\n"), file("password", secretPassword+"\n")
	suiteText, err := os.ReadFile(b.suite)
	if err != nil {
		t.Fatal(err)
	}
	ways := map[string]func(address string) (env, args []string){
		"key in the environment": func(a string) ([]string, []string) {
			return []string{"ELASTICSEARCH_URL=" + a, "ELASTIC_API_KEY=" + secretKey}, []string{b.suite}
		},
		"encoded key in the environment": func(a string) ([]string, []string) {
			return []string{"ELASTICSEARCH_URL=" + a, "ELASTIC_API_KEY=" + base64.StdEncoding.EncodeToString([]byte(secretKey))}, []string{b.suite}
		},
		"password in the environment": func(a string) ([]string, []string) {
			return []string{"ELASTICSEARCH_URL=" + a, "ELASTIC_USERNAME=" + secretUser, "ELASTIC_PASSWORD=" + secretPassword}, []string{b.suite}
		},
		"key in a file": func(a string) ([]string, []string) {
			return nil, []string{"--cluster", a, "--api-key-file", keyFile, b.suite}
		},
		"password in a file": func(a string) ([]string, []string) {
			return nil, []string{"--cluster", a, "--username", secretUser, "--password-file", passwordFile, b.suite}
		},
		"user-info in the flag": func(a string) ([]string, []string) {
			return nil, []string{"--cluster", withUser(a), b.suite}
		},
		"user-info in the environment": func(a string) ([]string, []string) {
			return []string{"ELASTICSEARCH_URL=" + withUser(a)}, []string{b.suite}
		},
		"user-info in the suite": func(a string) ([]string, []string) {
			return nil, []string{file("suite"+a[len(a)-4:]+".yaml", "cluster: '"+withUser(a)+"'\n"+string(suiteText))}
		},
	}
	for serverName, handler := range servers {
		address := "http://127.0.0.1:9"
		if handler != nil {
			server := httptest.NewServer(handler)
			t.Cleanup(server.Close)
			address = server.URL
		}
		for _, args := range [][]string{{"endpoints"}, {"init", "--index", "films", "--queries", file("queries", "crime\n"), filepath.Join(t.TempDir(), "first.yaml")}} {
			t.Run(serverName+"/"+args[0], func(t *testing.T) {
				t.Parallel()
				env, _ := ways["password in the environment"](address)
				stdout, stderr, _ := command(t, env, append(args, "--verbose", "--retries", "1", "--outage", "50ms")...)
				lookForSecrets(t, "standard output", stdout)
				lookForSecrets(t, "standard error", stderr)
				if written, err := os.ReadFile(args[len(args)-1]); err == nil {
					lookForSecrets(t, "the suite", string(written))
				}
			})
		}
		for wayName, way := range ways {
			t.Run(serverName+"/"+wayName, func(t *testing.T) {
				t.Parallel()
				out := t.TempDir()
				env, args := way(address)
				args = append([]string{"run", "--verbose", "--retries", "1", "--outage", "50ms", "--query", "c*", "--out", filepath.Join(out, "run.jsonl")}, args...)
				for _, name := range []string{"r.md", "r.html", "r.json", "r.csv", "r.xml", "r.txt"} {
					args = append(args, "--report", filepath.Join(out, name))
				}
				stdout, stderr, code := command(t, env, args...)
				refused := strings.HasSuffix(wayName, "in the suite") // which is no place for secrets
				if (code == exitOK) != (serverName == "sound" && !refused) {
					t.Errorf("exit code %d: %s", code, stderr)
				}
				lookForSecrets(t, "standard output", stdout)
				lookForSecrets(t, "standard error", stderr)
				written, err := os.ReadDir(out)
				if err != nil {
					t.Fatal(err)
				}
				if code == exitOK && len(written) < 7 {
					t.Errorf("%d files were written, want the run and 6 reports or more", len(written))
				}
				if serverName == "fails" && !refused && !strings.Contains(stderr, "[redacted]") {
					t.Errorf("what the server repeated was not even printed, so that nothing is shown: %s", stderr)
				}
				for _, f := range written {
					text, err := os.ReadFile(filepath.Join(out, f.Name()))
					if err != nil {
						t.Fatal(err)
					}
					lookForSecrets(t, f.Name(), string(text))
				}
			})
		}
	}
	for _, wrong := range []string{
		secretUser + ":" + secretPassword + "@host:9200", "https://" + secretUser + ":" + url.QueryEscape(secretPassword) + "@host:port",
		"https://" + secretUser + ":" + secretPassword + "@host", "https://" + secretUser + ":" + url.QueryEscape(secretPassword) + "@", "ftp://x:" + url.QueryEscape(secretPassword) + "@host/",
	} {
		stdout, stderr, code := command(t, nil, "run", "--verbose", "--cluster", wrong, b.suite)
		if code == exitOK {
			t.Errorf("%q is taken for an address", wrong)
		}
		lookForSecrets(t, "standard output", stdout)
		lookForSecrets(t, "standard error", stderr)
	}
	lookForSecrets(t, "standard error", second(command(t, nil, "run", "--api-key="+secretKey, b.suite)))
}

func second(_, stderr string, _ int) string { return stderr }

func withUser(address string) string {
	return strings.Replace(address, "://", "://"+secretUser+":"+url.QueryEscape(secretPassword)+"@", 1)
}

func lookForSecrets(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range secretForms() {
		if at := strings.Index(text, secret); at >= 0 {
			t.Errorf("%s holds %q: …%s…", where, secret, text[max(0, at-80):min(len(text), at+80)])
		}
	}
}

// TestNoRerankKeyGetsOut runs the command with a rerank API's key against
// servers that repeat what they were sent, and looks through everything that is
// printed or written, the cache too. The key reaches the one origin that it was
// let go to, and no other.
func TestNoRerankKeyGetsOut(t *testing.T) {
	var leaked atomic.Int32 // requests at the other origin that carry the key
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		if strings.Contains(fmt.Sprint(r.Header, r.URL, string(sent)), "s3cr3t") {
			leaked.Add(1)
		}
	}))
	t.Cleanup(elsewhere.Close)
	sound := served(http.NotFoundHandler(), true)
	repeat := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			sent := r.Header.Get("Authorization")
			w.Header().Set("Location", elsewhere.URL+"/?"+url.QueryEscape(sent))
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(status)
			encoded := base64.StdEncoding.EncodeToString([]byte(strings.TrimPrefix(sent, "Bearer ")))
			fmt.Fprintf(w, body, sent, encoded, url.QueryEscape(sent))
		}
	}
	const said = `{"message":"refused %s (%s, %s)"}`
	servers := map[string]http.Handler{
		"sound":        sound,
		"unauthorized": repeat(401, said),
		"refuses":      repeat(400, said),
		"redirects":    repeat(307, said),
		"fails":        repeat(500, said),
		"throttles":    repeat(429, said),
		"a web page":   repeat(502, "<html>%s %s %s</html>"),
		"no JSON":      repeat(200, "%s %s %s"),
		"speaks unasked": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer connection.Close()
			fmt.Fprint(connection, "HTTP/1.1 500 Failed\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
			time.Sleep(30 * time.Millisecond)
			fmt.Fprint(connection, r.Header.Get("Authorization"))
			time.Sleep(30 * time.Millisecond)
		}),
		"another": repeat(200, `{"%s":"%s","results":"%s"}`),
	}
	for name, handler := range servers {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			t.Cleanup(server.Close)
			folder := t.TempDir()
			suite := filepath.Join(folder, "suite.yaml")
			text := fmt.Sprintf(rerankKeySuite, server.URL)
			for path, content := range map[string]string{suite: text, filepath.Join(folder, "docs.ndjson"): `{"title": "Heat", "plot": "A thief robs a bank"}` + "\n"} {
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			env := []string{"RERANK_KEY=" + secretKey}
			args := []string{"run", suite, "--verbose", "--retries", "1", "--outage", "50ms", "--rerank-cache", filepath.Join(folder, "cache"), "--out", filepath.Join(folder, "run.jsonl")}
			for _, report := range []string{"r.md", "r.html", "r.json", "r.csv", "r.xml", "r.txt"} {
				args = append(args, "--report", filepath.Join(folder, report))
			}
			stdout, stderr, code := command(t, env, args...)
			if code != exitUsage || !strings.Contains(stderr, "--allow-key RERANK_KEY="+server.URL) {
				t.Errorf("without --allow-key: exit code %d: %s", code, stderr)
			}
			lookForSecrets(t, "standard output", stdout)
			lookForSecrets(t, "standard error", stderr)
			stdout, stderr, code = command(t, env, append(args, "--allow-key", "RERANK_KEY="+server.URL)...)
			if (code == exitOK) != (name == "sound") {
				t.Errorf("exit code %d: %s", code, stderr)
			}
			lookForSecrets(t, "standard output", stdout)
			lookForSecrets(t, "standard error", stderr)
			files := 0
			if err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
				if err != nil || entry.IsDir() {
					return err
				}
				files++
				content, err := os.ReadFile(path)
				lookForSecrets(t, path, string(content))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if name == "sound" && files < 10 {
				t.Errorf("%d files, want suite, documents, run, cache and 6 reports or more", files)
			}
			if name == "fails" && !strings.Contains(stderr, "[redacted]") {
				t.Errorf("what the server repeated was not even printed, so that nothing is shown: %s", stderr)
			}
		})
	}
	if leaked.Load() > 0 {
		t.Errorf("the key came to another origin %d times", leaked.Load())
	}
}

const rerankKeySuite = `
cluster: embedded
search:
  index: films
  title_field: title
  documents: docs.ndjson
  retriever: {standard: {query: {match: {plot: "{{query}}"}}}}
  rerankers:
    api: {api: cohere, url: "%s/v2/rerank", model: m, key_env: RERANK_KEY, field: plot}
metrics: [ndcg@5]
queries:
  - {query: thief, relevant: [Heat]}
`
