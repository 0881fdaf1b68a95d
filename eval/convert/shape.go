package convert

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

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
