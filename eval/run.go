package eval

import (
	"encoding/json"
	"time"
)

// FirstStage is the name of the system that searches without a reranker.
const FirstStage = "first-stage"

// Format is the version of the run file that this package writes, and the
// only one it reads.
const Format = 1

// Run is one execution of a suite against a cluster: what was run, what came
// back for each query, and whether it came to its end.
type Run struct {
	Manifest Manifest
	// Queries are in the suite's order, whatever order they finished in.
	Queries []Query
	// Complete is nil where the run was cut short.
	Complete *Complete
}

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
	// Retriever is the first stage with {{query}} still in it.
	Retriever json.RawMessage `json:"retriever"`
	// Systems are the names of what is compared, the first stage first.
	Systems []string `json:"systems"`
	// Rerankers describe the systems after the first.
	Rerankers []Reranker `json:"rerankers"`
	// Depth is how many first-stage hits were asked for.
	Depth int `json:"depth"`
	// Metrics are the canonical names of the suite's metrics.
	Metrics []string `json:"metrics"`
	// Gates are the suite's gates.
	Gates []Gate `json:"gates,omitempty"`
	// QueryCount is how many queries the run sets out to search.
	QueryCount int `json:"query_count"`
	// SuiteQueries is how many the suite has, where the run was restricted to
	// fewer; else 0.
	SuiteQueries int `json:"suite_queries,omitempty"`
	// Repeat is how often each query is searched; 0 and 1 mean once.
	Repeat int    `json:"repeat,omitempty"`
	Hashes Hashes `json:"hashes"`
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
	// Kind is "elasticsearch", "serverless" or "embedded".
	Kind string `json:"kind"`
	// Version is the server's version, empty where it would not say.
	Version string `json:"version,omitempty"`
	// URL is where it was found, without user-info.
	URL string `json:"url,omitempty"`
}

// Embedded says whether the run was searched on the in-process engine, whose
// reranker is a stand-in.
func (c ClusterInfo) Embedded() bool { return c.Kind == "embedded" }

// IndexInfo is one index behind the index expression.
type IndexInfo struct {
	Name      string `json:"name"`
	UUID      string `json:"uuid,omitempty"`
	Documents int64  `json:"documents"`
}

// Reranker is one system's reranker as it was sent.
type Reranker struct {
	Name        string                     `json:"name"`
	Field       string                     `json:"field"`
	InferenceID string                     `json:"inference_id,omitempty"`
	Window      int                        `json:"window"`
	MinScore    *float64                   `json:"min_score,omitempty"`
	Extra       map[string]json.RawMessage `json:"extra,omitempty"`
	// Service and Model are what the endpoint says of itself; empty where it
	// could not be asked.
	Service string `json:"service,omitempty"`
	Model   string `json:"model,omitempty"`
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

// Gate is a suite's gate as the run file keeps it.
type Gate struct {
	Source       string   `json:"source"`
	Line         int      `json:"line,omitempty"`
	Column       int      `json:"column,omitempty"`
	Metric       string   `json:"metric"`
	System       string   `json:"system,omitempty"`
	Tag          string   `json:"tag,omitempty"`
	Versus       string   `json:"versus,omitempty"`
	Min          *float64 `json:"min,omitempty"`
	Max          *float64 `json:"max,omitempty"`
	MinGain      *float64 `json:"min_gain,omitempty"`
	MaxDrop      *float64 `json:"max_drop,omitempty"`
	MaxQueryDrop *float64 `json:"max_query_drop,omitempty"`
	Confidence   float64  `json:"confidence,omitempty"`
}

// Query is one query of a run: the question, its judgments, and what each
// system answered.
type Query struct {
	Type string `json:"type"` // always "query"
	// Number is the query's place in the suite, from 0.
	Number int    `json:"number"`
	ID     string `json:"id"`
	Text   string `json:"query"`
	// InferenceText is what the reranker was asked; empty where it was Text.
	InferenceText string      `json:"inference_text,omitempty"`
	Line          int         `json:"line,omitempty"`
	Column        int         `json:"column,omitempty"`
	Tags          []string    `json:"tags,omitempty"`
	Judgments     []Judgment  `json:"judgments"`
	Expect        []Expect    `json:"expect,omitempty"`
	Quarantine    *Quarantine `json:"quarantine,omitempty"`
	Results       Results     `json:"results"`
	Repeats       []Results   `json:"repeats,omitempty"`
}

// Results are the answers of the systems, by name.
type Results map[string]*Result

// Judgment is a judged document of a query.
type Judgment struct {
	Title string  `json:"title,omitempty"`
	ID    string  `json:"id,omitempty"`
	Grade float64 `json:"grade"`
}

// Expect is an expectation on a query as the run file keeps it.
type Expect struct {
	Source    string `json:"source"`
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	Title     string `json:"title,omitempty"`
	ID        string `json:"id,omitempty"`
	System    string `json:"system,omitempty"`
	Within    int    `json:"within,omitempty"`
	NotWithin int    `json:"not_within,omitempty"`
	Before    string `json:"before,omitempty"`
}

// Quarantine is a query's quarantine as the run file keeps it.
type Quarantine struct {
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

// Result is what one system answered to one query.
type Result struct {
	// Hits are in the order of the server, never sorted again.
	Hits []Hit `json:"hits"`
	// TookMS is the server's own measure in milliseconds, WallMS the time
	// from sending the request to the end of the answer, of the attempt that
	// succeeded alone.
	TookMS int64   `json:"took_ms"`
	WallMS float64 `json:"wall_ms"`
	// Attempts is how many requests it took; 0 and 1 mean one.
	Attempts int `json:"attempts,omitempty"`
	// Error is why there is no answer; empty where there is one.
	Error string `json:"error,omitempty"`
	// Warnings are oddities of an answer that is used all the same.
	Warnings []string `json:"warnings,omitempty"`
}

// Failed says whether the system gave no usable answer.
func (r *Result) Failed() bool { return r == nil || r.Error != "" }

// Hit is one document of an answer.
type Hit struct {
	// Index is the hit's index where the run covers several, else empty.
	Index string `json:"index,omitempty"`
	ID    string `json:"id"`
	Title string `json:"title"`
	// Score is the server's float32 _score.
	Score float64 `json:"score"`
}

// Document tells the hit's document from all others of the run.
func (h Hit) Document() Document { return Document{h.Index, h.ID} }

// Document identifies a document of a run.
type Document struct {
	// Index is its index where the run covers several, else empty.
	Index string
	ID    string
}

// String is the document as a run file writes it: its id, with the index
// before it where the run covers several.
func (d Document) String() string {
	if d.Index == "" {
		return d.ID
	}
	return d.Index + "/" + d.ID
}

// Complete is the last line of a run that came to its end.
type Complete struct {
	Type    string `json:"type"` // always "complete"
	Queries int    `json:"queries"`
	// Failed is how many queries lack the answer of some system.
	Failed   int       `json:"failed"`
	Finished time.Time `json:"finished"`
	// Indices are the indices at the end, to be held against the manifest's.
	Indices  []IndexInfo `json:"indices,omitempty"`
	Warnings []string    `json:"warnings,omitempty"`
	// Dropped tells apart, by system, the documents that rerankers with a
	// min_score left out.
	Dropped map[string]DropReasons `json:"dropped,omitempty"`
}

// DropReasons are why a reranker with a min_score left documents out, by id,
// with the index before it where the run covers several. A document in neither
// list was not looked up.
type DropReasons struct {
	NoValue       []string `json:"no_value,omitempty"`
	BelowMinScore []string `json:"below_min_score,omitempty"`
}

// Window returns how many first-stage hits the named system's reranker sees,
// and 0 for the first stage itself or an unknown name.
func (m *Manifest) Window(system string) int {
	for _, r := range m.Rerankers {
		if r.Name == system {
			return r.Window
		}
	}
	return 0
}

// LargestWindow returns the largest window of the run's rerankers, 0 where
// there is none.
func (m *Manifest) LargestWindow() int {
	largest := 0
	for _, r := range m.Rerankers {
		largest = max(largest, r.Window)
	}
	return largest
}

// Failed counts the queries that lack the answer of some system.
func (r *Run) Failed() int {
	failed := 0
	for i := range r.Queries {
		if r.Queries[i].Failed(r.Manifest.Systems) {
			failed++
		}
	}
	return failed
}

// Failed says whether one of the systems gave no usable answer to the query.
func (q *Query) Failed(systems []string) bool {
	for _, s := range systems {
		if q.Results[s].Failed() {
			return true
		}
	}
	return false
}

// Answers are the results of a system's first search and its repeats.
func (q *Query) Answers(system string) []*Result {
	all := []*Result{q.Results[system]}
	for _, repeat := range q.Repeats {
		all = append(all, repeat[system])
	}
	return all
}
