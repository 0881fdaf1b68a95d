package query

// Query is a query over typed fields, ready to be evaluated. It depends on the
// mapping it was parsed with, but on no document.
type Query interface{ query() }

type (
	// matchAll matches every document with score 1.
	matchAll struct{}
	// matchNone matches nothing.
	matchNone struct{}
	// term matches documents that have a term in a text or keyword field.
	term struct{ field, term string }
	// phrase matches terms at given distances; slop is how many moves of
	// terms are allowed.
	phrase struct {
		field     string
		terms     []string
		positions []int32
		slop      int
	}
	// boolean combines clauses as Lucene's BooleanQuery does.
	boolean struct {
		must, should, filter, mustNot []Query
		minShould                     int
	}
	// disMax takes the best score, plus tie times the sum of the others.
	disMax struct {
		queries []Query
		tie     float32
	}
	// constant scores every match with the boost alone.
	constant struct{ inner Query }
	// boosted multiplies the scores of a query.
	boosted struct {
		inner Query
		boost float32
	}
	// ids matches documents by id.
	ids struct{ values []string }
	// exists matches documents with a value in any of the fields.
	exists struct{ fields []string }
	// terms matches documents with any of the terms, with score 1.
	terms struct {
		field string
		terms []string
	}
	// prefix matches terms that begin so, with score 1.
	prefix struct{ field, prefix string }
	// longRange and doubleRange match numbers between two bounds, inclusive.
	longRange struct {
		field     string
		low, high int64
	}
	doubleRange struct {
		field     string
		low, high float64
	}
	// termRange matches keywords between two bounds.
	termRange struct {
		field             string
		low, high         *string
		openLow, openHigh bool // the bound itself does not match
	}
)

func (matchAll) query()    {}
func (matchNone) query()   {}
func (term) query()        {}
func (phrase) query()      {}
func (boolean) query()     {}
func (disMax) query()      {}
func (constant) query()    {}
func (boosted) query()     {}
func (ids) query()         {}
func (exists) query()      {}
func (terms) query()       {}
func (prefix) query()      {}
func (longRange) query()   {}
func (doubleRange) query() {}
func (termRange) query()   {}

// MatchAll is the query of a search that has none.
func MatchAll() Query { return matchAll{} }

// Filtered restricts a query by filters, which do not change its scores.
func Filtered(q Query, filters []Query) Query {
	if len(filters) == 0 {
		return q
	}
	return boolean{must: []Query{q}, filter: filters}
}

// boost wraps a query where the boost is not 1.
func boost(q Query, by float32) Query {
	if by == 1 {
		return q
	}
	return boosted{q, by}
}

// OnlyFiltered matches what passes the filters, with score 0.
func OnlyFiltered(filters []Query) Query { return boolean{filter: filters} }
