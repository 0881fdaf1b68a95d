package cluster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// check turns an answer that cannot be trusted into an Error: one that is
// partial, late, has no hits object, more hits than asked for, or one twice. Ranks is an empty map to work with,
// and is left empty.
func (r *decoded) check(size int, ranks map[string]int) *Error {
	switch {
	case r.timedOut:
		return &Error{Kind: KindPartial, What: "the search ran out of time on the server, so that hits may be missing", Hint: "take the timeout out of the search, or lower --concurrency"}
	case r.Shards.Failed > 0:
		return &Error{Kind: KindPartial, Type: r.failure.Type, Reason: r.failure.Reason,
			What: fmt.Sprintf("%d of %d shards failed, so that hits may be missing", r.Shards.Failed, r.Shards.Total),
			Hint: "look at GET /_cluster/health"}
	case r.remote > 0:
		return &Error{Kind: KindPartial, What: "a remote cluster was left out, so that hits may be missing", Hint: "look at GET /_remote/info"}
	case !r.hasHits:
		return &Error{Kind: KindInvalidResponse, What: "the answer holds no hits object"}
	case size > 0 && len(r.Hits) > size:
		return &Error{Kind: KindWrongHits, What: fmt.Sprintf("the answer holds %d hits where %d were asked for", len(r.Hits), size)}
	}
	defer clear(ranks)
	return r.checkHits(ranks)
}

// checkHits looks for hits without an id, and for one that comes twice.
// They are looked up by id, which is mostly unique over indices too.
func (r *decoded) checkHits(ranks map[string]int) *Error {
	for rank, h := range r.Hits {
		if h.ID == "" {
			return &Error{Kind: KindInvalidResponse, What: fmt.Sprintf("hit %d of the answer has no _id", rank+1)}
		}
		before, twice := ranks[h.ID]
		if !twice {
			ranks[h.ID] = rank
			continue
		}
		for _, other := range r.Hits[before:rank] {
			if other.ID == h.ID && other.Index == h.Index {
				return &Error{Kind: KindWrongHits, What: fmt.Sprintf("the answer holds document %q of index %q twice", oneLine(h.ID), oneLine(h.Index)),
					Hint: "the server ranks wrongly: search a single index, or use a later release"}
			}
		}
	}
	return nil
}

// firstFailure gives the innermost cause of the first failed shard.
func firstFailure(raw []byte) Cause {
	var shards []struct {
		Reason map[string]any `json:"reason"`
	}
	if json.Unmarshal(raw, &shards) != nil || len(shards) == 0 {
		return Cause{}
	}
	var s serverError
	s.follow(shards[0].Reason)
	if len(s.chain) == 0 {
		return Cause{}
	}
	return s.chain[len(s.chain)-1]
}

// unreadable is the Error for a body of a successful answer that cannot be
// decoded.
func unreadable(body []byte, contentType string, err error) *Error {
	e := &Error{Kind: KindInvalidResponse, cause: err}
	start := bytes.TrimLeft(body, " \t\r\n")
	kind, _, _ := strings.Cut(contentType, ";")
	switch {
	case len(start) == 0:
		e.What = "the answer is empty"
	case start[0] == '<':
		e.What = "the answer is a web page, not JSON"
		e.Hint = "check the address, and proxies in between"
	case !isJSONType(contentType):
		e.What = fmt.Sprintf("the answer is of type %q, not JSON", oneLine(kind))
		e.Hint = "check the address, and proxies in between"
	default:
		e.What = fmt.Sprintf("the answer is not complete JSON (%v)", err)
	}
	return e
}

// isJSONType accepts application/json and Elasticsearch's vendor types. An
// answer without a type is given the benefit of the doubt.
func isJSONType(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	return kind == "" || kind == "application/json" || strings.HasPrefix(kind, "application/vnd.elasticsearch+json")
}
