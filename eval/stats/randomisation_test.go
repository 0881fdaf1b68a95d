package stats

import (
	"math"
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// naiveShare adds every flip up anew.
func naiveShare(differences []float64, reach float64) float64 {
	extreme := 0
	for code := range 1 << len(differences) {
		var sum float64
		for i, d := range differences {
			if code>>i&1 == 1 {
				sum += d
			} else {
				sum -= d
			}
		}
		if math.Abs(sum) >= reach {
			extreme++
		}
	}
	return float64(extreme) / float64(int(1)<<len(differences))
}

func TestExactShareCountsEveryFlip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Whole numbers: sums are exact, and ties are frequent.
		whole := rapid.SliceOfN(rapid.IntRange(-5, 5), 0, 9).Draw(t, "differences")
		differences := make([]float64, len(whole))
		for i, w := range whole {
			differences[i] = float64(w)
		}
		reach := float64(rapid.IntRange(0, 20).Draw(t, "reach"))
		if got, want := exactShare(differences, reach), naiveShare(differences, reach); got != want {
			t.Fatalf("exactShare = %v, counting gives %v", got, want)
		}
	})
}

func TestRandomisationCountsTiesInSpiteOfRounding(t *testing.T) {
	// 0.1+0.2−0.3 is not 0 in binary: without a tolerance the flips that only
	// reproduce the observed sum would be missed.
	// |±.1 ±.2 ±.3| ≥ 0 holds for all 8 flips.
	if p, exact := randomisation([]float64{0.1, 0.2, -0.3}, 100, 1); p != 1 || !exact {
		t.Errorf("p = %v (exact %v), want exactly 1", p, exact)
	}
	// |±.3 ±.2 ±.1| ≥ .4 for +++ (.6), ++− (.4) and their mirrors: 4 of 8.
	if p, _ := randomisation([]float64{0.3, 0.2, -0.1}, 100, 1); p != 0.5 {
		t.Errorf("p = %v, want 4 of 8", p)
	}
}

// 21 equal differences: the number of plus signs is binomial, so that p is
// known although the test is Monte Carlo.
func TestMonteCarloAgreesWithTheBinomial(t *testing.T) {
	for _, n := range []int{21, 63, 64, 65, 130} {
		// A third of the differences are negative: p is neither 0 nor 1.
		differences := make([]float64, n)
		for i := range differences {
			differences[i] = 0.25
			if i%5 < 2 {
				differences[i] = -0.25
			}
		}
		observed := 0.0
		for _, d := range differences {
			observed += d * 4
		}
		var want float64
		for plus := 0; plus <= n; plus++ {
			if math.Abs(float64(2*plus-n)) >= math.Abs(observed) {
				want += math.Exp(logChoose(n, plus) - float64(n)*math.Ln2)
			}
		}
		const permutations = 100_000
		got, exact := randomisation(differences, permutations, 3)
		if exact {
			t.Fatalf("n=%d: exact, want Monte Carlo", n)
		}
		checkClose(t, "p", got, want, 3*math.Sqrt(want*(1-want)/permutations)+1.0/permutations)
	}
}

func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

func TestMonteCarloIsNeverZero(t *testing.T) {
	differences := make([]float64, 100)
	for i := range differences {
		differences[i] = 1
	}
	if p, _ := randomisation(differences, 999, 1); p != 1.0/1000 {
		t.Errorf("p = %v, want (0+1)/(999+1)", p)
	}
}

func TestFlipTables(t *testing.T) {
	differences := []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512}
	tables := new(flipTables)
	tables.fill(differences)
	for code := range 256 {
		// Group 0 holds 1 to 128, so the plus signs spell the code itself:
		// the sum is code − (255 − code).
		if got, want := tables[0][code], float64(2*code-255); got != want {
			t.Fatalf("tables[0][%d] = %v, want %v", code, got, want)
		}
		// Group 1 holds 256 and 512 and six zeros.
		low := code & 3
		if got, want := tables[1][code], float64(256*(2*low-3)); got != want {
			t.Fatalf("tables[1][%d] = %v, want %v", code, got, want)
		}
		if got := tables[7][code]; got != 0 {
			t.Fatalf("tables[7][%d] = %v, want 0", code, got)
		}
	}
}

func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]bool{}
	ones := 0
	for seed := range uint64(20) {
		for _, use := range []purpose{forSignFlips, forResamples, forFolds} {
			for chunk := range 50 {
				word := stream(seed, use, chunk).Uint64()
				if seen[word] {
					t.Fatalf("seed %d, purpose %d, chunk %d starts like another stream", seed, use, chunk)
				}
				seen[word] = true
				ones += bits.OnesCount64(word)
			}
		}
	}
	// 3,000 words of 64 fair bits: 96,000 ones, standard deviation 219.
	if math.Abs(float64(ones-96_000)) > 4*219 {
		t.Errorf("%d of 192,000 first bits are set, want about half", ones)
	}
}
