package reranker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/judgments"
)

// service answers one request as a test says, and keeps it.
type service struct {
	*httptest.Server
	status   int
	header   http.Header
	answer   string
	requests []*http.Request
	bodies   []string
}

func newService(t *testing.T, status int, answer string) *service {
	t.Helper()
	s := &service{status: status, answer: answer, header: http.Header{"Content-Type": {"application/json"}}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.requests, s.bodies = append(s.requests, r), append(s.bodies, string(body))
		for name, values := range s.header {
			w.Header()[name] = values
		}
		w.WriteHeader(s.status)
		io.WriteString(w, s.answer)
	}))
	t.Cleanup(s.Close)
	return s
}

// asking opens one reranker without retries.
func asking(t *testing.T, a *judgments.RerankAPI, env map[string]string, o Options) (*Set, *judgments.Reranker) {
	t.Helper()
	a.Fields = []string{"plot"}
	r := judgments.Reranker{Name: "r", API: a, Window: 10, Position: judgments.Position{File: "suite.yaml", Line: 7, Column: 5}}
	o.Getenv = func(name string) string { return env[name] }
	if o.Config.Retries == 0 {
		o.Config.Retries = -1
	}
	o.Config.Backoff = cluster.Backoff{Base: time.Millisecond, Cap: 2 * time.Millisecond}
	set, err := Open([]judgments.Reranker{r}, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	return set, &r
}

// Each format sends what its documentation asks for, and reads the answer that
// its documentation shows, best first, with and without what is optional.
func TestFormats(t *testing.T) {
	for _, tt := range []struct {
		name   string
		api    judgments.RerankAPI
		path   string
		body   string
		answer string
		scores []float64
		tokens float64
		units  float64
	}{
		{
			name: "cohere", api: judgments.RerankAPI{API: "cohere", Model: "rerank-v3.5"}, path: "/v2/rerank",
			body:   `{"documents":["a","b"],"model":"rerank-v3.5","query":"q"}`,
			answer: `{"id":"07734bd2","results":[{"index":1,"relevance_score":0.999071},{"index":0,"relevance_score":0.32713068}],"meta":{"api_version":{"version":"2"},"billed_units":{"search_units":1.0}}}`,
			scores: []float64{0.32713068, 0.999071}, units: 1,
		},
		{
			name: "cohere 1", api: judgments.RerankAPI{API: "cohere", Model: "m"}, path: "/v1/rerank",
			body:   `{"documents":["a","b"],"model":"m","query":"q"}`,
			answer: `{"results":[{"index":0,"relevance_score":0.5,"document":{"text":"a"}},{"index":1,"relevance_score":0.5}],"meta":{"api_version":{"version":"1"},"warnings":["deprecated"]}}`,
			scores: []float64{0.5, 0.5},
		},
		{
			name: "jina", api: judgments.RerankAPI{API: "jina", Model: "jina-reranker-v2-base-multilingual"}, path: "/v1/rerank",
			body:   `{"documents":["a","b"],"model":"jina-reranker-v2-base-multilingual","query":"q","return_documents":false}`,
			answer: `{"model":"jina-reranker-v2-base-multilingual","object":"list","usage":{"total_tokens":38,"prompt_tokens":38},"results":[{"index":0,"relevance_score":-0.0625},{"index":1,"relevance_score":-0.5}]}`,
			scores: []float64{-0.0625, -0.5}, tokens: 38,
		},
		{
			name: "voyage", api: judgments.RerankAPI{API: "voyage", Model: "rerank-2.5", Parameters: json.RawMessage(`{"truncation":false}`)}, path: "/v1/rerank",
			body:   `{"documents":["a","b"],"model":"rerank-2.5","query":"q","truncation":false}`,
			answer: `{"object":"list","data":[{"relevance_score":0.4375,"index":0},{"relevance_score":0.421875,"index":1}],"model":"rerank-2.5","usage":{"total_tokens":26}}`,
			scores: []float64{0.4375, 0.421875}, tokens: 26,
		},
		{
			name: "tei", api: judgments.RerankAPI{API: "tei"}, path: "/rerank",
			body:   `{"query":"q","raw_scores":true,"texts":["a","b"],"truncate":true}`,
			answer: `[{"index":1,"score":4.4063},{"index":0,"score":-7.8125}]`,
			scores: []float64{-7.8125, 4.4063},
		},
		{
			name: "vllm", api: judgments.RerankAPI{API: "openai-compatible", Model: "BAAI/bge-reranker-v2-m3"}, path: "/v1/rerank",
			body:   `{"documents":["a","b"],"model":"BAAI/bge-reranker-v2-m3","query":"q"}`,
			answer: `{"id":"rerank-fae51b2b","model":"BAAI/bge-reranker-v2-m3","usage":{"prompt_tokens":56,"total_tokens":56},"results":[{"index":1,"document":{"text":"b","multi_modal":null},"relevance_score":0.99853515625},{"index":0,"document":{"text":"a"},"relevance_score":0.0005860328674316406}]}`,
			scores: []float64{0.00058603287, 0.99853516}, tokens: 56,
		},
		{
			name: "llama.cpp without a model", api: judgments.RerankAPI{API: "openai-compatible"}, path: "/v1/rerank",
			body:   `{"documents":["a","b"],"query":"q"}`,
			answer: `{"model":"","object":"list","usage":{"prompt_tokens":30,"total_tokens":30},"results":[{"index":0,"relevance_score":-11.006},{"index":1,"relevance_score":8.5}]}`,
			scores: []float64{-11.006, 8.5}, tokens: 30,
		},
		{
			name: "infinity", api: judgments.RerankAPI{API: "openai-compatible", Model: "m", Parameters: json.RawMessage(`{"raw_scores":true}`)}, path: "/rerank",
			body:   `{"documents":["a","b"],"model":"m","query":"q","raw_scores":true}`,
			answer: `{"object":"rerank","id":"infinity-1","model":"m","usage":{"prompt_tokens":7,"total_tokens":7},"created":1,"results":[{"relevance_score":1e-3,"index":1,"document":null},{"relevance_score":1e-4,"index":0,"document":"a"}]}`,
			scores: []float64{1e-4, 1e-3}, tokens: 7,
		},
		{
			name: "mixedbread", path: "/v1/reranking",
			api:    judgments.RerankAPI{API: "openai-compatible", Model: "mxbai-rerank-large-v2", Names: judgments.RerankNames{Documents: "input"}},
			body:   `{"input":["a","b"],"model":"mxbai-rerank-large-v2","query":"q"}`,
			answer: `{"object":"list","model":"m","top_k":2,"return_input":false,"data":[{"index":1,"score":0.9},{"index":0,"score":0.1}],"usage":{"prompt_tokens":9,"total_tokens":9}}`,
			scores: []float64{0.1, 0.9}, tokens: 9,
		},
		{
			name: "names of a suite", path: "/x",
			api: judgments.RerankAPI{API: "openai-compatible", Model: "m", Instruction: "find films", Names: judgments.RerankNames{
				Query: "question", Documents: "passages", Model: "deployment", Instruction: "prompt", Results: "rankings", Index: "position", Score: "logit"}},
			body:   `{"deployment":"m","passages":["a","b"],"prompt":"find films","question":"q"}`,
			answer: `{"rankings":[{"position":"1","logit":"-2.5"},{"position":0,"logit":3}]}`,
			scores: []float64{3, -2.5},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newService(t, 200, tt.answer)
			api := tt.api
			api.URL = s.URL
			if !slices.Contains([]string{"cohere", "jina", "voyage", "tei", "vllm", "llama.cpp without a model"}, tt.name) {
				api.URL += tt.path
			}
			set, r := asking(t, &api, nil, Options{})
			got, err := set.Score(t.Context(), r, "q", []string{"a", "b"}, false)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.scores, got.Scores); diff != "" {
				t.Error(diff)
			}
			if path := s.requests[0].URL.Path; path != tt.path {
				t.Errorf("path %s, want %s", path, tt.path)
			}
			if body := strings.TrimSpace(s.bodies[0]); body != tt.body {
				t.Errorf("body %s, want %s", body, tt.body)
			}
			if s.requests[0].Header.Get("Authorization") != "" {
				t.Error("a key was sent, where there is none")
			}
			if used := set.Usage(r); used.Tokens != tt.tokens || used.SearchUnits != tt.units || used.Requests != 1 || used.Texts != 2 || used.Characters != 4 {
				t.Errorf("usage %+v", used)
			}
		})
	}
	for _, name := range judgments.RerankAPIs {
		if name != judgments.APIInference && apis[name] == nil {
			t.Errorf("a suite can name %s, which nobody speaks", name)
		}
	}
}

// What a server answers to everything but the scores of all texts is no score.
func TestUnusableAnswers(t *testing.T) {
	for answer, want := range map[string]string{
		`{"results":[{"index":0,"relevance_score":1}]}`:                                    "1 result for 2 texts",
		`{"results":[{"index":0,"relevance_score":1},{"index":0,"relevance_score":1}]}`:    "two results of text 0",
		`{"results":[{"index":0,"relevance_score":1},{"index":2,"relevance_score":1}]}`:    "a result of text 2, where there are 2",
		`{"results":[{"index":0,"relevance_score":1},{"index":-1,"relevance_score":1}]}`:   "a result of text -1",
		`{"results":[{"index":0,"relevance_score":1},{"index":0.5,"relevance_score":1}]}`:  "a result of text 0.5",
		`{"results":[{"relevance_score":1},{"index":1,"relevance_score":1}]}`:              "a result has no index",
		`{"results":[{"index":0},{"index":1,"relevance_score":1}]}`:                        "the result of text 0 has no score",
		`{"results":[{"index":0,"relevance_score":null},{"index":1}]}`:                     "the result of text 0 has no score",
		`{"results":[{"index":0,"relevance_score":"NaN"},{"index":1}]}`:                    "is not a number",
		`{"results":[{"index":0,"relevance_score":1e400},{"index":1}]}`:                    "is not a number",
		`{"results":[{"index":0,"relevance_score":1e39},{"index":1,"relevance_score":1}]}`: "beyond what a float32 holds",
		`{"results":null}`:            "it has no results",
		`{"results":{}}`:              "not a list of objects",
		`{"data":[{"index":0}]}`:      "it has no results",
		`{"message":"not an answer"}`: "it has no results",
		`[{"index":0,"score":1}]`:     "it holds array",
		`"fine"`:                      "it holds string",
		`<html>fine</html>`:           "a web page",
		``:                            "empty",
		`{"results":[{"index":0,`:     "incomplete",
	} {
		s := newService(t, 200, answer)
		set, r := asking(t, &judgments.RerankAPI{API: "cohere", Model: "m", URL: s.URL}, nil, Options{})
		got, err := set.Score(t.Context(), r, "q", []string{"a", "b"}, false)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v and the error %v, want %q", answer, got.Scores, err, want)
		}
		// nothing of it was kept
		s.answer = `{"results":[{"index":0,"relevance_score":1},{"index":1,"relevance_score":2}]}`
		if got, err = set.Score(t.Context(), r, "q", []string{"a", "b"}, false); err != nil || !slices.Equal(got.Scores, []float64{1, 2}) {
			t.Errorf("%s: afterwards %v, %v", answer, got.Scores, err)
		}
	}
}

// Errors say who failed, why and what to do, each service in its own shape.
// Those that heal are tried again, others not.
func TestFailures(t *testing.T) {
	cohere := judgments.RerankAPI{API: "cohere", Model: "rerank-v3.5"}
	tei := judgments.RerankAPI{API: "tei"}
	compatible := judgments.RerankAPI{API: "openai-compatible", Model: "m"}
	for _, tt := range []struct {
		name   string
		api    judgments.RerankAPI
		status int
		answer string
		kind   cluster.Kind
		says   string
		tries  int
	}{
		{"cohere: unknown member", cohere, 422, `{"id":"x","message":"unknown field: parameter 'top_k' is not a valid field"}`, cluster.KindInvalidRequest, "parameter 'top_k' is not a valid field", 1},
		{"cohere: no key", cohere, 401, `{"id":"x","message":"no api key supplied"}`, cluster.KindUnauthorized, "requires a key, and none is given (HTTP 401, no api key supplied); name the environment variable that holds it by key_env", 1},
		{"cohere: unknown model", cohere, 404, `{"message":"model 'rerank-v9' not found"}`, cluster.KindMissingEndpoint, "check url and model", 1},
		{"cohere: trial", cohere, 429, `{"message":"You are using a Trial key, which is limited to 10 API calls / minute."}`, cluster.KindThrottled, "limited to 10 API calls / minute.), after 3 attempts; set requests_per_minute", 3},
		{"cohere: bill", cohere, 402, `{"message":"billing limit reached"}`, cluster.KindProvider, "nothing left to pay with (HTTP 402, billing limit reached)", 1},
		{"cohere's edge", cohere, 403, `<!doctype html><title>403</title>`, cluster.KindUnauthorized, "a web page", 1},
		{"jina: validation", judgments.RerankAPI{API: "jina", Model: "m"}, 422, `{"detail":[{"type":"missing","loc":["body","model"],"msg":"Field required"}]}`, cluster.KindInvalidRequest, "body.model: Field required (missing)", 1},
		{"jina: balance", judgments.RerankAPI{API: "jina", Model: "m"}, 402, `{"detail":"Insufficient balance"}`, cluster.KindProvider, "Insufficient balance", 1},
		{"voyage: too much", judgments.RerankAPI{API: "voyage", Model: "m"}, 400, `{"detail":"The max allowed tokens per submitted batch is 600000."}`, cluster.KindInvalidRequest, "set batch to what the server takes", 1},
		{"tei 1.8: batch", tei, 413, `{"error":"batch size 64 > maximum allowed batch size 32","error_type":"Validation"}`, cluster.KindInvalidRequest, "batch size 64 > maximum allowed batch size 32 (Validation)); set batch", 1},
		{"tei 1.9: batch", tei, 422, `{"error":"batch size 64 > maximum allowed batch size 32","error_type":"Validation"}`, cluster.KindInvalidRequest, "set batch to what the server takes", 1},
		{"tei: tokens", tei, 413, `{"error":"inputs must have less than 512 tokens. Given: 600","error_type":"Validation"}`, cluster.KindInvalidRequest, "lower max_characters", 1},
		{"tei: wrong key", tei, 401, ``, cluster.KindUnauthorized, "requires a key", 1},
		{"tei: busy", tei, 429, `{"error":"Model is overloaded","error_type":"Overloaded"}`, cluster.KindThrottled, "Model is overloaded (Overloaded)", 3},
		{"tei: no reranker", tei, 424, `{"error":"model is not a re-ranker model","error_type":"Backend"}`, cluster.KindUnsupported, "model is not a re-ranker model", 1},
		{"tei: wrong shape", tei, 422, "Failed to deserialize the JSON body into the target type: missing field `texts` at line 1 column 20", cluster.KindInvalidRequest, "missing field `texts`", 1},
		{"tei: starting", tei, 503, `{"error":"unhealthy","error_type":"Unhealthy"}`, cluster.KindUnavailable, "is unavailable", 3},
		{"vllm", compatible, 400, `{"error":{"message":"This model's maximum context length is 512 tokens.","type":"BadRequestError","param":null,"code":400}}`, cluster.KindInvalidRequest, "maximum context length is 512 tokens. (BadRequestError)); lower max_characters", 1},
		{"vllm before 0.10.1", compatible, 400, `{"object":"error","message":"too long a prompt","type":"BadRequestError","param":null,"code":400}`, cluster.KindInvalidRequest, "too long a prompt", 1},
		{"vllm: wrong key", compatible, 401, `{"error":"Unauthorized"}`, cluster.KindUnauthorized, "Unauthorized", 1},
		{"llama.cpp: not for reranking", compatible, 501, `{"error":{"code":501,"message":"This server does not support reranking. Start it with --reranking","type":"not_supported_error"}}`, cluster.KindUnsupported, "Start it with --reranking", 1},
		{"llama.cpp: too long for good", compatible, 500, `{"error":{"code":500,"message":"input (600 tokens) is too large to process. increase the physical batch size","type":"server_error"}}`, cluster.KindInvalidRequest, "too large to process", 1},
		{"llama.cpp: loading", compatible, 503, `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`, cluster.KindUnavailable, "Loading model", 3},
		{"openai: quota", compatible, 429, `{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}`, cluster.KindProvider, "nothing left to pay with", 1},
		{"a proxy", compatible, 502, `<html><h1>502 Bad Gateway</h1></html>`, cluster.KindUnavailable, "a web page", 3},
		{"a redirect", compatible, 307, ``, cluster.KindConfig, "redirects elsewhere", 1},
		{"another path", compatible, 405, ``, cluster.KindInvalidRequest, "refuses the request", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newService(t, tt.status, tt.answer)
			s.header.Set("Location", "http://192.0.2.1/")
			api := tt.api
			api.URL = s.URL
			set, r := asking(t, &api, nil, Options{Config: cluster.Config{Retries: 2}})
			_, err := set.Score(t.Context(), r, "q", []string{"a"}, false)
			if cluster.KindOf(err) != tt.kind || !strings.Contains(fmt.Sprint(err), tt.says) {
				t.Errorf("%q: %v\nwant %q: %s", cluster.KindOf(err), err, tt.kind, tt.says)
			}
			if len(s.requests) != tt.tries {
				t.Errorf("%d requests, want %d", len(s.requests), tt.tries)
			}
			if e, ok := errors.AsType[*cluster.Error](err); ok && e.RefusesBody() != (tt.kind == cluster.KindInvalidRequest) {
				t.Errorf("refuses the body: %t", e.RefusesBody())
			}
			if strings.Contains(fmt.Sprint(err), "the cluster") {
				t.Errorf("a cluster is blamed: %v", err)
			}
		})
	}
}
