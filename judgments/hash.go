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

// JudgmentsHash covers each query's id and its judgments: folded title, id
// and grade.
func (s *Suite) JudgmentsHash() string {
	type judgment struct {
		Title, ID string
		Grade     float64
	}
	byQuery := make(map[string][]judgment, len(s.Queries))
	for i := range s.Queries {
		q := &s.Queries[i]
		list := make([]judgment, len(q.Relevant))
		for k, j := range q.Relevant {
			list[k] = judgment{FoldTitle(j.Title), j.ID, j.Grade}
			if j.ID != "" {
				// The id decides; the title beside it is for
				// the reader.
				list[k].Title = ""
			}
		}
		slices.SortFunc(list, func(a, b judgment) int {
			return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Grade, b.Grade))
		})
		byQuery[q.ID] = list
	}
	return hashJSON(byQuery)
}

// QueriesHash covers what is asked: each query's id, text and inference text.
func (s *Suite) QueriesHash() string {
	byID := make(map[string][2]string, len(s.Queries))
	for i := range s.Queries {
		q := &s.Queries[i]
		byID[q.ID] = [2]string{q.Text, q.InferenceText}
	}
	return hashJSON(byID)
}

// SearchHash covers how is searched: the title field, the retriever and the
// rerankers. Where is searched (cluster, index, documents, mappings,
// settings) is left out, because an index of another name may hold the same.
func (s *Suite) SearchHash() string {
	type reranker struct {
		Field, InferenceID string
		Window             int
		MinScore           string
		Extra              map[string]json.RawMessage
	}
	rerankers := make(map[string]reranker, len(s.Search.Rerankers))
	for _, r := range s.Search.Rerankers {
		c := reranker{Field: r.Field, InferenceID: r.InferenceID, Window: r.Window}
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
	return hashJSON(struct {
		TitleField string
		Retriever  json.RawMessage
		Rerankers  map[string]reranker
	}{s.Search.TitleField, CanonicalJSON(s.Search.Retriever), rerankers})
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
