package eval

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Manifest says what exactly was run. Two runs are compared by it first.
type Manifest struct {
	Type   string `json:"type"` // always "manifest"
	Format int    `json:"format"`
	// Tool is the program and its version, such as "releval 0.1.0".
	Tool string `json:"tool"`
	// Suite is the suite's name, File the path it was read from.
	Suite string `json:"suite"`
	File  string `json:"file"`
	// Started is when the first search was sent.
	Started time.Time `json:"started"`
	// Seed is what every random choice derives from.
	Seed    uint64      `json:"seed"`
	Cluster ClusterInfo `json:"cluster"`
	// Index is the index expression searched; Indices are what it stood for.
	Index   string      `json:"index"`
	Indices []IndexInfo `json:"indices,omitempty"`
	// TitleField is the field whose value identifies a document.
	TitleField string `json:"title_field"`
	// Systems are what is compared. A first stage stands before the systems that
	// rerank it.
	Systems []System `json:"systems"`
	// Metrics are the canonical names of the suite's metrics.
	Metrics []string `json:"metrics"`
	// Gates are the suite's gates.
	Gates []judgments.Gate `json:"gates,omitempty"`
	// Compare are the pairs of systems that the suite asks to compare.
	Compare []judgments.Comparison `json:"compare,omitempty"`
	// QueryCount is how many queries the run sets out to search.
	QueryCount int `json:"query_count"`
	// SuiteQueries is how many the suite has, where the run was restricted to
	// fewer; else 0.
	SuiteQueries int `json:"suite_queries,omitempty"`
	// Repeat is how often each query is searched; 0 and 1 mean once.
	Repeat int `json:"repeat,omitempty"`
	// Concurrency is how many queries were in flight; 0 where that was not
	// recorded.
	Concurrency int    `json:"concurrency,omitempty"`
	Hashes      Hashes `json:"hashes"`
	// Unresolved are judged titles and ids that match no document of the
	// index; Ambiguous are titles judged without an id that several documents
	// have. Both are empty where the index was not asked.
	Unresolved []string `json:"unresolved,omitempty"`
	Ambiguous  []string `json:"ambiguous,omitempty"`
	// Notes are what the preflight could not look at, or found odd.
	Notes []string `json:"notes,omitempty"`
}

// ClusterInfo is the server that was searched.
type ClusterInfo struct {
	// Kind is "elasticsearch", "serverless", "embedded" or FromFiles.
	Kind string `json:"kind"`
	// Version is the server's version, empty where it would not say.
	Version string `json:"version,omitempty"`
	// URL is where it was found, without user-info.
	URL string `json:"url,omitempty"`
}

// FromFiles is the kind where nothing was searched: the rankings are from files,
// without times.
const FromFiles = "files"

// Embedded says whether the run was searched on the in-process engine, whose
// reranker is a stand-in.
func (c ClusterInfo) Embedded() bool { return c.Kind == "embedded" }

// IndexInfo is one index behind the index expression.
type IndexInfo struct {
	Name      string `json:"name"`
	UUID      string `json:"uuid,omitempty"`
	Documents int64  `json:"documents"`
}

// Hashes are SHA-256 sums in hexadecimal of what two runs must share to be
// comparable.
type Hashes struct {
	Suite     string `json:"suite"`
	Judgments string `json:"judgments"`
	Queries   string `json:"queries"`
	Search    string `json:"search"`
	// Titles covers the document ids that the judged titles stand for; empty
	// where they were not resolved.
	Titles string `json:"titles,omitempty"`
}

// Names are the systems' names, in their order.
func (m *Manifest) Names() []string {
	names := make([]string, len(m.Systems))
	for i := range m.Systems {
		names[i] = m.Systems[i].Name
	}
	return names
}

// System returns the system of that name, nil where there is none.
func (m *Manifest) System(name string) *System {
	for i := range m.Systems {
		if m.Systems[i].Name == name {
			return &m.Systems[i]
		}
	}
	return nil
}

// Reranked are the systems that rerank another one.
func (m *Manifest) Reranked() []System { return m.ofKind(KindReranked) }

// Retrievers are the systems that search by a retriever alone.
func (m *Manifest) Retrievers() []System { return m.ofKind(KindRetriever) }

func (m *Manifest) ofKind(kind Kind) []System {
	var found []System
	for _, s := range m.Systems {
		if s.Kind == kind {
			found = append(found, s)
		}
	}
	return found
}

// FirstStageOf names the system whose hits the named one reranks; empty where
// it reranks none.
func (m *Manifest) FirstStageOf(system string) string {
	if s := m.System(system); s != nil {
		return s.FirstStage
	}
	return ""
}

// Window returns how many first-stage hits the named system's reranker sees,
// and 0 for a system that reranks none.
func (m *Manifest) Window(system string) int {
	if s := m.System(system); s != nil {
		return s.Window
	}
	return 0
}

// LargestWindow returns the largest window of the run's rerankers, 0 where
// there is none.
func (m *Manifest) LargestWindow() int {
	largest := 0
	for i := range m.Systems {
		largest = max(largest, m.Systems[i].Window)
	}
	return largest
}

// Depth is the largest number of hits that was asked for.
func (m *Manifest) Depth() int {
	deepest := 0
	for i := range m.Systems {
		deepest = max(deepest, m.Systems[i].Depth)
	}
	return deepest
}

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
