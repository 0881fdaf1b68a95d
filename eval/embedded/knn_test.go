package embedded

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// places are documents of two indices with vectors of one similarity, and the
// vectors.
func places(t testing.TB, similarity, element string) (client, map[string][]float64) {
	c := newClient(t)
	r := rand.New(rand.NewPCG(1, 5))
	all := map[string][]float64{}
	for _, index := range []string{"a", "b"} {
		c.must("PUT", "/"+index, fmt.Sprintf(`{"mappings":{"properties":{"k":{"type":"keyword"},"v":{"type":"dense_vector","dims":5,"similarity":%q,"element_type":%q}}}}`, similarity, element))
		var documents []string
		for i := range 40 {
			if i%4 == 3 {
				documents = append(documents, fmt.Sprintf(`{"_id":"%s%d","k":"none"}`, index, i))
				continue
			}
			v := make([]float64, 5)
			length := 0.0
			for k := range v {
				v[k] = r.NormFloat64()
				if element == "byte" {
					v[k] = math.Round(30 * v[k])
				}
				length += v[k] * v[k]
			}
			if similarity == "dot_product" && element == "float" {
				for k := range v {
					v[k] /= math.Sqrt(length)
				}
			}
			all[fmt.Sprintf("%s %d", index, i)] = v
			documents = append(documents, fmt.Sprintf(`{"k":"k%d","v":%s}`, i%3, strings.ReplaceAll(fmt.Sprint(v), " ", ",")))
		}
		c.load(index, documents...)
	}
	return c, all
}

// similar is the raw similarity and the score of two vectors, by the formulas
// of the server's documentation, in float64.
func similar(similarity, element string, a, b []float64) (raw, score float64) {
	dot, aa, bb, distance := 0.0, 0.0, 0.0, 0.0
	for i := range a {
		dot += a[i] * b[i]
		aa += a[i] * a[i]
		bb += b[i] * b[i]
		distance += (a[i] - b[i]) * (a[i] - b[i])
	}
	switch {
	case similarity == "cosine":
		raw = dot / math.Sqrt(aa*bb)
		return raw, (1 + raw) / 2
	case similarity == "dot_product" && element == "byte":
		return dot, 0.5 + dot/(32768*float64(len(a)))
	case similarity == "dot_product":
		return dot, (1 + dot) / 2
	case similarity == "l2_norm":
		return math.Sqrt(distance), 1 / (1 + distance)
	case dot < 0:
		return dot, 1 / (1 - dot)
	}
	return dot, dot + 1
}

// The retriever gives the k nearest of all shards together, the query the k
// nearest of each, and both the scores of the formulas.
func TestKNNEqualsBruteForce(t *testing.T) {
	for _, element := range []string{"float", "byte"} {
		for _, similarity := range []string{"cosine", "dot_product", "l2_norm", "max_inner_product"} {
			c, all := places(t, similarity, element)
			query := all["b 12"]
			type found struct {
				id         string
				raw, score float64
			}
			nearest := func(index, kind string) (out []found) {
				for id, v := range all {
					var i int
					fmt.Sscan(id[2:], &i)
					if strings.HasPrefix(id, index) && (kind == "" || kind == fmt.Sprint("k", i%3)) {
						raw, score := similar(similarity, element, query, v)
						out = append(out, found{id[2:], raw, score})
					}
				}
				slices.SortFunc(out, func(a, b found) int { return cmp.Compare(b.score, a.score) })
				return out
			}
			compare := func(name, body string, want []found) {
				t.Helper()
				got := c.search("/a,b/_search", body)
				if len(got.IDs) != len(want) {
					t.Fatalf("%s %s, %s: %d hits, want %d", element, similarity, name, len(got.IDs), len(want))
				}
				for i, w := range want {
					if got.IDs[i] != w.id || math.Abs(got.Scores[i]-w.score) > 1e-6*max(1, w.score) {
						t.Errorf("%s %s, %s: hit %d is %s %v, want %s %v", element, similarity, name, i, got.IDs[i], got.Scores[i], w.id, w.score)
					}
				}
			}
			vector := strings.ReplaceAll(fmt.Sprint(query), " ", ",")
			retriever := func(k int, more string) string {
				return fmt.Sprintf(`{"size":100,"retriever":{"knn":{"field":"v","query_vector":%s,"k":%d,"num_candidates":100%s}}}`, vector, k, more)
			}
			everything := nearest("", "")
			compare("all", retriever(100, ""), everything)
			compare("k over both shards", retriever(7, ""), everything[:7])
			compare("filter", retriever(7, `,"filter":[{"term":{"k":"k1"}}]`), nearest("", "k1")[:7])
			limit := everything[5]
			bound := limit.raw + 1e-4
			if similarity != "l2_norm" {
				bound = limit.raw - 1e-4
			}
			compare("similarity", retriever(100, fmt.Sprintf(`,"similarity":%v`, bound)), everything[:6])
			each := slices.Concat(nearest("a", "")[:3], nearest("b", "")[:3])
			slices.SortFunc(each, func(a, b found) int { return cmp.Compare(b.score, a.score) })
			compare("query", fmt.Sprintf(`{"size":100,"query":{"knn":{"field":"v","query_vector":%s,"k":3}}}`, vector), each)
			compare("query without k", fmt.Sprintf(`{"size":5,"query":{"knn":{"field":"v","query_vector":%s}}}`, vector), everything[:5])
			each = slices.Concat(nearest("a", "k2")[:3], nearest("b", "k2")[:3])
			slices.SortFunc(each, func(a, b found) int { return cmp.Compare(b.score, a.score) })
			for i := range each {
				each[i].score *= 2
			}
			compare("query with a filter", fmt.Sprintf(`{"size":100,"query":{"knn":{"field":"v","query_vector":%s,"k":3,"boost":2,"filter":{"term":{"k":"k2"}}}}}`, vector), each)
			compare("query with fewer candidates", fmt.Sprintf(`{"size":100,"query":{"knn":{"field":"v","query_vector":%s,"num_candidates":2,"filter":{"term":{"k":"k2"}}}}}`, vector),
				bestOfEach(nearest("a", "k2")[:2], nearest("b", "k2")[:2], func(a, b found) int { return cmp.Compare(b.score, a.score) }))
			out := c.must("POST", "/a,b/_search", fmt.Sprintf(`{"size":2,"min_score":%v,"retriever":{"knn":{"field":"v","query_vector":%s,"k":9,"num_candidates":100}}}`,
				(everything[3].score+everything[4].score)/2, vector))
			if total := out["hits"].(map[string]any)["total"].(map[string]any)["value"]; total != 4.0 {
				t.Errorf("%s %s: %v documents have the least score, want 4", element, similarity, total)
			}
		}
	}
}

func bestOfEach[T any](a, b []T, order func(a, b T) int) []T {
	all := slices.Concat(a, b)
	slices.SortFunc(all, order)
	return all
}

// Equal vectors come in the order of the documents, shard by shard, also where
// k ends among them.
func TestKNNTies(t *testing.T) {
	c := newClient(t)
	for _, index := range []string{"b", "a"} {
		c.must("PUT", "/"+index, `{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2}}}}`)
		c.load(index, `{"v":[2,0]}`, `{"v":[0,1]}`, `{"v":[1,0]}`, `{"v":[4,0]}`)
	}
	var got []string
	out := c.must("POST", "/b,a/_search", `{"retriever":{"knn":{"field":"v","query_vector":[3,0],"k":5,"num_candidates":5}}}`)
	for _, h := range out["hits"].(map[string]any)["hits"].([]any) {
		got = append(got, fmt.Sprint(h.(map[string]any)["_index"], h.(map[string]any)["_id"]))
	}
	if want := []string{"a0", "a2", "a3", "b0", "b2"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// The least similarity is one that a document may have.
func TestKNNSimilarityIsInclusive(t *testing.T) {
	c := newClient(t)
	c.must("PUT", "/films", `{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2,"similarity":"l2_norm"}}}}`)
	c.load("films", `{"v":[0,0]}`, `{"v":[2,0]}`, `{"v":[0,3]}`)
	for distance, want := range map[string]int{"0": 1, "1.99": 1, "2": 2, "3": 3} {
		if got := c.search("/films/_search", `{"retriever":{"knn":{"field":"v","query_vector":[0,0],"k":5,"num_candidates":5,"similarity":`+distance+`}}}`); len(got.IDs) != want {
			t.Errorf("within %s: %v, want %d", distance, got.IDs, want)
		}
	}
}

// A document that is replaced or deleted takes its vector with it, and the
// length of the first vector is that of the field.
func TestVectorsFollowTheirDocuments(t *testing.T) {
	c := newClient(t)
	c.must("PUT", "/films", `{"mappings":{"properties":{"v":{"type":"dense_vector"}}}}`)
	search := `{"_source":false,"fields":["v"],"retriever":{"knn":{"field":"v","query_vector":[1,0,0],"k":10,"num_candidates":10}}}`
	if got := c.search("/films/_search", search); len(got.IDs) != 0 {
		t.Errorf("without vectors: %v", got)
	}
	c.load("films", `{"v":[1,0,0]}`, `{"v":[0,1,0]}`, `{"v":null}`, `{"v":[1,1,0]}`)
	if got := c.search("/films/_search", search); !slices.Equal(got.IDs, []string{"0", "3", "1"}) {
		t.Errorf("at first: %v", got)
	}
	c.must("PUT", "/films/_doc/1?refresh=true", `{"v":[2,0.5,0]}`)
	c.must("DELETE", "/films/_doc/0?refresh=true", "")
	if got := c.search("/films/_search", search); !slices.Equal(got.IDs, []string{"1", "3"}) {
		t.Errorf("after changes: %v", got)
	}
	if _, text := c.raw("POST", "/films/_search", search); !strings.Contains(text, `"fields":{"v":[2.0,0.5,0.0]}`) {
		t.Errorf("%s does not show the vector as it was given", text)
	}
	if _, text := c.raw("GET", "/films/_mapping", ""); !strings.Contains(text, `"v":{"dims":3,"index":true,"similarity":"cosine","type":"dense_vector"}`) {
		t.Errorf("mapping %s", text)
	}
	if _, text := c.raw("GET", "/films/_field_caps?fields=v", ""); !strings.Contains(text, `"v":{"dense_vector":{"aggregatable":false`) {
		t.Errorf("capabilities %s", text)
	}
}
