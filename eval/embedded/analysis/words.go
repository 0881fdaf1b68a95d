package analysis

import (
	"iter"
	"unicode"
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
		for pieces := uax29.FromString(text); pieces.Next(); {
			piece := pieces.Value()
			if !isToken(piece) {
				continue
			}
			for len(piece) > maxTokenLength && utf16Length(piece) > maxTokenLength {
				head := firstWord(piece[:utf16Prefix(piece, maxTokenLength)])
				if isToken(head) && !yield(head) {
					return
				}
				piece = piece[len(head):]
			}
			if isToken(piece) && !yield(piece) {
				return
			}
		}
	}
}

// firstWord is the piece that a text begins with.
func firstWord(text string) string {
	it := uax29.FromString(text)
	it.Next()
	return it.Value()
}

// isToken says whether a piece between two word boundaries is a token and not
// space or punctuation.
func isToken(piece string) bool {
	for _, r := range piece {
		if r < utf8.RuneSelf {
			if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
				return true
			}
			continue
		}
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return true
		}
	}
	return false
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
