package eval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

// placeholder is what a retriever has in the place of the query's text.
const placeholder = "{{query}}"

// Overrides are what the command line changes in a suite. The zero value
// changes nothing.
type Overrides struct {
	// Metrics replace the suite's list.
	Metrics []string
	// Rerankers keep only those of the suite with these names.
	Rerankers []string
	// Window and InferenceID replace every reranker's.
	Window      int
	InferenceID string
	// QueryGlob keeps only the queries whose id matches (path.Match).
	QueryGlob string
	// Tag keeps only the queries with this tag.
	Tag string
}

// Plan is what a run will do, before anything is sent: the systems, the
// queries, and the bodies of the searches.
type Plan struct {
	Suite   *judgments.Suite
	Metrics []metrics.Metric
	// Rerankers are the suite's after the overrides.
	Rerankers []judgments.Reranker
	Queries   []judgments.Query
	// Depth is the size of the first-stage search: the largest window or
	// cutoff.
	Depth int

	retriever [][]byte // the retriever split at the placeholders
	numbers   []int    // the places of the queries in the suite
}

// NewPlan works out what to search. Problems with the suite's own metrics
// come with their place.
func NewPlan(suite *judgments.Suite, o Overrides) (*Plan, error) {
	p := &Plan{Suite: suite, Rerankers: suite.Search.Rerankers}
	if err := p.chooseMetrics(o.Metrics); err != nil {
		return nil, err
	}
	if err := p.chooseRerankers(o); err != nil {
		return nil, err
	}
	if err := p.chooseQueries(o.QueryGlob, o.Tag); err != nil {
		return nil, err
	}
	for _, r := range p.Rerankers {
		p.Depth = max(p.Depth, r.Window)
	}
	for _, m := range p.Metrics {
		p.Depth = max(p.Depth, m.Cutoff())
	}
	p.Depth = max(p.Depth, 10)
	p.retriever = bytes.Split(suite.Search.Retriever, []byte(placeholder))
	return p, nil
}

func (p *Plan) chooseMetrics(named []string) error {
	var problems judgments.Problems
	seen := make(map[metrics.Metric]bool)
	add := func(name string, at judgments.Position) error {
		m, err := metrics.Parse(name)
		if err == nil && !m.IsMean() && !m.IsCount() {
			err = fmt.Errorf("%s is a geometric mean over the queries, and has no value for each, which systems are compared by: name %s here, or compute it with releval eval", m, strings.TrimPrefix(m.String(), "gm_"))
		}
		if err != nil {
			if at.Line > 0 {
				problems = append(problems, judgments.Problem{Position: at, Message: err.Error()})
				return nil
			}
			return fmt.Errorf("--metric: %w", err)
		}
		if !seen[m] {
			seen[m] = true
			p.Metrics = append(p.Metrics, m)
		}
		return nil
	}
	for _, name := range named {
		if err := add(name, judgments.Position{}); err != nil {
			return err
		}
	}
	if len(named) == 0 {
		for _, name := range p.Suite.Metrics {
			if err := add(name.Name, name.Position); err != nil {
				return err
			}
		}
	}
	return problems.ErrorOrNil()
}

func (p *Plan) chooseRerankers(o Overrides) error {
	if len(o.Rerankers) > 0 {
		byName := make(map[string]judgments.Reranker)
		var names []string
		for _, r := range p.Rerankers {
			byName[r.Name] = r
			names = append(names, r.Name)
		}
		p.Rerankers = nil
		for _, name := range o.Rerankers {
			r, ok := byName[name]
			if !ok {
				return fmt.Errorf("--reranker: the suite has no reranker %q, it has %s", name, strings.Join(names, ", "))
			}
			p.Rerankers = append(p.Rerankers, r)
			delete(byName, name)
		}
	}
	changed := make([]judgments.Reranker, len(p.Rerankers))
	for i, r := range p.Rerankers {
		if o.Window > 0 {
			r.Window = o.Window
		}
		if o.InferenceID != "" {
			r.InferenceID = o.InferenceID
		}
		changed[i] = r
	}
	p.Rerankers = changed
	return nil
}

func (p *Plan) chooseQueries(glob, tag string) error {
	for i, q := range p.Suite.Queries {
		matched := true
		if glob != "" {
			var err error
			if matched, err = path.Match(glob, q.ID); err != nil {
				return fmt.Errorf("--query: %q is not a pattern: %w", glob, err)
			}
		}
		if matched && (tag == "" || slices.Contains(q.Tags, tag)) {
			p.Queries = append(p.Queries, q)
			p.numbers = append(p.numbers, i)
		}
	}
	switch {
	case len(p.Queries) > 0 || glob == "" && tag == "":
		return nil
	case tag == "":
		return fmt.Errorf("--query: no query id of the suite matches %q", glob)
	default:
		return fmt.Errorf("--tag: no query that was asked for has the tag %q", tag)
	}
}

// Systems are the names of what is compared, the first stage first.
func (p *Plan) Systems() []string {
	names := []string{FirstStage}
	for _, r := range p.Rerankers {
		names = append(names, r.Name)
	}
	return names
}

// Request is one search of a query, but for its point in time.
type Request struct {
	System    string
	Retriever json.RawMessage
	Size      int
}

// Requests are the searches of a query: the first stage, then every reranker.
func (p *Plan) Requests(q judgments.Query) []Request {
	first := p.FirstStageRetriever(q)
	requests := []Request{{FirstStage, first, p.Depth}}
	for _, r := range p.Rerankers {
		requests = append(requests, Request{r.Name, around(first, q, r), r.Window})
	}
	return requests
}

// FirstStageRetriever renders the first stage for a query.
func (p *Plan) FirstStageRetriever(q judgments.Query) json.RawMessage {
	text := quoted(q.Text)
	return bytes.Join(p.retriever, text[1:len(text)-1])
}

// RerankRetriever renders a reranker around the first stage for a query.
func (p *Plan) RerankRetriever(q judgments.Query, r judgments.Reranker) json.RawMessage {
	return around(p.FirstStageRetriever(q), q, r)
}

// around puts a reranker around a rendered first stage.
func around(first json.RawMessage, q judgments.Query, r judgments.Reranker) json.RawMessage {
	b := make([]byte, 0, len(first)+len(q.InferenceText)+200)
	b = append(b, `{"text_similarity_reranker":{"retriever":`...)
	b = append(b, first...)
	b = append(append(b, `,"field":`...), quoted(r.Field)...)
	b = append(append(b, `,"inference_text":`...), quoted(q.InferenceText)...)
	if r.InferenceID != "" {
		b = append(append(b, `,"inference_id":`...), quoted(r.InferenceID)...)
	}
	b = fmt.Appendf(b, `,"rank_window_size":%d`, r.Window)
	if r.MinScore != nil {
		b = fmt.Appendf(b, `,"min_score":%v`, *r.MinScore)
	}
	for _, key := range sortedKeys(r.Extra) {
		b = append(append(append(b, ','), quoted(key)...), ':')
		b = append(b, r.Extra[key]...)
	}
	return append(b, `}}`...)
}

// Body renders a whole search: from and size are always said, and totals
// never tracked, because servers before 8.19.8, 9.1.8 and 9.2.2 otherwise add
// a hit that was not reranked.
func (p *Plan) Body(retriever json.RawMessage, size int, pit string) []byte {
	b := make([]byte, 0, len(retriever)+len(pit)+160)
	b = fmt.Appendf(b, `{"size":%d,"from":0,"track_total_hits":false,"_source":false,"fields":[`, size)
	b = append(append(b, quoted(p.Suite.Search.TitleField)...), `],"retriever":`...)
	b = append(b, retriever...)
	if pit != "" {
		b = append(append(append(b, `,"pit":{"id":`...), quoted(pit)...), `,"keep_alive":"10m"}`...)
	}
	return append(b, '}')
}

// quoted gives a string as JSON, without escaping <, > and &.
func quoted(s string) []byte {
	if isPlain(s) {
		return append(append(append(make([]byte, 0, len(s)+2), '"'), s...), '"')
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		return []byte(`""`) // a string always encodes
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
