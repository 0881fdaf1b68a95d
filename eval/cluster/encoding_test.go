package cluster

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A proxy may compress what nobody asked it to.
func TestCompressedAnswers(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	io.WriteString(w, `{"count":7,"_shards":{"total":1,"failed":0}}`)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, encoding, body string
		want                 string // of the error; empty for none
	}{
		{"gzip", "gzip", packed.String(), ""},
		{"plain", "identity", `{"count":7,"_shards":{"total":1,"failed":0}}`, ""},
		{"cut short", "gzip", packed.String()[:20], "before its answer was complete"},
		{"not gzip", "gzip", "this is plain text", "gzip: invalid header"},
		{"another encoding", "br", "x", `compressed as "br"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newTestClient(t, transportFunc(func(r *http.Request) (*http.Response, error) {
				if r.Header.Get("Accept-Encoding") != "" {
					t.Errorf("asked for %q", r.Header.Get("Accept-Encoding"))
				}
				a := reply(200, test.body)
				a.Header.Set("Content-Encoding", test.encoding)
				return a, nil
			}), func(c *Config) { c.Retries = -1 })
			n, err := c.Count(t.Context(), "films")
			switch {
			case test.want == "" && (err != nil || n != 7):
				t.Errorf("%d, %v", n, err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("the error is %v, want %q", err, test.want)
			}
		})
	}
}

// A small body that unpacks to a large one is bounded as a large one is.
func TestCompressedAnswersAreBounded(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for range 64 {
		w.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	c := newTestClient(t, transportFunc(func(*http.Request) (*http.Response, error) {
		a := reply(200, packed.String())
		a.Header.Set("Content-Encoding", "gzip")
		return a, nil
	}), nil)
	if _, err := c.Count(t.Context(), "films"); KindOf(err) != KindTooLarge {
		t.Errorf("the error is %v, want one of size", err)
	}
}
