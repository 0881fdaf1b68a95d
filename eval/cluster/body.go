package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
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

// firstRead is how much room a body gets before it shows that it needs more.
const firstRead = 64 << 10

// largestFailure is how much is read of an answer that says what failed, and
// largestOther of one that is no search's.
const (
	largestFailure = 1 << 20
	largestOther   = 16 << 20
)

// bodies bounds the memory of all bodies in flight. Each may grow to its share
// as it likes; beyond that it needs the one turn there is, with the memory that
// the others' shares leave.
type bodies struct {
	share, most int64
	// turn holds the memory of the one large body while nobody has the turn. It
	// is kept: made anew for each, the last ones would wait for the collector
	// beside it.
	turn chan []byte
}

func newBodies(limit int64, concurrency int) *bodies {
	b := &bodies{turn: make(chan []byte, 1)}
	b.turn <- nil
	// While a buffer grows, the old one and the new one are both there.
	b.share = limit / int64(2*concurrency)
	b.most = limit - b.share*int64(concurrency-1)
	return b
}

// read reads a body into the buffer, at most limit bytes; what is longer is
// cut where that is allowed, and otherwise an error. The caller must call
// release when it is done with the bytes. It stops at the end of the context
// whatever the body does.
func (c *Client) read(ctx, parent context.Context, t target, body io.ReadCloser, buffer *bytes.Buffer, limit int64, cut bool) (content []byte, release func(), failed *Error) {
	stop := context.AfterFunc(ctx, func() { _ = body.Close() })
	defer stop()
	buffer.Reset()
	release = func() {}
	limit = min(limit, c.bodies.most)
	for {
		if int64(buffer.Len()) > limit {
			if cut {
				return buffer.Bytes()[:limit], release, nil
			}
			return nil, release, &Error{Kind: KindTooLarge, What: fmt.Sprintf("the answer is larger than %d bytes", limit),
				Hint: "ask for fewer hits or fields"}
		}
		room := buffer.Cap() - buffer.Len()
		if room < bytes.MinRead {
			room = max(firstRead, buffer.Len())
			if int64(buffer.Len()+room) > c.bodies.share {
				var large []byte
				select {
				case large = <-c.bodies.turn:
				case <-ctx.Done():
					return nil, release, c.networkError(parent, t, true, ctx.Err())
				}
				// From here on there is one such body.
				if large == nil {
					large = make([]byte, 0, int(c.bodies.most)+bytes.MinRead+1)
				}
				release = sync.OnceFunc(func() {
					*buffer = bytes.Buffer{}
					c.bodies.turn <- large
				})
				*buffer = *bytes.NewBuffer(append(large, buffer.Bytes()...))
				continue
			}
			buffer.Grow(room)
		}
		free := buffer.AvailableBuffer()
		n, err := body.Read(free[:min(cap(free), int(limit)+1-buffer.Len())])
		buffer.Write(free[:n])
		if err == io.EOF {
			return buffer.Bytes(), release, nil
		}
		if err != nil {
			if ended := ctx.Err(); ended != nil {
				err = ended
			}
			return buffer.Bytes(), release, c.networkError(parent, t, true, err)
		}
	}
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
