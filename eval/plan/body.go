package plan

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Request is one search of a query, but for its point in time. One of
// Retriever, Body, ESQL and Reranker is set.
type Request struct {
	System string
	// Retriever is what is searched by.
	Retriever json.RawMessage
	// Body is the whole body of a search, without a size of its own.
	Body json.RawMessage
	// ESQL is the body of an ES|QL query, which knows no point in time.
	ESQL json.RawMessage
	// Reranker scores the hits of FirstStage outside of Elasticsearch, for what
	// Asked says; it is no search.
	Reranker   *judgments.Reranker
	FirstStage string
	Asked      string
	// Fields are fetched with each hit beside the title: what such rerankers
	// read.
	Fields []string
	// Size is how many hits are asked for; of an ES|QL query's rows the first
	// so many are kept.
	Size int
}

// Requests are the searches of a query, one for each system, in the order of
// Systems: a first stage that several rerankers share is searched once.
func (p *Plan) Requests(q judgments.Query) []Request {
	value := p.Suite.Search.Values(&q)
	var requests []Request
	for i := range p.stages {
		stage := &p.stages[i]
		first := stage.own.Fill(value)
		requests = append(requests, Request{System: stage.name, Retriever: first, Fields: p.fields(stage), Size: p.stageDepth(stage)})
		inner := first
		if stage.filtered {
			inner = stage.inner.Fill(value)
		}
		for _, r := range p.over(stage) {
			if r.Outside() {
				requests = append(requests, outside(q, r))
				continue
			}
			requests = append(requests, Request{System: r.Name, Retriever: around(inner, q, r, value), Size: r.Window})
		}
	}
	for i := range p.requests {
		requests = append(requests, p.requests[i].render(value, p.requestSize(&p.requests[i])))
	}
	return requests
}

// FirstStageRequest is the search of a query by a first stage alone, by its
// name.
func (p *Plan) FirstStageRequest(q judgments.Query, name string) Request {
	stage := p.stage(name)
	return Request{System: stage.name, Retriever: stage.own.Fill(p.Suite.Search.Values(&q)), Fields: p.fields(stage), Size: p.stageDepth(stage)}
}

// outside is what a reranker with an API is asked of a query.
func outside(q judgments.Query, r judgments.Reranker) Request {
	return Request{System: r.Name, Reranker: &r, FirstStage: firstOf(r), Asked: q.InferenceText, Size: r.Window}
}

// fields are what the rerankers with an API over a first stage read, beside
// the title.
func (p *Plan) fields(s *stage) []string {
	var fields []string
	for _, r := range p.over(s) {
		if !r.Outside() {
			continue
		}
		for _, f := range r.Reads() {
			if f != p.Suite.Search.TitleField && !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
	}
	return fields
}

// RerankRequest is the search of a query by a reranker of the plan, or by one
// that was made from it.
func (p *Plan) RerankRequest(q judgments.Query, r judgments.Reranker) Request {
	if r.Outside() {
		return outside(q, r)
	}
	value := p.Suite.Search.Values(&q)
	return Request{System: r.Name, Retriever: around(p.stage(firstOf(r)).inner.Fill(value), q, r, value), Size: r.Window}
}

// around puts a reranker around a rendered first stage.
func around(first json.RawMessage, q judgments.Query, r judgments.Reranker, value func(string) json.RawMessage) json.RawMessage {
	b := make([]byte, 0, len(first)+len(q.InferenceText)+200)
	b = append(b, `{"text_similarity_reranker":{"retriever":`...)
	b = append(b, first...)
	b = append(append(b, `,"field":`...), text.JSON(r.Field)...)
	b = append(append(b, `,"inference_text":`...), text.JSON(q.InferenceText)...)
	if r.InferenceID != "" {
		b = append(append(b, `,"inference_id":`...), text.JSON(r.InferenceID)...)
	}
	b = fmt.Appendf(b, `,"rank_window_size":%d`, r.Window)
	if r.MinScore != nil {
		b = fmt.Appendf(b, `,"min_score":%v`, *r.MinScore)
	}
	for _, key := range text.SortedKeys(r.Extra) {
		b = append(append(append(b, ','), text.JSON(key)...), ':')
		b = append(b, judgments.NewTemplate(r.Extra[key]).Fill(value)...)
	}
	return append(b, `}}`...)
}

// Body renders a whole search: from and size are always said, and totals
// never tracked, because servers before 8.19.8, 9.1.8 and 9.2.2 otherwise add
// a hit that was not reranked.
func (p *Plan) Body(r Request, pit string) []byte {
	b := make([]byte, 0, len(r.Retriever)+len(r.Body)+len(pit)+len(p.options)+160)
	b = fmt.Appendf(b, `{"size":%d,"from":0,"track_total_hits":false,"_source":false,"fields":[`, r.Size)
	b = append(b, text.JSON(p.Suite.Search.TitleField)...)
	for _, field := range r.Fields {
		b = append(append(b, ','), text.JSON(field)...)
	}
	b = append(b, ']')
	if r.Body != nil {
		b = append(b, r.Body...)
	} else {
		b = append(append(b, p.options...), `,"retriever":`...)
		b = append(b, r.Retriever...)
	}
	if pit != "" {
		b = append(append(append(b, `,"pit":{"id":`...), text.JSON(pit)...), `,"keep_alive":"10m"}`...)
	}
	return append(b, '}')
}
