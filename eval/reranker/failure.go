package reranker

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/releval/releval/eval/cluster"
)

// explain says what a failed answer of an API means: who is asked, and with
// which variable's key, is in the words.
func (c *client) explain(status int, header http.Header, body []byte) cluster.PostFailure {
	reason := reasonOf(body)
	f := cluster.PostFailure{Reason: reason}
	says := func(fragments ...string) bool {
		for _, fragment := range fragments {
			if strings.Contains(strings.ToLower(reason), fragment) {
				return true
			}
		}
		return false
	}
	switch {
	case status >= 300 && status < 400:
		f.Kind, f.What = cluster.KindConfig, c.origin+" redirects elsewhere"
		f.Hint = "no key is sent on; name the address that it redirects to as url"
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		f.Kind, f.What = cluster.KindUnauthorized, fmt.Sprintf("%s refuses the key in %s", c.origin, c.variable)
		f.Hint = "check that it belongs to this service, is not expired, and was copied in full"
		if c.variable == "" {
			f.What, f.Hint = c.origin+" requires a key, and none is given", "name the environment variable that holds it by key_env"
		}
	case status == http.StatusPaymentRequired, says("insufficient_quota", "insufficient balance", "exceeded your current quota"):
		f.Kind, f.What, f.Hint = cluster.KindProvider, "the account at "+c.origin+" has nothing left to pay with", "top it up, or use another key"
	case status == http.StatusNotFound:
		f.Kind, f.What = cluster.KindMissingEndpoint, fmt.Sprintf("%s knows no such path or model (%s)", c.origin, c.subject())
		f.Hint = "check url and model"
	case status == http.StatusTooManyRequests:
		f.Kind, f.What, f.Hint = cluster.KindThrottled, c.origin+" asks for fewer requests", "set requests_per_minute to what your plan allows"
	case status == http.StatusRequestTimeout:
		f.Kind, f.What = cluster.KindTimeout, c.origin+" gave up waiting"
	case status == http.StatusRequestEntityTooLarge, status == http.StatusUnprocessableEntity, status == http.StatusBadRequest,
		status >= 500 && says("too large to process", "context size"):
		f.Kind, f.What, f.Refused = cluster.KindInvalidRequest, "the server refuses the request", true
		switch {
		case says("batch"):
			f.Hint = "set batch to what the server takes"
		case status == http.StatusRequestEntityTooLarge, says("token", "too large", "too long", "context", "length"):
			f.Hint = "lower max_characters, or batch"
		}
	case status == http.StatusFailedDependency, status == http.StatusNotImplemented:
		f.Kind, f.What, f.Hint = cluster.KindUnsupported, "the server cannot rerank", "check which model it serves, and how it was started"
	case status == http.StatusInternalServerError, status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		f.Kind, f.What = cluster.KindUnavailable, c.origin+" is unavailable"
	case status >= 500:
		f.Kind, f.What = cluster.KindServer, "the server failed"
	default:
		f.Kind, f.What, f.Refused = cluster.KindInvalidRequest, "the server refuses the request", true
	}
	return f
}

// reasonOf finds what a server says of a failure: Cohere and Mixedbread under
// message, Jina, Voyage and Infinity under detail, TEI under error, vLLM,
// llama.cpp and OpenAI under error.message. What is no JSON is repeated as text,
// unless it is a web page.
func reasonOf(body []byte) string {
	var answer struct {
		Message json.RawMessage `json:"message"`
		Detail  json.RawMessage `json:"detail"`
		Error   json.RawMessage `json:"error"`
		Type    json.RawMessage `json:"error_type"`
	}
	text := strings.TrimSpace(string(body))
	if json.Unmarshal(body, &answer) != nil {
		var said string
		if json.Unmarshal(body, &said) == nil {
			return said
		}
		if strings.HasPrefix(text, "<") {
			return "a web page"
		}
		return text
	}
	for _, raw := range []json.RawMessage{answer.Error, answer.Message, answer.Detail} {
		if said := words(raw); said != "" {
			if kind := words(answer.Type); kind != "" {
				said += " (" + kind + ")"
			}
			return said
		}
	}
	return text
}

// words are what a member of an error says: a text, an object's message or msg,
// or the first of a list of those, with the place that it is about.
func words(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var object struct {
		Message, Msg, Type, Code json.RawMessage
		Loc                      []any
	}
	if json.Unmarshal(raw, &object) == nil {
		said := words(object.Message) + words(object.Msg)
		if kind := words(object.Type); kind != "" && said != "" {
			said += " (" + kind + ")"
		}
		if len(object.Loc) > 0 && said != "" {
			said = strings.Trim(strings.ReplaceAll(fmt.Sprint(object.Loc), " ", "."), "[]") + ": " + said
		}
		return said
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
		return words(list[0])
	}
	return ""
}
