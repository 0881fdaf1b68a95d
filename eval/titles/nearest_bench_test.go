package titles

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// synthetic makes titles of few syllables, which are nearer to each other
// than real ones.
func synthetic(n int) []Document {
	syllables := strings.Fields("ka lo mi ra ten shi vor del an gri pol sta ne qu bel for ming tra os u")
	r := rand.New(rand.NewPCG(3, 0))
	documents := make([]Document, n)
	for i := range documents {
		var words []string
		for range 1 + r.IntN(6) {
			word := ""
			for range 2 + r.IntN(3) {
				word += syllables[r.IntN(len(syllables))]
			}
			words = append(words, word)
		}
		documents[i] = Document{ID: fmt.Sprint(i), Title: strings.Join(words, " ")}
	}
	return documents
}

func BenchmarkNearest(b *testing.B) {
	documents := synthetic(60_000)
	c := NewCatalogue(documents)
	i := 0
	for b.Loop() {
		c.Nearest(documents[i%len(documents)].Title+"zz", 10)
		i += 7
	}
}
