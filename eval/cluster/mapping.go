package cluster

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// MappedField is a field of an index's mapping, objects left out.
type MappedField struct {
	// Name is the full name, with the objects that the field lies in.
	Name string
	// Type is as the mapping says, such as "text" or "semantic_text", which
	// _field_caps does not tell apart.
	Type string
	// Parent is the field whose values a multi-field has too, "" for a field
	// of its own.
	Parent string
	// Dimensions are those of a dense_vector, 0 where the mapping leaves them
	// to the first document.
	Dimensions int
	// Searchable is false where the mapping says index: false.
	Searchable bool
}

// mappedProperty is a field or an object as GET _mapping shows it.
type mappedProperty struct {
	Type       string                    `json:"type"`
	Index      *bool                     `json:"index"`
	Enabled    *bool                     `json:"enabled"`
	Dims       int                       `json:"dims"`
	Properties map[string]mappedProperty `json:"properties"`
	Fields     map[string]mappedProperty `json:"fields"`
}

// Mapping reads the fields of an index, or of several together, sorted by
// name. Left out are those within nested objects, whose values a search for
// whole documents does not see, and those that two indices map to different
// types. It needs the index privilege view_index_metadata.
func (c *Client) Mapping(ctx context.Context, index string) ([]MappedField, error) {
	var answer map[string]struct {
		Mappings mappedProperty `json:"mappings"`
	}
	err := c.do(ctx, request{
		target: target{op: "read the mapping", index: index},
		make:   func() esapi.Request { return esapi.IndicesGetMappingRequest{Index: pathList(index)} },
		accept: into(&answer),
	})
	if err != nil {
		return nil, err
	}
	found := make(map[string]MappedField)
	clash := make(map[string]bool)
	for _, a := range answer {
		for _, f := range a.Mappings.fields(nil, "") {
			if other, known := found[f.Name]; known && other.Type != f.Type {
				clash[f.Name] = true
			}
			found[f.Name] = f
		}
	}
	var all []MappedField
	for name, f := range found {
		if !clash[name] {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b MappedField) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// fields appends what lies under a name, "" for the mapping itself.
func (p *mappedProperty) fields(all []MappedField, name string) []MappedField {
	below := func(child string) string { return strings.TrimPrefix(name+"."+child, ".") }
	if p.Type == "nested" || p.Enabled != nil && !*p.Enabled {
		return all
	}
	for child, q := range p.Properties {
		all = q.fields(all, below(child))
	}
	if p.Type == "" || p.Type == "object" || p.Type == "passthrough" {
		return all
	}
	all = append(all, p.field(name, ""))
	for child, q := range p.Fields {
		all = append(all, q.field(below(child), name))
	}
	return all
}

func (p *mappedProperty) field(name, parent string) MappedField {
	return MappedField{Name: name, Type: p.Type, Parent: parent, Dimensions: p.Dims, Searchable: p.Index == nil || *p.Index}
}
