package load

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// properties are the fields of a mapping.
type properties map[string]struct {
	Type       string     `json:"type"`
	Properties properties `json:"properties"`
	Fields     properties `json:"fields"`
}

// types adds the fields with their full names.
func (p properties) types(prefix string, to map[string]string) {
	for name, field := range p {
		full := prefix + name
		if field.Type != "" && field.Type != "alias" {
			to[full] = field.Type
		}
		field.Properties.types(full+".", to)
		field.Fields.types(full+".", to)
	}
}

// told are the types by whose names an index says what it maps. Of the others,
// such as semantic_text, it may say the name of a type that is searched alike.
// Never written to.
var told = []string{
	"text", "keyword", "long", "integer", "short", "byte", "double", "float", "half_float", "date", "boolean", "ip", "dense_vector", "sparse_vector", "flattened", "geo_point",
}

// maxDifferences is how many differences are named.
const maxDifferences = 3

// compareMappings refuses an index that maps a field of the suite's otherwise, or
// not at all. An index whose mapping may not be seen is let be.
func compareMappings(ctx context.Context, l Loader, s *judgments.Suite) error {
	var mappings struct {
		Properties properties `json:"properties"`
	}
	if len(s.Search.Mappings) == 0 {
		return nil
	}
	if err := json.Unmarshal(s.Search.Mappings, &mappings); err != nil {
		// The server says better what is wrong with a mapping, where it is
		// asked to make an index of it.
		return nil
	}
	wanted := make(map[string]string)
	mappings.Properties.types("", wanted)
	names := text.SortedKeys(wanted)
	if len(names) == 0 {
		return nil
	}
	caps, err := l.FieldCaps(ctx, s.Search.Index, names...)
	switch cluster.KindOf(err) {
	case cluster.KindForbidden, cluster.KindUnsupported:
		return nil
	}
	if err != nil {
		return err
	}
	var differences []string
	for _, name := range names {
		if !caps.Mapped(name) {
			differences = append(differences, fmt.Sprintf("it has no field %q, which the suite maps as %s", name, wanted[name]))
			continue
		}
		for _, t := range caps.Fields[name] {
			if t.Type != wanted[name] && slices.Contains(told, t.Type) && slices.Contains(told, wanted[name]) {
				differences = append(differences, fmt.Sprintf("it maps %q as %s, and the suite as %s", name, t.Type, wanted[name]))
			}
		}
	}
	if len(differences) == 0 {
		return nil
	}
	if more := len(differences) - maxDifferences; more > 0 {
		differences = append(differences[:maxDifferences], fmt.Sprintf("and %s more", text.Count(more, "difference")))
	}
	return problem(s, "the index %s exists with another mapping: %s; delete it and make it again by --recreate, or name another index", s.Search.Index, strings.Join(differences, "; "))
}
