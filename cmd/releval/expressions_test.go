//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
)

// expressionSuite has a small index behind an expression that is no name of an
// index, and asks for so few hits that a window of 20 is enough.
const expressionSuite = `name: dishes
search:
  index: "%s"
  title_field: name
  retriever: {standard: {query: {match: {text: "{{query}}"}}}}
  rerankers: {elastic: {field: text, rank_window_size: 15}}
metrics: [mrr@10]
queries:
  - {query: noodles, relevant: [Pho, {title: Dish 7, grade: 0}]}
  - {query: lentils, relevant: [Dal, {id: "2", grade: 0}]}
`

// dishes is an engine with an index of 30 documents that gives 20 hits at most.
func dishes(t *testing.T) *embedded.Engine {
	t.Helper()
	e := embedded.New(embedded.Options{})
	client, err := cluster.New(cluster.Config{Transport: e})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := client.CreateIndex(ctx, "dishes", []byte(`{"settings":{"index.max_result_window":20}}`)); err != nil {
		t.Fatal(err)
	}
	documents := func(yield func(cluster.Document, error) bool) {
		for i := range 30 {
			doc := fmt.Sprintf(`{"name":"Dish %d","text":"water and salt"}`, i)
			switch i {
			case 1:
				doc = `{"name":"Dal","text":"lentils with cumin"}`
			case 2:
				doc = `{"name":"Pho","text":"noodles with herbs"}`
			}
			if !yield(cluster.Document{ID: fmt.Sprint(i), JSON: []byte(doc)}, nil) {
				return
			}
		}
	}
	if _, err := client.Bulk(ctx, "dishes", documents); err != nil {
		t.Fatal(err)
	}
	if err := client.Refresh(ctx, "dishes"); err != nil {
		t.Fatal(err)
	}
	return e
}

// Aliases with capitals, date math and indices of other clusters are searched.
// What the server does not tell of an index of another cluster is a note. Titles
// are looked up with as many hits as the index gives.
func TestIndexExpressions(t *testing.T) {
	e := dishes(t)
	for _, expression := range []string{"Dishes", "<dishes-{now/d{yyyy.MM.dd|+12:00}}>", "far:dishes"} {
		t.Run(expression, func(t *testing.T) {
			remote := strings.HasPrefix(expression, "far:")
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
				if plain, err := url.PathUnescape(name); err == nil && plain == expression {
					if remote && (rest == "_settings" || rest == "_count" || rest == "_field_caps") {
						w.Header().Set("X-Elastic-Product", "Elasticsearch")
						w.Header().Set("Content-Type", "application/json")
						w.WriteHeader(http.StatusBadRequest)
						fmt.Fprint(w, `{"error":{"root_cause":[{"type":"illegal_argument_exception","reason":"Cross-cluster calls are not supported in this context but remote indices were requested: [far:dishes]"}],"type":"illegal_argument_exception","reason":"Cross-cluster calls are not supported in this context but remote indices were requested: [far:dishes]"},"status":400}`)
						return
					}
					r.URL.Path, r.URL.RawPath = "/dishes/"+rest, ""
					r.RequestURI = ""
				}
				e.ServeHTTP(w, r)
			}))
			defer server.Close()
			suite := filepath.Join(t.TempDir(), "suite.yaml")
			if err := os.WriteFile(suite, fmt.Appendf(nil, expressionSuite, expression), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"check", "--cluster", server.URL, suite}, {"run", "--cluster", server.URL, "--format", "csv", suite}} {
				stdout, stderr, code := command(t, nil, args...)
				if code != exitOK {
					t.Errorf("%s: exit code %d\n%s\n%s", args[0], code, stdout, stderr)
				}
				if args[0] == "check" && remote != strings.Contains(stdout+stderr, "in another cluster") {
					t.Errorf("check says nothing of the other cluster, or what is not so:\n%s\n%s", stdout, stderr)
				}
			}
		})
	}
}

// A closed index is named, with what to do.
func TestClosedIndex(t *testing.T) {
	e := dishes(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/dishes/") || r.URL.Path == "/dishes/_settings" {
			e.ServeHTTP(w, r)
			return
		}
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":{"root_cause":[{"type":"index_closed_exception","reason":"closed","index_uuid":"u","index":"dishes"}],"type":"index_closed_exception","reason":"closed","index_uuid":"u","index":"dishes"},"status":400}`)
	}))
	defer server.Close()
	suite := filepath.Join(t.TempDir(), "suite.yaml")
	if err := os.WriteFile(suite, fmt.Appendf(nil, expressionSuite, "dishes"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, stderr, code := command(t, nil, "run", "--cluster", server.URL, suite)
	if code != exitCluster || !strings.Contains(stderr, `the index "dishes" is closed`) || !strings.Contains(stderr, "POST /dishes/_open") {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
}
