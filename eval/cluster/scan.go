package cluster

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// scanner walks a complete JSON text once, without building a tree. It is as
// strict as encoding/json about syntax. Reading an answer of a hundred hits
// takes it a tenth of the time and of the allocations that decoding into
// structs takes, which matters because the harness must not slow down what it
// measures.
type scanner struct {
	b     []byte
	i     int
	depth int
}

// errSyntax says that the text is not JSON, or ends too early.
var errSyntax = errors.New("not valid JSON")

// deepestJSON is how deep values may nest.
const deepestJSON = 200

// space skips white space and gives the byte that follows, 0 at the end.
func (s *scanner) space() byte {
	if s.i < len(s.b) && s.b[s.i] > ' ' { // the servers write none
		return s.b[s.i]
	}
	return s.skipSpace()
}

func (s *scanner) skipSpace() byte {
	for ; s.i < len(s.b); s.i++ {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
		default:
			return s.b[s.i]
		}
	}
	return 0
}

// open steps into an object or a list and tells whether it has an element.
func (s *scanner) open(bracket byte) (more bool, err error) {
	if s.space() != bracket {
		return false, errSyntax
	}
	s.i++
	if s.depth++; s.depth > deepestJSON {
		return false, errSyntax
	}
	if s.space() == bracket+2 { // '[' + 2 is ']', '{' + 2 is '}'
		s.i++
		s.depth--
		return false, nil
	}
	return true, nil
}

// next steps over the comma or the closing bracket after an element.
func (s *scanner) next(bracket byte) (more bool, err error) {
	switch s.space() {
	case ',':
		s.i++
		return true, nil
	case bracket + 2:
		s.i++
		s.depth--
		return false, nil
	}
	return false, errSyntax
}

// key reads a key and its colon. The bytes are valid until the buffer changes.
func (s *scanner) key() ([]byte, error) {
	k, err := s.str()
	if err != nil {
		return nil, err
	}
	if s.space() != ':' {
		return nil, errSyntax
	}
	s.i++
	return k, nil
}

// str reads a string. Without escapes and with valid UTF-8, the usual case, it
// gives a piece of the buffer itself.
func (s *scanner) str() ([]byte, error) {
	if s.space() != '"' {
		return nil, errSyntax
	}
	start := s.i
	i := len(s.b)
	for k, c := range s.b[start+1:] {
		if !plain[c] {
			i = start + 1 + k
			break
		}
	}
	if i < len(s.b) && s.b[i] == '"' {
		s.i = i + 1
		return s.b[start+1 : i], nil
	}
	for escaped := false; i < len(s.b); i++ {
		switch c := s.b[i]; {
		case c == '"':
			s.i = i + 1
			if !escaped && utf8.Valid(s.b[start+1:i]) {
				return s.b[start+1 : i], nil
			}
			var text string
			if json.Unmarshal(s.b[start:s.i], &text) != nil {
				return nil, errSyntax
			}
			return []byte(text), nil
		case c == '\\':
			escaped = true
			i++
		case c < 0x20:
			return nil, errSyntax
		}
	}
	return nil, errSyntax
}

// plain tells which bytes stand for themselves inside a string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// literal steps over true, false or null.
func (s *scanner) literal(word string) error {
	s.space()
	if !bytes.HasPrefix(s.b[s.i:], []byte(word)) {
		return errSyntax
	}
	s.i += len(word)
	return nil
}

// null steps over a null, if one is next.
func (s *scanner) null() bool { return s.space() == 'n' && s.literal("null") == nil }

// boolean reads true or false.
func (s *scanner) boolean() (bool, error) {
	if s.space() == 't' {
		return true, s.literal("true")
	}
	return false, s.literal("false")
}

// skip steps over any value and gives its bytes.
func (s *scanner) skip() ([]byte, error) {
	c := s.space()
	start := s.i
	var err error
	switch c {
	case '{':
		err = s.object(func([]byte) error { _, err := s.skip(); return err })
	case '[':
		err = s.list(func() error { _, err := s.skip(); return err })
	case '"':
		_, err = s.str()
	case 't':
		err = s.literal("true")
	case 'f':
		err = s.literal("false")
	case 'n':
		err = s.literal("null")
	default:
		_, err = s.number()
	}
	return s.b[start:s.i], err
}

// object walks an object: field must consume the value of the key.
func (s *scanner) object(field func(key []byte) error) error {
	more, err := s.open('{')
	for more && err == nil {
		var key []byte
		if key, err = s.key(); err != nil {
			return err
		}
		if err = field(key); err != nil {
			return err
		}
		more, err = s.next('{')
	}
	return err
}

// list walks a list: element must consume one value.
func (s *scanner) list(element func() error) error {
	more, err := s.open('[')
	for more && err == nil {
		if err = element(); err != nil {
			return err
		}
		more, err = s.next('[')
	}
	return err
}

// end tells whether nothing but white space is left.
func (s *scanner) end() error {
	if s.space() != 0 || s.i < len(s.b) {
		return errSyntax
	}
	return nil
}
