package main

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/releval/releval/eval/embedded"
)

// TestCredentials runs releval load against a server that writes down who
// asks: a flag comes before the environment, wherever the cluster is named.
func TestCredentials(t *testing.T) {
	engine := embedded.New(embedded.Options{})
	var mu sync.Mutex
	asked := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent := r.Header.Get("Authorization")
		if basic, ok := strings.CutPrefix(sent, "Basic "); ok {
			plain, _ := base64.StdEncoding.DecodeString(basic)
			sent = "Basic " + string(plain)
		}
		mu.Lock()
		asked[sent] = true
		mu.Unlock()
		engine.ServeHTTP(w, r)
	}))
	defer server.Close()

	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file("films.ndjson", `{"id": "1", "title": "Heat"}`+"\n")
	const suite = `search:
  index: films
  title_field: title
  documents: films.ndjson
  retriever: {standard: {query: {match: {title: "{{query}}"}}}}
queries:
  - {query: heat, relevant: [Heat]}
`
	unnamed := file("unnamed.yaml", suite)
	named := file("named.yaml", "cluster: "+server.URL+"\n"+suite)
	key, password := file("key", "flagkey\n"), file("password", "flagpassword\n")

	url := "ELASTICSEARCH_URL=" + server.URL
	for _, c := range []struct {
		name        string
		suite       string
		flags       []string
		environment []string
		want        string // the Authorization of every request
		wrong       string // else what standard error says, with exit code 2
	}{
		{name: "the environment's key", suite: unnamed, environment: []string{url, "ELASTIC_API_KEY=k"}, want: "APIKey k"},
		{name: "a key file before the environment's key", suite: unnamed, flags: []string{"--api-key-file", key}, environment: []string{url, "ELASTIC_API_KEY=k"}, want: "APIKey flagkey"},
		{name: "the environment's key to the suite's cluster", suite: named, environment: []string{"ELASTIC_API_KEY=k"}, wrong: "credentials go only to an address that you name"},
		{name: "a key file to the suite's cluster", suite: named, flags: []string{"--api-key-file", key}, environment: []string{"ELASTIC_API_KEY=k"}, wrong: "credentials go only to an address that you name"},
		{name: "a user to the suite's cluster", suite: named, flags: []string{"--username", "u", "--password-file", password}, environment: []string{"ELASTIC_API_KEY=k"}, wrong: "credentials go only to an address that you name"},
		{name: "the environment's password for a user", suite: named, flags: []string{"--username", "u"}, environment: []string{"ELASTIC_PASSWORD=p"}, wrong: "credentials go only to an address that you name"},
		{name: "a password file for the environment's user", suite: unnamed, flags: []string{"--password-file", password}, environment: []string{url, "ELASTIC_API_KEY=k", "ELASTIC_USERNAME=e"}, want: "Basic e:flagpassword"},
		{name: "start-local's key to its own cluster", suite: named, environment: []string{"ES_LOCAL_URL=" + server.URL, "ES_LOCAL_API_KEY=k"}, want: "APIKey k"},
		{name: "start-local's key to no other cluster", suite: unnamed, environment: []string{url, "ES_LOCAL_URL=http://127.0.0.1:9", "ES_LOCAL_API_KEY=k"}, want: ""},
		{name: "a password of nobody", suite: unnamed, flags: []string{"--password-file", password}, environment: []string{url}, wrong: "--password-file is given without a user: set --username or ELASTIC_USERNAME"},
		{name: "a password of nobody beside a key", suite: named, flags: []string{"--password-file", password}, environment: []string{"ELASTIC_API_KEY=k"}, wrong: "--password-file is given without a user"},
		{name: "a key file and a user", suite: unnamed, flags: []string{"--api-key-file", key, "--username", "u"}, environment: []string{url}, wrong: "--api-key-file and --username exclude each other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			clear(asked)
			var stderr strings.Builder
			p := &program{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &stderr, Getenv: func(name string) string {
				for _, set := range c.environment {
					if value, ok := strings.CutPrefix(set, name+"="); ok {
						return value
					}
				}
				return ""
			}}
			exit := p.main(t.Context(), append([]string{"load", c.suite}, c.flags...))
			if c.wrong != "" {
				if exit != exitUsage || !strings.Contains(stderr.String(), c.wrong) {
					t.Fatalf("exit code %d and %q, want %d and %q", exit, stderr.String(), exitUsage, c.wrong)
				}
				return
			}
			if exit != exitOK {
				t.Fatalf("exit code %d: %s", exit, stderr.String())
			}
			mu.Lock()
			defer mu.Unlock()
			if len(asked) != 1 || !asked[c.want] {
				t.Errorf("the server was asked as %v, want %q alone", asked, c.want)
			}
		})
	}
}
