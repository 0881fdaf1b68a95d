package stats

// exactLimit is the largest number of differences whose sign flips are all
// enumerated: 2^20 sums take a millisecond.
const exactLimit = 20

// relativeTie is the share of the sum of absolute differences within which
// two sums count as equal. The same sum added up in another order differs in
// the last bits, and a flip that reproduces the observed sum must be counted.
const relativeTie = 1e-12

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
