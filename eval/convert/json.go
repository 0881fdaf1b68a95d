package convert

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/judgments"
)

// readJSON reads the JSON values of a file one after the other: one value,
// or several as in NDJSON.
func readJSON(path string, f func(value json.RawMessage) error) error {
	data, err := readText(path)
	if err != nil {
		return err
	}
	return decodeJSON(path, data, f)
}

func decodeJSON(path string, data []byte, f func(value json.RawMessage) error) error {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return fmt.Errorf("%s: not UTF-8", path)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	values := 0
	for {
		start := d.InputOffset()
		var value json.RawMessage
		err := d.Decode(&value)
		if err == io.EOF {
			if values == 0 {
				return fmt.Errorf("%s: the file is empty", path)
			}
			return nil
		}
		if err != nil {
			offset := d.InputOffset()
			var syntax *json.SyntaxError
			if errors.As(err, &syntax) {
				offset = syntax.Offset - 1
			}
			return problemAt(path, data, offset, "not JSON: "+err.Error())
		}
		values++
		if err := f(value); err != nil {
			for start < int64(len(data)) && (data[start] == ' ' || data[start] == '\n' || data[start] == '\r' || data[start] == '\t') {
				start++
			}
			return problemAt(path, data, start, err.Error())
		}
	}
}

// problemAt gives a message the place of an offset.
func problemAt(path string, data []byte, offset int64, message string) error {
	before := data[:min(max(offset, 0), int64(len(data)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return judgments.Problem{Position: judgments.Position{File: path, Line: line, Column: column}, Message: message}
}

// documentsOf calls f for each document in a value that is one, a list of
// them, a search response, or an entry of a response or dump with _source.
func documentsOf(value json.RawMessage, depth int, f func(id string, source json.RawMessage) error) error {
	if depth > 8 {
		return errors.New("nested too deeply for a list of documents")
	}
	if len(value) > 0 && value[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(value, &list); err != nil {
			return err
		}
		for _, item := range list {
			if err := documentsOf(item, depth+1, f); err != nil {
				return err
			}
		}
		return nil
	}
	var entry struct {
		ID     json.RawMessage `json:"_id"`
		Source json.RawMessage `json:"_source"`
		Hits   json.RawMessage `json:"hits"`
	}
	if err := json.Unmarshal(value, &entry); err != nil {
		return errors.New("a document is a JSON object")
	}
	id := ""
	if len(entry.ID) > 0 {
		var err error
		if id, err = idText(entry.ID); err != nil {
			return err
		}
	}
	switch {
	case len(entry.Source) > 0:
		return f(id, entry.Source)
	case len(entry.Hits) > 0:
		return documentsOf(entry.Hits, depth+1, f)
	}
	return f(id, value)
}

// jsonGrade reads a rating that is a number or text with a number.
func jsonGrade(raw json.RawMessage) (float64, error) {
	text := string(raw)
	var s string
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil {
		text = s
	}
	if len(raw) == 0 {
		return 0, errors.New("a rating is missing")
	}
	return parseGrade(text)
}

// writeJSON writes a value as indented JSON.
func writeJSON(w interface{ Write([]byte) (int, error) }, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// decode reads a JSON value. Where it has another shape than it should, the
// error says so in the words of the file, not in those of this program.
func decode(raw []byte, into any) error {
	err := json.Unmarshal(raw, into)
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return err
	}
	where := wrong.Field
	if where == "" {
		where = "it"
	}
	return fmt.Errorf("%s must be %s, not %s", where, shape(wrong.Type), found(wrong.Value))
}

// shape names what a value should be.
func shape(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "a whole number"
}

// found names what a value is; a number comes with its text.
func found(value string) string {
	switch kind, text, _ := strings.Cut(value, " "); kind {
	case "string":
		return "text"
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	case "number":
		if text != "" {
			return text
		}
		return "a number"
	}
	return value
}
