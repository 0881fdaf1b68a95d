package cluster

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// PIT is an open point in time: searches that name its id all see the index as
// it was when it was opened.
type PIT struct {
	// ID goes into the body of a search as {"pit":{"id":...,"keep_alive":...}}.
	ID string
	// KeepAlive is for how long it was asked to stay open after each use.
	KeepAlive time.Duration
}

// OpenPIT opens a point in time over an index, an alias, or several separated
// by commas. Each search with it should ask for the same keepAlive again. A
// search may fail later with KindLostPIT, as after the restart of a node.
func (c *Client) OpenPIT(ctx context.Context, index string, keepAlive time.Duration) (PIT, error) {
	return c.OpenRoutedPIT(ctx, index, keepAlive, "", "")
}

// OpenRoutedPIT is OpenPIT with a routing and a preference, either empty for
// none: searches on a point in time take neither.
func (c *Client) OpenRoutedPIT(ctx context.Context, index string, keepAlive time.Duration, routing, preference string) (PIT, error) {
	if index == "" {
		return PIT{}, &Error{Op: "open a point in time", Kind: KindInvalidRequest, What: "no index is named", Hint: "set search.index"}
	}
	var answer struct {
		ID     string `json:"id"`
		Shards struct {
			Total, Failed int
			Failures      []struct {
				Reason map[string]any `json:"reason"`
			} `json:"failures"`
		} `json:"_shards"`
	}
	decode := into(&answer)
	err := c.do(ctx, request{
		target: target{op: "open a point in time", index: index},
		make: func() esapi.Request {
			return esapi.OpenPointInTimeRequest{Index: pathList(index), KeepAlive: duration(keepAlive), Routing: routing, Preference: preference}
		},
		accept: func(n int, a *received) *Error {
			if e := decode(n, a); e != nil {
				return e
			}
			switch {
			case answer.ID == "":
				return unreadable(a.body, "", errors.New("it has no id"))
			case answer.Shards.Failed > 0:
				return &Error{Kind: KindPartial, What: "some shards could not be opened", Hint: "check GET /_cluster/health"}
			}
			return nil
		},
	})
	if err != nil {
		return PIT{}, err
	}
	return PIT{ID: answer.ID, KeepAlive: keepAlive}, nil
}

// ClosePIT frees a point in time. One that is gone already is no error.
func (c *Client) ClosePIT(ctx context.Context, id string) error {
	body, err := encode(map[string]string{"id": id})
	if err != nil {
		return err
	}
	return c.do(ctx, request{
		target: target{op: "close the point in time"},
		make:   func() esapi.Request { return esapi.ClosePointInTimeRequest{Body: bytes.NewReader(body)} },
		tolerate: func(_ int, e *Error) bool {
			return e.Status == 404
		},
	})
}
