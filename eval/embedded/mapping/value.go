package mapping

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A value's error has the type and the reason that the server gives for it.

func illegal(format string, args ...any) *Error {
	return &Error{Type: "illegal_argument_exception", Reason: fmt.Sprintf(format, args...)}
}

func notANumber(text string) *Error {
	if text == "" {
		return &Error{Type: "number_format_exception", Reason: "empty String"}
	}
	return &Error{Type: "number_format_exception", Reason: fmt.Sprintf("For input string: %q", text)}
}

// Term reads a value of a keyword field, or of a boolean one, which is a term
// of one of two values.
func (f *Field) Term(text string) (string, *Error) {
	if f.Type != "boolean" {
		return text, nil
	}
	switch text {
	case "true", "false":
		return text, nil
	case "":
		return "false", nil
	}
	return "", illegal("Failed to parse value [%s] as only [true] or [false] are allowed.", text)
}

// Long reads a value of a whole-number or date field. Fractions are
// cut off. With up, a date is read as the end of what it leaves open.
func (f *Field) Long(text string, up bool) (int64, *Error) {
	if f.Type == "date" {
		if v, ok := parseDate(text, f.formats, up); ok {
			return v, nil
		}
		return 0, illegal("failed to parse date field [%s] with format [%s]", text, strings.Join(f.formats, "||"))
	}
	low, high, _ := wholeNumbers(f.Type)
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		d, err := strconv.ParseFloat(text, 64)
		if errors.Is(err, strconv.ErrSyntax) || math.IsNaN(d) || strings.ContainsAny(text, "xX_pPiI") {
			return 0, notANumber(text)
		}
		if d < float64(low)-0.5 || d >= float64(high)+1 {
			return 0, illegal("Value [%s] is out of range for a%s", text, rangeName(f.Type))
		}
		v = int64(d)
	}
	if v < low || v > high {
		return 0, illegal("Value [%s] is out of range for a%s", text, rangeName(f.Type))
	}
	return v, nil
}

func rangeName(typ string) string {
	if typ == "integer" {
		return "n integer"
	}
	return " " + typ
}

// Double reads a value of a float or double field.
func (f *Field) Double(text string) (float64, *Error) {
	d, err := strconv.ParseFloat(text, 64)
	if errors.Is(err, strconv.ErrSyntax) || strings.ContainsAny(text, "xX_pP") {
		return 0, notANumber(text)
	}
	if f.Type == "float" {
		d = float64(float32(d))
	}
	if math.IsInf(d, 0) || math.IsNaN(d) {
		return 0, illegal("[%s] supports only finite values, but got [%s]", f.Type, text)
	}
	return d, nil
}
