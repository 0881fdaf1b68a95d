package plan

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Request is one search of a query, but for its point in time.
type Request struct {
	System    string
	Retriever json.RawMessage
	Size      int
}

// Requests are the searches of a query: the first stage, then every reranker.
func (p *Plan) Requests(q judgments.Query) []Request {
	first := p.FirstStageRetriever(q)
	requests := []Request{{eval.FirstStage, first, p.Depth}}
	for _, r := range p.Rerankers {
		requests = append(requests, Request{r.Name, around(first, q, r), r.Window})
	}
	return requests
}

// FirstStageRetriever renders the first stage for a query.
func (p *Plan) FirstStageRetriever(q judgments.Query) json.RawMessage {
	text := text.JSON(q.Text)
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
	b = append(append(b, text.JSON(p.Suite.Search.TitleField)...), `],"retriever":`...)
	b = append(b, retriever...)
	if pit != "" {
		b = append(append(append(b, `,"pit":{"id":`...), text.JSON(pit)...), `,"keep_alive":"10m"}`...)
	}
	return append(b, '}')
}
