package conformance

import (
	"math"
	"strings"
	"unicode"
)

// Trigrams is the scorer of the test plugin: a text is near a query where it
// has its words and their pieces of three characters. An engine that has it in
// place of its own reranker gives the scores of a server with the plugin.
type Trigrams struct {
	// Bias and Scale make the raw score: bias + scale * similarity, which lies
	// in 0..1. The plugin's defaults are -4 and 16.
	Bias, Scale float64
	// Quantum, above 0, rounds raw scores to its multiples, which makes ties.
	Quantum float64
	// Listwise, other than 0, lets a score depend on the other texts of the
	// call as well.
	Listwise float64
}

// DefaultTrigrams is the plugin's preconfigured endpoint.
func DefaultTrigrams() Trigrams { return Trigrams{Bias: -4, Scale: 16} }

// Score implements the engine's Scorer.
func (s Trigrams) Score(query string, texts []string) ([]float64, error) {
	q := profileOf(query)
	profiles := make([]profile, len(texts))
	raw := make([]float64, len(texts))
	for i, text := range texts {
		profiles[i] = profileOf(text)
		raw[i] = s.Bias + float64(s.Scale*q.similarity(profiles[i]))
	}
	if s.Listwise != 0 {
		raw = relative(raw, profiles, s.Listwise*s.Scale)
	}
	if s.Quantum > 0 {
		for i := range raw {
			raw[i] = math.RoundToEven(raw[i]/s.Quantum) * s.Quantum
		}
	}
	return raw, nil
}

// relative adds the nearness of the nearest other text, with a weight that
// swings with the length of the list.
func relative(raw []float64, profiles []profile, strength float64) []float64 {
	weight := strength * math.Cos(float64(len(raw)))
	adjusted := make([]float64, len(raw))
	for i := range raw {
		nearest := 0.0
		for j := range raw {
			if i != j {
				nearest = max(nearest, profiles[i].cosine(profiles[j]))
			}
		}
		adjusted[i] = raw[i] + float64(weight*nearest)
	}
	return adjusted
}

// profile is a text as a set of words and counted trigrams.
type profile struct {
	words    map[string]bool
	trigrams map[string]int
	squares  int
}

func profileOf(text string) profile {
	p := profile{words: map[string]bool{}, trigrams: map[string]int{}}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.Is(unicode.Nd, r)
	}) {
		p.words[word] = true
		padded := []rune("_" + word + "_")
		for i := 0; i+3 <= len(padded); i++ {
			p.trigrams[string(padded[i:i+3])]++
		}
	}
	for _, n := range p.trigrams {
		p.squares += n * n
	}
	return p
}

func (p profile) similarity(text profile) float64 {
	if len(p.words) == 0 {
		return 0
	}
	covered := 0
	for w := range p.words {
		if text.words[w] {
			covered++
		}
	}
	return (float64(covered)/float64(len(p.words)) + p.cosine(text)) / 2
}

func (p profile) cosine(o profile) float64 {
	if p.squares == 0 || o.squares == 0 {
		return 0
	}
	dot := 0
	for g, n := range p.trigrams {
		dot += n * o.trigrams[g]
	}
	return float64(dot) / (math.Sqrt(float64(p.squares)) * math.Sqrt(float64(o.squares)))
}
