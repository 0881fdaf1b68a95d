package scan

import "fmt"

// Shape refuses a text, whether or not it is JSON, that is nested deeper or
// holds more values than it may, before anything of it is decoded: lists and
// objects take many times the memory of their text.
func Shape(text []byte, maxDepth, maxValues int) error {
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
		return fmt.Errorf("more than %d values", maxValues)
	}
	return nil
}
