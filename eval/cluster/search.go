package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// SearchOptions are what does not stand in the body of a search.
type SearchOptions struct {
	// Index is searched; it must be empty where the body names a point in
	// time.
	Index string
	// Size is how many hits the body asks for; more in the answer are an
	// error. 0 for no check.
	Size int
	// Timeout limits one attempt; 0 for Config.Timeout.
	Timeout time.Duration
	// Reuse is an earlier answer whose lists are overwritten by those of this
	// one, which saves making them anew; its strings stay as they are. Nil for
	// none.
	Reuse *Response
}

// Search sends the body as it stands, always refusing partial results. An
// answer in which shards failed or time ran out, with more hits than asked for
// or one twice, is an Error, never a Response.
func (c *Client) Search(ctx context.Context, body []byte, o SearchOptions) (Response, error) {
	partial := false
	var result Response
	err := c.do(ctx, request{
		target:  target{op: "search", index: o.Index},
		timeout: o.Timeout,
		large:   true,
		make: func() esapi.Request {
			return esapi.SearchRequest{Index: pathList(o.Index), Body: bytes.NewReader(body), AllowPartialSearchResults: &partial}
		},
		accept: func(attempt int, a *received) *Error {
			contentType := a.header.Get("Content-Type")
			if !isJSONType(contentType) {
				return unreadable(a.body, contentType, errWrongType)
			}
			r, err := a.decoder.decode(a.body, o.Size, o.Reuse)
			if errors.Is(err, errManyHits) {
				return &Error{Kind: KindWrongHits, What: fmt.Sprintf("the answer has more hits, or more values in them, than the %d hits that were asked for can have", o.Size)}
			}
			if err != nil {
				return unreadable(a.body, contentType, err)
			}
			if e := r.check(o.Size, a.ranks); e != nil {
				return e
			}
			result = r.Response
			result.Wall, result.Attempts = a.wall, attempt
			return nil
		},
	})
	if err != nil {
		return Response{}, err
	}
	return result, nil
}
