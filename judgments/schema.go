package judgments

import (
	_ "embed"
	"slices"
)

//go:embed suite.schema.json
var schema []byte

// Schema returns the JSON Schema (draft-07) of a suite, by which editors
// complete and check suites while they are written. It knows the shape alone:
// Load checks more, such as duplicates and names that nothing has.
func Schema() []byte {
	return slices.Clone(schema)
}
