package judgments

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/releval/releval/judgments/tree"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("suite.schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("suite.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON reads YAML as an editor does, or returns false where it is no YAML
// or nothing that JSON can hold.
func asJSON(t *testing.T, path string) (any, bool) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	root, err := tree.Parse(data)
	if err != nil {
		return nil, false
	}
	w := newWalker(path, Options{})
	raw := w.raw(root, &rawJSON{what: "the file", placeholders: true})
	if raw == nil {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v, true
}

func TestSchemaAcceptsWhatLoads(t *testing.T) {
	schema := compiledSchema(t)
	for _, path := range files(t, "testdata/ok/*.yaml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			v, ok := asJSON(t, path)
			if !ok {
				t.Fatal("no YAML that JSON can hold")
			}
			if err := schema.Validate(v); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSchemaRefusesWhatDoesNotLoad checks the wrong suites that have the
// wrong shape. Those that a schema cannot see begin with "# schema: ok".
func TestSchemaRefusesWhatDoesNotLoad(t *testing.T) {
	schema := compiledSchema(t)
	structural := 0
	for _, path := range files(t, "testdata/err/*.yaml") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(string(data), "# schema: ok") {
			continue
		}
		v, ok := asJSON(t, path)
		if !ok {
			continue
		}
		structural++
		if schema.Validate(v) == nil {
			t.Errorf("%s: the schema accepts it", path)
		}
	}
	if structural < 15 {
		t.Errorf("only %d wrong suites were shown to the schema", structural)
	}
}

// TestSchemaKnowsEveryKey keeps the schema and the reader together: each of
// the reader's keys is a property, and there is no other.
func TestSchemaKnowsEveryKey(t *testing.T) {
	type object struct {
		Properties  map[string]object `json:"properties"`
		AnyOf       []object          `json:"anyOf"`
		Definitions map[string]object `json:"definitions"`
	}
	var root object
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		got  object
		keys []string
	}{
		{"suite", root, suiteKeys},
		{"search", root.Definitions["search"], searchKeys},
		{"reranker", root.Definitions["reranker"], rerankerKeys},
		{"reranker.names", root.Definitions["reranker"].Properties["names"], rerankNameKeys},
		{"query", root.Definitions["query"], queryKeys},
		{"request", root.Definitions["request"], requestKeys},
		{"request options", root.Definitions["search"].Properties["request"], requestOptionsKeys},
		{"price", root.Definitions["price"], priceKeys},
		{"judgment", root.Definitions["judgment"].AnyOf[1], judgmentKeys},
		{"expectation", root.Definitions["expectation"], expectKeys},
		{"quarantine", root.Definitions["query"].Properties["quarantine"], quarantineKeys},
		{"gate", root.Definitions["gate"], gateKeys},
	} {
		for _, key := range c.keys {
			if _, ok := c.got.Properties[key]; !ok {
				t.Errorf("%s: the schema lacks %q", c.name, key)
			}
		}
		if len(c.got.Properties) != len(c.keys) {
			t.Errorf("%s: the schema has %d properties, the reader %d keys", c.name, len(c.got.Properties), len(c.keys))
		}
	}
}
