package eval

import (
	"fmt"
)

// checkShape refuses a line, before it is decoded, that is nested deeper or
// holds more values than any run file's.
func checkShape(text []byte) error {
	depth, values, quoted, escaped := 0, 0, false, false
	for _, c := range text {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			values++
			if depth++; depth > maxDepth {
				return fmt.Errorf("nested deeper than %d levels", maxDepth)
			}
		case c == '}' || c == ']':
			depth--
		case c == ',':
			values++
		}
	}
	if values > maxValues {
		return fmt.Errorf("more than %d values in one line", maxValues)
	}
	return nil
}
