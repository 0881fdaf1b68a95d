package plan

import (
	"fmt"
	"math"
	"strconv"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
)

// Cost is what searching a plan takes at most.
type Cost struct {
	Systems, Queries int
	// Timed is how many queries are searched once more for latencies.
	Timed int
	// Further is how many searches come after the run.
	Further int
	// Searches are all of them, Documents those that rerankers score: every
	// window filled.
	Searches, Documents int
	// Sent are those of the documents that are sent outside of Elasticsearch,
	// with so many characters by estimate, and Kept the scores that the cache has
	// for the same queries.
	Sent, Kept int
	Characters float64
	// USD is the sum of the prices that are known, in dollars.
	USD float64
	// Priced says that there is any price, Estimated that tokens are estimated
	// from characters.
	Priced, Estimated bool
	// Several says that a window is billed as several searches.
	Several bool
	// Unknown are the systems that pay for something whose price is not known:
	// those with a reranker, and whole requests.
	Unknown []string
}

// Further says at which windows a system is searched once more after the run; a
// reranker outside of Elasticsearch is asked again for each. It is nil where
// nothing comes after.
type Further func(s *eval.System) []int

// CostOf is what so many searches of each of the systems cost, so many more that
// are timed, and further ones. What is scored outside of Elasticsearch is not
// sent again for what is timed.
func CostOf(systems []eval.System, queries, timed int, further Further) Cost {
	c := Cost{Systems: len(systems), Queries: queries, Timed: timed}
	for i := range systems {
		s := &systems[i]
		queries := queries
		if s.Outside != nil {
			c.Sent += queries * s.Window
			c.Characters += float64(queries*s.Window) * s.Tokens * eval.CharactersPerToken
		} else {
			queries += timed
			c.Searches += queries
		}
		c.Documents += queries * s.Window
		var windows []int
		if further != nil {
			windows = further(s)
		}
		c.Further += len(windows)
		c.Searches += len(windows)
		for _, w := range windows {
			c.Documents += w
			if len(s.Prices) > 0 {
				c.USD += s.USDPer1000(float64(w)) / 1000
			}
			if s.Outside != nil {
				c.Sent += w
				c.Characters += float64(w) * s.Tokens * eval.CharactersPerToken
			}
		}
		switch {
		case len(s.Prices) > 0:
			c.Priced = true
			c.USD += s.USDPer1000(float64(s.Window)) * float64(queries) / 1000
			c.Estimated = c.Estimated || s.ByTokens()
			c.Several = c.Several || s.BilledAsSeveral()
		case s.Kind != eval.KindRetriever:
			c.Unknown = append(c.Unknown, s.Name)
		}
	}
	return c
}

// String says what it costs, on one line.
func (c Cost) String() string {
	said := fmt.Sprintf("%s × %s", text.Count(c.Systems, "system"), text.Count(c.Queries, "query"))
	if c.Timed > 0 {
		said += ", and " + text.Thousands(c.Timed) + " once more for latencies"
	}
	if c.Further > 0 {
		said += ", and up to " + text.Plural(c.Further, "search", "searches") + " afterwards"
	}
	said += ": " + text.Plural(c.Searches, "search", "searches")
	if c.Documents > 0 {
		said += fmt.Sprintf(", at most %s to rerank", text.Count(c.Documents, "document"))
	}
	if c.Sent > 0 {
		said += fmt.Sprintf(", %s of them sent outside Elasticsearch with about %s characters, %s tokens", text.Thousands(c.Sent), text.Thousands(int(c.Characters)), text.Thousands(int(c.Characters/eval.CharactersPerToken)))
		if c.Kept > 0 {
			said += fmt.Sprintf(", but for what the cache has, which holds %s scores for these queries", text.Thousands(c.Kept))
		}
	}
	if c.Priced {
		said += fmt.Sprintf(", at most %s dollars", Dollars(c.USD))
		if c.Estimated {
			said += ", tokens estimated as a quarter of the characters"
		}
		if c.Several {
			said += fmt.Sprintf(", of Cohere a search for each %d documents", eval.DocumentsPerSearchUnit)
		}
		if len(c.Unknown) > 0 {
			said += ", besides " + text.List(c.Unknown, 3) + " of unknown price"
		}
	}
	return said
}

// Dollars prints an amount with two decimals, a small one with as many as it
// takes to show two digits.
func Dollars(usd float64) string {
	decimals := 2
	for ; usd > 0 && decimals < 12 && usd*math.Pow10(decimals) < 10; decimals++ {
	}
	return strconv.FormatFloat(usd, 'f', decimals, 64)
}

// Over says why a limit in dollars forbids the cost; empty where it does not.
func (c Cost) Over(limit float64) string {
	switch {
	case len(c.Unknown) > 0:
		return fmt.Sprintf("the price of %s is not known; give it one under prices, 0 where it costs nothing, or leave it out by --system", text.List(c.Unknown, 5))
	case c.USD > limit:
		return fmt.Sprintf("the run costs up to %s dollars (%s)", Dollars(c.USD), c)
	}
	return ""
}

// Read is what rerankers read of a document, whose length is estimated before a
// run.
type Read struct {
	// Systems are the rerankers, by their places among the plan's systems.
	Systems []int
	// Fields are what makes it up, and Text does so from their first values.
	Fields []string
	Text   func(value func(field string) (string, bool)) (string, bool)
}

// Reads are what the rerankers read that are priced by tokens, or asked outside
// of Elasticsearch.
func (p *Plan) Reads() []Read {
	var reads []Read
	at := make(map[string]int)
	for i, s := range p.Systems() {
		var r Read
		key := s.Field
		switch {
		case s.Outside != nil:
			r.Fields, r.Text = s.Outside.Fields, s.Outside.Text
			key = fmt.Sprintf("%q %q %d", s.Outside.Fields, s.Outside.Template, s.Outside.MaxCharacters)
		case s.ByTokens() && s.Field != "":
			r.Fields = []string{s.Field}
			r.Text = func(value func(string) (string, bool)) (string, bool) { return value(s.Field) }
		default:
			continue
		}
		known, ok := at[key]
		if !ok {
			known = len(reads)
			at[key] = known
			reads = append(reads, r)
		}
		reads[known].Systems = append(reads[known].Systems, i)
	}
	return reads
}

// Tokens estimates how many tokens a reranker reads for one document, whose
// text has so many characters on the average: those and the query's.
func (p *Plan) Tokens(characters float64) float64 {
	asked := 0
	for _, q := range p.Queries {
		asked += len([]rune(q.InferenceText))
	}
	return (characters + float64(asked)/float64(max(1, len(p.Queries)))) / eval.CharactersPerToken
}
