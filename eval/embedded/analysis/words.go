package analysis

import (
	"iter"
	"strings"
	"unicode/utf8"

	uax29 "github.com/clipperhouse/uax29/v2/words"
)

// maxTokenLength is the tokenizer's limit in UTF-16 units, as in Lucene: a
// longer token is cut, and the rest goes on as if it stood alone.
const maxTokenLength = 255

// words iterates over the tokens of a text as Lucene's StandardTokenizer
// finds them.
func words(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		run := 0 // where a run of a script without spaces begins, plus 1
		at := 0
		for pieces := uax29.FromString(text); pieces.Next(); {
			piece := pieces.Value()
			start := at
			at += len(piece)
			if piece[0] >= utf8.RuneSelf {
				if first, _ := utf8.DecodeRuneInString(piece); isUnspaced(first) {
					if run == 0 {
						run = start + 1
					}
					continue
				}
			}
			if run > 0 {
				if !limited(text[run-1:start], yield) {
					return
				}
				run = 0
			}
			if token := tokenOf(piece); token != "" && !limited(token, yield) {
				return
			}
		}
		if run > 0 {
			limited(text[run-1:], yield)
		}
	}
}

// limited yields a token in parts that are not longer than the limit. What a
// cut leaves is read as a text of its own, which may begin with punctuation.
func limited(token string, yield func(string) bool) bool {
	for len(token) > maxTokenLength && utf16Length(token) > maxTokenLength {
		head := firstWord(token[:utf16Prefix(token, maxTokenLength)])
		if part := tokenOf(head); part != "" && !yield(part) {
			return false
		}
		token = token[len(head):]
		for token != "" {
			head = firstWord(token)
			if tokenOf(head) != "" {
				break
			}
			token = token[len(head):]
		}
	}
	token = tokenOf(token)
	return token == "" || yield(token)
}

// firstWord is the piece that a text begins with; a run of a script without
// spaces is one piece.
func firstWord(text string) string {
	if first, _ := utf8.DecodeRuneInString(text); isUnspaced(first) {
		return text
	}
	it := uax29.FromString(text)
	it.Next()
	return it.Value()
}

// tokenOf gives the token in a piece between two word boundaries: the piece
// itself, or nothing where it is space or punctuation.
func tokenOf(piece string) string {
	for i, r := range piece {
		switch {
		case r < utf8.RuneSelf:
			if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
				return piece
			}
			if (r == '*' || r == '#') && strings.ContainsRune(piece, keycapMark) {
				return piece
			}
		case isSkinTone(r):
			return piece[i:]
		case isRegional(r):
			if strings.IndexFunc(piece[i+utf8.RuneLen(r):], isRegional) >= 0 {
				return piece
			}
		case isWord(r):
			return piece
		case isPictograph(r):
			before, _, _ := strings.Cut(piece, textStyle)
			return before
		}
	}
	return ""
}

// utf16Length counts the UTF-16 units of a text.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// utf16Prefix is the length in bytes of the longest prefix of at most this
// many UTF-16 units.
func utf16Prefix(s string, units int) int {
	for i, r := range s {
		units--
		if r > 0xffff {
			units--
		}
		if units < 0 {
			return i
		}
	}
	return len(s)
}
