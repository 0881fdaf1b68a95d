package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Post is a request to a server that is not Elasticsearch, which a Client of
// that server's address sends with all its care: retries, the breaker, bounded
// bodies, no redirects, secrets blacked out.
type Post struct {
	// Op says what is being done, such as "rerank by cohere".
	Op string
	// URL is where it goes: scheme and host are those of the client's address.
	URL string
	// Header is sent beside the types of the contents. It may hold a secret,
	// which Config.Secrets then has to name.
	Header http.Header
	// Body is JSON.
	Body []byte
	// Before is called before each attempt and may wait, outside of what is
	// measured; nil for nothing to do.
	Before func(ctx context.Context) error
	// Accept reads the body of a successful answer, whose bytes are gone when it
	// returns. An error of JSON's syntax heals; any other is one of the server's
	// for good.
	Accept func(body []byte) error
	// Explain sorts a failed answer.
	Explain func(status int, header http.Header, body []byte) PostFailure
}

// PostFailure is what a failed answer means.
type PostFailure struct {
	Kind Kind
	// What says in plain words what is wrong, Reason what the server says, and
	// Hint what to do; the last two may be empty.
	What, Reason, Hint string
	// Refused says that the server refuses what was sent, as it would again.
	Refused bool
}

// Posted is how a successful request went.
type Posted struct {
	// Wall is the time from sending the request to the end of the answer, of the
	// attempt that succeeded alone.
	Wall time.Duration
	// Attempts is how often it was sent, 1 or more.
	Attempts int
}

// Post sends a request. Its error is an *Error or nil.
func (c *Client) Post(ctx context.Context, p Post) (Posted, error) {
	var posted Posted
	t := target{op: p.Op}
	err := c.do(ctx, request{
		target: t,
		make:   func() esapi.Request { return foreign{c.carrier, &p} },
		before: p.Before,
		explain: func(status int, header http.Header, body []byte) *Error {
			f := p.Explain(status, header, body)
			return &Error{
				Op: p.Op, Kind: f.Kind, Status: status, What: f.What, Reason: oneLine(f.Reason), Hint: f.Hint,
				refused: f.Refused, retryAfter: retryAfter(header),
			}
		},
		accept: func(n int, a *received) *Error {
			posted = Posted{a.wall, n}
			err := p.Accept(a.body)
			if err == nil {
				return nil
			}
			e := unreadable(a.body, "application/json", err)
			if _, syntax := errors.AsType[*json.SyntaxError](err); !syntax && !errors.Is(err, io.ErrUnexpectedEOF) {
				e.What, e.final, e.refused = "the answer cannot be used: "+oneLine(err.Error()), true, true
			}
			return e
		},
	})
	return posted, err
}

// foreign is a request to a server that is not Elasticsearch.
type foreign struct {
	carrier http.RoundTripper
	post    *Post
}

// Do sends the request once. It follows no redirect, so that no key goes to
// another server.
func (f foreign) Do(ctx context.Context, _ esapi.Transport) (*esapi.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.post.URL, bytes.NewReader(f.post.Body))
	if err != nil {
		return nil, err
	}
	for name, values := range f.post.Header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", userAgent())
	response, err := f.carrier.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusSwitchingProtocols {
		_ = response.Body.Close() // the bare connection, which obeys no deadline
		return nil, errSwitching
	}
	return &esapi.Response{StatusCode: response.StatusCode, Header: response.Header, Body: response.Body}, nil
}

// ofServer is a text about the cluster, said of the server that the client is
// for.
func (c *Client) ofServer(text string) string {
	if c.config.Server == "" {
		return text
	}
	return strings.ReplaceAll(text, "the cluster", c.config.Server)
}
