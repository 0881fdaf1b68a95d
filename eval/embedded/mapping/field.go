package mapping

import (
	"github.com/releval/releval/eval/embedded/analysis"
	"github.com/releval/releval/eval/embedded/index"
)

// Field is one field of an index, or a multi-field of one.
type Field struct {
	// Name is the full path, with dots: "title", "title.keyword", "cast.name".
	Name string
	// Type is the mapping's name of the type.
	Type string
	// Analyzer cuts the text of documents, SearchAnalyzer that of queries;
	// both nil unless Type is text.
	Analyzer, SearchAnalyzer *analysis.Analyzer
	// IgnoreAbove is the most UTF-16 units that a keyword may have to be
	// indexed; 0 for no limit.
	IgnoreAbove int
	// Indexed says whether the field has an index for searches.
	Indexed bool
	// DocValues says whether the values of a field that is not text are kept
	// for sorting, and for searches where there is no index.
	DocValues bool
	// Dense says how the vectors of a dense_vector or semantic_text field are
	// compared; nil for other types.
	Dense *Dense
	// formats are the date formats, in order.
	formats []string
	// formatText is how the mapping wrote them; empty for the default.
	formatText string
	// multi are the multi-fields, sorted by name.
	multi []*Field
}

// Kind is how the index stores the field.
func (f *Field) Kind() index.Kind {
	switch f.Type {
	case "text":
		return index.Text
	case "keyword", "boolean":
		return index.Keyword
	case "float", "double":
		return index.Double
	case "dense_vector", "semantic_text":
		return index.Vector
	}
	return index.Long
}

// Searchable says whether a query can find the field's values.
func (f *Field) Searchable() bool { return f.Indexed || f.DocValues && f.Type != "text" }

// wholeNumbers are the integer types with their limits.
func wholeNumbers(typ string) (low, high int64, ok bool) {
	switch typ {
	case "byte":
		return -1 << 7, 1<<7 - 1, true
	case "short":
		return -1 << 15, 1<<15 - 1, true
	case "integer":
		return -1 << 31, 1<<31 - 1, true
	case "long":
		return -1 << 63, 1<<63 - 1, true
	}
	return 0, 0, false
}

// Numeric says whether the field holds numbers (dates and booleans are none).
func (f *Field) Numeric() bool {
	_, _, whole := wholeNumbers(f.Type)
	return whole || f.Type == "float" || f.Type == "double"
}
