// Package standin serves a model in the formats of rerank APIs, so that
// package reranker, and whoever has no key yet, can be tried against something
// that answers, limits and refuses as the services' documentation says.
//
// It is no service: it scores with whatever it is given, bills nothing, and
// limits no rates. What its formats refuse it refuses.
//
//  1. Handler takes a request by its path: /cohere/v2/rerank, /jina/v1/rerank,
//     /voyage/v1/rerank and /tei/rerank; /v2/rerank, /v1/rerank and /rerank are
//     Cohere's, a compatible server's and TEI's.
//  2. The format reads its members, strictly where the service does, and checks
//     its limits.
//  3. The model scores the texts; scores are rounded to float32.
//  4. The format writes the results, best first, or its kind of error.
package standin

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
)

// Scorer is a model: it scores each text for a query.
type Scorer interface {
	Score(query string, texts []string) ([]float64, error)
}

// Options say how it answers.
type Options struct {
	Scorer Scorer
	// Key is what requests must bring as a bearer; empty for none.
	Key string
	// Batch replaces the most texts of a request of every format; 0 for its own.
	Batch int
}

// largestBody is what a request may have; the scores of more cannot be wanted.
const largestBody = 32 << 20

// Handler serves all formats.
func Handler(o Options) http.Handler {
	mux := http.NewServeMux()
	for path, f := range map[string]format{
		"/cohere/v2/rerank": cohere{}, "/v2/rerank": cohere{},
		"/jina/v1/rerank": jina{}, "/v1/rerank": compatible{},
		"/voyage/v1/rerank": voyage{},
		"/tei/rerank":       tei{}, "/rerank": tei{},
	} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) { o.serve(f, w, r) })
	}
	return mux
}

// request is what every format asks for.
type request struct {
	model, query string
	texts        []string
	top          int  // how many results; 0 for all
	echo         bool // the texts are repeated
	raw          bool // scores without a sigmoid
}

// result is the score of a text.
type result struct {
	index int
	score float64
	text  string
}

// refusal is an answer of the format's own kind of error.
type refusal struct {
	status  int
	message string
}

func (r refusal) Error() string { return r.message }

func refuse(status int, message string, args ...any) error {
	return refusal{status, fmt.Sprintf(message, args...)}
}

// format is how one service is asked, and how it answers.
type format interface {
	// read reads a request's members and checks the limits; most replaces that
	// of texts, 0 for its own.
	read(members members, most int) (request, error)
	// write makes an answer of results, best first.
	write(q request, results []result) any
	// fail makes an error.
	fail(r refusal) any
}

func (o Options) serve(f format, w http.ResponseWriter, r *http.Request) {
	answer, err := o.answer(f, r)
	status := http.StatusOK
	if err != nil {
		wrong, ok := errors.AsType[refusal](err)
		if !ok {
			wrong = refusal{http.StatusInternalServerError, err.Error()}
		}
		status, answer = wrong.status, f.fail(wrong)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if answer != nil {
		_ = json.NewEncoder(w).Encode(answer) // the client has gone
	}
}

func (o Options) answer(f format, r *http.Request) (any, error) {
	if o.Key != "" && r.Header.Get("Authorization") != "Bearer "+o.Key {
		return nil, refuse(http.StatusUnauthorized, "invalid api token")
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, largestBody))
	if err != nil {
		return nil, refuse(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", largestBody)
	}
	var m members
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, refuse(http.StatusBadRequest, "the body is no JSON object: %v", err)
	}
	q, err := f.read(m, o.Batch)
	if err != nil {
		return nil, err
	}
	scores, err := o.Scorer.Score(q.query, q.texts)
	if err != nil {
		return nil, err
	}
	if len(scores) != len(q.texts) {
		return nil, fmt.Errorf("the model gave %d scores for %d texts", len(scores), len(q.texts))
	}
	results := make([]result, len(scores))
	for i, s := range scores {
		if !q.raw {
			s = 1 / (1 + math.Exp(-s))
		}
		results[i] = result{i, float64(float32(s)), q.texts[i]}
	}
	slices.SortStableFunc(results, func(a, b result) int { return cmp.Compare(b.score, a.score) })
	if q.top > 0 {
		results = results[:min(q.top, len(results))]
	}
	return f.write(q, results), nil
}

// members are those of a request.
type members map[string]json.RawMessage

// get reads a member, where there is one.
func (m members) get(name string, into any) error {
	raw := m[name]
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return refuse(http.StatusUnprocessableEntity, "%s: %v", name, err)
	}
	return nil
}

// only refuses members that a strict service does not know.
func (m members) only(known ...string) error {
	for name := range m {
		if !slices.Contains(known, name) {
			return refuse(http.StatusUnprocessableEntity, "unknown field: parameter '%s' is not a valid field", name)
		}
	}
	return nil
}

// common reads what formats share, the texts under their name.
func (m members) common(documents, top, echo string) (q request, err error) {
	for _, member := range []struct {
		name string
		into any
	}{{"model", &q.model}, {"query", &q.query}, {documents, &q.texts}, {top, &q.top}, {echo, &q.echo}} {
		if err := m.get(member.name, member.into); err != nil {
			return q, err
		}
	}
	switch {
	case m["query"] == nil:
		err = refuse(http.StatusUnprocessableEntity, "missing field `query`")
	case m[documents] == nil:
		err = refuse(http.StatusUnprocessableEntity, "missing field `%s`", documents)
	case len(q.texts) == 0:
		err = refuse(http.StatusBadRequest, "`%s` cannot be empty", documents)
	}
	return q, err
}

// tokens is a count as a service might have it.
func (q request) tokens() int {
	characters := len(q.query) * len(q.texts)
	for _, t := range q.texts {
		characters += len(t)
	}
	return characters / 4
}

// limit checks the number of texts.
func (q request) limit(own, most, status int, message string) error {
	if most = cmp.Or(most, own); len(q.texts) > most {
		return refuse(status, message, len(q.texts), most)
	}
	return nil
}

// cohere is https://docs.cohere.com/reference/rerank.
type cohere struct{}

func (cohere) read(m members, most int) (request, error) {
	if err := m.only("model", "query", "documents", "top_n", "max_tokens_per_doc", "priority"); err != nil {
		return request{}, err
	}
	q, err := m.common("documents", "top_n", "")
	if err == nil && q.model == "" {
		err = refuse(http.StatusBadRequest, "invalid request: model is required")
	}
	if err == nil {
		err = q.limit(10000, most, http.StatusBadRequest, "invalid request: list of documents must not contain more than %[2]d documents, it has %[1]d")
	}
	return q, err
}

func (cohere) write(q request, results []result) any {
	list := make([]any, len(results))
	for i, r := range results {
		list[i] = map[string]any{"index": r.index, "relevance_score": r.score}
	}
	return map[string]any{
		"id": "00000000-0000-0000-0000-000000000000", "results": list,
		"meta": map[string]any{"api_version": map[string]any{"version": "2"}, "billed_units": map[string]any{"search_units": float64((len(q.texts) + 99) / 100)}},
	}
}

func (cohere) fail(r refusal) any { return map[string]any{"message": r.message} }

// jina is https://api.jina.ai/redoc: texts are repeated unless it is told not
// to.
type jina struct{}

func (jina) read(m members, most int) (request, error) {
	q, err := m.common("documents", "top_n", "return_documents")
	q.echo = q.echo || m["return_documents"] == nil
	if err == nil && q.model == "" {
		err = refuse(http.StatusUnprocessableEntity, "model is required")
	}
	if err == nil {
		err = q.limit(2048, most, http.StatusUnprocessableEntity, "%d documents are more than the %d allowed")
	}
	return q, err
}

func (jina) write(q request, results []result) any {
	return map[string]any{"model": q.model, "object": "list", "usage": map[string]any{"total_tokens": q.tokens()}, "results": withText(q, results)}
}

func (jina) fail(r refusal) any { return map[string]any{"detail": r.message} }

// withText lists results with the text as an object, where it is wanted.
func withText(q request, results []result) []any {
	list := make([]any, len(results))
	for i, r := range results {
		one := map[string]any{"index": r.index, "relevance_score": r.score}
		if q.echo {
			one["document"] = map[string]any{"text": r.text}
		}
		list[i] = one
	}
	return list
}

// voyage is https://docs.voyageai.com/reference/reranker-api: results under
// data, texts as they are.
type voyage struct{}

func (voyage) read(m members, most int) (request, error) {
	if m["top_n"] != nil {
		return request{}, refuse(http.StatusBadRequest, "Argument 'top_n' is not supported by our API")
	}
	q, err := m.common("documents", "top_k", "return_documents")
	if err == nil && q.model == "" {
		err = refuse(http.StatusBadRequest, "model is required")
	}
	if err == nil && slices.Contains(q.texts, "") {
		err = refuse(http.StatusBadRequest, "Input cannot contain empty strings")
	}
	if err == nil {
		err = q.limit(1000, most, http.StatusBadRequest, "the number of documents is %d, above the limit of %d")
	}
	return q, err
}

func (voyage) write(q request, results []result) any {
	list := make([]any, len(results))
	for i, r := range results {
		one := map[string]any{"index": r.index, "relevance_score": r.score}
		if q.echo {
			one["document"] = r.text
		}
		list[i] = one
	}
	return map[string]any{"object": "list", "data": list, "model": q.model, "usage": map[string]any{"total_tokens": q.tokens()}}
}

func (voyage) fail(r refusal) any { return map[string]any{"detail": r.message} }

// tei is Text Embeddings Inference: a bare list, a wrong key without a body.
type tei struct{}

func (tei) read(m members, most int) (request, error) {
	q, err := m.common("texts", "", "return_text")
	if err == nil {
		err = m.get("raw_scores", &q.raw)
	}
	if err == nil {
		err = q.limit(32, most, http.StatusUnprocessableEntity, "batch size %d > maximum allowed batch size %d")
	}
	return q, err
}

func (tei) write(q request, results []result) any {
	list := make([]any, len(results))
	for i, r := range results {
		one := map[string]any{"index": r.index, "score": r.score}
		if q.echo {
			one["text"] = r.text
		}
		list[i] = one
	}
	return list
}

func (tei) fail(r refusal) any {
	switch r.status {
	case http.StatusUnauthorized:
		return nil
	case http.StatusInternalServerError:
		return map[string]any{"error": r.message, "error_type": "Backend"}
	}
	return map[string]any{"error": r.message, "error_type": "Validation"}
}

// compatible is what vLLM, llama.cpp and their like have: Jina's answer, raw
// scores, OpenAI's errors, members that they do not know passed over.
type compatible struct{}

func (compatible) read(m members, most int) (request, error) {
	q, err := m.common("documents", "top_n", "")
	if err == nil {
		err = q.limit(math.MaxInt32, most, http.StatusBadRequest, "%d documents are more than the %d that fit")
	}
	q.raw = true
	return q, err
}

func (compatible) write(q request, results []result) any {
	q.echo = true
	return map[string]any{"id": "rerank-1", "model": q.model, "usage": map[string]any{"prompt_tokens": q.tokens(), "total_tokens": q.tokens()}, "results": withText(q, results)}
}

func (compatible) fail(r refusal) any {
	kind := "BadRequestError"
	if r.status == http.StatusUnauthorized {
		kind = "authentication_error"
	}
	return map[string]any{"error": map[string]any{"message": strings.TrimSpace(r.message), "type": kind, "param": nil, "code": r.status}}
}
