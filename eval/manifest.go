package eval

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Differences lists, in words, in what the runs of two manifests differ, but
// for when they were run and by which version of releval. Nothing listed
// means that one may go on where the other stopped.
func (m *Manifest) Differences(other *Manifest) []string {
	var found []string
	say := func(what string, a, b any) {
		if a != b {
			found = append(found, fmt.Sprintf("%s (%v, there %v)", what, a, b))
		}
	}
	changed := func(what string, a, b any) {
		if a != b {
			found = append(found, what)
		}
	}
	say("the suite", m.Suite, other.Suite)
	changed("the judgments changed", m.Hashes.Judgments, other.Hashes.Judgments)
	changed("the queries changed", m.Hashes.Queries, other.Hashes.Queries)
	say("the systems", fmt.Sprint(m.Names()), fmt.Sprint(other.Names()))
	for i := range m.Systems {
		if before := other.System(m.Systems[i].Name); before != nil {
			found = append(found, m.Systems[i].differences(before)...)
		}
	}
	say("the index", m.Index, other.Index)
	if !sameIndices(m.Indices, other.Indices) {
		found = append(found, "the documents behind it: "+describe(m.Indices)+", there "+describe(other.Indices))
	}
	changed("the documents of the judged titles changed", m.Hashes.Titles, other.Hashes.Titles)
	say("the title field", m.TitleField, other.TitleField)
	say("the metrics", fmt.Sprint(m.Metrics), fmt.Sprint(other.Metrics))
	if !sameJSON(m.Gates, other.Gates) {
		found = append(found, "the gates changed")
	}
	if !sameJSON(m.Compare, other.Compare) {
		found = append(found, "the comparisons that the suite asks for changed")
	}
	say("the number of queries", m.QueryCount, other.QueryCount)
	say("the repeats", max(1, m.Repeat), max(1, other.Repeat))
	say("the server", m.Cluster.Kind+" "+m.Cluster.Version, other.Cluster.Kind+" "+other.Cluster.Version)
	return found
}

// OneIndex is the name of the index that was searched, where it is known to be
// one; else it is empty.
func (m *Manifest) OneIndex() string {
	if len(m.Indices) != 1 {
		return ""
	}
	return m.Indices[0].Name
}

// ScoredOutside are the systems that are scored outside of Elasticsearch.
func (m *Manifest) ScoredOutside() []string {
	var names []string
	for i := range m.Systems {
		if m.Systems[i].Outside != nil {
			names = append(names, m.Systems[i].Name)
		}
	}
	return names
}

// StandIn says whether a system was reranked by the embedded engine's stand-in.
func (m *Manifest) StandIn() bool {
	return m.Cluster.Embedded() && slices.ContainsFunc(m.Reranked(), func(s System) bool {
		return s.Outside == nil || s.Outside.API == judgments.APIInference && s.Outside.URL == ""
	})
}

// By says by whom a system is scored outside of Elasticsearch.
func (s *System) By() string {
	by := s.Outside.API
	if s.InferenceID != "" {
		by += " " + s.InferenceID
	}
	if origin := judgments.Origin(s.Outside.URL); origin != "" {
		by += " at " + origin
	}
	return by
}

// OutsideNotes say which systems are scored outside of Elasticsearch, and what
// follows for their latencies.
func (m *Manifest) OutsideNotes() []string {
	var notes []string
	for i := range m.Systems {
		s := &m.Systems[i]
		if s.Outside == nil {
			continue
		}
		notes = append(notes, fmt.Sprintf("%s is scored outside Elasticsearch, by %s: its time is that of %s, which fetches the texts (%s), and of the call",
			s.Name, s.By(), s.FirstStage, s.Field))
	}
	return notes
}

// differences lists in what one system differs from one of the same name.
func (s *System) differences(other *System) []string {
	var found []string
	if string(judgments.CanonicalJSON(s.Retriever)) != string(judgments.CanonicalJSON(other.Retriever)) {
		what := "the retriever " + s.Name + " changed"
		if s.Name == FirstStage {
			what = "the first stage changed"
		}
		found = append(found, what)
	}
	a, b := *s, *other
	a.Retriever, b.Retriever, a.Depth, b.Depth = nil, nil, 0, 0
	a.Prices, b.Prices, a.Tokens, b.Tokens = nil, nil, 0, 0 // they change no ranking
	if !sameJSON(a, b) {
		what := "the reranker "
		if s.Kind == KindRequest {
			what = "the request "
		}
		found = append(found, what+s.Name+" changed")
	}
	if s.Depth != other.Depth && s.Kind != KindReranked {
		found = append(found, fmt.Sprintf("the depth (%d, there %d)", s.Depth, other.Depth))
	}
	return found
}

// sameIndices compares what both manifests know: credentials that may not look
// at the index give nothing but its number of documents.
func sameIndices(a, b []IndexInfo) bool {
	known := func(indices []IndexInfo) bool {
		return slices.ContainsFunc(indices, func(i IndexInfo) bool { return i.UUID != "" })
	}
	if known(a) == known(b) {
		return slices.Equal(a, b)
	}
	return documentsIn(a) == documentsIn(b)
}

func documentsIn(indices []IndexInfo) (documents int64) {
	for _, i := range indices {
		documents += i.Documents
	}
	return documents
}

func sameJSON(a, b any) bool {
	left, errLeft := json.Marshal(a)
	right, errRight := json.Marshal(b)
	return errLeft == nil && errRight == nil && string(left) == string(right)
}

func describe(indices []IndexInfo) string {
	if len(indices) == 0 {
		return "unknown"
	}
	said := ""
	for i, index := range indices {
		if i > 0 {
			said += ", "
		}
		said += fmt.Sprintf("%s with %s", index.Name, text.Count(index.Documents, "document"))
		if index.UUID != "" {
			said += " (" + index.UUID + ")"
		}
	}
	return said
}

// SortQueries puts queries into the suite's order.
func SortQueries(queries []Query) {
	slices.SortFunc(queries, func(a, b Query) int { return cmp.Compare(a.Number, b.Number) })
}
