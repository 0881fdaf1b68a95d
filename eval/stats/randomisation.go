package stats

import (
	"math"
	"sync/atomic"
)

// exactLimit is the largest number of differences whose sign flips are all
// enumerated: 2^20 sums take a millisecond.
const exactLimit = 20

// relativeTie is the share of the sum of absolute differences within which
// two sums count as equal. The same sum added up in another order differs in
// the last bits, and a flip that reproduces the observed sum must be counted.
const relativeTie = 1e-12

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

// signedSums returns the sums of the values under all 2^len(values) choices
// of signs; bit i of an index says that value i is taken with a plus.
func signedSums(values []float64) []float64 {
	sums := make([]float64, 1<<len(values))
	fillSignedSums(sums, values)
	return sums
}

// fillSignedSums is signedSums into a slice of its length that begins with 0.
func fillSignedSums(sums, values []float64) {
	for i, v := range values {
		size := 1 << i
		minus, plus := sums[:size], sums[size:2*size]
		for k, s := range minus {
			plus[k], minus[k] = s+v, s-v
		}
	}
}

const (
	// flipsPerChunk sums are kept at once: with the tables of one block they
	// stay in the first-level cache.
	flipsPerChunk = 2048
	// byteGroups groups of eight differences share a 64-bit random word.
	byteGroups = 8
)

// flipTables holds, for eight groups of eight differences, the signed sum of
// the group for each of the 256 choices of signs.
type flipTables [byteGroups][256]float64

// fill sets the tables for at most 64 differences; missing ones count 0.
func (t *flipTables) fill(differences []float64) {
	for g := range t {
		var group [8]float64
		if 8*g < len(differences) {
			copy(group[:], differences[8*g:])
		}
		t[g][0] = 0
		fillSignedSums(t[g][:], group[:])
	}
}

// addTo adds to each sum the signed sum of the table's differences, with the
// signs of the word at the same index.
func (t *flipTables) addTo(sums []float64, words []uint64) {
	words = words[:len(sums)]
	for i, w := range words {
		sums[i] += (t[0][byte(w)] + t[1][byte(w>>8)]) +
			(t[2][byte(w>>16)] + t[3][byte(w>>24)]) +
			(t[4][byte(w>>32)] + t[5][byte(w>>40)]) +
			(t[6][byte(w>>48)] + t[7][byte(w>>56)])
	}
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
