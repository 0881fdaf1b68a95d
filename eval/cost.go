package eval

import (
	"fmt"
	"math"
	"slices"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// USDPer1000 is what 1,000 searches of a system cost in dollars, for the mean
// number of documents that it scored in this run; NaN where its price is not
// known, or depends on documents and no query was answered.
func (r *Run) USDPer1000(system string) float64 {
	s := r.Manifest.System(system)
	if s == nil {
		return math.NaN()
	}
	return r.USDPer1000At(s, s.Window)
}

// USDPer1000At is the same for another window of the system, of at most as many
// documents as its first stage was searched for.
func (r *Run) USDPer1000At(s *System, window int) float64 {
	switch {
	case len(s.Prices) == 0:
		return math.NaN()
	case s.Kind != KindReranked:
		return s.usdPer1000(0, 1)
	}
	scored := r.scored(s, window)
	units := 1.0
	if s.billsByDocuments() && len(scored) > 0 {
		units = 0
		for _, documents := range scored {
			units += s.searchUnits(float64(documents))
		}
		units /= float64(len(scored))
	}
	return s.usdPer1000(mean(scored), units)
}

// USDPer1000 is what 1,000 searches of a system cost in dollars, where each
// scores so many documents; NaN where the price is not known.
func (s *System) USDPer1000(documents float64) float64 {
	return s.usdPer1000(documents, s.searchUnits(documents))
}

// usdPer1000 has the search units of the reranker as well.
func (s *System) usdPer1000(documents, units float64) float64 {
	if len(s.Prices) == 0 {
		return math.NaN()
	}
	usd := 0.0
	for _, p := range s.Prices {
		usd += p.Of1000(documents, documents*s.Tokens) * s.times(p, units)
	}
	return usd
}

// USDFor is what one request with so many texts and characters costs in dollars,
// by the system's prices; 0 where there are none.
func (s *System) USDFor(texts, characters int) float64 {
	usd := 0.0
	for _, p := range s.Prices {
		usd += p.Of1000(float64(texts), float64(characters)/CharactersPerToken) / 1000 * s.times(p, s.searchUnits(float64(texts)))
	}
	return usd
}

// times is how often a price is paid for a search: the reranker's by searches
// once for each search unit, every other once.
func (s *System) times(p judgments.Price, units float64) float64 {
	if p.Per == judgments.PerThousand && p.Name == s.Reranker {
		return units
	}
	return 1
}

// DocumentsPerSearchUnit is how many documents of a request Cohere bills as one
// search (https://cohere.com/pricing).
const DocumentsPerSearchUnit = 100

// billsByDocuments says whether the reranker's service bills a large window as
// several searches.
func (s *System) billsByDocuments() bool {
	return s.Outside != nil && s.Outside.API == judgments.APICohere
}

// searchUnits are the searches that the reranker's service bills for one with so
// many documents: one, or for Cohere one for each hundred of a request.
func (s *System) searchUnits(documents float64) float64 {
	if !s.billsByDocuments() {
		return 1
	}
	units, batch := 0.0, float64(s.Outside.Batch)
	if batch > 0 {
		full := math.Floor(documents / batch)
		units, documents = full*math.Ceil(batch/DocumentsPerSearchUnit), documents-full*batch
	}
	return max(1, units+math.Ceil(documents/DocumentsPerSearchUnit))
}

// BilledAsSeveral says whether one of the system's prices is by searches, of
// which its service bills several for its window.
func (s *System) BilledAsSeveral() bool {
	units := s.searchUnits(float64(s.Window))
	return slices.ContainsFunc(s.Prices, func(p judgments.Price) bool { return s.times(p, units) > 1 })
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
	return mean(r.scored(s, s.Window))
}

// scored is how many documents the reranker of a system scores at a window, for
// each query that it and its first stage answered.
func (r *Run) scored(s *System, window int) (documents []int) {
	for i := range r.Queries {
		first, reranked := r.Queries[i].Results[s.FirstStage], r.Queries[i].Results[s.Name]
		if !first.Failed() && !reranked.Failed() {
			documents = append(documents, min(window, len(first.Hits)))
		}
	}
	return documents
}

// mean is NaN of nothing.
func mean(counts []int) float64 {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return float64(sum) / float64(len(counts))
}

// Usage is what a run sent to a reranker outside of Elasticsearch.
type Usage struct {
	// Requests were answered, in Attempts; Texts were sent in them, and Cached
	// others were known from before.
	Requests int `json:"requests"`
	Attempts int `json:"attempts"`
	Texts    int `json:"texts"`
	Cached   int `json:"cached,omitempty"`
	// Characters are those of the texts, and of the query with each.
	Characters int `json:"characters,omitempty"`
	// Tokens and SearchUnits are what the service says it billed, 0 where it
	// does not say.
	Tokens      float64 `json:"tokens,omitempty"`
	SearchUnits float64 `json:"search_units,omitempty"`
}

// Add adds what was sent besides.
func (u *Usage) Add(more Usage) {
	u.Requests += more.Requests
	u.Attempts += more.Attempts
	u.Texts += more.Texts
	u.Cached += more.Cached
	u.Characters += more.Characters
	u.Tokens += more.Tokens
	u.SearchUnits += more.SearchUnits
}

// String says it on one line.
func (u Usage) String() string {
	said := fmt.Sprintf("%s with %s", text.Count(u.Requests, "request"), text.Count(u.Texts, "text"))
	if u.Attempts > u.Requests {
		said += fmt.Sprintf(" in %d attempts", u.Attempts)
	}
	if u.Cached > 0 {
		said += fmt.Sprintf(", %s from the cache", text.Count(u.Cached, "text"))
	}
	if u.Tokens > 0 {
		said += fmt.Sprintf(", %.0f tokens by the service's count", u.Tokens)
	}
	if u.SearchUnits > 0 {
		said += fmt.Sprintf(", %.0f search units", u.SearchUnits)
	}
	return said
}
