package cluster

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/releval/releval/eval/text"
)

// Kind sorts errors by what has to happen next.
type Kind string

// The kinds of errors. Those marked (heals) are tried again.
const (
	// KindConfig: the configuration cannot be used.
	KindConfig Kind = "configuration"
	// KindUnreachable: no connection could be made (heals, but not before the
	// cluster has answered once, and not where the host name is unknown).
	KindUnreachable Kind = "unreachable"
	// KindConnection: the connection broke before the answer was complete
	// (heals).
	KindConnection Kind = "connection"
	// KindTimeout: one attempt took longer than Config.Timeout (heals).
	KindTimeout Kind = "timeout"
	// KindCanceled: the caller's context ended; errors.Is finds its error.
	KindCanceled Kind = "canceled"
	// KindTLS: the server's certificate is not trusted, or one side does not
	// speak TLS.
	KindTLS Kind = "tls"
	// KindNotElasticsearch: something else answers at the address.
	KindNotElasticsearch Kind = "not elasticsearch"
	// KindUnauthorized: credentials are missing or refused.
	KindUnauthorized Kind = "unauthorized"
	// KindForbidden: a privilege is missing.
	KindForbidden Kind = "forbidden"
	// KindLicence: the licence does not allow the feature.
	KindLicence Kind = "licence"
	// KindMissingIndex: the index or alias does not exist, or is closed.
	KindMissingIndex Kind = "missing index"
	// KindMissingEndpoint: the inference endpoint does not exist.
	KindMissingEndpoint Kind = "missing endpoint"
	// KindMissing: something else does not exist.
	KindMissing Kind = "missing"
	// KindUnsupported: this server has no such API or retriever.
	KindUnsupported Kind = "unsupported"
	// KindLostPIT: the point in time is gone, expired or lost with a restart;
	// the caller may open another.
	KindLostPIT Kind = "lost point in time"
	// KindInvalidRequest: the server refuses the request itself.
	KindInvalidRequest Kind = "invalid request"
	// KindProvider: the service behind the endpoint refuses its credentials.
	KindProvider Kind = "provider"
	// KindColdModel: the model is still starting (heals).
	KindColdModel Kind = "cold model"
	// KindThrottled: the server or the service behind it asks for fewer
	// requests (heals).
	KindThrottled Kind = "throttled"
	// KindUnavailable: 502, 503, 504 (heals).
	KindUnavailable Kind = "unavailable"
	// KindPartial: shards failed or the search ran out of time, so that the
	// hits are not all (heals).
	KindPartial Kind = "partial"
	// KindInvalidResponse: the answer is no JSON, cut short, of another
	// content type or without what it must hold (heals).
	KindInvalidResponse Kind = "invalid response"
	// KindWrongHits: more hits than asked for, or a hit twice.
	KindWrongHits Kind = "wrong hits"
	// KindTooLarge: a body above a limit, ours or the server's.
	KindTooLarge Kind = "too large"
	// KindServer: any other failure of the server.
	KindServer Kind = "server"
)

// heals tells whether another attempt may succeed.
func (k Kind) heals() bool {
	switch k {
	case KindUnreachable, KindConnection, KindTimeout, KindColdModel, KindThrottled,
		KindUnavailable, KindPartial, KindInvalidResponse:
		return true
	}
	return false
}

// Cause is one link of a server's error: its type and its reason.
type Cause struct {
	Type, Reason string
}

// Error is why a call failed. No field holds a secret.
type Error struct {
	// Op is what was being done, such as "search".
	Op string
	// Kind sorts the error.
	Kind Kind
	// Status is the HTTP status, 0 where there was no answer.
	Status int
	// Type and Reason are the server's innermost cause, empty where it gave
	// none.
	Type, Reason string
	// What says in plain words what is wrong.
	What string
	// Hint says what to do; may be empty.
	Hint string
	// Attempts is how often the request was sent, 0 for never.
	Attempts int
	// MaxWindow is how many hits the index gives at most, where it refused to
	// give more.
	MaxWindow int

	chain      []Cause       // all causes, the outermost first
	feature    string        // what a licence lacks, for KindLicence
	index      string        // that the server names
	retryAfter time.Duration // how long the server asked to wait
	final      bool          // not worth another attempt in spite of the kind
	refused    bool          // a server that is not Elasticsearch refuses what was sent
	note       string        // why there were no more attempts
	cause      error         // what Unwrap gives
}

// Error says in one sentence what failed, why, and what to do. It has one
// line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	b.WriteString(e.What)
	if detail := e.detail(); detail != "" {
		b.WriteString(" (" + detail + ")")
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, ", after %d attempts", e.Attempts)
	}
	if e.note != "" {
		b.WriteString(", " + e.note)
	}
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// detail is what the server said, where the sentence does not hold it yet.
func (e *Error) detail() string {
	var parts []string
	if e.Status != 0 {
		parts = append(parts, fmt.Sprintf("HTTP %d", e.Status))
	}
	reason := oneLine(e.Reason)
	switch {
	case reason != "" && strings.Contains(e.What, reason):
	case e.Type != "" && reason != "":
		parts = append(parts, oneLine(e.Type)+": "+reason)
	case reason != "" || e.Type != "":
		parts = append(parts, oneLine(e.Type)+reason)
	}
	return strings.Join(parts, ", ")
}

// Unwrap gives the network's or the context's error, nil where there is none.
func (e *Error) Unwrap() error { return e.cause }

// Temporary tells whether the same call may succeed later.
func (e *Error) Temporary() bool { return e.Kind.heals() && !e.final }

// clone gives an independent copy, for a reader in another goroutine.
func (e *Error) clone() *Error {
	c := *e
	c.chain = slices.Clone(e.chain)
	return &c
}

// KindOf gives the kind of an error of this package, "" for any other.
func KindOf(err error) Kind {
	if e, ok := asError(err); ok {
		return e.Kind
	}
	return ""
}

// MaxWindow is how many hits the index gives at most, where it refused to give
// more; 0 for other errors.
func MaxWindow(err error) int {
	if e, ok := asError(err); ok {
		return e.MaxWindow
	}
	return 0
}

// asError finds an Error of this package in a chain of errors.
func asError(err error) (*Error, bool) { return errors.AsType[*Error](err) }

// longestText is how much of a server's message is repeated.
const longestText = 600

// oneLine makes text from outside fit to be part of a message: no control
// characters, no line breaks, no more than longestText bytes.
func oneLine(s string) string {
	return text.Clip(text.Clean(s[:min(len(s), 4*longestText)]), longestText)
}
