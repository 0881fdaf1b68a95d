package analysis

import (
	"strings"
	"unicode"
)

// Token is one term of a text and its position, counted from 0. Positions of
// dropped stop words are left out.
type Token struct {
	Term     string
	Position int
}

// Analyzer turns text into terms. It is safe for concurrent use.
type Analyzer struct {
	name    string
	english bool
}

// Standard is Elasticsearch's default analyzer: words in lower case.
func Standard() *Analyzer { return &Analyzer{name: "standard"} }

// English is Elasticsearch's english analyzer: words in lower case without
// possessives and stop words, stemmed.
func English() *Analyzer { return &Analyzer{name: "english", english: true} }

// Named returns the analyzer of this name; ok is false where there is none.
func Named(name string) (a *Analyzer, ok bool) {
	switch name {
	case "standard", "default":
		return Standard(), true
	case "english":
		return English(), true
	}
	return nil, false
}

// Name is what a mapping calls the analyzer.
func (a *Analyzer) Name() string { return a.name }

// Analyze appends the terms of a text to dst. The first position is 0, unless
// a stop word stands there; next is the position after the last token, which
// counts a stop word at the end.
func (a *Analyzer) Analyze(dst []Token, text string) (tokens []Token, next int) {
	position := 0
	for word := range words(text) {
		term, keep := a.term(word)
		if keep {
			dst = append(dst, Token{Term: term, Position: position})
		}
		position++
	}
	return dst, position
}

// term filters one token of the tokenizer; keep is false for a stop word.
func (a *Analyzer) term(word string) (term string, keep bool) {
	if !a.english {
		return lower(word), true
	}
	word = lower(withoutPossessive(word))
	if isStopWord(word) {
		return "", false
	}
	return stem(word), true
}

// lower maps every character by itself: no special casing depends on the
// neighbours, as Java's Character.toLowerCase does it.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 0x80 || 'A' <= c && c <= 'Z' {
			return strings.Map(unicode.ToLower, s)
		}
	}
	return s
}
