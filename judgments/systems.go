package judgments

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Retriever is a named first stage.
type Retriever struct {
	Position
	// Name is the system's name in reports and gates.
	Name string
	// Body is an Elasticsearch retriever as raw JSON, with placeholders.
	Body json.RawMessage
}

// Request is a whole request, as the application sends it: exactly one of Body
// and ESQL is set.
type Request struct {
	Position
	// Name is the system's name in reports and gates.
	Name string
	// Body is the body of a _search as raw JSON, with placeholders.
	Body json.RawMessage
	// Size is the size that the body gives; 0 where it gives none.
	Size int
	// ESQL is an ES|QL query with named parameters, such as ?query.
	ESQL string
}

// RequestOptions are members of every search that stand beside the retriever.
type RequestOptions struct {
	Position
	// Routing and Preference are given when the point in time is opened.
	Routing, Preference string
	// RuntimeMappings and IndicesBoost are raw JSON, nil for none.
	RuntimeMappings, IndicesBoost json.RawMessage
	// MinScore drops documents of a lower score; nil for none.
	MinScore *float64
	// Timeout is a time limit of the server's own, such as "2s"; empty for
	// none.
	Timeout string
}

// IsZero says whether nothing is set.
func (o RequestOptions) IsZero() bool {
	return o.Routing == "" && o.Preference == "" && o.RuntimeMappings == nil && o.IndicesBoost == nil && o.MinScore == nil && o.Timeout == ""
}

// System is one way to search that a suite sets up.
type System struct {
	// Name is unique: the retriever's, the request's, or "bm25+elastic" for
	// the reranker elastic over the retriever bm25. Where the suite has one
	// retriever without a name they are first-stage and the rerankers' names.
	Name string
	// Path is where the first stage or the request stands in the suite, such
	// as search.retrievers.bm25.
	Path string
	// Retriever is the first stage, of its own or below the reranker, with the
	// filter of the reranker that has it for itself; nil for a request.
	Retriever json.RawMessage
	// Source is the retriever's name in the suite, first-stage where it has
	// none; empty for a request.
	Source string
	// FirstStage is the system whose hits Reranker gets; both are empty for
	// one that reranks none.
	FirstStage string
	Reranker   *Reranker
	// Request is the whole request, nil for the others.
	Request *Request
}

// Systems are what a suite compares: every first stage before what reranks
// it, then the requests. A reranker with a filter sees other documents than
// the retriever finds, so its first stage is searched with the filter: where
// all rerankers over a retriever have that filter it is the retriever's own
// system, else a first stage apart, such as "bm25/elastic" or
// "first-stage/elastic".
func (s *Search) Systems() []System {
	var systems []System
	if s.Retriever != nil || len(s.Retrievers)+len(s.Requests) == 0 {
		systems = s.over(System{Name: FirstStage, Path: "search.retriever", Retriever: s.Retriever}, func(r *Reranker) string { return r.Name })
	}
	for _, stage := range s.Retrievers {
		own := System{Name: stage.Name, Path: "search.retrievers." + stage.Name, Retriever: stage.Body}
		systems = append(systems, s.over(own, func(r *Reranker) string { return stage.Name + "+" + r.Name })...)
	}
	for i := range s.Requests {
		r := &s.Requests[i]
		systems = append(systems, System{Name: r.Name, Path: "search.requests." + r.Name, Request: r})
	}
	return systems
}

// over is a retriever and the rerankers over it, which are named by name.
func (s *Search) over(own System, name func(*Reranker) string) []System {
	own.Source = own.Name
	retriever := own.Retriever
	var rerankers []*Reranker
	shared := true // one filter, or none
	for i := range s.Rerankers {
		if r := &s.Rerankers[i]; r.isOver(own.Name) {
			rerankers = append(rerankers, r)
			shared = shared && r.filter() == rerankers[0].filter()
		}
	}
	if shared && len(rerankers) > 0 {
		own.Retriever = filtered(retriever, rerankers[0].Extra["filter"])
	}
	systems := []System{own}
	var apart []System // with a first stage of their own
	for _, r := range rerankers {
		reranked := own
		reranked.Name, reranked.Retriever = name(r), retriever
		reranked.FirstStage, reranked.Reranker = own.Name, r
		if shared || r.filter() == "" {
			systems = append(systems, reranked)
			continue
		}
		first := own
		first.Name, first.Retriever = own.Name+"/"+r.Name, filtered(retriever, r.Extra["filter"])
		reranked.FirstStage = first.Name
		apart = append(apart, first, reranked)
	}
	return append(systems, apart...)
}

// filter is the reranker's filter in one spelling, empty for none.
func (r *Reranker) filter() string { return string(CanonicalJSON(r.Extra["filter"])) }

func (r *Reranker) isOver(retriever string) bool {
	for _, name := range r.Over {
		if name == retriever {
			return true
		}
	}
	return r.Over == nil
}

// filtered puts a filter into a retriever, beside its own: what the server does
// with a reranker's filter.
func filtered(retriever, filter json.RawMessage) json.RawMessage {
	if filter == nil {
		return retriever
	}
	var out []byte
	err := rawParts(retriever, func(kind string, settings jsontext.Value) error {
		out = append(append(append(out, '{'), kind...), ":{"...)
		var all []byte
		if err := rawParts(settings, func(key string, value jsontext.Value) error {
			if key == `"filter"` {
				all = listed(all, json.RawMessage(value))
				return nil
			}
			out = append(append(append(append(out, key...), ':'), value...), ',')
			return nil
		}); err != nil {
			return err
		}
		out = append(append(append(out, `"filter":[`...), listed(all, filter)...), "]}}"...)
		return nil
	})
	if err != nil {
		return retriever
	}
	return out
}

// listed adds a query, or a list of queries without its brackets. What a
// placeholder stands for may be either, and a bool query takes both.
func listed(to []byte, filter json.RawMessage) []byte {
	switch filter = bytes.TrimSpace(filter); {
	case len(filter) > 1 && filter[0] == '[':
		filter = bytes.TrimSpace(filter[1 : len(filter)-1])
	case len(filter) > 1 && filter[0] == '"':
		filter = slices.Concat([]byte(`{"bool":{"filter":`), filter, []byte("}}"))
	}
	if len(to) > 0 && len(filter) > 0 {
		to = append(to, ',')
	}
	return append(to, filter...)
}

// Systems are the names of what a suite compares, in their order.
func (s *Suite) Systems() []string {
	systems := s.Search.Systems()
	names := make([]string, len(systems))
	for i := range systems {
		names[i] = systems[i].Name
	}
	return names
}

// compound says whether a retriever hands on what others find, rather than
// searching by itself.
func compound(retriever json.RawMessage) bool {
	kind := RetrieverKind(retriever)
	return kind != "standard" && kind != "knn"
}

// RetrieverKind is the type of a retriever, such as standard or rrf; empty for
// what is none.
func RetrieverKind(retriever json.RawMessage) string {
	kind := ""
	_ = rawParts(retriever, func(key string, _ jsontext.Value) error {
		return json.Unmarshal([]byte(key), &kind)
	})
	return kind
}

// searched is the retriever that a system searches by, nil for a request
// without one.
func (s *System) searched() json.RawMessage {
	if s.Request == nil {
		return s.Retriever
	}
	var found json.RawMessage
	_ = rawParts(s.Request.Body, func(key string, value jsontext.Value) error {
		if key == `"retriever"` {
			found = json.RawMessage(value.Clone())
		}
		return nil
	})
	return found
}
