package eval

import (
	"math"
	"slices"

	"github.com/releval/releval/judgments"
)

// USDPer1000 is what 1,000 searches of a system cost in dollars, for the mean
// number of documents that it scored in this run; NaN where its price is not
// known, or depends on documents and no query was answered.
func (r *Run) USDPer1000(system string) float64 {
	s := r.Manifest.System(system)
	if s == nil || len(s.Prices) == 0 {
		return math.NaN()
	}
	documents := 0.0
	if s.Kind == KindReranked {
		documents = r.DocumentsScored(system)
	}
	return s.USDPer1000(documents)
}

// USDPer1000 is what 1,000 searches of a system cost in dollars, where each
// scores so many documents; NaN where the price is not known.
func (s *System) USDPer1000(documents float64) float64 {
	if len(s.Prices) == 0 {
		return math.NaN()
	}
	usd := 0.0
	for _, p := range s.Prices {
		usd += p.Of1000(documents, documents*s.Tokens)
	}
	return usd
}

// USDFor is what one request with so many texts and characters costs in dollars,
// by the system's prices; 0 where there are none.
func (s *System) USDFor(texts, characters int) float64 {
	usd := 0.0
	for _, p := range s.Prices {
		usd += p.Of1000(float64(texts), float64(characters)/CharactersPerToken) / 1000
	}
	return usd
}

// ByTokens says whether one of the system's prices is by tokens.
func (s *System) ByTokens() bool {
	return slices.ContainsFunc(s.Prices, func(p judgments.Price) bool { return p.Per == judgments.PerMillionTokens })
}

// DocumentsScored is how many documents a reranker scored for a search, on the
// average over the queries that it and its first stage answered: the first
// stage's hits within the window. NaN where there is no such query.
func (r *Run) DocumentsScored(system string) float64 {
	s := r.Manifest.System(system)
	if s == nil || s.Kind != KindReranked {
		return math.NaN()
	}
	documents, answered := 0, 0
	for i := range r.Queries {
		first, reranked := r.Queries[i].Results[s.FirstStage], r.Queries[i].Results[system]
		if !first.Failed() && !reranked.Failed() {
			documents += min(s.Window, len(first.Hits))
			answered++
		}
	}
	return float64(documents) / float64(answered)
}
