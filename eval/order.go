package eval

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/releval/releval/eval/cluster"
)

// Order is what a server sorts the hits of a system by, as far as that says
// which of them tie. The zero value is the score.
type Order struct {
	// keys is how many sort values decide; 0 for the score.
	keys int
	// unknown says that equal scores are told apart by something that answers
	// do not show.
	unknown bool
}

// Known says whether ties can be told.
func (o Order) Known() bool { return !o.unknown }

// Sorted says whether a sort decides the order, and not the score.
func (o Order) Sorted() bool { return o.keys > 0 }

// Order says what the system's hits are sorted by. A reranked list goes by its
// scores, whatever the first stage goes by.
func (s *System) Order() Order {
	switch s.Kind {
	case KindReranked:
		return Order{}
	case KindRetriever:
		return orderOf(s.Retriever)
	}
	var body struct {
		Retriever json.RawMessage `json:"retriever"`
		Sort      json.RawMessage `json:"sort"`
	}
	switch {
	case json.Unmarshal(s.Body, &body) != nil: // rows of ES|QL
		return Order{unknown: true}
	case body.Retriever != nil:
		return orderOf(body.Retriever)
	}
	return Order{keys: sortKeys(body.Sort)}
}

// orderOf reads a retriever. A sort counts only in a standard retriever that
// is the outermost: answers of a compound do not show the sort values of what
// is inside it. rrf tells documents of equal score apart by their ranks in its
// lists, and so do retrievers that keep the order of the one inside; one of a
// kind that is not known here may do so.
func orderOf(retriever json.RawMessage) Order {
	var kinds map[string]struct {
		Sort      json.RawMessage `json:"sort"`
		Retriever json.RawMessage `json:"retriever"`
	}
	if json.Unmarshal(retriever, &kinds) != nil || len(kinds) != 1 {
		return Order{unknown: true}
	}
	for kind, r := range kinds {
		switch kind {
		case "standard":
			return Order{keys: sortKeys(r.Sort)}
		case "knn", "linear", "rescorer", "text_similarity_reranker":
			return Order{}
		case "pinned", "rule", "diversify":
			return Order{unknown: orderOf(r.Retriever).unknown}
		}
	}
	return Order{unknown: true}
}

// sortKeys counts the criteria of a sort that say something of a document: the
// place that it happens to have in a shard, _shard_doc, is none. A sort by the
// score alone is no sort.
func sortKeys(sort json.RawMessage) int {
	var list []json.RawMessage
	if json.Unmarshal(sort, &list) != nil {
		list = []json.RawMessage{sort}
	}
	keys, own := 0, false
	add := func(name string, settings json.RawMessage) {
		if name != "_shard_doc" {
			keys++
			own = own || name != "_score" || bytes.Contains(settings, []byte(`"asc"`))
		}
	}
	for _, item := range list {
		var name string
		var settings map[string]json.RawMessage
		switch {
		case json.Unmarshal(item, &name) == nil && name != "":
			add(name, nil)
		case json.Unmarshal(item, &settings) == nil:
			for name, order := range settings {
				add(name, order)
			}
		}
	}
	if !own {
		return 0
	}
	return keys
}

// Ties are the ranges of ranks, from 1, whose hits share all that they are
// sorted by, so that chance put one before the other. Scores are compared as
// the float32 that the server computes with. Nil where there is none, or none
// can be told.
func (o Order) Ties(hits []cluster.Hit) [][2]int {
	if o.unknown {
		return nil
	}
	return runs(len(hits), func(i, j int) bool { return o.equal(hits[i], hits[j]) })
}

func (o Order) equal(a, b cluster.Hit) bool {
	if o.keys == 0 {
		return float32(a.Score) == float32(b.Score)
	}
	if len(a.Sort) < o.keys || len(b.Sort) < o.keys {
		return false // the server does not show its sort values
	}
	for i := range o.keys {
		if a.Sort[i] != b.Sort[i] {
			return false
		}
	}
	return true
}

// TiesOf finds the ties of a list of which only the scores are known, as in
// files that do not record ties: none where a sort decided the order.
func (o Order) TiesOf(hits []Hit) [][2]int {
	if o.unknown || o.Sorted() {
		return nil
	}
	return runs(len(hits), func(i, j int) bool { return float32(hits[i].Score) == float32(hits[j].Score) })
}

// TieNotes say of which systems ties cannot be told, and why.
func (m *Manifest) TieNotes() []string {
	var notes []string
	for i := range m.Systems {
		s := &m.Systems[i]
		switch o := s.Order(); {
		case !o.Known():
			notes = append(notes, fmt.Sprintf("%s: no ties are assumed, because the server may tell equal scores apart by what its answers do not show", s.Name))
		case o.Sorted() && m.Format == 1:
			notes = append(notes, fmt.Sprintf("%s: no ties are assumed, because its retriever sorts, and a run file of format 1 has no sort values", s.Name))
		}
	}
	return notes
}

// runs lists the ranges, from 1, of two or more neighbours that are equal.
func runs(n int, equal func(i, j int) bool) [][2]int {
	var ranges [][2]int
	for start := 0; start < n; {
		end := start + 1
		for end < n && equal(start, end) {
			end++
		}
		if end-start > 1 {
			ranges = append(ranges, [2]int{start + 1, end})
		}
		start = end
	}
	return ranges
}
