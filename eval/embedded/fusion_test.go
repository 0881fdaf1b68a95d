package embedded

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tale is a document of the tests about retrievers.
type tale struct {
	Words string    `json:"w"`
	Kind  string    `json:"k"`
	Place []float64 `json:"v,omitempty"`
}

// tree is a retriever of the tests, as text and as what it must find.
type tree struct {
	text string
	// list gives its hits for a window and filters on the kind, best first; it
	// works from the definitions, on the lists of the trees below.
	list func(window int, kinds []string) []listed
	// matches are the documents that its searches match.
	matches func(kinds []string) map[int]bool
}

// listed is a document by its number, with its score.
type listed struct {
	doc   int
	score float32
}

func byRank(a, b listed) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc)) }

// shelf is an engine with tales, and what the trees are made of.
type shelf struct {
	client
	tales []tale
}

func (s shelf) passes(doc int, kinds []string) bool {
	return !slices.ContainsFunc(kinds, func(k string) bool { return k != s.tales[doc].Kind })
}

// plain is a standard retriever; its scores are the engine's own for the query
// alone, which other tests check.
func (s shelf) plain(t *rapid.T) tree {
	word := rapid.SampledFrom([]string{"night", "train", "city", "nothing"}).Draw(t, "word")
	query := fmt.Sprintf(`{"match":{"w":%q}}`, word)
	list := func(window int, kinds []string) []listed {
		var out []listed
		h := s.search("/tales/_search", fmt.Sprintf(`{"size":100,"query":%s}`, query))
		for i, id := range h.IDs {
			var doc int
			fmt.Sscan(id, &doc)
			if s.passes(doc, kinds) {
				out = append(out, listed{doc, float32(h.Scores[i])})
			}
		}
		return out[:min(window, len(out))]
	}
	return tree{`{"standard":{"query":` + query + `}}`, list, func(kinds []string) map[int]bool { return docsOf(list(100, kinds)) }}
}

// near is a knn retriever over squared distances of whole numbers, which are
// exact.
func (s shelf) near(t *rapid.T) tree {
	x, y := rapid.IntRange(0, 5).Draw(t, "x"), rapid.IntRange(0, 5).Draw(t, "y")
	k := rapid.IntRange(1, 12).Draw(t, "k")
	list := func(window int, kinds []string) []listed {
		var out []listed
		for i, d := range s.tales {
			if d.Place != nil && s.passes(i, kinds) {
				dx, dy := d.Place[0]-float64(x), d.Place[1]-float64(y)
				out = append(out, listed{i, float32(1 / (1 + dx*dx + dy*dy))})
			}
		}
		slices.SortFunc(out, byRank)
		return out[:min(k, window, len(out))]
	}
	text := fmt.Sprintf(`{"knn":{"field":"v","query_vector":[%d,%d],"k":%d,"num_candidates":50}}`, x, y, k)
	return tree{text, list, nil}
}

func docsOf(list []listed) map[int]bool {
	docs := map[int]bool{}
	for _, l := range list {
		docs[l.doc] = true
	}
	return docs
}

// drawTree draws a retriever whose windows are at least as large as the one
// above it.
func (s shelf) drawTree(t *rapid.T, depth, least int) tree {
	if depth == 3 || depth > 0 && rapid.IntRange(0, 2).Draw(t, "leaf") > 0 {
		if rapid.Bool().Draw(t, "vectors") {
			return s.near(t)
		}
		return s.plain(t)
	}
	window := least + rapid.IntRange(0, 6).Draw(t, "window")
	more := fmt.Sprintf(`,"rank_window_size":%d`, window)
	var kinds []string
	if rapid.IntRange(0, 3).Draw(t, "filtered") == 0 {
		kinds = []string{"a"}
		more += `,"filter":{"term":{"k":"a"}}`
	}
	kind := rapid.SampledFrom([]string{"rrf", "linear", "reranker"}).Draw(t, "kind")
	count := rapid.IntRange(1, 3).Draw(t, "children")
	if kind == "reranker" {
		count = 1
	}
	var children []tree
	for range count {
		children = append(children, s.drawTree(t, depth+1, window))
	}
	lists := func(given []string) [][]listed {
		var out [][]listed
		for _, c := range children {
			out = append(out, c.list(window, slices.Concat(given, kinds)))
		}
		return out
	}
	var texts []string
	var combine func(lists [][]listed) []listed
	switch kind {
	case "rrf":
		constant := rapid.IntRange(0, 100).Draw(t, "constant")
		more += fmt.Sprintf(`,"rank_constant":%d`, constant)
		weights := make([]float32, count)
		for i, c := range children {
			weights[i] = 1
			text := c.text
			if rapid.Bool().Draw(t, "weighted") {
				weights[i] = rapid.SampledFrom([]float32{0, 0.3, 1, 2.5}).Draw(t, "weight")
				text = fmt.Sprintf(`{"retriever":%s,"weight":%v}`, c.text, weights[i])
			}
			texts = append(texts, text)
		}
		combine = func(lists [][]listed) []listed {
			return sum(lists, func(list, at int, _ []listed) float32 { return weights[list] * (1 / float32(constant+at+1)) })
		}
		more = `{"rrf":{"retrievers":[` + strings.Join(texts, ",") + `]` + more + `}}`
	case "linear":
		weights, scales := make([]float32, count), make([]string, count)
		for i, c := range children {
			weights[i] = rapid.SampledFrom([]float32{0, 0.3, 1, 2.5}).Draw(t, "weight")
			scales[i] = rapid.SampledFrom([]string{"none", "minmax", "l2_norm"}).Draw(t, "normalizer")
			texts = append(texts, fmt.Sprintf(`{"retriever":%s,"weight":%v,"normalizer":%q}`, c.text, weights[i], scales[i]))
		}
		combine = func(lists [][]listed) []listed {
			return sum(lists, func(list, at int, all []listed) float32 { return weights[list] * scaled(scales[list], all, at) })
		}
		more = `{"linear":{"retrievers":[` + strings.Join(texts, ",") + `]` + more + `}}`
	default:
		combine = func(lists [][]listed) []listed {
			var out []listed
			for _, l := range lists[0] {
				raw := float32(len(s.tales[l.doc].Words)) - 20 // what "lengths" gives
				out = append(out, listed{l.doc, max(raw, 0) + min(float32(math.Exp(float64(raw))), 1)})
			}
			return out
		}
		more = `{"text_similarity_reranker":{"retriever":` + children[0].text + `,"field":"w","inference_text":"x","inference_id":"lengths"` + more + `}}`
	}
	list := func(given int, above []string) []listed {
		out := combine(lists(above))
		slices.SortFunc(out, byRank)
		out = out[:min(window, given, len(out))]
		for i := range out {
			out[i].score = max(out[i].score, math.SmallestNonzeroFloat32)
		}
		return out
	}
	matches := func(above []string) map[int]bool {
		all := map[int]bool{}
		for _, c := range children {
			docs := docsOf(c.list(window, slices.Concat(above, kinds))) // of a knn retriever
			if c.matches != nil {
				docs = c.matches(slices.Concat(above, kinds))
			}
			for d := range docs {
				all[d] = true
			}
		}
		return all
	}
	return tree{more, list, matches}
}

// sum adds what each list gives to its documents, in the order of the lists.
func sum(lists [][]listed, part func(list, at int, all []listed) float32) []listed {
	scores := map[int]float32{}
	for l, list := range lists {
		for at, one := range list {
			p := part(l, at, list)
			scores[one.doc] += p
		}
	}
	var out []listed
	for doc, s := range scores {
		out = append(out, listed{doc, s})
	}
	return out
}

// scaled is the normalized score of the at-th of a list.
func scaled(normalizer string, list []listed, at int) float32 {
	low, high, squares := list[0].score, list[0].score, 0.0
	for _, l := range list {
		low, high = min(low, l.score), max(high, l.score)
		squares += float64(l.score * l.score)
	}
	s := list[at].score
	switch {
	case normalizer == "none" || normalizer == "l2_norm" && math.Sqrt(squares) < 1e-6:
		return s
	case normalizer == "l2_norm":
		return float32(float64(s) / math.Sqrt(squares))
	case high-low < 1e-6:
		return 1
	}
	return (s - low) / (high - low)
}

// Any tree of retrievers gives the list that follows from the lists of its
// leaves, worked out here from the definitions.
func TestTreesOfRetrieversFollowFromTheirLeaves(t *testing.T) {
	const mapping = `{"mappings":{"properties":{"w":{"type":"text"},"k":{"type":"keyword"},"v":{"type":"dense_vector","dims":2,"similarity":"l2_norm"}}}}`
	rapid.Check(t, func(rt *rapid.T) {
		s := shelf{client: newClient(t, testEndpoints()...)}
		s.must("PUT", "/tales", mapping)
		var sources []string
		for range rapid.IntRange(1, 25).Draw(rt, "documents") {
			words := rapid.SliceOfN(rapid.SampledFrom([]string{"night", "train", "city", "a"}), 1, 8).Draw(rt, "words")
			d := tale{Words: strings.Join(words, " "), Kind: rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "kind of tale")}
			if rapid.Bool().Draw(rt, "has a vector") {
				d.Place = []float64{float64(rapid.IntRange(0, 5).Draw(rt, "x")), float64(rapid.IntRange(0, 5).Draw(rt, "y"))}
			}
			data, err := json.Marshal(d)
			if err != nil {
				rt.Fatal(err)
			}
			s.tales, sources = append(s.tales, d), append(sources, string(data))
		}
		s.load("tales", sources...)
		size := rapid.IntRange(1, 8).Draw(rt, "size")
		r := s.drawTree(rt, 0, size)
		out := s.must("POST", "/tales/_search", fmt.Sprintf(`{"size":%d,"retriever":%s}`, size, r.text))
		got, want := hitsOf(out), r.list(size, nil)
		if len(got.IDs) != len(want) {
			rt.Fatalf("%s: %v, want %v", r.text, got, want)
		}
		for i, w := range want {
			if got.IDs[i] != fmt.Sprint(w.doc) || float32(got.Scores[i]) != w.score {
				rt.Fatalf("%s: hit %d is %s %v, want %d %v", r.text, i, got.IDs[i], got.Scores[i], w.doc, w.score)
			}
		}
		total := out["hits"].(map[string]any)["total"].(map[string]any)["value"].(float64)
		if int(total) != len(r.matches(nil)) {
			rt.Fatalf("%s: total %v, want %d", r.text, total, len(r.matches(nil)))
		}
	})
}
