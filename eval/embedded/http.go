package embedded

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxBody is the largest request body, decompressed: the server's
// http.max_content_length.
const maxBody = 100 << 20

// request is what a route sees of an HTTP request.
type request struct {
	*http.Request
	params url.Values
	body   []byte
}

// answer is what a route returns.
type answer struct {
	status int
	body   []byte
	text   bool // plain text instead of JSON
}

// RoundTrip answers a request in this process. It ignores the host.
func (e *Engine) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	a := e.answer(r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	resp := &http.Response{
		Status:        strconv.Itoa(a.status) + " " + http.StatusText(a.status),
		StatusCode:    a.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        make(http.Header, 3),
		ContentLength: int64(len(a.body)),
		Request:       r,
	}
	a.header(resp.Header)
	if r.Method == http.MethodHead {
		a.body = nil
	}
	resp.Body = io.NopCloser(bytes.NewReader(a.body))
	return resp, nil
}

// ServeHTTP answers a request of a server.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := e.answer(r)
	a.header(w.Header())
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		w.Write(a.body) // a client that has gone needs no answer
	}
}

func (a answer) header(h http.Header) {
	h.Set("X-Elastic-Product", "Elasticsearch")
	kind := "application/json"
	if a.text {
		kind = "text/plain; charset=UTF-8"
	}
	h.Set("Content-Type", kind)
}

// answer reads the request, routes it, and turns a failure into an answer.
func (e *Engine) answer(r *http.Request) answer {
	req, err := read(r)
	if err == nil {
		var a answer
		if a, err = e.route(req); err == nil {
			return req.shaped(a)
		}
	}
	f := asFailure(err)
	a := answer{status: f.status, body: f.body()}
	if req != nil {
		a = req.shaped(a)
	}
	return a
}

func read(r *http.Request) (*request, error) {
	params, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, illegalArgument("cannot read the query of uri [%s]", r.URL.Path)
	}
	req := &request{Request: r, params: params}
	if r.Body == nil || r.Body == http.NoBody {
		return req, nil
	}
	var body io.Reader = r.Body
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		z, err := gzip.NewReader(body)
		if err != nil {
			return nil, illegalArgument("the body is not gzip: %s", err)
		}
		body = z
	}
	var buf bytes.Buffer
	if r.ContentLength > 0 && r.ContentLength <= maxBody {
		buf.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	if _, err := buf.ReadFrom(io.LimitReader(body, maxBody+1)); err != nil {
		return nil, illegalArgument("cannot read the body: %s", err)
	}
	if buf.Len() > maxBody {
		return nil, fail(http.StatusRequestEntityTooLarge, "content_too_long_exception", "the body is larger than %d bytes", maxBody)
	}
	req.body = buf.Bytes()
	return req, nil
}

// only refuses parameters other than these and those that every route has.
func (r *request) only(names ...string) error {
	for name := range r.params {
		switch name {
		case "pretty", "human", "error_trace", "filter_path", "format":
			continue
		}
		if !slices.Contains(names, name) {
			return illegalArgument("request [%s] contains unrecognized parameter: [%s]", r.URL.Path, name)
		}
	}
	return nil
}

// flag reads a parameter that is true, false, or given without a value.
func (r *request) flag(name string) (value, given bool, err error) {
	if !r.params.Has(name) {
		return false, false, nil
	}
	switch v := r.params.Get(name); v {
	case "", "true":
		return true, true, nil
	case "false":
		return false, true, nil
	default:
		return false, true, illegalArgument("Failed to parse value [%s] as only [true] or [false] are allowed.", v)
	}
}

// shaped applies the parameters that only concern the form of an answer.
func (r *request) shaped(a answer) answer {
	if a.text {
		return a
	}
	if paths := r.params.Get("filter_path"); paths != "" {
		a.body = filterPaths(a.body, strings.Split(paths, ","))
	}
	if r.params.Has("pretty") && r.params.Get("pretty") != "false" {
		var out bytes.Buffer
		if json.Indent(&out, a.body, "", "  ") == nil {
			out.WriteByte('\n')
			a.body = out.Bytes()
		}
	}
	return a
}

// ok is an answer of status 200.
func ok(v any) (answer, error) { return reply(http.StatusOK, v) }

func reply(status int, v any) (answer, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return answer{}, fmt.Errorf("writing the answer: %w", err)
	}
	return answer{status: status, body: data}, nil
}
