package cluster

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
)

// BenchmarkSearch measures what the client adds to a bare net/http loop that
// posts the same body over the same loopback socket and reads the answer.
func BenchmarkSearch(b *testing.B) {
	body := answerOf(100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	}))
	defer server.Close()
	search := []byte(`{"size":100,"from":0,"track_total_hits":false,"retriever":{"standard":{"query":{"match":{"plot":"crime"}}}}}`)

	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r, err := http.Post(server.URL+"/films/_search", "application/json", bytes.NewReader(search))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				b.Fatal(err)
			}
			_ = r.Body.Close()
		}
	})
	b.Run("client", func(b *testing.B) {
		c, err := New(Config{URL: server.URL})
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Search(b.Context(), search, SearchOptions{Index: "films", Size: 100}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
