package reranker

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/releval/releval/judgments"
)

// A key goes only to its provider's own origin, or where a flag lets it.
func TestKeysAndOrigins(t *testing.T) {
	const (
		own   = "https://api.cohere.com/v2/rerank"
		other = "https://rerank.example/v2/rerank"
	)
	for _, tt := range []struct {
		api, url, variable string
		allowed            []Permission
		want               string // the variable whose key is sent
		refused            bool
	}{
		{api: "cohere", want: "COHERE_API_KEY"},
		{api: "cohere", url: own, want: "COHERE_API_KEY"},
		{api: "cohere", url: "https://API.cohere.com:443/v2/rerank", want: "COHERE_API_KEY"},
		{api: "cohere", url: own, variable: "CO_API_KEY", want: "CO_API_KEY"},
		{api: "cohere", url: other},
		{api: "cohere", url: "http://api.cohere.com/v2/rerank"},
		{api: "cohere", url: "https://api.cohere.com:8443/v2/rerank"},
		{api: "cohere", url: "https://api.cohere.com.evil.example/v2/rerank"},
		{api: "cohere", url: other, variable: "COHERE_API_KEY", refused: true},
		{api: "cohere", url: "http://api.cohere.com", variable: "COHERE_API_KEY", refused: true},
		{api: "cohere", url: other, variable: "COHERE_API_KEY", allowed: []Permission{{"COHERE_API_KEY", "https://rerank.example"}}, want: "COHERE_API_KEY"},
		{api: "cohere", url: other, variable: "COHERE_API_KEY", allowed: []Permission{{"COHERE_API_KEY", "https://rerank.example:8443"}, {"JINA_API_KEY", "https://rerank.example"}}, refused: true},
		{api: "cohere", variable: "GITHUB_TOKEN", refused: true},
		{api: "cohere", variable: "ELASTIC_API_KEY", refused: true},
		{api: "jina", variable: "COHERE_API_KEY", refused: true},
		{api: "jina", want: "JINA_API_KEY"},
		{api: "voyage", want: "VOYAGE_API_KEY"},
		{api: "voyage", url: "https://ai.mongodb.com/v1/rerank", want: "VOYAGE_API_KEY"},
		{api: "tei", url: "http://localhost:8080"},
		{api: "tei", url: "https://mine.us-east-1.aws.endpoints.huggingface.cloud", variable: "HF_TOKEN", refused: true}, // anybody may have one
		{api: "openai-compatible", url: "https://api.mixedbread.com/v1/reranking", variable: "MXBAI_API_KEY", want: "MXBAI_API_KEY"},
		{api: "openai-compatible", url: "http://localhost:8000", variable: "VLLM_KEY", refused: true},
		{api: "inference", url: "https://other:9200", variable: "OTHER_KEY", refused: true},
		{api: "inference", url: "https://other:9200", variable: "OTHER_KEY", allowed: []Permission{{"OTHER_KEY", "https://other:9200"}}, want: "OTHER_KEY"},
	} {
		r := judgments.Reranker{
			Name: "r", InferenceID: "x", Window: 10, Position: judgments.Position{File: "s.yaml", Line: 3, Column: 1},
			API: &judgments.RerankAPI{API: tt.api, URL: tt.url, Model: "m", KeyEnv: tt.variable, Fields: []string{"plot"}},
		}
		set, err := Open([]judgments.Reranker{r}, Options{Getenv: func(name string) string { return "key-of-" + name + "\n" }, Allowed: tt.allowed})
		if (err != nil) != tt.refused {
			t.Errorf("%s at %q with %q: %v", tt.api, tt.url, tt.variable, err)
		}
		if err != nil {
			if problems, ok := err.(judgments.Problems); !ok || !strings.Contains(problems[0].Message, "--allow-key "+tt.variable+"=") || strings.Contains(err.Error(), "key-of") {
				t.Errorf("%v", err)
			}
			continue
		}
		c := set.clients[r.API]
		if c.variable != tt.want || (c.key != "") != (tt.want != "") {
			t.Errorf("%s at %q with %q: the key of %q is sent, want %q", tt.api, tt.url, tt.variable, c.variable, tt.want)
		}
		set.Close()
	}
}

func TestParsePermission(t *testing.T) {
	for said, want := range map[string]string{
		"TEI_KEY=https://tei.internal:8443":   "TEI_KEY=https://tei.internal:8443",
		"TEI_KEY=https://TEI.internal:443/":   "TEI_KEY=https://tei.internal",
		"K=http://localhost:8080":             "K=http://localhost:8080",
		"https://tei.internal":                "",
		"TEI_KEY":                             "",
		"TEI_KEY=tei.internal":                "",
		"TEI_KEY=https://tei.internal/rerank": "",
		"TEI_KEY=https://me:pw@tei.internal":  "",
		"TEI KEY=https://tei.internal":        "",
		"=https://tei.internal":               "",
		"TEI_KEY=":                            "",
	} {
		p, err := ParsePermission(said)
		switch {
		case (err == nil) != (want != ""):
			t.Errorf("%q: %v, %v", said, p, err)
		case err == nil && p.String() != want:
			t.Errorf("%q: %v, want %s", said, p, want)
		case err != nil && strings.Contains(err.Error(), "pw"):
			t.Errorf("%q: the password is repeated: %v", said, err)
		}
	}
}

// A redirect takes neither the key nor the texts elsewhere, and what a server
// repeats of the key is blacked out.
func TestKeysAreSentOnceAndRepeatedNever(t *testing.T) {
	const key = "co-s3cr3t/Key+with=signs"
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308, 400, 401, 500} {
		s := newService(t, status, `{"message":"refused Bearer `+key+` and its base64 Y28tczNjcjN0L0tleSt3aXRoPXNpZ25z"}`)
		s.header.Set("Location", other.URL+"/?key="+key)
		api := judgments.RerankAPI{API: "cohere", Model: "m", URL: s.URL, KeyEnv: "RERANK_KEY"}
		set, r := asking(t, &api, map[string]string{"RERANK_KEY": key}, Options{Allowed: []Permission{{"RERANK_KEY", judgments.Origin(s.URL)}}})
		_, err := set.Score(t.Context(), r, "q", []string{"a"}, false)
		if err == nil || strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "czNjcjN0") {
			t.Errorf("%d: %v", status, err)
		}
		if got := s.requests[0].Header.Get("Authorization"); got != "Bearer "+key {
			t.Errorf("%d: sent %q", status, got)
		}
	}
	if elsewhere.Load() > 0 {
		t.Errorf("%d redirects were followed", elsewhere.Load())
	}
	api := judgments.RerankAPI{API: "openai-compatible", URL: "http://127.0.0.1:1", KeyEnv: "RERANK_KEY", KeyHeader: "api-key"}
	s := newService(t, 200, `{"results":[{"index":0,"score":1}]}`)
	api.URL = s.URL
	set, r := asking(t, &api, map[string]string{"RERANK_KEY": key}, Options{Allowed: []Permission{{"RERANK_KEY", judgments.Origin(s.URL)}}})
	if _, err := set.Score(t.Context(), r, "q", []string{"a"}, false); err != nil || s.requests[0].Header.Get("api-key") != key || s.requests[0].Header.Get("Authorization") != "" {
		t.Errorf("%v, %v", err, s.requests[0].Header)
	}
}

// A key that no header can hold is found before anything is sent, and is not
// repeated.
func TestKeysThatAreNone(t *testing.T) {
	for _, key := range []string{"two words", "line\r\nX-Injected: yes", "schlüssel", "\x00"} {
		r := judgments.Reranker{Name: "r", Window: 10, API: &judgments.RerankAPI{API: "cohere", Model: "m", Fields: []string{"plot"}}}
		_, err := Open([]judgments.Reranker{r}, Options{Getenv: func(string) string { return key }})
		if err == nil || !strings.Contains(err.Error(), "COHERE_API_KEY") || strings.Contains(err.Error(), key) {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// A key that is not there is a mistake with its place, found before anything is
// sent, and none where everything comes from the cache.
func TestMissingKey(t *testing.T) {
	s := newService(t, 200, `{"results":[{"index":0,"score":1}]}`)
	folder := t.TempDir()
	allowed := []Permission{{"RERANK_KEY", judgments.Origin(s.URL)}}
	api := judgments.RerankAPI{API: "openai-compatible", URL: s.URL, KeyEnv: "RERANK_KEY"}
	set, r := asking(t, &api, nil, Options{Allowed: allowed, Cache: folder})
	_, err := set.Score(t.Context(), r, "q", []string{"a"}, false)
	problems, ok := err.(judgments.Problems)
	if !ok || problems[0].Line != 7 || !strings.Contains(err.Error(), "the environment variable RERANK_KEY is not set") || len(s.requests) > 0 {
		t.Errorf("%v after %d requests", err, len(s.requests))
	}
	with, r2 := asking(t, &judgments.RerankAPI{API: "openai-compatible", URL: s.URL, KeyEnv: "RERANK_KEY"}, map[string]string{"RERANK_KEY": "x"}, Options{Allowed: allowed, Cache: folder})
	if _, err := with.Score(t.Context(), r2, "q", []string{"a"}, false); err != nil {
		t.Fatal(err)
	}
	again, r3 := asking(t, &judgments.RerankAPI{API: "openai-compatible", URL: s.URL, KeyEnv: "RERANK_KEY"}, nil, Options{Allowed: allowed, Cache: folder})
	if _, err := again.Score(t.Context(), r3, "q", []string{"a"}, false); err != nil || len(s.requests) != 1 {
		t.Errorf("%v after %d requests", err, len(s.requests))
	}
}
