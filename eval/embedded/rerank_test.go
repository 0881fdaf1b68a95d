package embedded

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// scorerFunc is a Scorer for tests.
type scorerFunc func(query string, texts []string) ([]float64, error)

func (f scorerFunc) Score(query string, texts []string) ([]float64, error) { return f(query, texts) }

// lengths scores a text by its length less 20: both signs occur.
func lengths(_ string, texts []string) ([]float64, error) {
	scores := make([]float64, len(texts))
	for i, t := range texts {
		scores[i] = float64(len(t)) - 20
	}
	return scores, nil
}

// coarse gives only a few different scores.
func coarse(_ string, texts []string) ([]float64, error) {
	scores := make([]float64, len(texts))
	for i, t := range texts {
		scores[i] = float64(len(t) % 3)
	}
	return scores, nil
}

// listwise lets every score depend on the length of the list.
func listwise(_ string, texts []string) ([]float64, error) {
	scores := make([]float64, len(texts))
	for i, t := range texts {
		scores[i] = float64(len(t) * (1 - 2*(len(texts)%2)))
	}
	return scores, nil
}

func testEndpoints() []Endpoint {
	one := func(id string, f scorerFunc) Endpoint { return Endpoint{ID: id, Service: "test", Model: id, Scorer: f} }
	limited := one("limited", lengths)
	limited.TopN = 2
	return []Endpoint{
		one("lengths", lengths), one("coarse", coarse), one("listwise", listwise), limited,
		one("broken", func(string, []string) ([]float64, error) { return nil, errors.New("model on fire") }),
		one("lossy", func(_ string, texts []string) ([]float64, error) { return make([]float64, len(texts)-1), nil }),
		one("nan", func(_ string, texts []string) ([]float64, error) {
			return slices.Repeat([]float64{math.NaN()}, len(texts)), nil
		}),
	}
}

const everything = `{"standard":{"query":{"match_all":{}}}}`

func rerank(child, more string) string {
	return `{"text_similarity_reranker":{"retriever":` + child + `,"inference_text":"x"` + more + `}}`
}

func TestRerank(t *testing.T) {
	c := filmClient(t, testEndpoints()...)
	// The plots have 26, 19, 23 and 26 characters, the fifth film has none.
	// Raw scores are 6, -1, 3 and 6; shown ones raw+1, or exp(raw) below 0.
	e := math.Exp(-1)
	for _, tt := range []struct {
		name, more, rest string
		ids              []string
		scores           []float64
		total            int
	}{
		{"all", `,"field":"plot"`, ``, []string{"0", "3", "2", "1"}, []float64{7, 7, 4, e}, 5},
		{"window cuts the first stage", `,"field":"plot","rank_window_size":2`, ``, []string{"0", "1"}, []float64{7, e}, 5},
		{"page", `,"field":"plot"`, `,"from":1,"size":2`, []string{"3", "2"}, []float64{7, 4}, 5},
		{"min_score is for raw scores", `,"field":"plot","min_score":3.5`, ``, []string{"0", "3"}, []float64{7, 7}, 2},
		{"min_score 0 drops what is negative", `,"field":"plot","min_score":0`, ``, []string{"0", "3", "2"}, []float64{7, 7, 4}, 5},
		{"unknown field", `,"field":"nope"`, ``, nil, nil, 5},
		{"first value of an array", `,"field":"genre"`, ``, []string{"0", "1", "3", "4", "2"}, []float64{math.Exp(-15), math.Exp(-15), math.Exp(-15), math.Exp(-15), math.Exp(-17)}, 5},
		{"filter", `,"field":"plot","filter":{"term":{"genre":"crime"}}`, ``, []string{"0", "3"}, []float64{7, 7}, 3},
		{"numbers are texts too", `,"field":"year"`, `,"size":1`, []string{"0"}, []float64{math.Exp(-16)}, 5},
	} {
		out := c.must("POST", "/films/_search", `{"retriever":`+rerank(everything, tt.more+`,"inference_id":"lengths"`)+tt.rest+`}`)
		got := hitsOf(out)
		if !slices.Equal(got.IDs, tt.ids) {
			t.Errorf("%s: %v, want %v", tt.name, got.IDs, tt.ids)
			continue
		}
		for i, want := range tt.scores {
			if math.Abs(got.Scores[i]-want) > 1e-6*want {
				t.Errorf("%s: score %d is %v, want %v", tt.name, i, got.Scores[i], want)
			}
		}
		if total := fmt.Sprint(out["hits"].(map[string]any)["total"]); total != fmt.Sprintf("map[relation:eq value:%d]", tt.total) {
			t.Errorf("%s: total %s, want %d", tt.name, total, tt.total)
		}
	}
}

// Equal scores stand in the order of the documents, not of the first stage.
func TestRerankTies(t *testing.T) {
	same := scorerFunc(func(_ string, texts []string) ([]float64, error) { return make([]float64, len(texts)), nil })
	c := filmClient(t, Endpoint{ID: "same", Scorer: same})
	child := `{"standard":{"query":{"match":{"plot":"city leaves"}}}}`
	if first := c.search("/films/_search", `{"retriever":`+child+`}`); !slices.Equal(first.IDs, []string{"2", "1"}) {
		t.Fatalf("first stage %v", first.IDs)
	}
	if got := c.search("/films/_search", `{"retriever":`+rerank(child, `,"field":"plot","inference_id":"same"`)+`}`); !slices.Equal(got.IDs, []string{"1", "2"}) {
		t.Errorf("%v, want the documents' order", got.IDs)
	}
}

func TestRerankFails(t *testing.T) {
	c := filmClient(t, testEndpoints()...)
	wrapped := "[text_similarity_reranker] search failed - retrievers '[standard]' returned errors. All failures are attached as suppressed exceptions."
	phase := "Computing updated ranks for results failed"
	nothing := `{"standard":{"query":{"match":{"plot":"zzz"}}}}`
	for _, tt := range []struct {
		name, retriever, rest string
		status                int
		want                  []string
	}{
		{"unknown endpoint", rerank(everything, `,"field":"plot","inference_id":"nope"`), "", 404, []string{wrapped, phase, "Inference endpoint not found [nope]"}},
		{"unknown endpoint and no hits", rerank(nothing, `,"field":"plot","inference_id":"nope"`), "", 404, []string{wrapped, phase, "Inference endpoint not found [nope]"}},
		{"window above top_n", rerank(everything, `,"field":"plot","inference_id":"limited"`), "", 400, []string{wrapped, phase,
			"Inference endpoint [limited] is configured to return the top [2] results, but rank_window_size is [10]. Reduce rank_window_size to be less than or equal to the configured top N value."}},
		{"model fails", rerank(everything, `,"field":"plot","inference_id":"broken"`), "", 500, []string{wrapped, phase, "model on fire"}},
		{"scores lost", rerank(everything, `,"field":"plot","inference_id":"lossy"`), "", 500, []string{wrapped, phase, "Reranker input document count and returned score count mismatch: [4] vs [3]"}},
		{"no number", rerank(everything, `,"field":"plot","inference_id":"nan"`), "", 500, []string{wrapped, phase, "the score of text 0 is not a finite number"}},
		{"child fails", rerank(`{"standard":{"query":{"match":{"year":"x"}}}}`, `,"field":"plot"`), "", 400, []string{wrapped, "all shards failed",
			`failed to create query: For input string: "x"`, `For input string: "x"`}},
		{"size above window", rerank(everything, `,"field":"plot"`), `,"size":11`, 400, []string{
			"Validation Failed: 1: [text_similarity_reranker] requires [rank_window_size: 10] be greater than or equal to [size: 11];"}},
		{"several rules", rerank(everything, `,"field":"plot"`), `,"size":11,"sort":"_doc","query":{"match_all":{}}`, 400, []string{
			"Validation Failed: 1: [text_similarity_reranker] requires [rank_window_size: 10] be greater than or equal to [size: 11];2: cannot specify [retriever] and [query, sort];"}},
		{"negative window", rerank(everything, `,"field":"plot","rank_window_size":-1`), "", 400, []string{
			"Validation Failed: 1: [rank_window_size] parameter cannot be negative, found [-1];"}},
		{"required", `{"text_similarity_reranker":{"retriever":` + everything + `}}`, "", 400, []string{"Required [inference_text, field]"}},
		{"no child", `{"text_similarity_reranker":{"field":"plot","inference_text":"x"}}`, "", 400, []string{"Required [retriever]"}},
		{"newer parameter", rerank(everything, `,"field":"plot","chunk_rescorer":{}`), "", 400, []string{
			"[1:131] [text_similarity_reranker] unknown field [chunk_rescorer]"}},
		{"nested window", rerank(rerank(everything, `,"field":"plot","rank_window_size":5`), `,"field":"plot","rank_window_size":6`), `,"size":1`, 400, []string{
			"Validation Failed: 1: [text_similarity_reranker] requires [rank_window_size: 6] to be smaller than or equal to its sub retriever's text_similarity_reranker [rank_window_size: 5];"}},
	} {
		status, out := c.do("POST", "/films/_search", `{"retriever":`+tt.retriever+tt.rest+`}`)
		if got := reasons(out["error"]); status != tt.status || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %d\n%s\nwant %d\n%s", tt.name, status, strings.Join(got, "\n"), tt.status, strings.Join(tt.want, "\n"))
		}
	}
	status, text := c.raw("POST", "/films/_search?allow_partial_search_results=true", `{"retriever":`+rerank(everything, `,"field":"plot"`)+`}`)
	if status != 400 || !strings.Contains(text, "cannot specify [text_similarity_reranker] and [allow_partial_search_results]") {
		t.Errorf("allow_partial_search_results: %d %s", status, text)
	}
	// Allowed to fail, it gives the first stage without a word.
	got := c.search("/films/_search", `{"retriever":`+rerank(everything, `,"field":"plot","inference_id":"nope","allow_rerank_failures":true`)+`}`)
	if !slices.Equal(got.IDs, []string{"0", "1", "2", "3"}) || got.Scores[0] != 1 {
		t.Errorf("allow_rerank_failures: %v", got)
	}
}

// The ranking at a window is what is left of the ranking at the largest one
// when the documents outside the window are taken out, where the scorer is
// pointwise. A listwise one must break the rule, or the test shows nothing.
func TestSmallerWindowsFollowFromTheLargest(t *testing.T) {
	c := newClient(t, testEndpoints()...)
	var documents []string
	for i := range 60 {
		documents = append(documents, fmt.Sprintf(`{"t":"night %s","p":"%s"}`, strings.Repeat("train ", i*7%5), strings.Repeat("x", i*i%41)))
	}
	documents[7] = `{"t":"night"}`
	c.load("films", documents...)
	child := `{"standard":{"query":{"match":{"t":"night train"}}}}`
	first := c.search("/films/_search", `{"size":60,"retriever":`+child+`}`)
	ranking := func(id string, window int) []string {
		return c.search("/films/_search", fmt.Sprintf(`{"from":0,"size":%d,"retriever":%s}`, window,
			rerank(child, fmt.Sprintf(`,"field":"p","inference_id":"%s","rank_window_size":%d`, id, window)))).IDs
	}
	derived := func(all []string, window int) []string {
		return slices.DeleteFunc(slices.Clone(all), func(id string) bool { return slices.Index(first.IDs, id) >= window })
	}
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.SampledFrom([]string{BuiltinEndpoint, "lengths", "coarse"}).Draw(t, "endpoint")
		window := rapid.IntRange(1, 60).Draw(t, "window")
		if got, want := ranking(id, window), derived(ranking(id, 60), window); !slices.Equal(got, want) {
			t.Fatalf("%s, window %d: %v, derived %v", id, window, got, want)
		}
	})
	whole := ranking("listwise", 60)
	if slices.Equal(ranking("listwise", 30), derived(whole, 30)) && slices.Equal(ranking("listwise", 31), derived(whole, 31)) {
		t.Error("the listwise scorer keeps the rule too")
	}
}

func TestInference(t *testing.T) {
	c := newClient(t, testEndpoints()...)
	out := c.must("POST", "/_inference/rerank/lengths", `{"query":"q","input":["aaa","a","aa"],"top_n":2}`)
	if got, want := fmt.Sprint(out["rerank"]), "[map[index:0 relevance_score:-17 text:aaa] map[index:2 relevance_score:-18 text:aa]]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	out = c.must("POST", "/_inference/limited", `{"query":"q","input":["aaa","a","aa"],"return_documents":false}`)
	if got, want := fmt.Sprint(out["rerank"]), "[map[index:0 relevance_score:-17] map[index:2 relevance_score:-18]]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, tt := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/_inference/rerank/lengths", `{"query":"q","input":[]}`, 400, "Field [input] cannot be an empty array"},
		{"/_inference/rerank/lengths", `{"input":["a"]}`, 400, "Field [query] cannot be null for task type [rerank]"},
		{"/_inference/rerank/lengths", `{"query":"q","input":["a"],"chunk":1}`, 400, "unknown field [chunk]"},
		{"/_inference/rerank/lengths?timeout=5", `{"query":"q","input":["a"]}`, 400, "unit is missing"},
		{"/_inference/completion/lengths", `{}`, 400, "does not match the model type [rerank]"},
		{"/_inference/rerank/nope", `{"query":"q","input":["a"]}`, 404, "Inference endpoint not found [nope]"},
	} {
		if status, text := c.raw("POST", tt.path, tt.body); status != tt.status || !strings.Contains(text, tt.want) {
			t.Errorf("%s %s: %d %s, want %d and %q", tt.path, tt.body, status, text, tt.status, tt.want)
		}
	}
	list := c.must("GET", "/_inference/rerank/_all", "")["endpoints"].([]any)
	if len(list) != len(testEndpoints())+1 {
		t.Errorf("%d endpoints", len(list))
	}
	if one := fmt.Sprint(c.must("GET", "/_inference/rerank/limited", "")["endpoints"]); !strings.Contains(one, "top_n:2") {
		t.Errorf("the limited endpoint shows as %s", one)
	}
}

// The score that is shown is continuous at 0 and rises with the raw one; the
// values are the formula worked out by hand.
func TestShownScore(t *testing.T) {
	for raw, want := range map[float32]float32{0: 1, 1: 2, 2.5: 3.5, -1: 0.36787945, -10: 4.539993e-05} {
		if got := shown(raw); math.Abs(float64(got-want)) > 1e-7*float64(want) {
			t.Errorf("raw %v is shown as %v, want %v", raw, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Float32Range(-50, 50).Draw(t, "a")
		b := rapid.Float32Range(-50, 50).Draw(t, "b")
		if a < b && shown(a) > shown(b) || shown(a) < 0 {
			t.Fatalf("%v is shown as %v, %v as %v", a, shown(a), b, shown(b))
		}
	})
}
