package cluster

import (
	"time"
)

// Response is the answer to one search.
type Response struct {
	// Hits are in the server's order, at most as many as asked for, none
	// twice.
	Hits []Hit
	// Total is the number of matches, -1 where the server did not count.
	Total int64
	// Took is the server's own time, from the answer.
	Took time.Duration
	// Wall is the time from sending the request to having read the whole
	// answer, of the attempt that succeeded: no retry and no wait is in it.
	Wall time.Duration
	// Attempts is how often the request was sent, 1 or more.
	Attempts int
	// PIT is the id under which the point in time goes on, "" without one.
	PIT string
	// Shards counts the shards that answered.
	Shards Shards

	// fields and values are where the hits' fields and their values lie.
	fields []Field
	values []string
}

// Shards counts the shards of a search.
type Shards struct {
	Total, Successful, Skipped, Failed int
}

// Hit is one document of an answer.
type Hit struct {
	Index, ID string
	// Score is NaN where the server gave none, as when it sorts by a field.
	Score float64
	// Fields are those that the search asked for under "fields", in the
	// server's order.
	Fields []Field
}

// Field is a fetched field of a hit. Values that are not strings are given as
// the JSON that they came as; null is left out.
type Field struct {
	Name   string
	Values []string
}

// Value gives the first value of a field, and whether there is one.
func (h Hit) Value(field string) (string, bool) {
	for _, f := range h.Fields {
		if f.Name == field && len(f.Values) > 0 {
			return f.Values[0], true
		}
	}
	return "", false
}

// decoded is a Response and what was wrong with it.
type decoded struct {
	Response
	timedOut bool
	failure  Cause // of the first failed shard
	remote   int   // remote clusters that were left out
	hasHits  bool
}
