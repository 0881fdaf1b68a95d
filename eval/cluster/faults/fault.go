package faults

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// Kind is a kind of trouble.
type Kind string

// The kinds.
const (
	// None passes the request on.
	None Kind = ""
	// Slow answers late, by Fault.Delay.
	Slow Kind = "slow"
	// Throttled answers 429.
	Throttled Kind = "429"
	// ThrottledRetryAfter is Throttled with a Retry-After of 0 seconds.
	ThrottledRetryAfter Kind = "429 with Retry-After"
	// Unavailable answers 503.
	Unavailable Kind = "503"
	// BadGateway answers 502 with an HTML page, as a load balancer does.
	BadGateway Kind = "502 as HTML"
	// Reset breaks the connection before any answer.
	Reset Kind = "reset"
	// ResetMidBody breaks the connection in the middle of the answer.
	ResetMidBody Kind = "reset mid-body"
	// Truncated ends the answer early, with a length that fits.
	Truncated Kind = "truncated JSON"
	// HalfOpen takes the request and never answers.
	HalfOpen Kind = "half-open"
	// ShardFailure says that a shard failed and leaves out hits.
	ShardFailure Kind = "shard failure"
	// TimedOut says that the search ran out of time and leaves out hits.
	TimedOut Kind = "timed out"
	// ColdModel answers as a model that is still starting.
	ColdModel Kind = "cold model"
	// WrongType answers with a content type that is not JSON.
	WrongType Kind = "wrong content type"
)

// Kinds lists every kind of trouble.
func Kinds() []Kind {
	return []Kind{
		Slow, Throttled, ThrottledRetryAfter, Unavailable, BadGateway, Reset, ResetMidBody,
		Truncated, HalfOpen, ShardFailure, TimedOut, ColdModel, WrongType,
	}
}

// Fault is one trouble.
type Fault struct {
	Kind Kind
	// Delay is how late Slow is.
	Delay time.Duration
}

// Schedule decides the fault of a request: n counts all requests from 0. It
// must be safe for concurrent use.
type Schedule func(n int, r *http.Request) Fault

// Never passes everything on.
func Never(int, *http.Request) Fault { return Fault{} }

// First gives the fault to the first count searches, then none.
func First(count int, f Fault) Schedule {
	return onSearches(func(n int) Fault {
		if n < count {
			return f
		}
		return Fault{}
	})
}

// Every gives the fault to every period-th search.
func Every(period int, f Fault) Schedule {
	return onSearches(func(n int) Fault {
		if n%period == period-1 {
			return f
		}
		return Fault{}
	})
}

// Mixture gives a share of all searches a random fault of the kinds. The same
// seed gives the same faults in the same order.
func Mixture(seed uint64, share float64, kinds []Kind) Schedule {
	return onSearches(func(n int) Fault {
		random := rand.New(rand.NewPCG(seed, uint64(n)))
		if random.Float64() >= share {
			return Fault{}
		}
		return Fault{Kind: kinds[random.IntN(len(kinds))], Delay: time.Duration(random.IntN(5)) * time.Millisecond}
	})
}

// isSearch tells a search from the requests around it.
func isSearch(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, "/_search")
}
