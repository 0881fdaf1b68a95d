package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// workspace is the memory in which an answer is read and decoded. The next
// answer is read in it again: at hundreds of answers a second, making it anew
// costs more than decoding.
type workspace struct {
	body    bytes.Buffer
	decoder hitDecoder
	ranks   map[string]int // empty between two answers
}

func newWorkspace() *workspace {
	return &workspace{ranks: make(map[string]int)}
}

// largestPooled is the capacity of the body up to which a workspace is kept
// for the next answer, so that one huge answer does not stay in memory.
const largestPooled = 4 << 20

func (c *Client) recycle(w *workspace) {
	if w.body.Cap() <= largestPooled {
		c.workspaces.Put(w)
	}
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

// into makes an accept function that decodes the body with encoding/json.
// Each attempt starts from the zero value: nothing of an answer that broke off
// stays.
func into[T any](v *T) func(int, *received) *Error {
	return func(_ int, a *received) *Error {
		var zero T
		*v = zero
		contentType := a.header.Get("Content-Type")
		err := errWrongType
		if isJSONType(contentType) {
			err = json.Unmarshal(a.body, v)
		}
		if err != nil {
			return unreadable(a.body, contentType, err)
		}
		return nil
	}
}

var errWrongType = errors.New("not JSON")

// unreadable is the Error for a body of a successful answer that cannot be
// decoded.
func unreadable(body []byte, contentType string, err error) *Error {
	e := &Error{Kind: KindInvalidResponse, cause: err}
	start := bytes.TrimLeft(body, " \t\r\n")
	kind, _, _ := strings.Cut(contentType, ";")
	switch {
	case len(start) == 0:
		e.What = "the answer is empty"
	case start[0] == '<':
		e.What = "the answer is a web page, not JSON"
		e.Hint = "check the address, and any proxy on the way"
	case !isJSONType(contentType):
		e.What = fmt.Sprintf("the answer is of type %q, not JSON", oneLine(kind))
		e.Hint = "check the address, and any proxy on the way"
	default:
		e.What = fmt.Sprintf("the answer is malformed or incomplete: %v", err)
	}
	return e
}

// isJSONType accepts application/json and Elasticsearch's vendor types. An
// answer without a type is given the benefit of the doubt.
func isJSONType(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	return kind == "" || kind == "application/json" || strings.HasPrefix(kind, "application/vnd.elasticsearch+json")
}
