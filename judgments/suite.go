package judgments

import (
	"encoding/json"
	"time"
)

// Suite is one YAML file: how to search, the judged queries, and the gates.
type Suite struct {
	// File is the path that the suite was read from.
	File string
	// Hash is the SHA-256 of the file's bytes in hexadecimal.
	Hash string
	// Name is the suite's name, the file's base name where it gives none.
	Name string
	// Cluster is where the suite itself says to search: "embedded", a URL,
	// or empty.
	Cluster string
	// Search is how each query is searched.
	Search Search
	// Metrics are the names of the metrics as the suite writes them.
	Metrics []MetricName
	// Gates are the conditions that a run must meet, in the suite's order.
	Gates []Gate
	// Prices are what systems cost beside time.
	Prices []Price
	// Compare are pairs of systems that are compared besides those that every
	// run compares.
	Compare []Comparison
	// Queries are the judged queries, in the suite's order.
	Queries []Query
	// Warnings are what the suite may say but seldom means, such as a query
	// without a relevant title, in the order of the file.
	Warnings Problems
}

// Search is how a suite's queries are searched.
type Search struct {
	Position
	// Index is an index or alias, or several separated by commas.
	Index string
	// TitleField is the field whose value identifies a document to the
	// judgments; it stands at TitleFieldPosition.
	TitleField         string
	TitleFieldPosition Position
	// Documents is the path of a file with the documents, already
	// relative to the working directory; empty where the suite has none.
	Documents string
	// Mappings and Settings are for creating the index, as raw JSON; empty
	// where the suite leaves them out.
	Mappings, Settings json.RawMessage
	// Retriever is the first stage as raw JSON, with its placeholders still in
	// it; nil where the suite names its first stages.
	Retriever json.RawMessage
	// RetrieverPosition is where the retriever stands.
	RetrieverPosition Position
	// Retrievers are the first stages of a suite that names them, in its
	// order.
	Retrievers []Retriever
	// Rerankers are what is compared with the first stages, in the suite's
	// order.
	Rerankers []Reranker
	// Requests are whole requests that are compared too.
	Requests []Request
	// Request is what stands beside the retriever in every search.
	Request RequestOptions
	// Params are the values of placeholders for queries that give none
	// themselves.
	Params []Param
}

// Reranker is one text_similarity_reranker around the first stage, or an API
// that scores its hits.
type Reranker struct {
	Position
	// Name is the system's name in reports and gates.
	Name string
	// Field is the document field whose value the reranker reads; empty with
	// API, which has its own.
	Field string
	// InferenceID is the endpoint; empty for the server's default.
	InferenceID string
	// Window is rank_window_size: how many first-stage hits the reranker
	// sees, 1 or more (10 where the suite gives none, as on the server).
	Window int
	// Over are the names of the retrievers that it is put over; nil for all.
	Over []string
	// MinScore drops documents whose raw score is below; nil for none.
	MinScore *float64
	// Extra holds the further settings of the retriever (filter,
	// chunk_rescorer) as raw JSON, sent as they stand.
	Extra map[string]json.RawMessage
	// API is who scores the texts instead of the server; nil for the server.
	API *RerankAPI
}

// MetricName is a metric as a suite writes it.
type MetricName struct {
	Position
	Name string
}

// Query is one judged query.
type Query struct {
	Position
	// ID names the query in runs and reports; made from the text where the
	// suite gives none.
	ID string
	// Text is what the first stage searches for.
	Text string
	// InferenceText is what the reranker is asked: Text where the suite
	// gives none.
	InferenceText string
	// Params are the query's own values of placeholders.
	Params []Param
	// Relevant are the judgments, those of grade 0 included.
	Relevant []Judgment
	// Exclude are documents that count as not returned, such as the query's
	// own: they are taken out of every ranking before it is scored.
	Exclude []Excluded
	// Expect are conditions on single titles.
	Expect []Expectation
	// Tags are the slices that the query belongs to.
	Tags []string
	// Quarantine suspends the query's part in gates; nil for none.
	Quarantine *Quarantine
}

// Judgment says how relevant a document is to a query. Its position is that
// of the title's text, which a renamed title replaces, or that of the entry
// where it has an id alone.
type Judgment struct {
	Position `json:"-"`
	// Title is the value of the title field; may be empty where ID is given.
	Title string `json:"title,omitempty"`
	// ID is the document's _id; it wins over Title where it is given.
	ID string `json:"id,omitempty"`
	// Index is the document's index beside its id, where the suite searches
	// several and their documents may share ids; empty for whichever has it.
	Index string `json:"index,omitempty"`
	// Grade is how relevant: 0 is judged non-relevant, 1 where none is
	// given, never negative.
	Grade float64 `json:"grade"`
}

// Excluded names a document as a Judgment does.
type Excluded struct {
	Position `json:"-"`
	Title    string `json:"title,omitempty"`
	ID       string `json:"id,omitempty"`
	Index    string `json:"index,omitempty"`
}

// Expectation is a condition on where a title ranks. Exactly one of Within,
// NotWithin and Before is set.
type Expectation struct {
	Position
	// Source is the expectation on one line, for messages.
	Source string `json:"source"`
	// Title and ID name the document, as in a Judgment.
	Title string `json:"title,omitempty"`
	ID    string `json:"id,omitempty"`
	// System is the system that must meet it; empty as in a Gate.
	System string `json:"system,omitempty"`
	// Within is the largest rank allowed.
	Within int `json:"within,omitempty"`
	// NotWithin is the rank down to which the title must not be found.
	NotWithin int `json:"not_within,omitempty"`
	// Before is the title that must rank below this one.
	Before string `json:"before,omitempty"`
}

// Quarantine keeps a query out of the gates until a day.
type Quarantine struct {
	Position `json:"-"`
	// Until is the last day, at midnight UTC, on which the query does not
	// gate.
	Until time.Time `json:"until"`
	// Reason is why.
	Reason string `json:"reason"`
}

// Gate is a condition that a run must meet. Which of the limits may stand
// together is checked when the suite is loaded.
type Gate struct {
	Position
	// Source is the gate on one line as the suite writes it, for messages.
	Source string `json:"source"`
	// Metric is a metric's name, or a latency (took_p95, wall_p95, took_p50,
	// wall_p50), a cost (usd_per_1000) or an integrity count (failed,
	// unresolved_titles, dropped_documents).
	Metric string `json:"metric"`
	// System is the system it holds for; empty for every reranked system, or
	// for every system where none is reranked.
	System string `json:"system,omitempty"`
	// Tag restricts it to the queries with the tag; empty for all.
	Tag string `json:"tag,omitempty"`
	// Versus is what is compared with: "", "first-stage" for the first stage of
	// the system itself, "baseline" for a saved run, or the name of a system.
	Versus string `json:"versus,omitempty"`
	// Min and Max are bounds on the value itself; a latency's Max is in
	// milliseconds.
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
	// MinGain is the least gain over Versus.
	MinGain *float64 `json:"min_gain,omitempty"`
	// MaxDrop is the largest drop of the mean against Versus.
	MaxDrop *float64 `json:"max_drop,omitempty"`
	// MaxQueryDrop is the largest drop of any one query against Versus.
	MaxQueryDrop *float64 `json:"max_query_drop,omitempty"`
	// MaxQueries is how many queries may drop by more than MaxQueryDrop,
	// MaxShare which share of them; at most one is set, and none where no
	// query may.
	MaxQueries *int     `json:"max_queries,omitempty"`
	MaxShare   *float64 `json:"max_share,omitempty"`
	// Confidence, where not 0, makes MinGain or MaxDrop hold for the mean of
	// all queries like the suite's, with this confidence, besides that of the
	// suite's own.
	Confidence float64 `json:"confidence,omitempty"`
	// Inconclusive is what an inconclusive verdict counts as:
	// InconclusivePasses, which the empty string stands for, or
	// InconclusiveFails.
	Inconclusive string `json:"inconclusive,omitempty"`
}

// What an inconclusive verdict may count as.
const (
	InconclusivePasses = "pass"
	InconclusiveFails  = "fail"
)
