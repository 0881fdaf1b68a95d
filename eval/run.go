package eval

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/releval/releval/judgments"
)

// FirstStage is the name of the system that searches by a suite's retriever,
// where the suite does not name its retrievers.
const FirstStage = judgments.FirstStage

// Kind says how a system comes to its ranking.
type Kind string

// The kinds of systems.
const (
	// KindRetriever searches by a retriever: a first stage.
	KindRetriever Kind = "retriever"
	// KindReranked puts a reranker over another system's retriever.
	KindReranked Kind = "reranked"
	// KindRequest sends a whole request of the suite.
	KindRequest Kind = "request"
)

// System is what is compared: one way to search, as it was sent.
type System struct {
	// Name is unique in a run.
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	// FirstStage names the system whose hits are reranked; empty for a system
	// that reranks none.
	FirstStage string `json:"first_stage,omitempty"`
	// Reranker is the reranker's name in the suite.
	Reranker string `json:"reranker,omitempty"`
	// Field is the field that the reranker reads, InferenceID its endpoint,
	// empty for the server's default, Window its rank_window_size.
	Field       string                     `json:"field,omitempty"`
	InferenceID string                     `json:"inference_id,omitempty"`
	Window      int                        `json:"window,omitempty"`
	MinScore    *float64                   `json:"min_score,omitempty"`
	Extra       map[string]json.RawMessage `json:"extra,omitempty"`
	// Service and Model are what the endpoint says of itself; empty where it
	// could not be asked.
	Service string `json:"service,omitempty"`
	Model   string `json:"model,omitempty"`
	// Outside is the API that scored the window outside of Elasticsearch; nil
	// for systems that the cluster answers alone.
	Outside *judgments.RerankAPI `json:"outside,omitempty"`
	// Depth is how many hits were asked for.
	Depth int `json:"depth"`
	// Retriever is what is sent, for the kind retriever, with its placeholders
	// still in it.
	Retriever json.RawMessage `json:"retriever,omitempty"`
	// Body or ESQL is what is sent, for the kind request, with its
	// placeholders still in it.
	Body json.RawMessage `json:"body,omitempty"`
	ESQL string          `json:"esql,omitempty"`
	// Prices are what its searches cost, nil where that is not known.
	Prices []judgments.Price `json:"prices,omitempty"`
	// Tokens is how many tokens a document and the query have for the reranker
	// on the average, estimated from characters; 0 where no price is by them.
	Tokens float64 `json:"tokens,omitempty"`
}

// elasticRerank is how the models of Elastic Rerank begin, and how many tokens
// of a query and a text together they read; they leave out the rest of the
// longer one.
const (
	elasticRerank       = ".rerank-v1"
	elasticRerankTokens = 512
)

// ModelTokens is how many tokens of a query and a text together the system's
// model reads; 0 where that is not known, or the server cuts texts into chunks.
func (s *System) ModelTokens() int {
	if _, chunks := s.Extra["chunk_rescorer"]; chunks || s.Outside != nil || s.Service != "elasticsearch" || !strings.HasPrefix(s.Model, elasticRerank) {
		return 0
	}
	return elasticRerankTokens
}

// Run is one execution of a suite against a cluster: what was run, what came
// back for each query, and whether it came to its end.
type Run struct {
	Manifest Manifest
	// Queries are in the suite's order, whatever order they finished in.
	Queries []Query
	// Complete is nil where the run was cut short.
	Complete *Complete
	// Cut says that queries were left out after the run, so that the manifest's
	// hashes are of more queries than these.
	Cut bool
}

// Query is one query of a run: the question, its judgments, and what each
// system answered.
type Query struct {
	Type string `json:"type"` // always "query"
	// Number is the query's place in the suite, from 0.
	Number int    `json:"number"`
	ID     string `json:"id"`
	// Position is the query's place in the suite.
	judgments.Position
	Text string `json:"query"`
	// InferenceText is what the reranker was asked; empty where it was Text.
	InferenceText string   `json:"inference_text,omitempty"`
	Tags          []string `json:"tags,omitempty"`
	// Index is the one index that was searched, whose hits do not name it;
	// empty where there are several, or it is not known.
	Index     string               `json:"-"`
	Judgments []judgments.Judgment `json:"judgments"`
	// Exclude are documents that count as not returned: see Ranked.
	Exclude    []judgments.Excluded    `json:"exclude,omitempty"`
	Expect     []judgments.Expectation `json:"expect,omitempty"`
	Quarantine *judgments.Quarantine   `json:"quarantine,omitempty"`
	// Concurrency is how many queries were in flight where that is not the
	// manifest's number: the run was resumed with another; else 0.
	Concurrency int       `json:"concurrency,omitempty"`
	Results     Results   `json:"results"`
	Repeats     []Results `json:"repeats,omitempty"`
}

// Window are the hits that a reranker was given, as far as its first stage's
// answer tells; nil where that has none.
func (q *Query) Window(reranked *System) []Hit {
	first := q.Results[reranked.FirstStage]
	if first.Failed() {
		return nil
	}
	return first.Hits[:min(reranked.Window, len(first.Hits))]
}

// QuestionLength is how many characters the question has that rerankers were
// asked.
func (q *Query) QuestionLength() int {
	return utf8.RuneCountInString(cmp.Or(q.InferenceText, q.Text))
}

// Results are the answers of the systems, by name.
type Results map[string]*Result

// Result is what one system answered to one query.
type Result struct {
	// Hits are in the order of the server, never sorted again.
	Hits []Hit `json:"hits"`
	// TookMS is the server's own measure in milliseconds, WallMS the time
	// from sending the request to the end of the answer, of the attempt that
	// succeeded alone. Of a system that is scored outside of Elasticsearch they
	// are the first stage's and the call's together.
	TookMS int64   `json:"took_ms"`
	WallMS float64 `json:"wall_ms"`
	// CallMS is the part of both that scoring outside of Elasticsearch took, in
	// milliseconds; 0 for other systems. Untimed says that a part of the scores
	// came from the cache, so that neither it nor TookMS and WallMS say how long
	// an application waits.
	CallMS  float64 `json:"call_ms,omitempty"`
	Untimed bool    `json:"untimed,omitempty"`
	// Attempts is how many requests it took; 0 and 1 mean one.
	Attempts int `json:"attempts,omitempty"`
	// Ties are the ranges of ranks, from 1, whose order the server did not
	// decide: their hits share all that they are sorted by.
	Ties [][2]int `json:"ties,omitempty"`
	// Error is why there is no answer; empty where there is one.
	Error string `json:"error,omitempty"`
	// Refused says that the server refuses the search itself, which it will do
	// again: the query is wrong, or its parameters.
	Refused bool `json:"refused,omitempty"`
	// Warnings are oddities of an answer that is used all the same.
	Warnings []string `json:"warnings,omitempty"`
}

// Failed says whether the system gave no usable answer.
func (r *Result) Failed() bool { return r == nil || r.Error != "" }

// Document is a document as answers show it. The hits of a run share one
// Document for each: it is never changed.
type Document struct {
	// Index is the document's index where the run covers several, else empty.
	Index string `json:"index,omitempty"`
	ID    string `json:"id"`
	// Title is the value of the title field; of several values each is a line
	// of it.
	Title string `json:"title"`
}

// joinTitles makes the title of a document whose title field has these values.
func joinTitles(values []string) string {
	switch len(values) {
	case 0:
		return ""
	case 1:
		return oneLine.Replace(values[0])
	}
	lines := make([]string, len(values))
	for i, v := range values {
		lines[i] = oneLine.Replace(v)
	}
	return strings.Join(lines, "\n")
}

// oneLine makes a title a line. Folding makes the same of it.
var oneLine = strings.NewReplacer("\r\n", " ", "\n", " ")

// HasTitle says whether the document has a title that folds to the given one:
// all of it, or one of its values.
func (d *Document) HasTitle(folded string) bool {
	if judgments.FoldTitle(d.Title) == folded {
		return true
	}
	if !strings.Contains(d.Title, "\n") {
		return false
	}
	for value := range strings.SplitSeq(d.Title, "\n") {
		if judgments.FoldTitle(value) == folded {
			return true
		}
	}
	return false
}

// Titles are the values of the title field; none where it has none.
func (d *Document) Titles() []string {
	if d.Title == "" {
		return nil
	}
	return strings.Split(d.Title, "\n")
}

// Key tells the document from all others of the run.
func (d *Document) Key() Key { return Key{d.Index, d.ID} }

// Key identifies a document of a run.
type Key struct {
	// Index is its index where the run covers several, else empty.
	Index string
	ID    string
}

// String is the document as a run file writes it: its id, with the index
// before it where the run covers several.
func (k Key) String() string {
	if k.Index == "" {
		return k.ID
	}
	return k.Index + "/" + k.ID
}

// Hit is one document of an answer.
type Hit struct {
	*Document
	// Score is the server's float32 _score.
	Score float64 `json:"score"`
}

// Equal says whether two hits are the same document with the same score.
func (h Hit) Equal(other Hit) bool { return *h.Document == *other.Document && h.Score == other.Score }

// Documents keeps one Document for each that the hits of a run name: a run
// names the same ones thousands of times. The zero value is empty. It is not
// for several goroutines at once.
type Documents struct {
	byKey   map[string]*kept
	list    int // the number of the list in hand
	scratch []byte
}

// kept is a document, and the list that it was last met in.
type kept struct {
	*Document
	list int
}

// Share puts the shared documents in the place of the hits' own.
func (d *Documents) Share(hits []Hit) {
	d.List()
	for i, h := range hits {
		hits[i].Document, _ = d.Get([]byte(h.Index), []byte(h.ID), []byte(h.Title))
	}
}

// List begins the next list of hits.
func (d *Documents) List() { d.list++ }

// Get gives the document of that index, id and title, and says whether the
// list in hand has had one of that index and id before. A document that
// changed its title under the run is kept apart.
func (d *Documents) Get(index, id, title []byte) (document *Document, twice bool) {
	d.scratch = append(append(append(d.scratch[:0], index...), 0), id...)
	known := d.byKey[string(d.scratch)]
	if known == nil {
		if d.byKey == nil {
			d.byKey = make(map[string]*kept)
		}
		known = &kept{Document: &Document{Index: string(index), ID: string(id), Title: string(title)}}
		d.byKey[string(d.scratch)] = known
	}
	twice = known.list == d.list
	known.list = d.list
	if known.Title != string(title) {
		return &Document{Index: known.Index, ID: known.ID, Title: string(title)}, twice
	}
	return known.Document, twice
}

// Complete is the last line of a run that came to its end.
type Complete struct {
	Type    string `json:"type"` // always "complete"
	Queries int    `json:"queries"`
	// Failed is how many queries lack the answer of some system.
	Failed   int       `json:"failed"`
	Finished time.Time `json:"finished"`
	// Indices are the indices at the end, to be compared with the manifest's.
	Indices  []IndexInfo `json:"indices,omitempty"`
	Warnings []string    `json:"warnings,omitempty"`
	// Dropped tells apart, by system, the documents that rerankers left out. A
	// system that is not in it was not looked up.
	Dropped map[string]DropReasons `json:"dropped,omitempty"`
	// Usage is what was sent to rerankers outside of Elasticsearch, by system, a
	// resumed run's earlier part left out.
	Usage map[string]Usage `json:"usage,omitempty"`
	// Latency is what was measured after the run; nil where nothing was.
	Latency *Samples `json:"latency,omitempty"`
	// Texts are, by system, the texts that may be longer than its model reads.
	// A system that is not in it was not looked up.
	Texts map[string]Texts `json:"texts,omitempty"`
}

// Samples are searches that were timed one at a time: nothing of releval's was
// in flight beside them.
type Samples struct {
	// Queries are the ids of those that were searched, in their order.
	Queries []string `json:"queries"`
	// Times are by system, then by query.
	Times map[string][]Time `json:"times"`
}

// Time is how long one search took, as a Result has it. It is of no use where
// Error says why there was no answer, or Untimed that it was not timed (see
// Result).
type Time struct {
	TookMS  int64   `json:"took_ms"`
	WallMS  float64 `json:"wall_ms"`
	Error   string  `json:"error,omitempty"`
	Untimed bool    `json:"untimed,omitempty"`
}

// Texts are how long the texts are that a reranker was given.
type Texts struct {
	// Tokens is how many of them the model reads of a query and a text
	// together.
	Tokens int `json:"tokens"`
	// Queries are the ids of the queries whose windows were looked at; nil for
	// all.
	Queries []string `json:"queries,omitempty"`
	// Characters are the lengths of those texts that, by estimate, the model
	// reads only the beginning of with some query, by document as [Key.String]
	// writes it.
	Characters map[string]int `json:"characters,omitempty"`
}

// CharactersPerToken is the usual estimate for English.
const CharactersPerToken = 4

// TooLong estimates whether a model that reads so many tokens of a query and a
// text together leaves out the end of the text. Where both are long it leaves
// out of both.
func TooLong(tokens, query, text int) bool {
	limit := tokens * CharactersPerToken
	return text > limit-min(query, limit/2)
}

// DropReasons are why a reranker left documents out, by id, with the index
// before it where the run covers several. Of a document in none of the lists
// the reason is not known.
type DropReasons struct {
	// NoValue have no value in its field, Filtered do not match its filter,
	// BelowMinScore score below its min_score.
	NoValue       []string `json:"no_value,omitempty"`
	Filtered      []string `json:"filtered,omitempty"`
	BelowMinScore []string `json:"below_min_score,omitempty"`
}

// Failed counts the queries that lack the answer of some system.
func (r *Run) Failed() int {
	failed := 0
	for i := range r.Queries {
		if r.Queries[i].Failed(r.Manifest.Names()) {
			failed++
		}
	}
	return failed
}

// Retryable counts the failed queries that may be answered when they are searched
// again: all but those that the server refuses.
func (r *Run) Retryable() int {
	names, n := r.Manifest.Names(), 0
	for i := range r.Queries {
		for _, s := range names {
			if a := r.Queries[i].Results[s]; a.Failed() && (a == nil || !a.Refused) {
				n++
				break
			}
		}
	}
	return n
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

// Answers are the results of a system's first search and its repeats, as they
// are scored: see Ranked.
func (q *Query) Answers(system string) []*Result {
	all := []*Result{q.Answer(system)}
	for _, repeat := range q.Repeats {
		all = append(all, q.Ranked(repeat[system]))
	}
	return all
}

// Answer is a system's result as it is scored: see Ranked.
func (q *Query) Answer(system string) *Result { return q.Ranked(q.Results[system]) }
