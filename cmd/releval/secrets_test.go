//go:build unix

package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
