package conformance

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

func standard(query, more string) string { return `{"standard":{"query":` + query + more + `}}` }

func match(field, text string) string {
	return fmt.Sprintf(`{"match":{%q:%q}}`, field, text)
}

func knn(field string, vector any, k int, more string) string {
	return fmt.Sprintf(`{"knn":{"field":%q,"query_vector":%s,"k":%d,"num_candidates":1000%s}}`, field, asJSON(vector), k, more)
}

// fused is an rrf of retrievers.
func fused(more string, retrievers ...string) string {
	return `{"rrf":{"retrievers":[` + strings.Join(retrievers, ",") + `]` + more + `}}`
}

// summed is a linear of retrievers; an entry that holds a comma outside of its
// retriever brings further parameters with it.
func summed(more string, entries ...string) string {
	return `{"linear":{"retrievers":[` + strings.Join(entries, ",") + `]` + more + `}}`
}

func entry(retriever, more string) string { return `{"retriever":` + retriever + more + `}` }

// queryVectors are what the vector cases search for: one that some documents
// have, and one that none has.
func queryVectors() (known, other []float64) {
	all := vectors(600/8 + 1)
	return vectors(600 / 8)[1], all[len(all)-1]
}

// VectorCases are searches for the nearest vectors that both sides must answer
// alike; the index of the cases is exact on a server, too.
func VectorCases() []Case {
	known, other := queryVectors()
	var cases []Case
	add := func(retriever, rest string) {
		body := `{"from":0` + rest + `,"_source":false,"retriever":` + retriever + `}`
		cases = append(cases, Case{"knn " + body, body})
	}
	values := func(field string, v []float64) any {
		switch field {
		case "dot":
			return unit(v)
		case "bytes", "bytedot":
			return whole(v)
		}
		return v
	}
	for _, field := range []string{"cosine", "dot", "distance", "product", "bytes", "bytedot"} {
		for _, v := range [][]float64{known, other} {
			add(knn(field, values(field, v), 20, ""), `,"size":20`)
			add(knn(field, values(field, v), 7, ""), `,"size":5`)
			add(knn(field, values(field, v), 30, `,"filter":{"term":{"genre":"crime"}}`), `,"size":40`)
			add(knn(field, values(field, v), 1000, ""), `,"size":1000`)
		}
		for _, least := range []string{"-0.5", "0.3", "2.9"} {
			add(knn(field, values(field, other), 50, `,"similarity":`+least), `,"size":50`)
		}
	}
	add(knn("cosine", other, 30, `,"min_score":0.9`), `,"size":30`)
	add(knn("cosine", other, 30, ``), `,"size":5,"min_score":0.7`)
	// With k above what passes the filter, 9.2.0 fills up with documents that have
	// no vector, and score 0.
	add(knn("cosine", other, 20, `,"filter":[{"term":{"genre":"crime"}},{"match":{"plot":"night"}}],"_name":"x"`), `,"size":20`)
	add(knn("cosine", other, 30, `,"filter":{"term":{"nope":1}}`), ``)
	add(knn("nope", other, 30, ""), ``)
	add(knn("unset", other, 30, ""), ``)
	cases = append(cases, Case{"knn page", `{"from":4,"size":5,"retriever":` + knn("cosine", other, 12, "") + `}`})
	// A query on a flat index matches every vector from 9.2 on; one on a graph
	// is exact with so many candidates.
	for _, q := range []string{
		`{"knn":{"field":"graph","query_vector":%s,"num_candidates":1000}}`, `{"knn":{"field":"graph","query_vector":%s,"k":7,"num_candidates":1000,"boost":2.5}}`,
		`{"knn":{"field":"graph","query_vector":%s,"k":40,"num_candidates":1000,"filter":{"match":{"plot":"night"}},"similarity":0.1}}`,
		`{"bool":{"must":{"knn":{"field":"graph","query_vector":%s,"k":40,"num_candidates":1000}},"filter":{"match":{"plot":"night"}}}}`,
		`{"bool":{"should":[{"match":{"plot":"night"}},{"knn":{"field":"graph","query_vector":%s,"k":15,"num_candidates":1000}}]}}`,
		`{"exists":{"field":"cosine"}}`,
	} {
		if strings.Contains(q, "%s") {
			q = fmt.Sprintf(q, asJSON(other))
		}
		cases = append(cases, Case{"knn query " + q, `{"size":20,"_source":false,"query":` + q + `}`})
	}
	return cases
}

// BadVectorCases are searches for vectors that both sides must refuse alike.
func BadVectorCases() []Case {
	var cases []Case
	vector := `"query_vector":[1,0,0,0,0,0,0,0]`
	for _, r := range []string{
		`{}`, `{"field":"cosine"}`, `{"k":1,"num_candidates":1}`, `{"field":"cosine","k":1,"num_candidates":1}`,
		`{"field":"cosine","k":5,"num_candidates":4,` + vector + `}`, `{"field":"cosine","k":5,"num_candidates":10001,` + vector + `}`,
		`{"field":"cosine","k":0,"num_candidates":4,` + vector + `}`, `{"field":"cosine","k":"x","num_candidates":4,` + vector + `}`,
		`{"field":"cosine","k":5,"num_candidates":5,"query_vector":[1,2]}`, `{"field":"plot","k":5,"num_candidates":5,` + vector + `}`,
		`{"field":"stored","k":5,"num_candidates":5,` + vector + `}`, `{"field":"cosine","k":5,"num_candidates":5,"query_vector":[0,0,0,0,0,0,0,0]}`,
		`{"field":"dot","k":5,"num_candidates":5,"query_vector":[3,4,0,0,0,0,0,0]}`, `{"field":"bytes","k":5,"num_candidates":5,"query_vector":[1.5,0,0,0,0,0,0,0]}`,
		`{"field":"bytes","k":5,"num_candidates":5,"query_vector":[300,0,0,0,0,0,0,0]}`, `{"field":"cosine","k":5,"num_candidates":5,"query_vector":[1e40,0,0,0,0,0,0,0]}`,
		`{"field":"cosine","k":5,"num_candidates":5,"query_vector":["a"]}`, `{"field":3,"k":5,"num_candidates":5,` + vector + `}`,
		`{"field":"cosine","k":5,"num_candidates":5,` + vector + `,"boost":2}`, `{"field":"cosine","k":5,"num_candidates":5,` + vector + `,"similarity":"x"}`,
		`{"field":"cosine","k":5,"num_candidates":5,` + vector + `,"filter":{"unknown":{}}}`, `{"field":"cosine","k":5,"num_candidates":5,` + vector + `,"filter":{"match":{"year":"x"}}}`,
		`3`,
	} {
		cases = append(cases, Case{"knn " + r, `{"retriever":{"knn":` + r + `}}`})
	}
	for _, q := range []string{
		`{"knn":{"field":"cosine"}}`, `{"knn":{` + vector + `}}`, `{"knn":{"field":"cosine","k":0,` + vector + `}}`, `{"knn":{"field":"cosine","k":5,"num_candidates":2,` + vector + `}}`,
		`{"knn":{"field":"plot",` + vector + `}}`, `{"knn":{"field":"cosine","unknown":1,` + vector + `}}`, `{"term":{"cosine":1}}`, `{"match":{"cosine":"a"}}`, `{"range":{"cosine":{"gte":1}}}`,
		`{"multi_match":{"query":"a","fields":["plot","cosine"]}}`, `{"terms":{"cosine":["a"]}}`, `{"prefix":{"cosine":"a"}}`, `{"match_phrase":{"cosine":"a"}}`,
	} {
		cases = append(cases, Case{"knn query " + q, `{"query":` + q + `}`})
	}
	return append(cases, Case{"knn sort", `{"sort":["cosine"]}`})
}

// FusionCases are searches with rrf and linear that both sides must answer
// alike, where the server has the test plugin.
func FusionCases() []Case {
	_, other := queryVectors()
	a := standard(match("plot", "night crime"), "")
	b := standard(match("title", "night train city"), "")
	c := knn("cosine", other, 25, "")
	few := standard(match("genre", "war"), `,"filter":{"range":{"year":{"gt":1990}}}`)
	nothing := standard(match("plot", "zzz"), "")
	sorted := standard(`{"match":{"plot":"train"}}`, `,"sort":[{"year":"desc"},"_doc"]`)
	limited := standard(match("plot", "night crime"), `,"min_score":2`)
	var cases []Case
	add := func(retriever, rest string) {
		body := `{"from":0,"track_total_hits":true,"_source":false` + rest + `,"retriever":` + retriever + `}`
		cases = append(cases, Case{"fusion " + body, body})
	}
	for _, w := range []int{1, 2, 10, 37, 100} {
		window, size := fmt.Sprintf(`,"rank_window_size":%d`, w), fmt.Sprintf(`,"size":%d`, w)
		add(fused(window, a, b, c), size)
		add(summed(window, entry(a, ""), entry(b, `,"weight":2.5`), entry(c, `,"weight":0.7,"normalizer":"none"`)), size)
		add(summed(window, entry(a, `,"normalizer":"minmax"`), entry(b, `,"weight":2.5,"normalizer":"l2_norm"`), entry(c, `,"weight":0.7,"normalizer":"minmax"`)), size)
	}
	window, size := `,"rank_window_size":50`, `,"size":50`
	for _, children := range [][]string{{a}, {a, a}, {a, nothing}, {nothing, b}, {few, a}, {sorted, b}, {limited, b}, {standard(`{"match_all":{}}`, ""), b}} {
		add(fused(window, children...), size)
		var entries, scaled, plain []string
		for _, c := range children {
			entries, scaled, plain = append(entries, entry(c, `,"normalizer":"minmax"`)), append(scaled, entry(c, `,"normalizer":"l2_norm"`)), append(plain, entry(c, ""))
		}
		add(summed(window, entries...), size)
		add(summed(window, scaled...), size)
		add(summed(window, plain...), size)
	}
	add(fused("", a, b), "")
	add(summed("", entry(a, ""), entry(b, "")), "")
	for _, constant := range []string{"0", "1", "1000"} {
		add(fused(window+`,"rank_constant":`+constant, a, b, c), size)
	}
	filter := `,"filter":[{"term":{"genre":"crime"}},{"range":{"year":{"gt":1940}}}]`
	add(fused(window+filter, a, b, c), size)
	add(summed(window+filter, entry(a, `,"normalizer":"minmax"`), entry(c, `,"normalizer":"minmax"`)), size)
	add(fused(window+`,"min_score":1,"_name":"x"`, a, b), size)
	for _, least := range []string{"0", "0.4", "100"} {
		add(summed(window+`,"min_score":`+least, entry(a, ""), entry(b, "")), size)
	}
	add(summed(window, entry(a, `,"weight":0`)), size)
	add(fused(window, a, b), `,"size":50,"min_score":0.02`)
	add(fused(window, a, b), `,"size":5`)
	cases = append(cases, Case{"fusion page", `{"from":7,"size":9,"_source":false,"retriever":` + fused(window, a, b, c) + `}`})
	cases = append(cases, Case{"fusion beyond the list", `{"from":70,"size":9,"_source":false,"retriever":` + fused(window, nothing, few) + `}`})

	rerankOf := func(child, more string) string { return reranked(child, `,"field":"plot"`+more) }
	add(rerankOf(fused(`,"rank_window_size":60`, a, b, c), window), size)
	add(rerankOf(summed(`,"rank_window_size":60`, entry(a, `,"normalizer":"minmax"`), entry(c, "")), window), size)
	add(rerankOf(c, window), size)
	add(rerankOf(knn("cosine", other, 7, ""), window), size)
	add(rerankOf(fused(`,"rank_window_size":60`, a, c), window+filter), size)
	add(rerankOf(fused(`,"rank_window_size":60`, a, c), window+`,"min_score":0.5`), size)
	add(fused(window, rerankOf(a, `,"rank_window_size":60`), b, c), size)
	add(fused(window+filter, rerankOf(a, `,"rank_window_size":60`), b), size)
	add(summed(window, entry(rerankOf(a, `,"rank_window_size":60`), `,"weight":0.3`), entry(b, `,"normalizer":"minmax"`)), size)
	add(summed(window, entry(fused(`,"rank_window_size":60`, a, b), `,"weight":30`), entry(c, "")), size)
	add(fused(window, summed(`,"rank_window_size":60`, entry(a, ""), entry(b, "")), fused(`,"rank_window_size":70`, b, c)), size)
	add(rerankOf(fused(window, rerankOf(a, `,"rank_window_size":55`), rerankOf(b, `,"rank_window_size":60`+`,"inference_id":"`+tiesEndpoint+`"`)), `,"rank_window_size":20`), `,"size":20`)
	return cases
}

// BadFusionCases are searches with rrf and linear that both sides must refuse
// alike.
func BadFusionCases() []Case {
	a := standard(match("plot", "night"), "")
	var cases []Case
	add := func(retriever, rest string) {
		body := `{"from":0` + rest + `,"retriever":` + retriever + `}`
		cases = append(cases, Case{"fusion " + body, body})
	}
	for _, make := range []func(more, child string) string{
		func(more, child string) string { return fused(more, child) },
		func(more, child string) string { return summed(more, entry(child, "")) },
	} {
		add(make("", a), `,"size":11`)
		add(make(`,"rank_window_size":-1`, a), "")
		add(make(`,"rank_window_size":-1`, a), `,"size":5`)
		add(make(`,"rank_window_size":"x"`, a), "")
		add(make(`,"unknown":1`, a), "")
		add(make(`,"filter":{"unknown":{}}`, a), "")
		add(make(`,"rank_window_size":7`, make(`,"rank_window_size":5`, a)), `,"size":5`)
		add(make(`,"rank_window_size":7`, make(`,"rank_window_size":5`, a)), `,"size":8`)
		add(make(``, reranked(a, `,"field":"plot","rank_window_size":5`)), `,"size":20`)
		add(make(``, reranked(a, `,"field":"plot","rank_window_size":-5`)), `,"size":5`)
		add(make(``, reranked(a, `,"field":"plot","inference_id":"nope"`)), ``)
		add(make(``, `{"standard":{"unknown":1}}`), ``)
		add(make(``, `{"standard":{"query":{"unknown":{}}}}`), ``)
		add(make(``, standard(match("year", "x"), "")), ``)
		add(make(``, knn("cosine", []int{1}, 5, "")), ``)
		add(make(``, knn("cosine", []int{1}, 5000, "")), ``)
		add(make(``, a), `,"query":{"match_all":{}},"sort":["_doc"]`)
		add(make(`,"rank_window_size":10001`, a), `,"size":5`)
	}
	add(fused(``), ``)
	add(summed(``), ``)
	add(fused(`,"rank_constant":"x"`, a), ``)
	add(fused(`,"rank_constant":-10`, a), ``)
	for _, r := range []string{`{"rrf":{}}`, `{"linear":{}}`, `{"rrf":{"retrievers":3}}`, `{"linear":{"retrievers":3}}`, `{"rrf":3}`, `{"linear":{"retrievers":[3]}}`} {
		add(r, ``)
	}
	for _, e := range []string{
		entry(a, `,"weight":-0.5`), entry(a, `,"weight":"x"`), entry(a, `,"unknown":1`), `{"weight":1}`, `{"standard":{}}`, `{"retriever":3}`, `{"retriever":{"unknown":{}}}`,
		`{"retriever":{"standard":{"unknown":1}}}`, entry(a, `,"normalizer":"unknown"`), entry(a, `,"normalizer":"MINMAX"`), entry(a, `,"normalizer":3`),
	} {
		add(summed("", e), ``)
	}
	add(summed(`,"normalizer":"unknown"`, entry(a, "")), ``)
	add(summed(`,"min_score":-1`, entry(a, "")), ``)
	return cases
}

// NewerFusionCases are searches that servers from 9.2 on answer: with weights
// of rrf, and a normalizer beside the entries of linear.
func NewerFusionCases() []Case {
	_, other := queryVectors()
	a, b, c := standard(match("plot", "night crime"), ""), standard(match("title", "night train city"), ""), knn("cosine", other, 25, "")
	var cases []Case
	for _, r := range []string{
		fused("", entry(a, `,"weight":2`), b), fused("", entry(a, `,"weight":0.3`), entry(b, ""), entry(c, `,"weight":7.7`)), fused("", entry(a, `,"weight":0`), b),
		summed(`,"normalizer":"minmax"`, entry(a, ""), entry(b, `,"normalizer":"none"`), entry(c, `,"weight":3`)),
	} {
		body := `{"from":0,"_source":false,"retriever":` + r + `}`
		cases = append(cases, Case{"fusion " + body, body})
	}
	return cases
}

// NewerBadFusionCases are searches that servers from 9.2 on refuse.
func NewerBadFusionCases() []Case {
	a := standard(match("plot", "night crime"), "")
	var cases []Case
	for _, e := range []string{entry(a, `,"weight":-0.5`), entry(a, `,"weight":"x"`), entry(a, `,"unknown":1`), `{"weight":1}`, `{"standard":{},"weight":2}`, `{"retriever":3}`, `{"retriever":{"unknown":{}}}`} {
		body := `{"from":0,"retriever":` + fused("", e) + `}`
		cases = append(cases, Case{"fusion " + body, body})
	}
	return cases
}

// RandomFusionCases gives n searches with trees of retrievers from a seed.
func RandomFusionCases(seed uint64, n int) []Case {
	r := random{rand.New(rand.NewPCG(seed, 2)), append(vocabulary(), "nowhere", "knife", "century", "running")}
	cases := make([]Case, n)
	for i := range cases {
		size := 1 + r.IntN(20)
		body := fmt.Sprintf(`{"from":0,"size":%d,"track_total_hits":false,"_source":false,"retriever":%s}`, size, r.tree(0, size))
		cases[i] = Case{"random fusion " + body, body}
	}
	return cases
}

// tree is a retriever for lists of at least window hits.
func (r random) tree(depth, window int) string {
	if depth == 3 || depth > 0 && r.maybe(50) {
		if r.maybe(40) {
			_, other := queryVectors()
			return knn(pick(r, "cosine", "distance", "product"), other, 1+r.IntN(60), pick(r, "", `,"filter":{"match":{"plot":"night"}}`))
		}
		// A match of a common word keeps a list from being empty, which releases
		// treat differently below a reranker.
		q := fmt.Sprintf(`{"bool":{"should":[%s,%s]}}`, asJSON(r.query(2)), match("plot", "the night"))
		return standard(q, pick(r, "", `,"filter":{"range":{"year":{"gt":1950}}}`))
	}
	window += r.IntN(20)
	more := fmt.Sprintf(`,"rank_window_size":%d`, window)
	if r.maybe(20) {
		more += `,"filter":{"exists":{"field":"cast"}}`
	}
	if r.maybe(25) {
		return reranked(r.tree(depth+1, window), more+`,"field":"plot","inference_id":"`+pick(r, ".rerank-v1-elasticsearch", tiesEndpoint)+`"`)
	}
	linear := r.maybe(50)
	var children []string
	for range 1 + r.IntN(3) {
		child := r.tree(depth+1, window)
		if linear {
			child = entry(child, pick(r, "", `,"weight":0.7`, `,"weight":3`)+pick(r, "", `,"normalizer":"none"`, `,"normalizer":"minmax"`, `,"normalizer":"l2_norm"`))
		}
		children = append(children, child)
	}
	if linear {
		return summed(more, children...)
	}
	return fused(more, children...)
}
