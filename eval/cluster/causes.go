package cluster

import (
	"bytes"
	"encoding/json"
)

// serverError is what the body of a failed answer says.
type serverError struct {
	chain   []Cause // the outermost first
	feature string  // of a licence error
	index   string  // that the error is about, where it says
	isJSON  bool
}

// deepest is how many causes are followed: servers nest about five.
const deepest = 32

// decodeError reads the body of a failed answer. It takes whatever shape comes
// along: a body that is no JSON gives an empty chain.
func decodeError(body []byte) serverError {
	var found serverError
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var top map[string]any
	if decoder.Decode(&top) != nil {
		return found
	}
	found.isJSON = true
	switch e := top["error"].(type) {
	case string:
		found.chain = []Cause{{Reason: e}}
	case map[string]any:
		found.follow(e)
	default:
		// Proxies of Elastic Cloud answer {"ok":false,"message":"..."}.
		if message, ok := top["message"].(string); ok {
			found.chain = []Cause{{Reason: message}}
		}
	}
	return found
}

// follow walks from the outer error to its innermost cause. A failed reranking
// hides it under suppressed and then caused_by, a failed shard under
// failed_shards; root_cause repeats the outer error and is only a last resort.
func (s *serverError) follow(node map[string]any) {
	for range deepest {
		cause := Cause{Type: str(node["type"]), Reason: str(node["reason"])}
		if cause != (Cause{}) && (len(s.chain) == 0 || s.chain[len(s.chain)-1] != cause) {
			s.chain = append(s.chain, cause)
		}
		if feature := str(node["license.expired.feature"]); feature != "" {
			s.feature = feature
		}
		if index := str(node["index"]); index != "" {
			s.index = oneLine(index)
		}
		next := object(node["caused_by"])
		if next == nil {
			next = first(node["suppressed"])
		}
		if next == nil {
			if shard := first(node["failed_shards"]); shard != nil {
				next = object(shard["reason"])
			}
		}
		if next == nil && len(s.chain) <= 1 {
			if root := first(node["root_cause"]); root != nil && str(root["reason"]) != cause.Reason {
				next = root
			}
		}
		if next == nil {
			return
		}
		node = next
	}
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// first gives the first element of a list that is an object.
func first(v any) map[string]any {
	list, _ := v.([]any)
	for _, item := range list {
		if m := object(item); m != nil {
			return m
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
