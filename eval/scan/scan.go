package scan

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// Scanner walks one JSON text. Each method that reads a value consumes exactly
// that value, or fails. The zero value has nothing to read; Reset gives it
// something.
type Scanner struct {
	text  []byte
	i     int
	depth int
}

// errSyntax says that the text is not JSON, ends too early, nests deeper than
// MaxDepth, or holds a value of another type than the one asked for.
var errSyntax = errors.New("not valid JSON")

// MaxDepth is how deep lists and objects may nest.
const MaxDepth = 200

// Reset starts at the beginning of a text, of which the scanner keeps nothing
// after the next Reset.
func (s *Scanner) Reset(text []byte) { *s = Scanner{text: text} }

// Offset is how many bytes were read.
func (s *Scanner) Offset() int { return s.i }

// Peek skips white space and gives the byte that the next value starts with, 0
// at the end.
func (s *Scanner) Peek() byte {
	if s.i < len(s.text) && s.text[s.i] > ' ' { // the servers write none
		return s.text[s.i]
	}
	return s.skipSpace()
}

func (s *Scanner) skipSpace() byte {
	for ; s.i < len(s.text); s.i++ {
		switch s.text[s.i] {
		case ' ', '\t', '\n', '\r':
		default:
			return s.text[s.i]
		}
	}
	return 0
}

// open steps into an object or a list and tells whether it has an element.
func (s *Scanner) open(bracket byte) (more bool, err error) {
	if s.Peek() != bracket {
		return false, errSyntax
	}
	s.i++
	if s.depth++; s.depth > MaxDepth {
		return false, errSyntax
	}
	if s.Peek() == bracket+2 { // '[' + 2 is ']', '{' + 2 is '}'
		s.i++
		s.depth--
		return false, nil
	}
	return true, nil
}

// next steps over the comma or the closing bracket after an element.
func (s *Scanner) next(bracket byte) (more bool, err error) {
	switch s.Peek() {
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

// Object walks an object: field must consume the value of the key, whose bytes
// are valid until the text changes.
func (s *Scanner) Object(field func(key []byte) error) error {
	more, err := s.open('{')
	for more && err == nil {
		var key []byte
		if key, err = s.Text(); err != nil {
			return err
		}
		if s.Peek() != ':' {
			return errSyntax
		}
		s.i++
		if err = field(key); err != nil {
			return err
		}
		more, err = s.next('{')
	}
	return err
}

// List walks a list: element must consume one value.
func (s *Scanner) List(element func() error) error {
	more, err := s.open('[')
	for more && err == nil {
		if err = element(); err != nil {
			return err
		}
		more, err = s.next('[')
	}
	return err
}

// Text reads a string. Without escapes and with valid UTF-8, the usual case, it
// gives a piece of the text itself; bytes that are not UTF-8 become U+FFFD, as
// encoding/json has it.
func (s *Scanner) Text() ([]byte, error) {
	quoted, literal, err := s.quoted()
	if err != nil {
		return nil, err
	}
	inside := quoted[1 : len(quoted)-1]
	if literal || bytes.IndexByte(inside, '\\') < 0 && utf8.Valid(inside) {
		return inside, nil
	}
	var text string
	if json.Unmarshal(quoted, &text) != nil {
		return nil, errSyntax
	}
	return []byte(text), nil
}

// quoted steps over a string and gives it with its quotes. It tells whether
// the string is ASCII without escapes, and so stands for itself.
func (s *Scanner) quoted() (quoted []byte, literal bool, err error) {
	if s.Peek() != '"' {
		return nil, false, errSyntax
	}
	start := s.i
	i := len(s.text)
	for k, c := range s.text[start+1:] {
		if !plain[c] {
			i = start + 1 + k
			break
		}
	}
	literal = true
	for ; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.i = i + 1
			return s.text[start:s.i], literal, nil
		case c < 0x20:
			return nil, false, errSyntax
		case c == '\\':
			literal = false
			n := escape(s.text[i:])
			if n == 0 {
				return nil, false, errSyntax
			}
			i += n - 1
		case c >= utf8.RuneSelf:
			literal = false
		}
	}
	return nil, false, errSyntax
}

// escape gives the length of the escape that b starts with, 0 where it is none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		for n := 2; n < 6; n++ {
			if n >= len(b) || !hexadecimal(b[n]) {
				return 0
			}
		}
		return 6
	}
	return 0
}

func hexadecimal(c byte) bool { return c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'f' }

// plain tells which bytes stand for themselves inside a string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// literal steps over true, false or null.
func (s *Scanner) literal(word string) error {
	s.Peek()
	if !bytes.HasPrefix(s.text[s.i:], []byte(word)) {
		return errSyntax
	}
	s.i += len(word)
	return nil
}

// Null steps over a null and tells whether one was there.
func (s *Scanner) Null() bool { return s.Peek() == 'n' && s.literal("null") == nil }

// Bool reads true or false.
func (s *Scanner) Bool() (bool, error) {
	if s.Peek() == 't' {
		return true, s.literal("true")
	}
	return false, s.literal("false")
}

// Skip steps over any value and gives its bytes.
func (s *Scanner) Skip() ([]byte, error) {
	c := s.Peek()
	start := s.i
	var err error
	switch c {
	case '{':
		err = s.Object(func([]byte) error { _, err := s.Skip(); return err })
	case '[':
		err = s.List(func() error { _, err := s.Skip(); return err })
	case '"':
		_, _, err = s.quoted()
	case 't':
		err = s.literal("true")
	case 'f':
		err = s.literal("false")
	case 'n':
		err = s.literal("null")
	default:
		_, err = s.number()
	}
	return s.text[start:s.i], err
}

// End tells whether nothing but white space is left.
func (s *Scanner) End() error {
	if s.Peek() != 0 || s.i < len(s.text) {
		return errSyntax
	}
	return nil
}
