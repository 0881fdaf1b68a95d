package judgments

// Price is what a retriever, a reranker or a request costs beside time.
type Price struct {
	Position `json:"-"`
	// Name is the retriever's, the reranker's or the request's in the suite.
	Name string `json:"name"`
	// USD is the price in dollars, 0 or more, for what Per names.
	USD float64 `json:"usd"`
	// Per is one of the constants.
	Per string `json:"per"`
	// SearchesPerSecond is how many searches an hour's price is shared by
	// each second, where Per is PerHour; else 0.
	SearchesPerSecond float64 `json:"searches_per_second,omitempty"`
}

// What a price may be for.
const (
	PerHour          = "hour"
	PerThousand      = "1000 searches"
	PerDocuments     = "1000 documents"
	PerMillionTokens = "1000000 tokens"
)

// Units are what a price may be for.
var Units = []string{PerHour, PerThousand, PerDocuments, PerMillionTokens}

// Of1000 is the price of 1,000 searches in dollars, where each has so many
// documents scored and so many tokens read on the average.
func (p Price) Of1000(documents, tokens float64) float64 {
	switch p.Per {
	case PerHour:
		return p.USD / (3600 * p.SearchesPerSecond) * 1000
	case PerThousand:
		return p.USD
	case PerDocuments:
		return p.USD * documents
	default:
		return p.USD * tokens / 1000
	}
}

// PricesOf are the prices that a system's costs are the sum of, and whether
// they are known: a request and a retriever must have one of their own, and
// for a reranked system the reranker must, whose retriever costs nothing more
// where no price says so.
func (s *Suite) PricesOf(system *System) (prices []Price, known bool) {
	price := func(name string) bool {
		for _, p := range s.Prices {
			if p.Name == name {
				prices = append(prices, p)
				return true
			}
		}
		return false
	}
	known = price(system.Paid())
	if system.Reranker != nil {
		price(system.Source)
	}
	return prices, known
}

// Paid is the name of that part of a system whose price must be known: its
// reranker, else its retriever or request.
func (s *System) Paid() string {
	switch {
	case s.Request != nil:
		return s.Request.Name
	case s.Reranker != nil:
		return s.Reranker.Name
	}
	return s.Source
}

// Comparison is a pair of systems that a suite asks to compare.
type Comparison struct {
	Position `json:"-"`
	// System is compared with Versus: what it adds to it.
	System string `json:"system"`
	Versus string `json:"versus"`
}
