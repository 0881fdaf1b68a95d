package stats

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// randomPairs returns the values of two systems that hardly differ.
func randomPairs(n int) (base, next []float64) {
	r := rand.New(rand.NewPCG(1, 2))
	base, next = make([]float64, n), make([]float64, n)
	for i := range base {
		base[i] = r.Float64()
		next[i] = base[i] + 0.002 + 0.2*r.NormFloat64()
	}
	return base, next
}

// 100,000 sign flips; 6,980 is the number of queries of MS MARCO's small
// development set.
func BenchmarkRandomisation(b *testing.B) {
	for _, n := range []int{20, 50, 1000, 6980} {
		base, next := randomPairs(n)
		differences, err := pairedDifferences(base, next)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("queries=%d", n), func(b *testing.B) {
			for b.Loop() {
				randomisation(differences, DefaultPermutations, 1)
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	for _, n := range []int{50, 1000, 6980} {
		base, next := randomPairs(n)
		b.Run(fmt.Sprintf("queries=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Compare(base, next, pairOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
