package analysis

import (
	"strings"
	"unicode/utf8"

	porter "github.com/blevesearch/go-porterstemmer"
)

// isStopWord says whether a word is in Lucene's
// EnglishAnalyzer.ENGLISH_STOP_WORDS_SET.
func isStopWord(word string) bool {
	switch word {
	case "a", "an", "and", "are", "as", "at", "be", "but", "by", "for",
		"if", "in", "into", "is", "it", "no", "not", "of", "on", "or",
		"such", "that", "the", "their", "then", "there", "these", "they",
		"this", "to", "was", "will", "with":
		return true
	}
	return false
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

// stem applies Porter's algorithm to a word in lower case. The library leaves
// words alone that consist of nothing but a suffix; Lucene does not.
func stem(word string) string {
	switch word {
	case "ies":
		return "i"
	case "sses":
		return "ss"
	case "eed", "eeds":
		return "eed"
	}
	return string(porter.StemWithoutLowerCasing([]rune(word)))
}
