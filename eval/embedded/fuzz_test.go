package embedded

import (
	"net/http"
	"testing"
)

// Whatever the body of a search is, the engine answers it or says what is wrong
// with it; it never fails itself.
func FuzzSearchBody(f *testing.F) {
	engine := vectorFilms(f).e
	for _, body := range []string{
		``, `{}`, `{"query":{"match":{"plot":"night"}},"size":3}`, `{"retriever":` + near + `}`, `{"retriever":` + rrfOf(`,"rank_constant":-3`, nightly, near) + `,"min_score":0.1}`,
		`{"retriever":{"rrf":{"retrievers":[{"retriever":` + nightly + `,"weight":0.5}]}}}`, `{"retriever":` + linearOf(`,"normalizer":"minmax","min_score":0.2`, nightly, trains) + `}`,
		`{"retriever":` + rerank(rrfOf(`,"filter":[{"term":{"genre":"crime"}}]`, nightly), `,"field":"plot","rank_window_size":3,"inference_id":"lengths"`) + `}`,
		`{"retriever":{"linear":{"retrievers":[{}]}}}`, `{"query":{"knn":{"field":"v","query_vector":[1,2],"k":3,"filter":{"ids":{"values":["1"]}}}}}`,
		`{"query":{"semantic":{"field":"plot","query":"x","lenient":true}}}`, `{"retriever":{"knn":{"field":"v","k":2,"num_candidates":3,"query_vector":[],"similarity":-1}}}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if status, text := (client{t, engine}).raw(http.MethodPost, "/films/_search", body); status >= 500 {
			t.Fatalf("%q: %d %s", body, status, text)
		}
	})
}
