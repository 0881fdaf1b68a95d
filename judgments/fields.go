package judgments

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/releval/releval/judgments/spelling"
)

// Fields calls do for each value of a document that is no object, with the
// field's name: the keys on the way to it, joined by dots, as Elasticsearch names
// fields. Elements of a list are values of one field, and null is none.
func (d Document) Fields(do func(name string, value json.RawMessage)) {
	eachField(jsontext.Value(d.Source), "", do)
}

func eachField(value jsontext.Value, name string, do func(string, json.RawMessage)) {
	switch value[0] {
	case 'n':
		return
	case '{', '[':
	default:
		do(name, json.RawMessage(value))
		return
	}
	// A Source is JSON, so that there is no error.
	_ = rawParts(value, func(key string, inner jsontext.Value) error {
		full := name
		if value[0] == '{' {
			var text string
			if json.Unmarshal([]byte(key), &text) != nil {
				return nil
			}
			full = strings.TrimPrefix(name+"."+text, ".")
		}
		eachField(inner.Clone(), full, do)
		return nil
	})
}

// NearestFields orders the names of fields by how near they are to one that does
// not exist, and gives at most so many: first those that are the same but for the
// case, or lie within it or at its end, then by spelling.
func NearestFields(missing string, fields []string, most int) []string {
	wanted := strings.ToLower(missing)
	near := func(field string) int {
		field = strings.ToLower(field)
		switch {
		case field == wanted:
			return 0
		case strings.HasPrefix(field, wanted+"."), strings.HasSuffix(field, "."+wanted), strings.HasSuffix(wanted, "."+field), strings.HasPrefix(wanted, field+"."):
			return 1
		}
		return 2 + spelling.Distance(wanted, field, len(wanted))
	}
	sorted := slices.Clone(fields)
	slices.SortFunc(sorted, func(a, b string) int { return cmp.Or(cmp.Compare(near(a), near(b)), cmp.Compare(a, b)) })
	return sorted[:min(most, len(sorted))]
}
