package cluster

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"
)

// attempt sends the request once.
func (c *Client) attempt(parent context.Context, r request, n int) *Error {
	timeout := c.config.Timeout
	if r.timeout > 0 {
		timeout = r.timeout
	}
	ctx, cancel := context.WithTimeout(parent, timeout)
	defer cancel()
	start := time.Now()
	response, err := r.make().Do(ctx, performer{c, r.query})
	if err != nil {
		e := networkError(parent, r.target, c.address, c.breaker.wasReached(), err)
		c.record(parent, r, n, 0, time.Since(start), e)
		return e
	}
	defer response.Body.Close()
	w := c.workspaces.Get().(*workspace)
	defer c.recycle(w)
	body, e := c.read(parent, r.target, response.Body, &w.body)
	wall := time.Since(start)
	switch {
	case e != nil && (response.StatusCode < 300 || e.Kind == KindCanceled):
		e.Status = response.StatusCode
	case response.StatusCode >= 300:
		e = failure(answer{r.target, response.StatusCode, response.Header, body, c.address, c.credentials})
	case r.accept != nil:
		e = r.accept(n, &received{response.StatusCode, response.Header, body, wall, w})
		if e != nil {
			e.Status = response.StatusCode
		}
	}
	c.record(parent, r, n, response.StatusCode, wall, e)
	return e
}

// read reads a body into the buffer, within the limit.
func (c *Client) read(parent context.Context, t target, body io.Reader, buffer *bytes.Buffer) ([]byte, *Error) {
	buffer.Reset()
	_, err := buffer.ReadFrom(io.LimitReader(body, c.config.MaxResponse+1))
	switch {
	case err != nil:
		return buffer.Bytes(), networkError(parent, t, c.address, true, err)
	case int64(buffer.Len()) > c.config.MaxResponse:
		return nil, &Error{Kind: KindTooLarge, What: fmt.Sprintf("the answer is larger than %d bytes", c.config.MaxResponse),
			Hint: "ask for fewer hits or fields"}
	}
	return buffer.Bytes(), nil
}
