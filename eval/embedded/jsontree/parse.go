package jsontree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how deep objects and arrays may be nested.
const MaxDepth = 200

// SyntaxError is input that is not one JSON value.
type SyntaxError struct {
	Line, Column int
	Reason       string
}

// Error gives "[line:column] reason", as Elasticsearch writes it.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("[%d:%d] %s", e.Line, e.Column, e.Reason)
}

// Parse reads exactly one JSON value. The error is a *SyntaxError.
func Parse(data []byte) (Node, error) {
	if !utf8.Valid(data) {
		at := 0
		for r, size := utf8.DecodeRune(data); r != utf8.RuneError || size != 1; r, size = utf8.DecodeRune(data[at:]) {
			at += size
		}
		return Node{}, syntax(data, at, "invalid UTF-8")
	}
	// Half a surrogate pair in an escape is let through, as Elasticsearch does.
	p := parser{data: data, decoder: jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowInvalidUTF8(true))}
	n, err := p.value()
	if err != nil {
		return Node{}, err
	}
	if rest := bytes.TrimLeft(data[n.End:], " \t\r\n"); len(rest) > 0 {
		return Node{}, syntax(data, len(data)-len(rest), "unexpected data after the JSON value")
	}
	return n, nil
}

func syntax(data []byte, at int, reason string) *SyntaxError {
	line, column := Position(data, at)
	return &SyntaxError{Line: line, Column: column, Reason: reason}
}

type parser struct {
	data    []byte
	decoder *jsontext.Decoder
}

// next reads a token and gives where it starts and ends.
func (p *parser) next() (token jsontext.Token, start, end int, err error) {
	between := p.data[p.decoder.InputOffset():]
	start = len(p.data) - len(bytes.TrimLeft(between, " \t\r\n,:"))
	token, err = p.decoder.ReadToken()
	if err != nil {
		return token, 0, 0, p.fail(start, err)
	}
	return token, start, int(p.decoder.InputOffset()), nil
}

// fail says what is wrong with the token that starts there.
func (p *parser) fail(start int, err error) *SyntaxError {
	wrong, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return syntax(p.data, len(p.data), "unexpected end of input")
	case errors.Is(err, jsontext.ErrDuplicateName):
		return syntax(p.data, start, fmt.Sprintf("Duplicate field '%s'", wrong.JSONPointer.LastToken()))
	case ok:
		return syntax(p.data, int(wrong.ByteOffset), wrong.Err.Error())
	}
	return syntax(p.data, start, err.Error())
}

func (p *parser) value() (Node, error) {
	token, start, end, err := p.next()
	if err != nil {
		return Node{}, err
	}
	n := Node{Start: start, End: end}
	switch token.Kind() {
	case 't', 'f':
		n.Kind, n.Text = Bool, token.String()
	case '0':
		n.Kind, n.Text = Number, token.String()
	case '"':
		n.Kind, n.Text = String, token.String()
	case '[':
		n.Kind = Array
		err = p.inside(&n, func() error {
			item, err := p.value()
			n.Items = append(n.Items, item)
			return err
		})
	case '{':
		n.Kind = Object
		err = p.inside(&n, func() error {
			key, start, _, err := p.next()
			if err != nil {
				return err
			}
			m := Member{Key: key.String(), KeyStart: start}
			m.Value, err = p.value()
			n.Members = append(n.Members, m)
			return err
		})
	}
	return n, err
}

// inside reads what is in an array or object, up to its end.
func (p *parser) inside(n *Node, element func() error) error {
	if p.decoder.StackDepth() > MaxDepth {
		return syntax(p.data, n.Start, fmt.Sprintf("nested deeper than %d levels", MaxDepth))
	}
	for {
		if k := p.decoder.PeekKind(); k == ']' || k == '}' {
			break
		}
		if err := element(); err != nil {
			return err
		}
	}
	_, _, end, err := p.next()
	n.End = end
	return err
}
