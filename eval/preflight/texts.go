package preflight

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/text"
)

const (
	// elasticTokens is how many tokens of query and text Elastic Rerank reads
	// together; it leaves out the rest of the longer one.
	elasticTokens = 512
	// charactersPerToken is a usual figure for English.
	charactersPerToken = 4
)

// look takes a sample of a reranker's field in: which documents have several
// values, of which the server hands only the first to the model.
func (f *Preflight) look(field string, sample cluster.Response) {
	several, have := 0, 0
	for _, h := range sample.Hits {
		first, ok := h.Value(field)
		if !ok {
			continue
		}
		have++
		if f.lengths == nil {
			f.lengths = make(map[string][]int)
		}
		f.lengths[field] = append(f.lengths[field], utf8.RuneCountInString(first))
		for _, v := range h.Fields {
			if v.Name == field && len(v.Values) > 1 {
				several++
			}
		}
	}
	if several == 0 {
		return
	}
	what := fmt.Sprintf("%s several values in %s", text.Plural(several, "document has", "documents have"), field)
	if sample.Total > int64(len(sample.Hits)) {
		what = fmt.Sprintf("%d of %s looked at have several values in %s", several, text.Count(have, "document"), field)
	}
	f.add(SeverityWarning, what, "the server scores only the first", "put what the reranker should read into one value")
}

// texts estimates how many documents are longer than Elastic Rerank reads.
func (f *Preflight) texts(_ context.Context, _ Inspector, p *plan.Plan) error {
	for _, r := range p.Rerankers {
		e := f.Endpoints[r.InferenceID]
		if _, chunks := r.Extra["chunk_rescorer"]; chunks || r.Outside() || e.Service != "elasticsearch" || !strings.HasPrefix(e.Model, ".rerank-v1") {
			continue
		}
		question := 0 // characters of the longest
		for _, q := range p.Queries {
			question = max(question, utf8.RuneCountInString(q.InferenceText))
		}
		// both are cut where both are long
		room := elasticTokens*charactersPerToken - min(question, elasticTokens*charactersPerToken/2)
		long := 0
		for _, n := range f.lengths[r.Field] {
			if n > room {
				long++
			}
		}
		if long > 0 {
			f.add(SeverityWarning, fmt.Sprintf("about %d of %s looked at (%.0f %%) are longer in %s than the %d tokens that %s reads with a query", long, text.Count(len(f.lengths[r.Field]), "document"),
				100*float64(long)/float64(len(f.lengths[r.Field])), r.Field, elasticTokens, e.Model),
				fmt.Sprintf("what is behind is not scored; this is an estimate of %d characters a token", charactersPerToken), "rerank a shorter field, or chunks of it")
		}
	}
	return nil
}

// collapse names first stages that collapse, which the server does not under
// a reranker.
func (f *Preflight) collapse(_ context.Context, _ Inspector, p *plan.Plan) error {
	for _, stage := range p.FirstStages() {
		reranked := slices.ContainsFunc(p.Systems(), func(s eval.System) bool { return s.FirstStage == stage.Name && s.Outside == nil })
		var kinds map[string]struct {
			Collapse json.RawMessage `json:"collapse"`
		}
		if !reranked || json.Unmarshal(stage.Retriever, &kinds) != nil {
			continue
		}
		for _, settings := range kinds {
			if settings.Collapse != nil {
				at, what := p.Place(stage.Name)
				f.addAt(at, SeverityWarning, what+" has collapse, which the server does not apply under a reranker",
					"the reranker gets and returns documents that the first stage leaves out", "collapse neither, or what the reranker returns")
			}
		}
	}
	return nil
}
