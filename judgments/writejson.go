package judgments

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

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
	if raw[0] == '[' {
		for item := range elements(raw) {
			if err := e.value(indent+2, "-", item); err != nil {
				return err
			}
		}
		return nil
	}
	for key, value := range members(raw) {
		name, err := flowJSON(key)
		if err != nil {
			return err
		}
		if err := e.value(indent+2, name+":", value); err != nil {
			return err
		}
	}
	return nil
}

// flowJSON writes compact JSON on one line as YAML, with as few quotes as
// are safe.
func flowJSON(raw []byte) (string, error) {
	var parts []string
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return tree.Scalar(s), err
	case '{':
		for key, value := range members(raw) {
			name, err := flowJSON(key)
			if err != nil {
				return "", err
			}
			text, err := flowJSON(value)
			if err != nil {
				return "", err
			}
			parts = append(parts, name+": "+text)
		}
		return "{" + strings.Join(parts, ", ") + "}", nil
	case '[':
		for item := range elements(raw) {
			text, err := flowJSON(item)
			if err != nil {
				return "", err
			}
			parts = append(parts, text)
		}
		return "[" + strings.Join(parts, ", ") + "]", nil
	}
	return string(raw), nil
}
