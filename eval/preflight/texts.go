package preflight

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
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

// Systems are the plan's, with what their endpoints say of themselves.
func (f *Preflight) Systems(p *plan.Plan) []eval.System {
	systems := p.Systems()
	for i := range systems {
		if s := &systems[i]; s.Kind == eval.KindReranked {
			e := f.Endpoints[s.InferenceID]
			s.Service, s.Model = e.Service, e.Model
			if s.Outside != nil && (s.Outside.API != judgments.APIInference || s.Outside.URL != "") {
				s.Service, s.Model = s.Outside.API, s.Outside.Model
			}
		}
	}
	return systems
}

// texts estimates how many documents are longer than Elastic Rerank reads.
func (f *Preflight) texts(_ context.Context, _ Inspector, p *plan.Plan) error {
	for _, r := range f.Systems(p) {
		tokens := r.ModelTokens()
		if tokens == 0 {
			continue
		}
		question := 0 // characters of the longest
		for _, q := range p.Queries {
			question = max(question, utf8.RuneCountInString(q.InferenceText))
		}
		long := 0
		for _, n := range f.lengths[r.Field] {
			if eval.TooLong(tokens, question, n) {
				long++
			}
		}
		if long > 0 {
			f.add(SeverityWarning, fmt.Sprintf("about %d of %s looked at (%.0f %%) are longer in %s than the %d tokens that %s reads with a query", long, text.Count(len(f.lengths[r.Field]), "document"),
				100*float64(long)/float64(len(f.lengths[r.Field])), r.Field, tokens, r.Model),
				fmt.Sprintf("what is behind is not scored; this is an estimate of %d characters a token", eval.CharactersPerToken), "rerank a shorter field, or chunks of it")
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
