package embedded

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/releval/releval/eval/embedded/static"
)

// meaningfulFilms have plots that share no word with the queries of the tests,
// twelve of them without any meaning for the model.
func meaningfulFilms(t testing.TB) (client, []string) {
	c := newClient(t, testEndpoints()...)
	c.must("PUT", "/films", `{"mappings":{"properties":{"plot":{"type":"text","fields":{"semantic":{"type":"semantic_text"}}},"tags":{"type":"semantic_text","inference_id":"`+BuiltinEmbedding+`"}}}}`)
	plots := []string{
		"a shark attacks swimmers", "thieves plan to rob a bank", "two friends fall in love in Paris", "a ship sinks in the ocean", "soldiers in the trenches", "a chef opens a restaurant",
		"a detective hunts a murderer", "an astronaut is lost in space", "a horse wins the race", "children find a treasure", "a pianist loses his hearing", "a robot wants to be human", "a teacher inspires his pupils",
	}
	var documents []string
	for _, p := range plots {
		documents = append(documents, fmt.Sprintf(`{"plot":%q}`, p))
	}
	documents = append(documents, `{"plot":" "}`, `{"title":"no plot"}`, `{"tags":["ocean","a bank robbery"]}`)
	c.load("films", documents...)
	return c, plots
}

// The semantic query ranks by the cosines of the stand-in's vectors, and finds
// as many as the search wants, but ten at least.
func TestSemanticQuery(t *testing.T) {
	c, plots := meaningfulFilms(t)
	model := static.New()
	embed := func(text string) []float32 {
		v, err := model.Embed(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	score := func(a, b string) float64 {
		sum := 0.0
		x, y := embed(a), embed(b)
		for i := range x {
			sum += float64(x[i]) * float64(y[i])
		}
		return (1 + sum) / 2
	}
	const text = "robbery"
	type scored struct {
		id    string
		score float64
	}
	var want []scored
	for i, p := range plots {
		want = append(want, scored{fmt.Sprint(i), score(text, p)})
	}
	slices.SortFunc(want, func(a, b scored) int {
		if a.score > b.score {
			return -1
		}
		return 1
	})
	if want[0].id != "1" {
		t.Errorf("nearest to %q is %q", text, plots[0])
	}
	for _, tt := range []struct {
		body  string
		n     int
		boost float64
	}{
		{`{"size":100,"query":{"semantic":{"field":"plot.semantic","query":"robbery"}}}`, 13, 1},
		{`{"size":100,"query":{"semantic":{"field":"plot.semantic","query":"robbery","boost":2.5}}}`, 13, 2.5},
		{`{"size":100,"query":{"match":{"plot.semantic":"robbery"}}}`, 13, 1},
		{`{"size":3,"query":{"semantic":{"field":"plot.semantic","query":"robbery"}}}`, 3, 1},
		{`{"size":100,"retriever":{"standard":{"query":{"semantic":{"field":"plot.semantic","query":"robbery"}}}}}`, 13, 1},
	} {
		out := c.must("POST", "/films/_search", tt.body)
		got := hitsOf(out)
		if len(got.IDs) != tt.n {
			t.Errorf("%s: %d hits, want %d", tt.body, len(got.IDs), tt.n)
			continue
		}
		for i, id := range got.IDs {
			if w := want[i]; id != w.id || math.Abs(got.Scores[i]-tt.boost*w.score) > 1e-6 {
				t.Errorf("%s: hit %d is %s %v, want %s %v", tt.body, i, id, got.Scores[i], w.id, tt.boost*w.score)
			}
		}
		total := int(out["hits"].(map[string]any)["total"].(map[string]any)["value"].(float64))
		if found := max(10, tt.n); total != found {
			t.Errorf("%s: %d match, want %d", tt.body, total, found)
		}
	}
	// Under a compound its window says how many match.
	out := c.must("POST", "/films/_search", `{"retriever":`+rrfOf(`,"rank_window_size":12`, `{"standard":{"query":{"semantic":{"field":"plot.semantic","query":"robbery"}}}}`)+`}`)
	if got := hitsOf(out); len(got.IDs) != 12 || got.IDs[0] != "1" {
		t.Errorf("under rrf: %v", got.IDs)
	}
	// The best of a document's texts counts.
	if got := c.search("/films/_search", `{"query":{"semantic":{"field":"tags","query":"bank robbery"}}}`); len(got.IDs) != 1 || math.Abs(got.Scores[0]-score("bank robbery", "a bank robbery")) > 1e-6 {
		t.Errorf("of two texts: %v", got)
	}
	// The text of the field is what a reranker reads.
	if got := c.search("/films/_search", `{"retriever":`+rerank(`{"standard":{"query":{"semantic":{"field":"plot.semantic","query":"robbery"}}}}`, `,"field":"plot.semantic","inference_id":"lengths"`)+`}`); len(got.IDs) != 10 {
		t.Errorf("reranked: %v", got.IDs)
	}
}

func TestSemanticFields(t *testing.T) {
	c, _ := meaningfulFilms(t)
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/films/_mapping", "", 200, `"semantic":{"inference_id":".multilingual-e5-small-elasticsearch","type":"semantic_text"}`},
		{"GET", "/films/_field_caps?fields=tags", "", 200, `"tags":{"text":{`},
		{"GET", "/_inference/_all", "", 200, `"task_type":"text_embedding"`},
		{"GET", "/_inference/text_embedding/" + BuiltinEmbedding, "", 200, `"service":"embedded","service_settings":{"dimensions":64`},
		{"GET", "/_inference/text_embedding/nope", "", 404, "Inference endpoint not found [nope]"},
		{"POST", "/films/_search", `{"query":{"exists":{"field":"tags"}},"fields":["tags"]}`, 200, `"tags":["ocean","a bank robbery"]`},
		{"POST", "/films/_search", `{"query":{"semantic":{"field":"nope","query":"x"}}}`, 200, `"hits":[]`},
		{"POST", "/films/_search", `{"query":{"semantic":{"field":"tags","query":" "}}}`, 200, `"hits":[]`},
		{"POST", "/films/_search", `{"query":{"semantic":{"field":"plot","query":"x","lenient":true}}}`, 200, `"hits":[]`},
		{"POST", "/films/_search", `{"query":{"multi_match":{"query":"ocean","fields":["*"]}}}`, 200, `"_id":"3"`},
		{"POST", "/films/_search", `{"query":{"semantic":{"field":"plot","query":"x"}}}`, 400, "Field [plot] of type [text] does not support semantic queries"},
		{"POST", "/films/_search", `{"query":{"semantic":{"field":"tags"}}}`, 400, "Required [query]"},
		{"POST", "/films/_search", `{"query":{"semantic":{}}}`, 400, "Required [field, query]"},
		{"POST", "/films/_search", `{"query":{"semantic":{"field":"tags","query":"x","k":1}}}`, 400, "[semantic] unknown field [k]"},
		{"POST", "/films/_search", `{"query":{"term":{"tags":"x"}}}`, 400, "Field [tags] of type [semantic_text] doesn't support term queries"},
		{"POST", "/films/_search", `{"retriever":{"knn":{"field":"tags","query_vector":[1],"k":1,"num_candidates":1}}}`, 400, "[knn] queries are only supported on [dense_vector] fields"},
		{"PUT", "/other", `{"mappings":{"properties":{"s":{"type":"semantic_text","inference_id":"mine"}}}}`, 400, "no inference endpoint [mine] for the field [s] of type [semantic_text]: leave [inference_id] out, or name [.multilingual-e5-small-elasticsearch]"},
		{"PUT", "/other", `{"mappings":{"properties":{"s":{"type":"semantic_text","chunking_settings":{}}}}}`, 400, "does not support [chunking_settings] of a field of type [semantic_text]"},
	} {
		status, text := c.raw(tt.method, tt.path, tt.body)
		if status != tt.status || !strings.Contains(text, tt.want) {
			t.Errorf("%s %s %s: %d %s, want %d and %q", tt.method, tt.path, tt.body, status, text, tt.status, tt.want)
		}
	}
	if _, text := c.raw("GET", "/_inference/rerank/_all", ""); strings.Contains(text, "text_embedding") {
		t.Errorf("the endpoint for vectors is among those for reranking: %s", text)
	}
}
