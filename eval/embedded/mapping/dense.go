package mapping

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/embedded/index"
	"github.com/releval/releval/eval/embedded/jsontree"
)

// maxDims is the most numbers that a vector may have.
const maxDims = 4096

// fewestDynamicDims is from how many fractions on dynamic mapping takes an
// array for a vector.
const fewestDynamicDims = 128

// Dense is what a dense_vector or semantic_text field knows of its vectors.
type Dense struct {
	index.Similarity
	// Dims is how many numbers each has; 0 until the first document says.
	Dims int
	// options are index_options as they were given. They choose how a server
	// approximates; searches here are always exact.
	options map[string]any
	// Endpoint is the inference endpoint of a semantic_text field, and Embed
	// what makes its vectors: a vector for a text, nil where there is nothing in
	// the text to go by.
	Endpoint string
	Embed    Embedder
}

// Embedder makes a vector of length 1 of a text, or nil where the text has
// nothing to go by.
type Embedder func(text string) ([]float32, error)

// Embedders are the models that semantic_text fields may name, by the ids of
// their inference endpoints. Default is the id of a field that names none.
type Embedders struct {
	ByID    map[string]Embedder
	Default string
}

var metricNames = []string{index.Cosine: "cosine", index.DotProduct: "dot_product", index.L2Norm: "l2_norm", index.MaxInnerProduct: "max_inner_product"}

func elementName(bytes bool) string {
	if bytes {
		return "byte"
	}
	return "float"
}

// parseDense reads the parameters of a dense_vector field.
func parseDense(f *Field, n jsontree.Node) *Error {
	d := &Dense{}
	f.Dense = d
	compared := ""
	for _, p := range n.Members {
		v := p.Value
		switch p.Key {
		case "type", "meta":
		case "dims":
			dims, ok := v.Int()
			if !ok {
				return parsing("Property [dims] on field [%s] must be an integer but got [%s]", f.Name, v.Text)
			}
			if dims < 1 || dims > maxDims {
				return parsing("The number of dimensions should be in the range [1, %d] but was [%d]", maxDims, dims)
			}
			d.Dims = dims
		case "element_type":
			switch v.Text {
			case "float", "byte":
				d.Bytes = v.Text == "byte"
			case "bit", "bfloat16":
				return parsing("releval's embedded engine does not support [element_type] [%s] of field [%s], only float and byte", v.Text, f.Name)
			default:
				return parsing("invalid element_type [%s]; available types are [bit, float, byte]", v.Text)
			}
		case "index":
			b, ok := v.Bool()
			if !ok {
				return parsing("Failed to parse value [%s] as only [true] or [false] are allowed.", v.Text)
			}
			f.Indexed = b
		case "similarity":
			at := slices.Index(metricNames, v.Text)
			if at < 0 {
				return parsing("Unknown value [%s] for field [similarity] - accepted values are [l2_norm, cosine, dot_product, max_inner_product]", v.Text)
			}
			d.Metric, compared = index.Metric(at), p.Key
		case "index_options":
			if err := d.readOptions(f.Name, v); err != nil {
				return err
			}
			compared = p.Key
		default:
			return parsing("unknown parameter [%s] on mapper [%s] of type [%s]", p.Key, f.Name, f.Type)
		}
	}
	if !f.Indexed && compared != "" {
		cause := illegal("Field [%s] can only be specified for a field of type [dense_vector] when it is indexed", compared)
		return &Error{Type: "mapper_parsing_exception", Reason: cause.Reason, Cause: cause}
	}
	return nil
}

// readOptions reads index_options, of which only the names are checked.
func (d *Dense) readOptions(field string, n jsontree.Node) *Error {
	typ, ok := n.Get("type")
	if !ok {
		return parsing("[index_options] requires field [type] to be configured")
	}
	kinds := []string{"hnsw", "int8_hnsw", "int4_hnsw", "bbq_hnsw", "flat", "int8_flat", "int4_flat", "bbq_flat", "bbq_disk"}
	if !slices.Contains(kinds, typ.Text) {
		return parsing("Unknown vector index options type [%s] for field [%s]", typ.Text, field)
	}
	d.options = map[string]any{}
	for _, p := range n.Members {
		switch p.Key {
		case "type", "m", "ef_construction", "confidence_interval":
			d.options[p.Key] = scalar(p.Value)
		default:
			return parsing("Mapping definition for [%s] has unsupported parameters:  [%s : %s]", field, p.Key, p.Value.Text)
		}
	}
	return nil
}

// scalar is a number or a string for encoding/json.
func scalar(n jsontree.Node) any {
	if v, err := strconv.ParseFloat(n.Text, 64); err == nil && n.Kind == jsontree.Number {
		return v
	}
	return n.Text
}

// parseSemantic reads the parameters of a semantic_text field.
func parseSemantic(f *Field, n jsontree.Node, models Embedders) *Error {
	d := &Dense{Endpoint: models.Default}
	f.Dense = d
	for _, p := range n.Members {
		switch p.Key {
		case "type", "meta":
		case "inference_id":
			d.Endpoint = p.Value.Text
		default:
			return parsing("releval's embedded engine does not support [%s] of a field of type [semantic_text], found in field [%s]", p.Key, f.Name)
		}
	}
	if d.Embed = models.ByID[d.Endpoint]; d.Embed == nil {
		return parsing("releval's embedded engine has no inference endpoint [%s] for the field [%s] of type [semantic_text]: leave [inference_id] out, or name [%s]",
			d.Endpoint, f.Name, models.Default)
	}
	return nil
}

func (d *Dense) render(f *Field, out map[string]any) {
	if f.Type == "semantic_text" {
		out["inference_id"] = d.Endpoint
		return
	}
	if d.Dims > 0 {
		out["dims"] = d.Dims
	}
	if d.Bytes {
		out["element_type"] = elementName(d.Bytes)
	}
	out["index"] = f.Indexed
	if f.Indexed {
		out["similarity"] = metricNames[d.Metric]
	}
	if d.options != nil {
		out["index_options"] = d.options
	}
}

// Check says what is wrong with a vector for this field, in the server's
// words; nil for nothing. How many numbers it has is not looked at.
func (d *Dense) Check(v []float32) *Error {
	for i, x := range v {
		switch {
		case d.Bytes && x != float32(math.Trunc(float64(x))):
			return illegal("element_type [byte] vectors only support non-decimal values but found decimal value [%s] at dim [%d];%s", javaFloat(x), i, preview(v))
		case d.Bytes && (x < -128 || x > 127):
			return illegal("element_type [byte] vectors only support integers between [-128, 127] but found [%s] at dim [%d];%s", javaFloat(x), i, preview(v))
		case math.IsInf(float64(x), 0):
			return illegal("element_type [float] vectors do not support infinite values but found [%s] at dim [%d];%s", javaFloat(x), i, preview(v))
		}
	}
	switch {
	case d.Metric == index.DotProduct && !d.Bytes && !index.IsUnit(v):
		return illegal("The [dot_product] similarity can only be used with unit-length vectors.%s", preview(v))
	case d.Metric == index.Cosine && index.IsZero(v):
		return illegal("The [cosine] similarity does not support vectors with zero magnitude.%s", preview(v))
	}
	return nil
}

// preview shows the first numbers of a vector.
func preview(v []float32) string {
	const most = 5
	var shown []string
	for _, x := range v[:min(len(v), most)] {
		shown = append(shown, javaFloat(x))
	}
	if len(v) >= most {
		shown = append(shown, "...")
	}
	return " Preview of invalid vector: [" + strings.Join(shown, ", ") + "]"
}

// javaFloat writes a number as a server's messages do.
func javaFloat(x float32) string {
	switch {
	case math.IsInf(float64(x), 1):
		return "Infinity"
	case math.IsInf(float64(x), -1):
		return "-Infinity"
	}
	s := strconv.FormatFloat(float64(x), 'f', -1, 32)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// vector reads an array of numbers for a dense_vector field.
func (r *reader) vector(f *Field, n jsontree.Node) *Error {
	refused := func(cause *Error) *Error {
		return r.fail(n, "", "", &Error{Reason: "failed to parse: " + cause.Reason, Cause: cause})
	}
	notNumber := func(found jsontree.Node) *Error {
		return refused(&Error{Type: "parsing_exception", Reason: "Failed to parse object: expecting token of type [VALUE_NUMBER] but found [" + found.Token() + "]"})
	}
	if n.Kind == jsontree.Null {
		return nil
	}
	if n.Kind != jsontree.Array {
		return refused(&Error{Type: "parsing_exception", Reason: "Failed to parse object: expecting an array of numbers but found [" + n.Token() + "]"})
	}
	v := make([]float32, len(n.Items))
	for i, item := range n.Items {
		if item.Kind != jsontree.Number {
			return notNumber(item)
		}
		x, _ := strconv.ParseFloat(item.Text, 32) // what is too large becomes infinite
		v[i] = float32(x)
	}
	switch dims := f.Dense.Dims; {
	case len(v) == 0 && dims == 0:
		return nil
	case dims > 0 && len(v) > dims:
		return refused(illegal("The [dense_vector] field [%s] in doc [document with id '%s'] has more dimensions than defined in the mapping [%d]", f.Name, r.id, dims))
	case dims > 0 && len(v) < dims:
		return refused(illegal("The [dense_vector] field [%s] in doc [document with id '%s'] has a different number of dimensions [%d] than defined in the mapping [%d]", f.Name, r.id, len(v), dims))
	case len(v) > maxDims:
		return refused(illegal("The number of dimensions should be in the range [1, %d] but was [%d]", maxDims, len(v)))
	}
	if err := f.Dense.Check(v); err != nil {
		return refused(err)
	}
	if f.Dense.Dims == 0 {
		sized, dense := *f, *f.Dense
		dense.Dims = len(v)
		sized.Dense = &dense
		if _, err := r.add(f.Name, property{field: &sized}, n); err != nil {
			return err
		}
		f = &sized
	}
	values := r.of(f)
	if len(values.Vectors) > 0 {
		return refused(illegal("Field [%s] of type [dense_vector] doesn't support indexing multiple values for the same field in the same document", f.Name))
	}
	values.Vectors = append(values.Vectors, v)
	return nil
}

// semantic adds a text to a semantic_text field.
func (r *reader) semantic(f *Field, n jsontree.Node) *Error {
	v, err := f.Dense.Embed(n.Text)
	if err != nil {
		return r.fail(n, f.Name, f.Type, &Error{Type: "inference_exception", Reason: err.Error()})
	}
	values := r.of(f)
	values.Strings = append(values.Strings, n.Text)
	if v != nil {
		values.Vectors = append(values.Vectors, v)
	}
	return nil
}

// isVector says whether dynamic mapping takes an array for a vector: one of so
// many fractions, none of them written as a whole number.
func isVector(n jsontree.Node) bool {
	if len(n.Items) < fewestDynamicDims || len(n.Items) > maxDims {
		return false
	}
	for _, item := range n.Items {
		if item.Kind != jsontree.Number || !strings.ContainsAny(item.Text, ".eE") {
			return false
		}
	}
	return true
}
