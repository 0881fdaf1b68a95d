package spelling

import (
	"strings"
	"unicode/utf8"
)

// TypographicQuote is the quote that a text begins with where a word processor
// made it, such as “, which shells and YAML take for a letter; 0 where it does
// not.
func TypographicQuote(text string) rune {
	first, _ := utf8.DecodeRuneInString(text)
	if strings.ContainsRune("“”„‘«»", first) {
		return first
	}
	return 0
}

// Unquoted is what stands between typographic quotes; the text itself where it
// does not begin and end with them.
func Unquoted(text string) string {
	last, size := utf8.DecodeLastRuneInString(text)
	if TypographicQuote(text) == 0 || !strings.ContainsRune("”“’‘»«", last) {
		return text
	}
	_, begin := utf8.DecodeRuneInString(text)
	if begin > len(text)-size {
		return text
	}
	return text[begin : len(text)-size]
}
