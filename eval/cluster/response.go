package cluster

import (
	"fmt"
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
	// Sort are the values that the server sorted by, where it shows them, each
	// as the JSON that it came as.
	Sort []string
}

// Field is a fetched field of a hit. Values that are not strings are given as
// the JSON that they came as; null is left out.
type Field struct {
	Name   string
	Values []string
}

// Values gives the values of a field, none where there are none.
func (h Hit) Values(field string) []string {
	if field == "_id" {
		return []string{h.ID}
	}
	for _, f := range h.Fields {
		if f.Name == field {
			return f.Values
		}
	}
	return nil
}

// Value gives the first value of a field, and whether there is one. Every hit has
// an _id, also where the server does not show it as a field.
func (h Hit) Value(field string) (string, bool) {
	values := h.Values(field)
	if len(values) == 0 {
		return "", false
	}
	return values[0], true
}

// decoded is a Response and what was wrong with it.
type decoded struct {
	Response
	timedOut bool
	failure  Cause // of the first failed shard
	remote   int   // remote clusters that were left out
	hasHits  bool
}

// check turns an answer that cannot be trusted into an Error: one that is
// partial, late, has no hits object, more hits than asked for, or one twice. Ranks is an empty map to work with,
// and is left empty.
func (r *decoded) check(size int, ranks map[string]int) *Error {
	switch {
	case r.timedOut:
		return &Error{Kind: KindPartial, What: "the search ran out of time on the server, so hits may be missing", Hint: "remove the timeout from the search, or lower --concurrency"}
	case r.Shards.Failed > 0:
		return &Error{Kind: KindPartial, Type: r.failure.Type, Reason: r.failure.Reason,
			What: fmt.Sprintf("%d of %d shards failed, so hits may be missing", r.Shards.Failed, r.Shards.Total),
			Hint: "check GET /_cluster/health"}
	case r.remote > 0:
		return &Error{Kind: KindPartial, What: "a remote cluster was skipped, so hits may be missing", Hint: "check GET /_remote/info"}
	case !r.hasHits:
		return &Error{Kind: KindInvalidResponse, What: "the answer has no hits object"}
	case size > 0 && len(r.Hits) > size:
		return &Error{Kind: KindWrongHits, What: fmt.Sprintf("the answer has %d hits where %d were asked for", len(r.Hits), size)}
	}
	defer clear(ranks)
	return r.checkHits(ranks)
}

// checkHits looks for hits without an id, and for one that comes twice.
// They are looked up by id, which is mostly unique over indices too.
func (r *decoded) checkHits(ranks map[string]int) *Error {
	for rank, h := range r.Hits {
		if h.ID == "" {
			return &Error{Kind: KindInvalidResponse, What: fmt.Sprintf("hit %d of the answer has no _id", rank+1)}
		}
		before, twice := ranks[h.ID]
		if !twice {
			ranks[h.ID] = rank
			continue
		}
		for _, other := range r.Hits[before:rank] {
			if other.ID == h.ID && other.Index == h.Index {
				return &Error{Kind: KindWrongHits, What: fmt.Sprintf("the answer contains document %q of index %q twice", oneLine(h.ID), oneLine(h.Index)),
					Hint: "the server ranks wrongly: search a single index, or use a later release"}
			}
		}
	}
	return nil
}
