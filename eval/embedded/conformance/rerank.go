package conformance

import "fmt"

// The endpoints that the reranked cases use beside the server's own.
const (
	tiesEndpoint     = "conformance-ties"
	listwiseEndpoint = "conformance-listwise"
	limitedEndpoint  = "conformance-limited"
)

// limitedTopN is how many results the limited endpoint gives.
const limitedTopN = 5

// reranked wraps a first stage; more are further parameters, each with a comma
// before it.
func reranked(first, more string) string {
	return `{"text_similarity_reranker":{"retriever":` + first + `,"inference_text":"a robbery on the night train"` + more + `}}`
}

// RerankCases are searches with a reranker that both sides must answer alike,
// where the server has the test plugin.
func RerankCases() []Case {
	first := `{"standard":{"query":{"multi_match":{"query":"night crime city","fields":["title","plot"]}}}}`
	everything := `{"standard":{"query":{"match_all":{}}}}`
	var cases []Case
	add := func(name, retriever, rest string) {
		cases = append(cases, Case{"rerank " + name, `{"from":0,"track_total_hits":false` + rest + `,"retriever":` + retriever + `}`})
	}
	cases = append(cases, Case{"rerank page", `{"from":3,"size":5,"retriever":` + reranked(first, `,"rank_window_size":50,"field":"plot"`) + `}`})
	for _, w := range []int{1, 2, 10, 37, 100} {
		window := fmt.Sprintf(`,"field":"plot","rank_window_size":%d`, w)
		add(fmt.Sprint("window ", w), reranked(first, window), fmt.Sprintf(`,"size":%d`, w))
		for _, id := range []string{tiesEndpoint, listwiseEndpoint} {
			add(fmt.Sprint(id, " window ", w), reranked(first, window+`,"inference_id":"`+id+`"`), fmt.Sprintf(`,"size":%d`, w))
		}
	}
	window := `,"rank_window_size":50`
	add("default size", reranked(first, `,"field":"plot"`), "")
	add("missing field dropped", reranked(everything, `,"rank_window_size":200,"field":"cast"`), `,"size":200`)
	add("arrays, empty strings", reranked(everything, `,"rank_window_size":30,"field":"title"`), `,"size":30`)
	add("keyword field", reranked(everything, `,"rank_window_size":30,"field":"genre"`), `,"size":30`)
	add("wrong field", reranked(first, window+`,"field":"nope"`), `,"size":50`)
	for _, score := range []string{"-100", "-2", "0", "0.5", "50"} {
		add("min_score "+score, reranked(first, window+`,"field":"plot","min_score":`+score), `,"size":50`)
	}
	add("filter", reranked(first, window+`,"field":"plot","filter":{"term":{"genre":"crime"}}`), `,"size":50`)
	add("no first-stage hits", reranked(`{"standard":{"query":{"match":{"plot":"zzz"}}}}`, window+`,"field":"plot"`), `,"size":50`)
	add("nested", reranked(reranked(first, `,"rank_window_size":60,"field":"title"`), window+`,"field":"plot"`), `,"size":50`)
	add("sorted child", reranked(`{"standard":{"query":{"match_all":{}},"sort":[{"year":"desc"},"_doc"]}}`, window+`,"field":"plot"`), `,"size":50`)
	for _, total := range []string{"true", "3"} {
		cases = append(cases, Case{"rerank total " + total,
			`{"from":0,"size":50,"track_total_hits":` + total + `,"retriever":` + reranked(first, window+`,"field":"plot"`) + `}`})
	}
	for _, score := range []string{"-100", "0.5"} {
		cases = append(cases, Case{"rerank total, min_score " + score,
			`{"from":0,"size":50,"retriever":` + reranked(first, window+`,"field":"plot","min_score":`+score) + `}`})
	}
	return cases
}

// BadRerankCases are reranked searches that both sides must refuse alike.
func BadRerankCases() []Case {
	first := `{"standard":{"query":{"match":{"plot":"night"}}}}`
	var cases []Case
	add := func(name, retriever, rest string) {
		cases = append(cases, Case{"rerank " + name, `{"from":0` + rest + `,"retriever":` + retriever + `}`})
	}
	add("size above the window", reranked(first, `,"field":"plot","rank_window_size":10`), `,"size":20`)
	add("negative window", reranked(first, `,"field":"plot","rank_window_size":-1`), `,"size":1`)
	add("window above the limit", reranked(first, `,"field":"plot","rank_window_size":10001`), `,"size":5`)
	add("unknown endpoint", reranked(first, `,"field":"plot","inference_id":"nope"`), `,"size":5`)
	add("unknown endpoint, no hits", reranked(`{"standard":{"query":{"match":{"plot":"zzz"}}}}`, `,"field":"plot","inference_id":"nope"`), `,"size":5`)
	add("window above top_n", reranked(first, `,"field":"plot","rank_window_size":10,"inference_id":"`+limitedEndpoint+`"`), `,"size":5`)
	add("no field", reranked(first, ``), "")
	add("unknown key", reranked(first, `,"field":"plot","unknown":1`), "")
	add("field of the wrong type", reranked(first, `,"field":5`), "")
	add("unknown child", reranked(`{"standrad":{}}`, `,"field":"plot"`), "")
	add("unknown query", reranked(`{"standard":{"query":{"unknown":{}}}}`, `,"field":"plot"`), "")
	add("query beside it", reranked(first, `,"field":"plot"`), `,"query":{"match_all":{}}`)
	add("sort beside it", reranked(first, `,"field":"plot"`), `,"sort":["_doc"]`)
	add("failing child", reranked(`{"standard":{"query":{"match":{"year":"x"}}}}`, `,"field":"plot"`), "")
	add("child's smaller window", reranked(reranked(first, `,"field":"title","rank_window_size":5`), `,"field":"plot","rank_window_size":10`), `,"size":5`)
	return cases
}
