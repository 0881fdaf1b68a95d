//go:build elasticsearch

package cluster_test

import (
	"math"
	"strings"
	"unicode"
)

// probeScore recomputes the raw score that the test plugin gives a text, from
// the definition in its Scorer.java, with the default bias and scale.
func probeScore(query, text string) float64 {
	askedTokens, askedGrams := probeProfile(query)
	tokens, grams := probeProfile(text)
	if len(askedTokens) == 0 {
		return -4
	}
	covered := 0
	for t := range askedTokens {
		if tokens[t] {
			covered++
		}
	}
	share := float64(covered) / float64(len(askedTokens))
	return float64(float32(-4 + 16*(share+probeCosine(askedGrams, grams))/2))
}

// probeShown is the score that a search gives for a raw one: never negative,
// and float32 as the server has it.
func probeShown(raw float64) float64 {
	r := float32(raw)
	return float64(max(r, 0) + min(float32(math.Exp(float64(r))), 1))
}

func probeProfile(text string) (tokens map[string]bool, grams map[string]int) {
	tokens, grams = make(map[string]bool), make(map[string]int)
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Nd, r) })
	for _, w := range words {
		tokens[w] = true
		padded := []rune("_" + w + "_")
		for i := 0; i+3 <= len(padded); i++ {
			grams[string(padded[i:i+3])]++
		}
	}
	return tokens, grams
}

func probeCosine(a, b map[string]int) float64 {
	var dot, squareA, squareB float64
	for g, n := range a {
		dot += float64(n * b[g])
		squareA += float64(n * n)
	}
	for _, n := range b {
		squareB += float64(n * n)
	}
	if squareA == 0 || squareB == 0 {
		return 0
	}
	return dot / (math.Sqrt(squareA) * math.Sqrt(squareB))
}

// near tells whether two scores are equal but for float32 rounding.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-5*max(1, math.Abs(a), math.Abs(b)) }
