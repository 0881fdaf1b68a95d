package index

import "github.com/releval/releval/eval/embedded/analysis"

// Kind is how the values of a field are indexed.
type Kind uint8

const (
	// Text is analysed: terms with frequencies, positions and lengths.
	Text Kind = iota
	// Keyword is one exact term a value.
	Keyword
	// Long holds whole numbers, dates in milliseconds, and booleans as 0, 1.
	Long
	// Double holds fractions.
	Double
	// Vector holds vectors, all of a field of the same length.
	Vector
)

// Values are the values of one field in one document.
type Values struct {
	Field string
	Kind  Kind
	// Analyzer is the one of a Text field.
	Analyzer *analysis.Analyzer
	// Strings are the values of Text and Keyword fields, and the texts that the
	// vectors of a Vector field were made of.
	Strings []string
	// Longs and Doubles are the values of the numeric kinds.
	Longs   []int64
	Doubles []float64
	// Vectors are the values of a Vector field as they were given.
	Vectors [][]float32
	// Similarity is how they are compared.
	Similarity Similarity
	// Unindexed values can be read, but not searched.
	Unindexed bool
}

// Document is one indexed document. It is never changed.
type Document struct {
	ID      string
	Source  []byte
	Version int64
	SeqNo   int64
	Fields  []Values
}

// Values returns the values of a field, or nil where the document has none.
func (d *Document) Values(field string) *Values {
	for i := range d.Fields {
		if d.Fields[i].Field == field {
			return &d.Fields[i]
		}
	}
	return nil
}

// Op is one write: a document to add or replace, or, where Document is nil,
// the removal of the one with this ID.
type Op struct {
	ID       string
	Document *Document
}
