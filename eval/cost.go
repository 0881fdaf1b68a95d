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
	documents := 0.0
	if s.Kind == KindReranked {
		documents = r.DocumentsScored(system)
	}
	return r.Manifest.USDPer1000(s, documents)
}

// USDPer1000 is what 1,000 searches of a system cost in dollars, where each
// scores so many documents. Beside systems with a price a first stage without
// one costs nothing; NaN where the price is not known.
func (m *Manifest) USDPer1000(s *System, documents float64) float64 {
	priced := func(o System) bool { return len(o.Prices) > 0 }
	if s.Kind != KindReranked && !priced(*s) && slices.ContainsFunc(m.Systems, priced) {
		return 0
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
