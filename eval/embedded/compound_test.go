package embedded

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

const (
	nightly = `{"standard":{"query":{"match":{"plot":"night"}}}}`
	trains  = `{"standard":{"query":{"match":{"plot":"train"}}}}`
	robbery = `{"standard":{"query":{"match":{"plot":"robbery"}}}}`
	near    = `{"knn":{"field":"v","query_vector":[1,0],"k":2,"num_candidates":10}}`
)

func rrfOf(more string, retrievers ...string) string {
	return `{"rrf":{"retrievers":[` + strings.Join(retrievers, ",") + `]` + more + `}}`
}

func linearOf(more string, retrievers ...string) string {
	var entries []string
	for _, r := range retrievers {
		entries = append(entries, `{"retriever":`+r+`}`)
	}
	return `{"linear":{"retrievers":[` + strings.Join(entries, ",") + `]` + more + `}}`
}

// vectorFilms are the films of filmClient with vectors on three of them.
func vectorFilms(t testing.TB) client {
	c := newClient(t, testEndpoints()...)
	c.must("PUT", "/films", `{"mappings":{"properties":{"plot":{"type":"text"},"genre":{"type":"keyword"},"year":{"type":"integer"},"v":{"type":"dense_vector","dims":2},
		"d":{"type":"dense_vector","dims":2,"similarity":"dot_product"},"stored":{"type":"dense_vector","dims":2,"index":false},"b":{"type":"dense_vector","dims":2,"element_type":"byte"}}}}`)
	c.load("films",
		`{"plot":"a robbery on a night train","genre":"crime","v":[1,0]}`,
		`{"plot":"a night in the city","genre":"drama","v":[0,1]}`,
		`{"plot":"a train leaves the city","genre":"war"}`,
		`{"plot":"the robbery of the century","genre":"crime","v":[0.6,0.8]}`,
	)
	return c
}

// Ranks and scores worked out by hand: night is in 1 and 0, the shorter text
// first, train in 2 and 0, and the vectors nearest to (1, 0) are those of 0 and
// 3.
func TestRRF(t *testing.T) {
	c := vectorFilms(t)
	rank := func(r ...float64) float64 {
		s := 0.0
		for _, one := range r {
			s += 1 / (60 + one)
		}
		return s
	}
	for _, tt := range []struct {
		name, retriever, rest string
		ids                   string
		scores                []float64
		total                 int
	}{
		{"two lists", rrfOf("", nightly, trains), "", "0 1 2", []float64{rank(2, 2), rank(1), rank(1)}, 3},
		{"one list", rrfOf("", nightly), "", "1 0", []float64{rank(1), rank(2)}, 2},
		{"constant", rrfOf(`,"rank_constant":0`, nightly), "", "1 0", []float64{1, 0.5}, 2},
		{"no list has anything", rrfOf("", `{"standard":{"query":{"match":{"plot":"zzz"}}}}`), "", "", nil, 0},
		{"window 1", rrfOf(`,"rank_window_size":1`, nightly, trains), "", "1", []float64{rank(1)}, 3},
		{"window 0", rrfOf(`,"rank_window_size":0`, nightly, trains), "", "", nil, 3},
		{"page", rrfOf("", nightly, trains), `,"from":1,"size":1`, "1", []float64{rank(1)}, 3},
		{"beyond the list", rrfOf("", nightly, trains), `,"from":5,"size":1`, "", nil, 3},
		{"with vectors", rrfOf("", nightly, near), "", "0 1 3", []float64{rank(2, 1), rank(1), rank(2)}, 3},
		{"filter", rrfOf(`,"filter":{"term":{"genre":"crime"}}`, nightly, trains, near), "", "0 3", []float64{rank(1, 1, 1), rank(2)}, 2},
		{"weights", rrfOf("", `{"retriever":`+nightly+`,"weight":3}`, trains), "", "0 1 2", []float64{3*rank(2) + rank(2), 3 * rank(1), rank(1)}, 3},
		{"weight 0", rrfOf("", `{"retriever":`+nightly+`,"weight":0}`), "", "0 1", []float64{math.SmallestNonzeroFloat32, math.SmallestNonzeroFloat32}, 2},
		{"min_score of its own does nothing", rrfOf(`,"min_score":5`, nightly), "", "1 0", []float64{rank(1), rank(2)}, 2},
		{"least score of the search", rrfOf("", nightly, trains), `,"min_score":0.02`, "0", []float64{rank(2, 2)}, 1},
		{"min_score of a child", rrfOf(`,"rank_window_size":1`, `{"standard":{"query":{"match":{"plot":"night"}},"min_score":0.1}}`, trains), "", "1", []float64{rank(1)}, 1},
		{"sort of a child", rrfOf("", `{"standard":{"query":{"match":{"plot":"night"}},"sort":["_doc"]}}`), "", "0 1", []float64{rank(1), rank(2)}, 2},
		{"nested", rrfOf("", rrfOf("", nightly, trains), near), "", "0 1 3 2", []float64{rank(1, 1), rank(2), rank(2), rank(3)}, 4},
	} {
		out := c.must("POST", "/films/_search", `{"retriever":`+tt.retriever+tt.rest+`}`)
		got := hitsOf(out)
		if strings.Join(got.IDs, " ") != tt.ids {
			t.Errorf("%s: %v, want %v", tt.name, got.IDs, tt.ids)
			continue
		}
		for i, want := range tt.scores {
			if math.Abs(got.Scores[i]-want) > 1e-6*want+1e-45 {
				t.Errorf("%s: score %d is %v, want %v", tt.name, i, got.Scores[i], want)
			}
		}
		if total := fmt.Sprint(out["hits"].(map[string]any)["total"]); total != fmt.Sprintf("map[relation:eq value:%d]", tt.total) {
			t.Errorf("%s: total %s, want %d", tt.name, total, tt.total)
		}
	}
}

// Scores worked out by hand from the similarities of vectors: of 0, 3 and 1 to
// (1, 0) they are 1, 0.8 and 0.5.
func TestLinear(t *testing.T) {
	c := vectorFilms(t)
	all := `{"knn":{"field":"v","query_vector":[1,0],"k":10,"num_candidates":10}}`
	entry := func(more string) string {
		return `{"linear":{"rank_window_size":10,"retrievers":[{"retriever":` + all + more + `}]}}`
	}
	one := `{"standard":{"query":{"match_all":{}}}}`
	zero := `{"standard":{"filter":{"match_all":{}}}}`
	tiny := float64(math.SmallestNonzeroFloat32)
	length := math.Sqrt(1 + 0.8*0.8 + 0.5*0.5)
	for _, tt := range []struct {
		name, retriever, rest string
		ids                   string
		scores                []float64
		total                 int
	}{
		{"as they are", entry(""), "", "0 3 1", []float64{1, 0.8, 0.5}, 3},
		{"none", entry(`,"normalizer":"none","weight":2`), "", "0 3 1", []float64{2, 1.6, 1}, 3},
		{"minmax", entry(`,"normalizer":"minmax","weight":10`), "", "0 3 1", []float64{10, 6, tiny}, 3},
		{"l2_norm", entry(`,"normalizer":"l2_norm"`), "", "0 3 1", []float64{1 / length, 0.8 / length, 0.5 / length}, 3},
		{"weight 0", entry(`,"weight":0`), "", "0 1 3", []float64{tiny, tiny, tiny}, 3},
		{"minmax of the window", strings.Replace(entry(`,"normalizer":"minmax"`), `"rank_window_size":10`, `"rank_window_size":2`, 1), "", "0 3", []float64{1, tiny}, 2},
		{"normalizer for all entries", linearOf(`,"normalizer":"minmax"`, all), "", "0 3 1", []float64{1, 0.6, tiny}, 3},
		{"minmax of equal scores", linearOf(`,"normalizer":"minmax"`, one), "", "0 1 2 3", []float64{1, 1, 1, 1}, 4},
		{"minmax of scores of 0", linearOf(`,"normalizer":"minmax"`, zero), "", "0 1 2 3", []float64{1, 1, 1, 1}, 4},
		{"l2_norm of scores of 0", linearOf(`,"normalizer":"l2_norm"`, zero), "", "0 1 2 3", []float64{tiny, tiny, tiny, tiny}, 4},
		{"minmax of one", linearOf(`,"normalizer":"minmax"`, strings.Replace(all, `"k":10`, `"k":1`, 1)), "", "0", []float64{1}, 1},
		{"two lists", linearOf("", all, one), "", "0 3 1 2", []float64{2, 1.8, 1.5, 1}, 4},
		{"filter", linearOf(`,"filter":{"term":{"genre":"crime"}}`, all, one), "", "0 3", []float64{2, 1.8}, 2},
		{"min_score", linearOf(`,"min_score":0.8`, all), "", "0 3", []float64{1, 0.8}, 2},
		{"min_score after the window", linearOf(`,"min_score":0.6,"rank_window_size":1`, all), "", "0", []float64{1}, 1},
		{"min_score 0 counts everything", linearOf(`,"min_score":0`, one, all), "", "0 3 1 2", []float64{2, 1.8, 1.5, 1}, 4},
		{"over a reranker", linearOf("", rerank(one, `,"field":"plot","inference_id":"lengths"`)), "", "0 3 2 1", []float64{7, 7, 4, math.Exp(-1)}, 4},
		{"over rrf", linearOf("", rrfOf("", all)), "", "0 3 1", []float64{1. / 61, 1. / 62, 1. / 63}, 3},
	} {
		out := c.must("POST", "/films/_search", `{"retriever":`+tt.retriever+tt.rest+`}`)
		got := hitsOf(out)
		if strings.Join(got.IDs, " ") != tt.ids {
			t.Errorf("%s: %v, want %v", tt.name, got.IDs, tt.ids)
			continue
		}
		for i, want := range tt.scores {
			if math.Abs(got.Scores[i]-want) > 1e-6*want+1e-45 {
				t.Errorf("%s: score %d is %v, want %v", tt.name, i, got.Scores[i], want)
			}
		}
		if total := fmt.Sprint(out["hits"].(map[string]any)["total"]); total != fmt.Sprintf("map[relation:eq value:%d]", tt.total) {
			t.Errorf("%s: total %s, want %d", tt.name, total, tt.total)
		}
	}
}

// A reranker works on the list of any retriever below it, and what it dropped
// is absent from the list that those above it see.
func TestRerankerOverAndUnder(t *testing.T) {
	c := vectorFilms(t)
	c.must("PUT", "/films/_doc/9?refresh=true", `{"genre":"crime","v":[0.9,0.1]}`) // no plot
	by := `,"field":"plot","inference_id":"lengths"`
	crime := `,"filter":{"term":{"genre":"crime"}}`
	for _, tt := range []struct {
		name, retriever, rest string
		ids                   string
		total                 int
	}{
		{"over knn", rerank(`{"knn":{"field":"v","query_vector":[0,1],"k":3,"num_candidates":10}}`, by), "", "3 1", 2},
		{"over rrf", rerank(rrfOf("", nightly, trains), by), "", "0 2 1", 3},
		{"over the window of rrf", rerank(rrfOf(`,"rank_window_size":10`, nightly, trains), by+`,"rank_window_size":2`), "", "0 1", 3},
		{"over linear", rerank(linearOf("", nightly, trains), by), "", "0 2 1", 3},
		{"over a reranker", rerank(rerank(everything, `,"field":"genre","inference_id":"coarse"`), by), "", "0 3 2 1", 5},
		{"its filter", rerank(rrfOf("", nightly, trains, near), by+crime), "", "0", 2}, // and 9, which has no plot
		{"under rrf", rrfOf("", rerank(everything, by)), "", "0 3 2 1", 5},
		{"under rrf with a filter", rrfOf(crime, rerank(everything, by)), "", "0 3", 3},
		{"under rrf beside knn", rrfOf("", rerank(nightly, by), near), "", "0 1 9", 3},
		{"under a reranker of a fusion", rerank(rrfOf(`,"rank_window_size":20`, rerank(nightly, by+`,"rank_window_size":20`), trains), by), `,"size":2`, "0 2", 3},
		{"with a sort below", rerank(`{"standard":{"query":{"match_all":{}},"sort":[{"_doc":"desc"}]}}`, by+`,"rank_window_size":2`), "", "0 1", 5},
	} {
		out := c.must("POST", "/films/_search", `{"retriever":`+tt.retriever+tt.rest+`}`)
		if got := strings.Join(hitsOf(out).IDs, " "); got != tt.ids {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.ids)
		}
		if total := fmt.Sprint(out["hits"].(map[string]any)["total"]); total != fmt.Sprintf("map[relation:eq value:%d]", tt.total) {
			t.Errorf("%s: total %s, want %d", tt.name, total, tt.total)
		}
	}
}

// The reasons are those of servers of 8.19.21 and 9.2.0, from the outside in.
func TestRetrieversFail(t *testing.T) {
	c := vectorFilms(t)
	failed := func(kind, child string) string {
		return "[" + kind + "] search failed - retrievers '[" + child + "]' returned errors. All failures are attached as suppressed exceptions."
	}
	invalid := func(rules string) []string { return []string{"Validation Failed: " + rules} }
	onShard := func(reason string) []string {
		return []string{"all shards failed", "failed to create query: " + reason, reason}
	}
	knnOf := func(more string) string { return `{"knn":{"field":"v","k":2,"num_candidates":10` + more + `}}` }
	vector := `,"query_vector":[1,0]`
	weighted := func(entry string) string { return `{"rrf":{"retrievers":[` + entry + `]}}` }
	entry := func(more string) string { return `{"linear":{"retrievers":[{"retriever":` + nightly + more + `}]}}` }
	rrfEntry := func(last string) []string { return []string{"] [rrf] failed to parse field [retrievers]", last} }
	deep := nightly
	for range 17 {
		deep = rrfOf("", deep)
	}
	for _, tt := range []struct {
		retriever, rest string
		want            []string // each is the end of a reason
	}{
		// knn
		{`{"knn":{}}`, "", []string{"Required [field, k, num_candidates]"}},
		{`{"knn":{"field":"v","num_candidates":5` + vector + `}}`, "", []string{"Required [k]"}},
		{knnOf(""), "", []string{"Failed to build [knn] after last required field arrived", "either [query_vector] or [query_vector_builder] must be provided"}},
		{`{"knn":{"field":"v","k":11,"num_candidates":10` + vector + `}}`, "", []string{"[num_candidates] cannot be less than [k]"}},
		{`{"knn":{"field":"v","k":1,"num_candidates":10001` + vector + `}}`, "", []string{"[num_candidates] cannot exceed [10000]"}},
		{`{"knn":{"field":"v","k":0,"num_candidates":10` + vector + `}}`, "", []string{"[k] must be greater than 0"}},
		{rrfOf("", `{"knn":{"field":"v","k":0,"num_candidates":10`+vector+`}}`), "", []string{"[k] must be greater than 0"}},
		{`{"knn":{"field":"v","k":"x","num_candidates":10` + vector + `}}`, "", []string{"[1:38] [knn] failed to parse field [k]", `For input string: "x"`}},
		{knnOf(`,"query_vector":[1,0,3]`), "", onShard("The query vector has a different number of dimensions [3] than the document vectors [2].")},
		{knnOf(`,"query_vector":[0,0]`), "", onShard("The [cosine] similarity does not support vectors with zero magnitude. Preview of invalid vector: [0.0, 0.0]")},
		{knnOf(`,"query_vector":[1e40,0]`), "", onShard("element_type [float] vectors do not support infinite values but found [Infinity] at dim [0]; Preview of invalid vector: [Infinity, 0.0]")},
		{knnOf(`,"query_vector":["a",0]`), "", []string{"] [knn] failed to parse field [query_vector]", `For input string: "a"`}},
		{`{"knn":{"field":"d","k":1,"num_candidates":10,"query_vector":[3,4]}}`, "", onShard("The [dot_product] similarity can only be used with unit-length vectors. Preview of invalid vector: [3.0, 4.0]")},
		{`{"knn":{"field":"b","k":1,"num_candidates":10,"query_vector":[300,0]}}`, "", onShard("element_type [byte] vectors only support integers between [-128, 127] but found [300.0] at dim [0]; Preview of invalid vector: [300.0, 0.0]")},
		{`{"knn":{"field":"b","k":1,"num_candidates":10,"query_vector":[0,1.5]}}`, "", onShard("element_type [byte] vectors only support non-decimal values but found decimal value [1.5] at dim [1]; Preview of invalid vector: [0.0, 1.5]")},
		{`{"knn":{"field":"plot","k":1,"num_candidates":10` + vector + `}}`, "", onShard("[knn] queries are only supported on [dense_vector] fields")},
		{`{"knn":{"field":"stored","k":1,"num_candidates":10` + vector + `}}`, "", onShard("to perform knn search on field [stored], its mapping must have [index] set to [true]")},
		{knnOf(vector + `,"boost":2`), "", []string{"] [knn] unknown field [boost]"}},
		{knnOf(vector + `,"field":3`), "", []string{"Duplicate field 'field'", "Duplicate field 'field'"}},
		{`{"knn":{"field":3}}`, "", []string{"] [knn] field doesn't support values of type: VALUE_NUMBER"}},
		{knnOf(vector + `,"filter":{"x":{}}`), "", []string{"] [knn] failed to parse field [filter]", "unknown query [x]", "] unknown field [x]"}},
		{knnOf(vector + `,"rescore_vector":{}`), "", []string{"releval's embedded engine does not support [rescore_vector] of the retriever [knn]"}},
		{`{"knn":3}`, "", []string{"[knn] retriever malformed, no [START_OBJECT] after retriever name"}},
		// windows
		{rrfOf("", nightly), `,"size":11`, invalid("1: [rrf] requires [rank_window_size: 10] be greater than or equal to [size: 11];")},
		{linearOf("", nightly), `,"size":11`, invalid("1: [linear] requires [rank_window_size: 10] be greater than or equal to [size: 11];")},
		{rrfOf(`,"rank_window_size":-1`, nightly), "", invalid("1: [rank_window_size] parameter cannot be negative, found [-1];")},
		{rrfOf(`,"rank_window_size":-1`, nightly), `,"size":5`, invalid("1: [rrf] requires [rank_window_size: -1] be greater than or equal to [size: 5];2: [rank_window_size] parameter cannot be negative, found [-1];")},
		{rrfOf("", nightly, rerank(trains, `,"field":"plot","rank_window_size":5`)), `,"size":20`, invalid("1: [rrf] requires [rank_window_size: 10] be greater than or equal to [size: 20];" +
			"2: [text_similarity_reranker] requires [rank_window_size: 5] be greater than or equal to [size: 20];" +
			"3: [rrf] requires [rank_window_size: 10] to be smaller than or equal to its sub retriever's text_similarity_reranker [rank_window_size: 5];")},
		{rerank(rrfOf(`,"rank_window_size":5`, nightly), `,"field":"plot"`), `,"size":1`, invalid("1: [text_similarity_reranker] requires [rank_window_size: 10] to be smaller than or equal to its sub retriever's rrf [rank_window_size: 5];")},
		{rrfOf("", nightly), `,"sort":["_doc"]`, invalid("1: cannot specify [retriever] and [sort];")},
		{deep, "", []string{"The nested depth of the [retriever] exceeds the maximum nested depth of [16] for retrievers"}},
		// rrf
		{`{"rrf":{}}`, "", []string{"Required [retrievers]"}},
		{`{"rrf":{"retrievers":[]}}`, "", []string{"sources must not be null or empty"}},
		{`{"rrf":{"retrievers":3}}`, "", []string{"] [rrf] retrievers doesn't support values of type: VALUE_NUMBER"}},
		{rrfOf(`,"rank_constant":"x"`, nightly), "", []string{"] [rrf] failed to parse field [rank_constant]", `For input string: "x"`}},
		{rrfOf(`,"foo":1`, nightly), "", []string{"] [rrf] unknown field [foo]"}},
		{rrfOf(`,"rank_constant":-10`, nightly), "", onShard("RankDoc scores must be positive values. Missing a normalization step?")},
		{`{"rrf":{"query":"night"}}`, "", []string{"releval's embedded engine does not support [query] of the retriever [rrf]"}},
		{weighted(`{"standrad":{}}`), "", []string{"] [rrf] failed to parse field [retrievers]", "unknown retriever [standrad] did you mean [standard]?", "] unknown field [standrad]"}},
		{weighted(`{"standard":{},"knn":{}}`), "", rrfEntry("[standard] malformed retriever, expected [END_OBJECT] but found [FIELD_NAME]")},
		{weighted(`{"retriever":` + nightly + `,"weight":-0.5}`), "", rrfEntry("[weight] must be non-negative, found [-0.5]")},
		{weighted(`{"retriever":` + nightly + `,"foo":1}`), "", rrfEntry("unknown field [foo], expected [retriever] or [weight]")},
		{weighted(`{"weight":1}`), "", rrfEntry("retriever component must contain a retriever")},
		{weighted(`{"standard":{},"weight":1}`), "", rrfEntry("unknown field [weight] after retriever")},
		{weighted(`{"retriever":` + nightly + `,"weight":"x"}`), "", rrfEntry(`For input string: "x"`)},
		{weighted(`{"standard":{"collapse":{}}}`), "", []string{"releval's embedded engine does not support [collapse] of the retriever [standard]"}},
		{rrfOf("", nightly, knnOf(`,"query_vector":[1]`)), "", append([]string{failed("rrf", "knn")}, onShard("The query vector has a different number of dimensions [1] than the document vectors [2].")...)},
		{rrfOf("", rerank(nightly, `,"field":"plot","inference_id":"nope"`)), "", []string{failed("text_similarity_reranker", "standard"), "Computing updated ranks for results failed", "Inference endpoint not found [nope]"}},
		{rerank(rrfOf("", nightly), `,"field":"plot","inference_id":"nope"`), "", []string{failed("text_similarity_reranker", "rank_docs_retriever"), "Computing updated ranks for results failed", "Inference endpoint not found [nope]"}},
		// linear
		{`{"linear":{}}`, "", []string{"Required [retrievers]"}},
		{entry(`,"weight":-0.5`), "", []string{"] [linear] failed to parse field [retrievers]", "] [retrievers] failed to parse field [weight]", "[weight] must be non-negative"}},
		{entry(`,"normalizer":"aardvark"`), "", []string{"] [linear] failed to parse field [retrievers]", "] [retrievers] failed to parse field [normalizer]", "Unknown normalizer [aardvark]"}},
		{entry(`,"foo":1`), "", []string{"] [linear] failed to parse field [retrievers]", "] [retrievers] unknown field [foo]"}},
		{`{"linear":{"retrievers":[{"weight":1}]}}`, "", []string{"] [linear] failed to parse field [retrievers]", "Required [retriever]"}},
		{`{"linear":{"retrievers":[` + nightly + `]}}`, "", []string{"] [linear] failed to parse field [retrievers]", "] [retrievers] unknown field [standard]"}},
		{linearOf(`,"normalizer":"aardvark"`, nightly), "", []string{"] [linear] failed to parse field [normalizer]", "Unknown normalizer [aardvark]"}},
		{linearOf(`,"min_score":-1`, nightly), "", []string{"[min_score] must be greater than or equal to 0, was: [-1.0]"}},
		{linearOf("", `{"standrad":{}}`), "", []string{"] [linear] failed to parse field [retrievers]", "] [retrievers] failed to parse field [retriever]", "] [retriever] failed to parse field [standrad]", "] unknown field [standrad]"}},
	} {
		status, out := c.do("POST", "/films/_search", `{"retriever":`+tt.retriever+tt.rest+`}`)
		got := reasons(out["error"])
		same := len(got) == len(tt.want) && status >= 400 && status < 500
		for i := 0; same && i < len(got); i++ {
			same = strings.HasSuffix(got[i], tt.want[i])
		}
		if !same {
			t.Errorf("%s%s: %d\n%s\nwant\n%s", tt.retriever, tt.rest, status, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
		}
	}
}
