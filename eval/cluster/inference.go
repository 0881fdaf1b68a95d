package cluster

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// DefaultEndpoint is the inference endpoint that servers from 8.18 on have and
// use where a reranker names none.
const DefaultEndpoint = ".rerank-v1-elasticsearch"

// Endpoint is an inference endpoint as far as it matters for reranking.
type Endpoint struct {
	ID, TaskType string
	// Service runs the model, such as "elasticsearch" or "cohere".
	Service string
	// Model is the model's name, "" where the service does not tell.
	Model string
	// TopN is the most results that it returns, 0 for all. A window above it
	// is refused by the server.
	TopN int
	// MinAllocations is the least number of running copies, -1 where the
	// service does not tell. At 0 the model may have to be started by a
	// search.
	MinAllocations int
}

// Listwise tells whether the model is known to score the texts of a window
// against each other, so that a smaller window's ranking cannot be cut out of
// a larger one's.
func (e Endpoint) Listwise() bool {
	model := strings.ToLower(e.Model)
	return strings.Contains(model, "jina-reranker-v3") || strings.Contains(model, "listwise") || strings.Contains(model, "rankgpt")
}

// listedEndpoint is an endpoint as GET _inference shows it.
type listedEndpoint struct {
	ID           string          `json:"inference_id"`
	TaskType     string          `json:"task_type"`
	Service      string          `json:"service"`
	Settings     json.RawMessage `json:"service_settings"`
	TaskSettings json.RawMessage `json:"task_settings"`
}

func (l listedEndpoint) endpoint() Endpoint {
	e := Endpoint{ID: l.ID, TaskType: l.TaskType, Service: l.Service, MinAllocations: -1}
	e.readSettings(l.Settings, l.TaskSettings)
	return e
}

// Endpoint reads an inference endpoint; "" stands for the default one. It
// needs the cluster privilege monitor_inference.
func (c *Client) Endpoint(ctx context.Context, id string) (Endpoint, error) {
	id = cmp.Or(id, DefaultEndpoint)
	listed, err := c.listEndpoints(ctx, id, target{op: "read the inference endpoint", endpoint: id})
	if err != nil {
		return Endpoint{}, err
	}
	return listed[0], nil
}

// Endpoints are the inference endpoints for reranking that the cluster has,
// sorted by id; none is no error. It needs the cluster privilege
// monitor_inference.
func (c *Client) Endpoints(ctx context.Context) ([]Endpoint, error) {
	listed, err := c.listEndpoints(ctx, "_all", target{op: "list the inference endpoints"})
	slices.SortFunc(listed, func(a, b Endpoint) int { return cmp.Compare(a.ID, b.ID) })
	return listed, err
}

func (c *Client) listEndpoints(ctx context.Context, id string, t target) ([]Endpoint, error) {
	var answer struct {
		Endpoints []listedEndpoint `json:"endpoints"`
	}
	decode := into(&answer)
	err := c.do(ctx, request{
		target: t,
		make:   func() esapi.Request { return esapi.InferenceGetRequest{TaskType: "rerank", InferenceID: escape(id)} },
		accept: func(n int, a *received) *Error {
			if e := decode(n, a); e != nil {
				return e
			}
			if len(answer.Endpoints) == 0 && t.endpoint != "" {
				return unreadable(a.body, "", errors.New("it has no endpoints"))
			}
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	all := make([]Endpoint, len(answer.Endpoints))
	for i, l := range answer.Endpoints {
		all[i] = l.endpoint()
	}
	return all, nil
}

// readSettings takes what it knows out of the settings, which every service
// names in its own way.
func (e *Endpoint) readSettings(settings, taskSettings json.RawMessage) {
	var s struct {
		ModelID        string `json:"model_id"`
		Model          string `json:"model"`
		DeploymentID   string `json:"deployment_id"`
		NumAllocations *int   `json:"num_allocations"`
		Adaptive       *struct {
			Enabled bool `json:"enabled"`
			Min     *int `json:"min_number_of_allocations"`
		} `json:"adaptive_allocations"`
	}
	if json.Unmarshal(settings, &s) == nil {
		e.Model = cmp.Or(s.ModelID, s.Model, s.DeploymentID)
		switch {
		case s.Adaptive != nil && s.Adaptive.Enabled && s.Adaptive.Min != nil:
			e.MinAllocations = *s.Adaptive.Min
		case s.Adaptive != nil && s.Adaptive.Enabled:
			e.MinAllocations = 0
		case s.NumAllocations != nil:
			e.MinAllocations = *s.NumAllocations
		}
	}
	for _, raw := range []json.RawMessage{taskSettings, settings} {
		var top struct {
			TopN int `json:"top_n"`
			TopK int `json:"top_k"`
		}
		if e.TopN == 0 && json.Unmarshal(raw, &top) == nil {
			e.TopN = cmp.Or(top.TopN, top.TopK)
		}
	}
}

// rerank asks an endpoint for the raw scores of the texts, in their order. The
// server gives up after the timeout; 0 leaves it the server's own (30s).
func (c *Client) rerank(ctx context.Context, id, query string, texts []string, timeout time.Duration, retries *int) (scores []float64, posted Posted, err error) {
	id = cmp.Or(id, DefaultEndpoint)
	body, err := encode(map[string]any{"query": query, "input": texts})
	if err != nil {
		return nil, posted, err
	}
	r := request{
		target: target{op: "call the inference endpoint", endpoint: id},
		make: func() esapi.Request {
			return esapi.InferenceRerankRequest{InferenceID: escape(id), Body: bytes.NewReader(body)}
		},
		retries: retries,
	}
	if timeout > 0 {
		r.query = map[string]string{"timeout": duration(timeout)}
		// The server should be the first to give up: it says why.
		r.timeout = max(c.config.Timeout, timeout+5*time.Second)
	}
	r.accept = func(n int, a *received) *Error {
		posted = Posted{a.wall, n}
		contentType := a.header.Get("Content-Type")
		if !isJSONType(contentType) {
			return unreadable(a.body, contentType, errWrongType)
		}
		scores, err = decodeScores(a.body, len(texts))
		if err != nil {
			return unreadable(a.body, contentType, err)
		}
		return nil
	}
	if err := c.do(ctx, r); err != nil {
		return nil, posted, err
	}
	return scores, posted, nil
}

// Rerank asks an inference endpoint of the cluster for the raw scores of texts,
// in their order; "" stands for the default one.
func (c *Client) Rerank(ctx context.Context, id, query string, texts []string) ([]float64, Posted, error) {
	return c.rerank(ctx, id, query, texts, 0, nil)
}

// decodeScores reads {"rerank":[{"index":0,"relevance_score":1.5}]}: one score
// for each of n texts. Numbers may be strings, as some services hand them on.
func decodeScores(body []byte, n int) ([]float64, error) {
	var answer struct {
		Rerank []struct {
			Index lenient `json:"index"`
			Score lenient `json:"relevance_score"`
		} `json:"rerank"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	if len(answer.Rerank) != n {
		return nil, fmt.Errorf("%d scores for %d texts", len(answer.Rerank), n)
	}
	scores := make([]float64, n)
	for i := range scores {
		scores[i] = math.NaN()
	}
	for _, r := range answer.Rerank {
		i, score := float64(r.Index), float64(r.Score)
		if i < 0 || i >= float64(n) || i != math.Trunc(i) {
			return nil, fmt.Errorf("a score for text %v of %d", i, n)
		}
		if !math.IsNaN(scores[int(i)]) {
			return nil, fmt.Errorf("two scores for text %v", i)
		}
		scores[int(i)] = score
	}
	return scores, nil
}

// lenient is a number, or a string that holds one.
type lenient float64

// UnmarshalJSON accepts 1.5 and "1.5", but nothing infinite.
func (l *lenient) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("%s is not a number", oneLine(string(b)))
	}
	*l = lenient(v)
	return nil
}

// WarmUpProgress is what is known while a model starts.
type WarmUpProgress struct {
	// Endpoint is the inference endpoint.
	Endpoint string
	// Elapsed is since the start, Limit when the waiting ends.
	Elapsed, Limit time.Duration
	// Attempts counts the questions asked so far.
	Attempts int
	// Err is the last answer.
	Err error
}

// longestWarmUpCall is for how long the server is asked to wait in one call:
// below what proxies usually allow.
const longestWarmUpCall = 30 * time.Second

// WarmUp asks the endpoint for the score of one text until it answers, and
// gives the time that took. Between the questions it tells progress, which may
// be nil. What does not heal by itself, such as a missing endpoint, ends it at
// once; after the limit the last error is given.
func (c *Client) WarmUp(ctx context.Context, id string, limit time.Duration, progress func(WarmUpProgress)) (time.Duration, error) {
	start := time.Now()
	none := 0
	for attempt := 1; ; attempt++ {
		left := limit - time.Since(start)
		ask := min(max(left, time.Second), longestWarmUpCall)
		_, _, err := c.rerank(ctx, id, "warm up", []string{"warm up"}, ask, &none)
		if err == nil {
			return time.Since(start), nil
		}
		e, ok := asError(err)
		if !ok || !e.Temporary() || e.Kind == KindInvalidResponse {
			return 0, err
		}
		wait := max(e.retryAfter, c.jitter.wait(attempt, true))
		elapsed := time.Since(start)
		if elapsed+wait >= limit {
			e.Attempts = attempt
			e.note = fmt.Sprintf("not ready within %v", limit)
			return 0, e
		}
		if progress != nil {
			progress(WarmUpProgress{Endpoint: id, Elapsed: elapsed, Limit: limit, Attempts: attempt, Err: err})
		}
		if sleep(ctx, wait) != nil {
			return 0, c.networkError(ctx, target{op: "wait for the model", endpoint: id}, true, ctx.Err())
		}
	}
}
