package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// broken is a body that breaks off.
func broken(text string) io.ReadCloser {
	return io.NopCloser(io.MultiReader(strings.NewReader(text), errorReader{}))
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errors.New("connection reset by peer") }

// manyHits is an answer of n hits, the first of which is named by what.
func manyHits(n int, what, shards string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"took":1,"timed_out":false,"_shards":{"total":1,%s},"pit_id":"pit %s","hits":{"hits":[`, shards, what)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"_index":"films","_id":"%s%d","_score":%d,"fields":{"title":["%s %d","second"],"year":[%d]}}`, what, i, n-i, what, i, i)
	}
	b.WriteString(`]}}`)
	return b.String()
}

// Whatever went wrong with the attempts before, an answer in lists that were
// used before is as one in new lists, and what was taken out of the earlier
// answers stays.
func TestReusedListsAfterFailedAttempts(t *testing.T) {
	const good = `"successful":1,"skipped":0,"failed":0`
	const partial = `"successful":0,"skipped":0,"failed":1`
	failures := map[string]func() (*http.Response, error){
		"breaks off": func() (*http.Response, error) {
			r := reply(200, "")
			r.Body = broken(manyHits(40, "broken", good)[:900])
			return r, nil
		},
		"ends early":    func() (*http.Response, error) { return reply(200, manyHits(40, "cut", good)[:900]), nil },
		"partial":       func() (*http.Response, error) { return reply(200, manyHits(40, "partial", partial)), nil },
		"longer":        func() (*http.Response, error) { return reply(503, manyHits(40, "error", good)), nil },
		"no connection": func() (*http.Response, error) { return nil, errors.New("connection refused") },
	}
	for name, failure := range failures {
		t.Run(name, func(t *testing.T) {
			sizes := []int{3, 30, 0, 7, 50, 1}
			s := &script{}
			s.answer = func(n int, _ *http.Request) (*http.Response, error) {
				if n%2 == 0 {
					return failure()
				}
				at := n / 2
				return reply(200, manyHits(sizes[at], fmt.Sprintf("q%d-", at), good)), nil
			}
			c := newTestClient(t, s, nil)
			reuse := new(Response)
			var ids []string
			for at, size := range sizes {
				got, err := c.Search(context.Background(), []byte(`{}`), SearchOptions{Size: 60, Reuse: reuse})
				if err != nil {
					t.Fatal(err)
				}
				fresh, err := new(hitDecoder).decode([]byte(manyHits(size, fmt.Sprintf("q%d-", at), good)), 0, nil)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(fresh.Response, got, cmpopts.IgnoreFields(Response{}, "Wall", "Attempts"), cmpopts.IgnoreUnexported(Response{}), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("answer %d (-new +reused):\n%s", at, diff)
				}
				if got.Attempts != 2 {
					t.Errorf("answer %d: %d attempts, want 2", at, got.Attempts)
				}
				for _, h := range got.Hits {
					title, _ := h.Value("title")
					ids = append(ids, h.ID+" "+title)
				}
				*reuse = got
			}
			want := 0
			for at, size := range sizes {
				for i := range size {
					if text := fmt.Sprintf("q%d-%d q%d- %d", at, i, at, i); ids[want] != text {
						t.Errorf("what was taken out of answer %d became %q, want %q", at, ids[want], text)
					}
					want++
				}
			}
		})
	}
}
