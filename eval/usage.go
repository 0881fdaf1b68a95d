package eval

import (
	"fmt"

	"github.com/releval/releval/eval/text"
)

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
