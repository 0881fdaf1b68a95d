package stats

import (
	"math"
	"sync/atomic"
)

// randomisation is the paired two-sided randomisation test of Fisher (1935)
// on the sum of the differences, as recommended for retrieval experiments by
// Smucker, Allan and Carterette (CIKM 2007): if the systems were alike, each
// difference could as well have had the other sign. p is the share of sign
// flips whose sum is at least as far from 0 as the observed one.
//
// Differences of 0 do not change under a flip and are left out, so the test
// is exact where at most 20 differences are not 0.
func randomisation(differences []float64, permutations int, seed uint64) (p float64, exact bool) {
	changed := make([]float64, 0, len(differences))
	var sum, size float64
	for _, d := range differences {
		if d != 0 {
			changed = append(changed, d)
			sum += d
			size += math.Abs(d)
		}
	}
	reach := math.Abs(sum) - relativeTie*size
	if len(changed) <= exactLimit {
		return exactShare(changed, reach), true
	}
	extreme := flipRandomly(changed, reach, permutations, seed)
	// The observed signs are one of the flips: without the +1 the estimate
	// could be 0, which no p-value is (Phipson and Smyth 2010).
	return float64(extreme+1) / float64(permutations+1), false
}

// exactShare enumerates all sign flips. Each sum is one of the left half plus
// one of the right half, so that no rounding error builds up.
func exactShare(differences []float64, reach float64) float64 {
	middle := len(differences) / 2
	left, right := signedSums(differences[:middle]), signedSums(differences[middle:])
	extreme := 0
	for _, l := range left {
		for _, r := range right {
			if math.Abs(l+r) >= reach {
				extreme++
			}
		}
	}
	return float64(extreme) / float64(len(left)*len(right))
}

// flipRandomly counts, among random sign flips, those whose sum is at least
// as far from 0 as reach. It draws 64 signs at a time and looks their sum up
// eight at a time, a block of 64 differences for a whole chunk of flips
// before the next block.
func flipRandomly(differences []float64, reach float64, permutations int, seed uint64) int {
	const blockSize = 8 * byteGroups
	chunks := (permutations + flipsPerChunk - 1) / flipsPerChunk
	var extreme atomic.Int64
	forChunks(chunks, permutations*(len(differences)/8+1), func(chunk int) {
		source := stream(seed, forSignFlips, chunk)
		sums := make([]float64, min(flipsPerChunk, permutations-chunk*flipsPerChunk))
		words := make([]uint64, len(sums))
		tables := new(flipTables)
		for start := 0; start < len(differences); start += blockSize {
			tables.fill(differences[start:min(start+blockSize, len(differences))])
			for i := range words {
				words[i] = source.Uint64()
			}
			tables.addTo(sums, words)
		}
		count := 0
		for _, sum := range sums {
			if math.Abs(sum) >= reach {
				count++
			}
		}
		extreme.Add(int64(count))
	})
	return int(extreme.Load())
}
