package plan

import (
	"strings"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Place says where in the suite a system stands, and what it is called there.
func (p *Plan) Place(system string) (judgments.Position, string) {
	for _, s := range p.Suite.Search.Systems() {
		switch {
		case s.Name != system:
		case s.Request != nil:
			return s.Request.Position, "the request " + text.Quote(s.Name)
		case s.Reranker != nil:
			return s.Reranker.Position, "the reranker " + text.Quote(s.Reranker.Name)
		}
	}
	// A first stage apart is refused for the filter in it: the retriever without
	// is searched as well.
	name, filterOf, _ := strings.Cut(system, "/")
	for _, r := range p.Suite.Search.Rerankers {
		if r.Name == filterOf {
			return r.Position, "the filter of the reranker " + text.Quote(r.Name)
		}
	}
	for _, r := range p.Suite.Search.Retrievers {
		if r.Name == name {
			return r.Position, "the retriever " + text.Quote(system)
		}
	}
	return p.Suite.Search.RetrieverPosition, "the retriever"
}
