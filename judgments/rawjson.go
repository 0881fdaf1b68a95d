package judgments

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// rawParts reads one JSON value and nothing after it. It hands on the members of
// an object, and the elements of a list with "" for the key, as they stand: key
// with its quotes, so that numbers, the order of keys and the text of strings
// stay what they are. The value's bytes are valid until do returns.
func rawParts(raw []byte, do func(key string, value jsontext.Value) error) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	begin, err := d.ReadToken()
	if err != nil {
		return ended(err)
	}
	kind := begin.Kind()
	if kind == '{' || kind == '[' {
		for next := d.PeekKind(); next != '}' && next != ']'; next = d.PeekKind() {
			var key, value jsontext.Value
			if kind == '{' {
				if key, err = d.ReadValue(); err != nil {
					return ended(err)
				}
				key = key.Clone()
			}
			if value, err = d.ReadValue(); err != nil {
				return ended(err)
			}
			if err := do(string(key), value); err != nil {
				return err
			}
		}
		if _, err := d.ReadToken(); err != nil {
			return ended(err)
		}
	}
	if rest := bytes.TrimLeft(raw[d.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return &jsontext.SyntacticError{ByteOffset: int64(len(raw) - len(rest)), Err: errors.New("more after the value")}
	}
	return nil
}

// ended says of an end in the middle that it is one.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
