package jsontree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
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
	p := parser{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	n, err := p.value(0)
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
	data []byte
	dec  *json.Decoder
}

// next reads a token and where it starts and ends.
func (p *parser) next() (tok json.Token, start, end int, err error) {
	start = int(p.dec.InputOffset())
	for start < len(p.data) && isBetween(p.data[start]) {
		start++
	}
	tok, err = p.dec.Token()
	end = int(p.dec.InputOffset())
	if err == nil {
		return tok, start, end, nil
	}
	var se *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, 0, 0, syntax(p.data, len(p.data), "unexpected end of input")
	case errors.As(err, &se):
		return nil, 0, 0, syntax(p.data, max(int(se.Offset)-1, start), se.Error())
	}
	return nil, 0, 0, syntax(p.data, start, err.Error())
}

// isBetween says whether a byte may stand between two tokens.
func isBetween(b byte) bool {
	return b == ' ' || b == '\t' || b == '\n' || b == '\r' || b == ',' || b == ':'
}

func (p *parser) value(depth int) (Node, error) {
	tok, start, end, err := p.next()
	if err != nil {
		return Node{}, err
	}
	return p.from(tok, start, end, depth)
}

func (p *parser) from(tok json.Token, start, end, depth int) (Node, error) {
	n := Node{Start: start, End: end}
	switch v := tok.(type) {
	case nil:
	case bool:
		n.Kind, n.Text = Bool, "false"
		if v {
			n.Text = "true"
		}
	case json.Number:
		n.Kind, n.Text = Number, v.String()
	case string:
		n.Kind, n.Text = String, v
	case json.Delim:
		if depth == MaxDepth {
			return Node{}, syntax(p.data, start, fmt.Sprintf("nested deeper than %d levels", MaxDepth))
		}
		switch v {
		case '{':
			return p.object(start, depth+1)
		case '[':
			return p.array(start, depth+1)
		}
		return Node{}, syntax(p.data, start, "unexpected "+v.String())
	}
	return n, nil
}

func (p *parser) array(start, depth int) (Node, error) {
	n := Node{Kind: Array, Start: start}
	for {
		tok, at, end, err := p.next()
		if err != nil {
			return Node{}, err
		}
		if tok == json.Delim(']') {
			n.End = end
			return n, nil
		}
		item, err := p.from(tok, at, end, depth)
		if err != nil {
			return Node{}, err
		}
		n.Items = append(n.Items, item)
	}
}

// manyKeys is from how many keys on duplicates are looked for in a set.
const manyKeys = 16

func (p *parser) object(start, depth int) (Node, error) {
	n := Node{Kind: Object, Start: start}
	var seen map[string]struct{}
	for {
		tok, at, end, err := p.next()
		if err != nil {
			return Node{}, err
		}
		if tok == json.Delim('}') {
			n.End = end
			return n, nil
		}
		key, ok := tok.(string)
		if !ok {
			return Node{}, syntax(p.data, at, "expected a key")
		}
		duplicate := false
		if len(n.Members) < manyKeys {
			_, duplicate = n.Get(key)
		} else {
			if seen == nil {
				seen = make(map[string]struct{})
				for i := range n.Members {
					seen[n.Members[i].Key] = struct{}{}
				}
			}
			_, duplicate = seen[key]
			seen[key] = struct{}{}
		}
		if duplicate {
			return Node{}, syntax(p.data, at, fmt.Sprintf("Duplicate field '%s'", key))
		}
		v, err := p.value(depth)
		if err != nil {
			return Node{}, err
		}
		n.Members = append(n.Members, Member{Key: key, KeyStart: at, Value: v})
	}
}
