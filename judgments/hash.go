package judgments

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
)

// The hashes say whether two runs judged the same, asked the same and searched
// the same. They cover what a suite means and not how it is written:
// comments, order of queries, order of keys and defaults written out or left
// out change nothing. Each is SHA-256 in hexadecimal.

// JudgmentsHash covers each query's id, its judgments (folded title, id, index
// and grade), and the documents that it excludes.
func (s *Suite) JudgmentsHash() string {
	type judgment struct {
		Title, ID string
		Grade     float64
		Index     string `json:",omitempty"` // what older suites do not have is left out
	}
	excluded := make(map[string][]judgment)
	byQuery := make(map[string][]judgment, len(s.Queries))
	for i := range s.Queries {
		q := &s.Queries[i]
		list := make([]judgment, len(q.Relevant))
		for k, j := range q.Relevant {
			list[k] = judgment{FoldTitle(j.Title), j.ID, j.Grade, j.Index}
			if j.ID != "" {
				// The id decides; the title beside it is for
				// the reader.
				list[k].Title = ""
			}
		}
		slices.SortFunc(list, func(a, b judgment) int {
			return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Index, b.Index), cmp.Compare(a.Grade, b.Grade))
		})
		byQuery[q.ID] = list
		for _, x := range q.Exclude {
			excluded[q.ID] = append(excluded[q.ID], judgment{Title: FoldTitle(x.Title), ID: x.ID, Index: x.Index})
		}
	}
	if len(excluded) > 0 {
		return hashJSON([]any{byQuery, excluded})
	}
	return hashJSON(byQuery)
}

// QueriesHash covers what is asked: each query's id, text, inference text and
// parameters.
func (s *Suite) QueriesHash() string {
	byID := make(map[string][]any, len(s.Queries))
	for i := range s.Queries {
		q := &s.Queries[i]
		byID[q.ID] = []any{q.Text, q.InferenceText}
		if len(q.Params) > 0 {
			byID[q.ID] = append(byID[q.ID], canonicalParams(q.Params))
		}
	}
	return hashJSON(byID)
}

func canonicalParams(params []Param) map[string]json.RawMessage {
	values := make(map[string]json.RawMessage, len(params))
	for _, p := range params {
		values[p.Name] = CanonicalJSON(p.Value)
	}
	return values
}

// SearchHash covers how is searched: the title field, the retrievers, the
// rerankers, the requests and what stands beside them. Where is searched (cluster, index, documents, mappings,
// settings) is left out, because an index of another name may hold the same.
func (s *Suite) SearchHash() string {
	type reranker struct {
		Field, InferenceID string
		Window             int
		MinScore           string
		Extra              map[string]json.RawMessage
		Over               []string   `json:",omitempty"`
		API                *RerankAPI `json:",omitempty"`
	}
	rerankers := make(map[string]reranker, len(s.Search.Rerankers))
	for _, r := range s.Search.Rerankers {
		c := reranker{Field: r.Field, InferenceID: r.InferenceID, Window: r.Window, Over: slices.Sorted(slices.Values(r.Over)), API: r.API.canonical()}
		if r.MinScore != nil {
			c.MinScore = strconv.FormatFloat(*r.MinScore, 'g', -1, 64)
		}
		for key, raw := range r.Extra {
			if c.Extra == nil {
				c.Extra = map[string]json.RawMessage{}
			}
			c.Extra[key] = CanonicalJSON(raw)
		}
		rerankers[r.Name] = c
	}
	// what older suites do not have is left out of their hashes
	return hashJSON(struct {
		TitleField string
		Retriever  json.RawMessage
		Rerankers  map[string]reranker
		Retrievers map[string]json.RawMessage `json:",omitempty"`
		Requests   map[string]json.RawMessage `json:",omitempty"`
		Request    *RequestOptions            `json:",omitempty"`
		Params     map[string]json.RawMessage `json:",omitempty"`
	}{
		s.Search.TitleField, CanonicalJSON(s.Search.Retriever), rerankers,
		s.Search.canonicalRetrievers(), s.Search.canonicalRequests(), s.Search.Request.canonical(), canonicalParams(s.Search.Params),
	})
}

func (s *Search) canonicalRetrievers() map[string]json.RawMessage {
	bodies := make(map[string]json.RawMessage, len(s.Retrievers))
	for _, r := range s.Retrievers {
		bodies[r.Name] = CanonicalJSON(r.Body)
	}
	return bodies
}

func (s *Search) canonicalRequests() map[string]json.RawMessage {
	bodies := make(map[string]json.RawMessage, len(s.Requests))
	for _, r := range s.Requests {
		bodies[r.Name] = CanonicalJSON(r.Body)
		if r.ESQL != "" {
			bodies[r.Name] = jsonString(r.ESQL)
		}
	}
	return bodies
}

// canonical is nil where nothing is set.
func (o RequestOptions) canonical() *RequestOptions {
	o.Position = Position{}
	if o.IsZero() {
		return nil
	}
	o.RuntimeMappings, o.IndicesBoost = CanonicalJSON(o.RuntimeMappings), CanonicalJSON(o.IndicesBoost)
	return &o
}

func (a *RerankAPI) canonical() *RerankAPI {
	if a == nil {
		return nil
	}
	c := *a
	if c.Parameters != nil {
		c.Parameters = CanonicalJSON(c.Parameters)
	}
	return &c
}

// CanonicalJSON writes JSON without white space and with sorted keys; numbers
// keep their text. What is no JSON is returned as it stands.
func CanonicalJSON(raw json.RawMessage) json.RawMessage {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return raw
	}
	out, err := json.Marshal(v)
	if err != nil {
		return raw
	}
	return out
}

// hashJSON hashes a value by its JSON, in which encoding/json sorts the keys
// of maps.
func hashJSON(v any) string {
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(v); err != nil {
		// Only raw JSON that is none can fail, and a loaded suite has
		// none such; a suite made by hand still gets a stable hash.
		h.Write([]byte(err.Error()))
	}
	return hex.EncodeToString(h.Sum(nil))
}
