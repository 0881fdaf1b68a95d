//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A cluster that answers with the first stage where a reranker was asked for,
// as a fallback does, gives HTTP 200 and plausible hits. The run must fail.
func TestRerankerThatDidNotRunFailsTheRun(t *testing.T) {
	b := newKillBench(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/_search") {
			withoutReranker(t, r)
		}
		b.engine.ServeHTTP(w, r)
	}))
	defer server.Close()
	stdout, stderr, code := command(t, nil, "run", "--cluster", server.URL, "--no-progress", b.suite)
	if code != exitCluster {
		t.Errorf("exit code %d, want %d", code, exitCluster)
	}
	if !strings.Contains(stderr, "did not run") || !strings.Contains(stderr, "order and scores are those of the first stage") {
		t.Errorf("standard error does not say what happened: %s", stderr)
	}
	if !strings.Contains(stdout, "did not rerank") {
		t.Errorf("the report does not say what happened: %s", stdout)
	}
}

// withoutReranker puts a reranker's first stage in its place.
func withoutReranker(t *testing.T, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	var body map[string]json.RawMessage
	var retriever struct {
		Reranker *struct {
			Retriever json.RawMessage `json:"retriever"`
		} `json:"text_similarity_reranker"`
	}
	if json.Unmarshal(text, &body) == nil && json.Unmarshal(body["retriever"], &retriever) == nil && retriever.Reranker != nil {
		body["retriever"] = retriever.Reranker.Retriever
		if text, err = json.Marshal(body); err != nil {
			t.Error(err)
		}
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
}
