package embedded

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

// benchmarkFilms is how many documents the benchmark searches.
const benchmarkFilms = 10_000

// BenchmarkPair is what a run does for one query: the first stage over four
// fields, and the reranker over its window of 100.
func BenchmarkPair(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 5000)
	for i := range words {
		words[i] = fmt.Sprintf("%c%c%s", 'a'+i%26, 'a'+i/26%26, []string{"tion", "er", "ing", "al", "o"}[i%5])
	}
	text := func(n int) string {
		var s []string
		for range n {
			f := r.Float64()
			s = append(s, words[int(f*f*f*float64(len(words)))])
		}
		return strings.Join(s, " ")
	}
	c := newClient(b)
	documents := make([]string, benchmarkFilms)
	for i := range documents {
		documents[i] = fmt.Sprintf(`{"title":%q,"overview":%q,"actors":[%q,%q,%q],"director":%q}`, text(3), text(50), text(2), text(2), text(2), text(2))
	}
	c.load("films", documents...)
	pit := c.must("POST", "/films/_pit?keep_alive=1h", "")["id"]
	rest := fmt.Sprintf(`,"from":0,"size":100,"track_total_hits":false,"_source":false,"fields":["title"],"pit":{"id":%q}}`, pit)
	queries := make([]string, 100)
	for i := range queries {
		queries[i] = text(4)
	}
	c.raw(http.MethodPost, "/_inference/rerank/"+BuiltinEndpoint, `{"query":"warm up","input":["x"]}`)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			q := queries[i%len(queries)]
			first := fmt.Sprintf(`{"standard":{"query":{"multi_match":{"query":%q,"fields":["title","overview","actors","director"]}}}}`, q)
			for _, retriever := range []string{first, rerank(first, fmt.Sprintf(`,"field":"overview","rank_window_size":100,"inference_id":%q`, BuiltinEndpoint))} {
				if status, text := c.raw(http.MethodPost, "/_search?allow_partial_search_results=false", `{"retriever":`+retriever+rest); status != http.StatusOK {
					b.Errorf("status %d: %s", status, text)
				}
			}
		}
	})
}

// BenchmarkLoad is a bulk request of 1,000 films and the first search after it.
func BenchmarkLoad(b *testing.B) {
	var lines strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&lines, "{\"index\":{\"_id\":\"%d\"}}\n{\"title\":\"film %d\",\"plot\":%q}\n", i, i, strings.Repeat("a night in the city ", 1+i%20))
	}
	for b.Loop() {
		c := newClient(b)
		c.must(http.MethodPost, "/films/_bulk?refresh=true", lines.String())
		c.must(http.MethodGet, "/films/_count", "")
	}
}

// BenchmarkVectors is what a hybrid first stage costs: the nearest of 10,000
// vectors of 384 numbers alone, and fused with a query over their titles.
func BenchmarkVectors(b *testing.B) {
	const dims = 384
	r := rand.New(rand.NewPCG(3, 4))
	vector := func() string {
		var s strings.Builder
		for i := range dims {
			s.WriteByte("[,"[min(i, 1)])
			fmt.Fprintf(&s, "%.3f", r.NormFloat64())
		}
		return s.String() + "]"
	}
	c := newClient(b)
	c.must(http.MethodPut, "/films", fmt.Sprintf(`{"mappings":{"properties":{"v":{"type":"dense_vector","dims":%d}}}}`, dims))
	documents := make([]string, benchmarkFilms)
	for i := range documents {
		documents[i] = fmt.Sprintf(`{"title":"film %d of %d","v":%s}`, i, i%50, vector())
	}
	c.load("films", documents...)
	nearest := `{"knn":{"field":"v","query_vector":` + vector() + `,"k":100,"num_candidates":200}}`
	title := `{"standard":{"query":{"match":{"title":"film 7"}}}}`
	for name, retriever := range map[string]string{"knn": nearest, "rrf": rrfOf(`,"rank_window_size":100`, title, nearest)} {
		b.Run(name, func(b *testing.B) {
			body := `{"size":100,"track_total_hits":false,"_source":false,"retriever":` + retriever + `}`
			for b.Loop() {
				c.must(http.MethodPost, "/films/_search", body)
			}
		})
	}
}
