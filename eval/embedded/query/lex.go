package query

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// tokenKind is a terminal of the query_string language.
type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokAnd
	tokOr
	tokNot
	tokPlus
	tokMinus
	tokBare // an operator with a space after it, which stands for itself
	tokOpen
	tokClose
	tokColon
	tokStar
	tokBoost  // ^2
	tokFuzzy  // ~ or ~2
	tokQuoted // with its quotes taken off
	tokTerm
	tokPrefix // foo*
	tokWild
	tokRegexp
	tokRange // [a TO b], whole
)

// qsToken is a token with its text as written.
type qsToken struct {
	kind tokenKind
	text string
	at   int
}

const specials = " \t\n\r\u3000+-!():^[]\"{}~*?\\/"

// lex cuts a query string into tokens; the last one is tokEOF.
func lex(s string) ([]qsToken, error) {
	var tokens []qsToken
	for at := 0; at < len(s); {
		r, size := utf8.DecodeRuneInString(s[at:])
		if isBlank(r) {
			at += size
			continue
		}
		tok, end, err := lexOne(s, at)
		if err != nil {
			return nil, err
		}
		tok.at = at
		tokens = append(tokens, tok)
		at = end
	}
	return append(tokens, qsToken{kind: tokEOF, at: len(s)}), nil
}

func isBlank(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\u3000'
}

func lexOne(s string, at int) (tok qsToken, end int, err error) {
	rest := s[at:]
	single := map[byte]tokenKind{'(': tokOpen, ')': tokClose, ':': tokColon}
	switch c := rest[0]; c {
	case '(', ')', ':':
		return qsToken{kind: single[c], text: rest[:1]}, at + 1, nil
	case '+', '-', '!':
		if len(rest) > 1 {
			if r, _ := utf8.DecodeRuneInString(rest[1:]); isBlank(r) {
				return qsToken{kind: tokBare, text: rest[:1]}, at + 1, nil
			}
		}
		kind := map[byte]tokenKind{'+': tokPlus, '-': tokMinus, '!': tokNot}[c]
		return qsToken{kind: kind, text: rest[:1]}, at + 1, nil
	case '^':
		n := digits(rest[1:])
		if n == 0 {
			return tok, 0, fmt.Errorf("a number must follow ^ at column %d", at+1)
		}
		return qsToken{kind: tokBoost, text: rest[1 : 1+n]}, at + 1 + n, nil
	case '~':
		n := digits(rest[1:])
		return qsToken{kind: tokFuzzy, text: rest[1 : 1+n]}, at + 1 + n, nil
	case '"', '/':
		for i := 1; i < len(rest); i++ {
			switch rest[i] {
			case '\\':
				i++
			case c:
				kind := tokQuoted
				if c == '/' {
					kind = tokRegexp
				}
				return qsToken{kind: kind, text: rest[1:i]}, at + i + 1, nil
			}
		}
		return tok, 0, fmt.Errorf("nothing closes the %c at column %d", c, at+1)
	case '[', '{':
		end := strings.IndexAny(rest, "]}")
		if end < 0 {
			return tok, 0, fmt.Errorf("nothing closes the %c at column %d", c, at+1)
		}
		return qsToken{kind: tokRange, text: rest[:end+1]}, at + end + 1, nil
	case ']', '}':
		return tok, 0, fmt.Errorf("unexpected %c at column %d", c, at+1)
	}
	return lexTerm(s, at)
}

// digits is the length of a number such as 2 or 0.5 at the beginning.
func digits(s string) int {
	n, dot := 0, false
	for n < len(s) && ('0' <= s[n] && s[n] <= '9' || s[n] == '.' && !dot && n > 0 && n+1 < len(s) && '0' <= s[n+1] && s[n+1] <= '9') {
		dot = dot || s[n] == '.'
		n++
	}
	return n
}

// lexTerm reads a word, with its wildcards.
func lexTerm(s string, at int) (tok qsToken, end int, err error) {
	i, wild, first := at, 0, true
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\\':
			if i+1 == len(s) {
				return tok, 0, fmt.Errorf("nothing follows the \\ at column %d", i+1)
			}
			_, escaped := utf8.DecodeRuneInString(s[i+1:])
			size += escaped
		case r == '*' || r == '?':
			wild++
		case (r == '-' || r == '+') && !first:
		case strings.ContainsRune(specials, r):
			size = 0
		}
		if size == 0 {
			break
		}
		first = false
		i += size
	}
	tok = qsToken{kind: tokTerm, text: s[at:i]}
	switch text := tok.text; {
	case text == "AND" || text == "&&":
		tok.kind = tokAnd
	case text == "OR" || text == "||":
		tok.kind = tokOr
	case text == "NOT":
		tok.kind = tokNot
	case text == "*":
		tok.kind = tokStar
	case wild == 1 && strings.HasSuffix(text, "*"):
		tok.kind = tokPrefix
	case wild > 0:
		tok.kind = tokWild
	}
	return tok, i, nil
}

// unescape takes the backslashes away; \uXXXX stands for a character.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		var r rune
		if s[i] == 'u' && i+4 < len(s) {
			if n, err := fmt.Sscanf(s[i+1:i+5], "%04x", &r); n == 1 && err == nil {
				out.WriteRune(r)
				i += 4
				continue
			}
		}
		out.WriteByte(s[i])
	}
	return out.String()
}
