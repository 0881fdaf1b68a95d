package analysis

import (
	"strings"
	"unicode/utf8"

	porter "github.com/blevesearch/go-porterstemmer"
)

// stopWords is Lucene's EnglishAnalyzer.ENGLISH_STOP_WORDS_SET.
var stopWords = map[string]bool{
	"a": true, "an": true, "and": true, "are": true, "as": true, "at": true,
	"be": true, "but": true, "by": true, "for": true, "if": true, "in": true,
	"into": true, "is": true, "it": true, "no": true, "not": true, "of": true,
	"on": true, "or": true, "such": true, "that": true, "the": true,
	"their": true, "then": true, "there": true, "these": true, "they": true,
	"this": true, "to": true, "was": true, "will": true, "with": true,
}

// withoutPossessive takes away a final 's, with any of the three apostrophes
// that Lucene's EnglishPossessiveFilter knows.
func withoutPossessive(word string) string {
	stem, ok := strings.CutSuffix(word, "s")
	if !ok {
		if stem, ok = strings.CutSuffix(word, "S"); !ok {
			return word
		}
	}
	switch r, size := utf8.DecodeLastRuneInString(stem); r {
	case '\'', '\u2019', '\uff07':
		return stem[:len(stem)-size]
	}
	return word
}

// stem applies Porter's algorithm to a word in lower case.
func stem(word string) string {
	return string(porter.StemWithoutLowerCasing([]rune(word)))
}
