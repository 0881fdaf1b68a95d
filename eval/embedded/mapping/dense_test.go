package mapping

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/embedded/index"
)

func TestVectorFieldsRenderBack(t *testing.T) {
	for text, want := range map[string]string{
		`{"properties":{"v":{"type":"dense_vector"}}}`:                                   `{"index":true,"similarity":"cosine","type":"dense_vector"}`,
		`{"properties":{"v":{"type":"dense_vector","dims":3,"index":false}}}`:            `{"dims":3,"index":false,"type":"dense_vector"}`,
		`{"properties":{"v":{"type":"dense_vector","dims":"3","similarity":"l2_norm"}}}`: `{"dims":3,"index":true,"similarity":"l2_norm","type":"dense_vector"}`,
		`{"properties":{"v":{"type":"dense_vector","element_type":"byte","index_options":{"type":"hnsw","m":16}}}}`: `{"element_type":"byte","index":true,` +
			`"index_options":{"m":16,"type":"hnsw"},"similarity":"cosine","type":"dense_vector"}`,
		`{"properties":{"v":{"type":"semantic_text"}}}`: `{"inference_id":"m","type":"semantic_text"}`,
	} {
		got := render(t, mustParse(t, text))
		if got != `{"properties":{"v":`+want+`}}` {
			t.Errorf("%s renders as %s, want %s", text, got, want)
		}
		if again := render(t, mustParse(t, got)); again != got {
			t.Errorf("%s renders as %s", got, again)
		}
	}
}

// The sentences are those of a server of 8.19.21, but for those that speak of
// the engine.
func TestVectorFieldsRefused(t *testing.T) {
	for _, tt := range []struct{ field, want string }{
		{`{"type":"dense_vector","dims":0}`, "Failed to parse mapping: The number of dimensions should be in the range [1, 4096] but was [0]"},
		{`{"type":"dense_vector","dims":4097}`, "in the range [1, 4096] but was [4097]"},
		{`{"type":"dense_vector","dims":"x"}`, "Property [dims] on field [v] must be an integer but got [x]"},
		{`{"type":"dense_vector","similarity":"x"}`, "Unknown value [x] for field [similarity] - accepted values are [l2_norm, cosine, dot_product, max_inner_product]"},
		{`{"type":"dense_vector","element_type":"x"}`, "invalid element_type [x]; available types are [bit, float, byte]"},
		{`{"type":"dense_vector","element_type":"bit"}`, "releval's embedded engine does not support [element_type] [bit] of field [v]"},
		{`{"type":"dense_vector","doc_values":true}`, "unknown parameter [doc_values] on mapper [v] of type [dense_vector]"},
		{`{"type":"dense_vector","index":false,"similarity":"cosine"}`, "Field [similarity] can only be specified for a field of type [dense_vector] when it is indexed"},
		{`{"type":"dense_vector","index":false,"index_options":{"type":"hnsw"}}`, "Field [index_options] can only be specified for a field of type [dense_vector] when it is indexed"},
		{`{"type":"dense_vector","index":"x"}`, "Failed to parse value [x] as only [true] or [false] are allowed."},
		{`{"type":"dense_vector","index_options":{}}`, "[index_options] requires field [type] to be configured"},
		{`{"type":"dense_vector","index_options":{"type":"x"}}`, "Unknown vector index options type [x] for field [v]"},
		{`{"type":"dense_vector","index_options":{"type":"hnsw","x":1}}`, "Mapping definition for [v] has unsupported parameters:  [x : 1]"},
		{`{"type":"text","fields":{"w":{"type":"dense_vector"}}}`, "Field [w] of type [dense_vector] can't be used in multifields"},
		{`{"type":"semantic_text","inference_id":"x"}`, "no inference endpoint [x] for the field [v] of type [semantic_text]"},
		{`{"type":"semantic_text","model_settings":{}}`, "does not support [model_settings] of a field of type [semantic_text]"},
	} {
		_, err := Parse(parseJSON(t, `{"properties":{"v":`+tt.field+`}}`), testModels())
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.field, err, tt.want)
		}
	}
}

func TestVectorsOfDocuments(t *testing.T) {
	m := mustParse(t, `{"properties":{"v":{"type":"dense_vector"},"o":{"properties":{"b":{"type":"dense_vector","dims":2,"element_type":"byte","similarity":"l2_norm"}}},
		"t":{"type":"text","fields":{"s":{"type":"semantic_text"}}}}}`)
	src := `{"v":[1,0.5,2e-1],"o":{"b":[-128,127]},"t":["ab","","c"]}`
	fields, next, err := m.Document("1", []byte(src), parseJSON(t, src))
	if err != nil {
		t.Fatal(err)
	}
	if m.Field("v").Dense.Dims != 0 || next.Field("v").Dense.Dims != 3 {
		t.Errorf("dims %d, then %d, want 0, then 3", m.Field("v").Dense.Dims, next.Field("v").Dense.Dims)
	}
	got := map[string]index.Values{}
	for _, v := range fields {
		v.Analyzer = nil
		got[v.Field] = v
	}
	want := map[string]index.Values{
		"v":   {Field: "v", Kind: index.Vector, Vectors: [][]float32{{1, 0.5, 0.2}}},
		"o.b": {Field: "o.b", Kind: index.Vector, Vectors: [][]float32{{-128, 127}}, Similarity: index.Similarity{Metric: index.L2Norm, Bytes: true}},
		"t":   {Field: "t", Kind: index.Text, Strings: []string{"ab", "", "c"}},
		"t.s": {Field: "t.s", Kind: index.Vector, Strings: []string{"ab", "", "c"}, Vectors: [][]float32{{'a', 2}, {'c', 1}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct{ src, want string }{
		{`{"v":[1,2]}`, "[1:6] failed to parse: The [dense_vector] field [v] in doc [document with id '1'] has a different number of dimensions [2] than defined in the mapping [3]"},
		{`{"v":[1,2,3,4]}`, "The [dense_vector] field [v] in doc [document with id '1'] has more dimensions than defined in the mapping [3]"},
		{`{"v":[0,0,0]}`, "The [cosine] similarity does not support vectors with zero magnitude. Preview of invalid vector: [0.0, 0.0, 0.0]"},
		{`{"v":[1e40,0,0]}`, "element_type [float] vectors do not support infinite values but found [Infinity] at dim [0]; Preview of invalid vector: [Infinity, 0.0, 0.0]"},
		{`{"v":3}`, "expecting an array of numbers but found [VALUE_NUMBER]"},
		{`{"v":["1",2,3]}`, "expecting token of type [VALUE_NUMBER] but found [VALUE_STRING]"},
		{`{"v":[null,2,3]}`, "expecting token of type [VALUE_NUMBER] but found [VALUE_NULL]"},
		{`{"v":[[1],2,3]}`, "expecting token of type [VALUE_NUMBER] but found [START_ARRAY]"},
		{`{"o":{"b":[1,300]}}`, "element_type [byte] vectors only support integers between [-128, 127] but found [300.0] at dim [1];"},
		{`{"o":{"b":[1,1.5]}}`, "element_type [byte] vectors only support non-decimal values but found decimal value [1.5] at dim [1];"},
		{`{"o":[{"b":[1,2]},{"b":[1,2]}]}`, "Field [o.b] of type [dense_vector] doesn't support indexing multiple values for the same field in the same document"},
		{`{"t":{"s":1}}`, "Expected text"},
	} {
		if _, _, err := next.Document("1", []byte(tt.src), parseJSON(t, tt.src)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.src, err, tt.want)
		}
	}
	for _, src := range []string{`{"v":null}`, `{"o":{"b":null}}`, `{"t":null}`} {
		if fields, _, err := next.Document("1", []byte(src), parseJSON(t, src)); err != nil || len(fields) != 0 {
			t.Errorf("%s: %v, %v", src, fields, err)
		}
	}
}

// Dynamic mapping takes 128 fractions or more for a vector; whole numbers, and
// fewer, are numbers.
func TestDynamicVectors(t *testing.T) {
	numbers := func(n int, one string) string { return "[" + strings.Repeat(one+",", n-1) + one + "]" }
	for _, tt := range []struct{ value, want string }{
		{numbers(128, "0.5"), `{"dims":128,"index":true,"similarity":"cosine","type":"dense_vector"}`},
		{numbers(127, "0.5"), `{"type":"float"}`},
		{numbers(128, "5"), `{"type":"long"}`},
		{numbers(4097, "0.5"), `{"type":"float"}`},
	} {
		src := fmt.Sprintf(`{"v":%s}`, tt.value)
		fields, next, err := New().Document("1", []byte(src), parseJSON(t, src))
		if err != nil || len(fields) != 1 {
			t.Fatalf("%.40s: %d fields, %v", src, len(fields), err)
		}
		if got := render(t, next); got != `{"properties":{"v":`+tt.want+`}}` {
			t.Errorf("%.40s: %s, want %s", src, got, tt.want)
		}
	}
}
