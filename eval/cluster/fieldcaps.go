package cluster

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// FieldCaps is how the indices map some fields.
type FieldCaps struct {
	// Indices are the concrete indices, sorted.
	Indices []string
	// Fields are by full name; a field that no index maps is left out.
	Fields map[string][]FieldType
}

// FieldType is one type of a field.
type FieldType struct {
	// Type is such as "text", "keyword" or "unmapped".
	Type string
	// Searchable is the server's word: indexed.
	Searchable bool
	// Indices are those with this type, nil where all have it.
	Indices []string
}

// Mapped tells whether at least one index maps the field.
func (f FieldCaps) Mapped(field string) bool {
	return slices.ContainsFunc(f.Fields[field], func(t FieldType) bool { return t.Type != "unmapped" })
}

// Unmapped gives the indices that lack the field although another has it, and
// all indices where none has it.
func (f FieldCaps) Unmapped(field string) []string {
	if !f.Mapped(field) {
		return f.Indices
	}
	for _, t := range f.Fields[field] {
		if t.Type == "unmapped" {
			return t.Indices
		}
	}
	return nil
}

// FieldCaps asks how the index maps the fields. It needs only the privilege to
// read.
func (c *Client) FieldCaps(ctx context.Context, index string, fields ...string) (FieldCaps, error) {
	var answer struct {
		Indices names `json:"indices"`
		Fields  map[string]map[string]struct {
			Type       string `json:"type"`
			Searchable bool   `json:"searchable"`
			Indices    names  `json:"indices"`
		} `json:"fields"`
	}
	unmapped := true
	err := c.do(ctx, request{
		target: target{op: "read the field mappings", index: index},
		make: func() esapi.Request {
			return esapi.FieldCapsRequest{Index: pathList(index), Fields: fields, IncludeUnmapped: &unmapped}
		},
		accept: into(&answer),
	})
	if err != nil {
		return FieldCaps{}, err
	}
	caps := FieldCaps{Indices: answer.Indices, Fields: make(map[string][]FieldType, len(answer.Fields))}
	slices.Sort(caps.Indices)
	for name, types := range answer.Fields {
		for key, t := range types {
			caps.Fields[name] = append(caps.Fields[name], FieldType{
				Type: cmp.Or(t.Type, key), Searchable: t.Searchable, Indices: t.Indices})
		}
		slices.SortFunc(caps.Fields[name], func(a, b FieldType) int { return cmp.Compare(a.Type, b.Type) })
	}
	return caps, nil
}

// names reads a list of names, or a single one.
type names []string

// UnmarshalJSON accepts "a" for ["a"], as some servers write it.
func (n *names) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		*n = make(names, 1)
		return json.Unmarshal(b, &(*n)[0])
	}
	return json.Unmarshal(b, (*[]string)(n))
}
