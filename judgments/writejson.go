package judgments

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/releval/releval/judgments/tree"
)

// json writes raw JSON under a key.
func (e encoder) json(indent int, key string, raw json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return err
	}
	return e.value(indent, tree.Scalar(key)+":", b.Bytes())
}

// value writes compact JSON as YAML behind a key or dash: on the same line
// where it is short, else a member a line.
func (e encoder) value(indent int, lead string, raw []byte) error {
	flow, err := flowJSON(raw)
	if err != nil {
		return err
	}
	if raw[0] != '{' && raw[0] != '[' || utf8.RuneCountInString(flow) <= 80 {
		e.line(indent, lead+" "+flow)
		return nil
	}
	e.line(indent, lead)
	return rawParts(raw, func(key string, value jsontext.Value) error {
		if key == "" {
			return e.value(indent+2, "-", value)
		}
		name, err := flowJSON([]byte(key))
		if err != nil {
			return err
		}
		return e.value(indent+2, name+":", value)
	})
}

// flowJSON writes compact JSON on one line as YAML, with as few quotes as
// are safe.
func flowJSON(raw []byte) (string, error) {
	open, end := "[", "]"
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return tree.Scalar(s), err
	case '{':
		open, end = "{", "}"
	case '[':
	default:
		return string(raw), nil
	}
	var list []string
	err := rawParts(raw, func(key string, value jsontext.Value) error {
		text, err := flowJSON(value)
		if err == nil && key != "" {
			var name string
			name, err = flowJSON([]byte(key))
			text = name + ": " + text
		}
		list = append(list, text)
		return err
	})
	return open + strings.Join(list, ", ") + end, err
}
