package cluster

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// unpacked undoes a compression that was not asked for. Some proxies compress
// whatever they hand on.
func unpacked(h http.Header, body io.ReadCloser) io.ReadCloser {
	switch encoding := strings.ToLower(strings.TrimSpace(h.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return body
	case "gzip", "x-gzip":
		return &gzipBody{compressed: body}
	default:
		return &foreignBody{body, encoding}
	}
}

// gzipBody reads a body in gzip. Nothing is read before the first Read, which
// obeys the call's deadline.
type gzipBody struct {
	compressed io.ReadCloser
	plain      *gzip.Reader
}

func (b *gzipBody) Read(p []byte) (int, error) {
	if b.plain == nil {
		plain, err := gzip.NewReader(b.compressed)
		if errors.Is(err, io.EOF) {
			return 0, io.EOF // an answer without a body
		}
		if err != nil {
			return 0, err
		}
		b.plain = plain
	}
	return b.plain.Read(p)
}

func (b *gzipBody) Close() error { return b.compressed.Close() }

// foreignBody stands for a body that cannot be read.
type foreignBody struct {
	io.Closer
	encoding string
}

func (b *foreignBody) Read([]byte) (int, error) {
	return 0, fmt.Errorf("the answer is compressed as %q, which was not asked for", b.encoding)
}
