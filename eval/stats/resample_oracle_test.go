package stats

import "math/rand/v2"

// resamplesPerChunk resamples are drawn from one stream.
const resamplesPerChunk = 128

// Bootstrap draws resamples samples of size n with replacement from the
// numbers 0 to n-1, and calls use with each, in order, from the caller's
// goroutine. The slice is overwritten by the next draw: copy what is to be
// kept. The draws depend on n and seed alone and are those that Compare makes
// for the same Options.Seed, so a selection put inside the bootstrap stays in
// step with the intervals printed beside it. With n or resamples below 1 use
// is never called.
func Bootstrap(n int, seed uint64, resamples int, use func(indices []int)) {
	if n < 1 {
		return
	}
	indices := make([]int, n)
	for start := 0; start < resamples; start += resamplesPerChunk {
		source := stream(seed, forResamples, start/resamplesPerChunk)
		for range min(resamplesPerChunk, resamples-start) {
			drawIndices(source, indices)
			use(indices)
		}
	}
}

// drawIndices fills indices with independent numbers, each uniform below
// len(indices): multiplication and rejection as in Lemire (2019), on both
// halves of each random number. There are never 2^32 queries.
func drawIndices[index int | uint32](source *rand.PCG, indices []index) {
	n := uint32(len(indices))
	biased := -n % n // 2^32 mod n: that many low products would be one too many
	for i := 0; i < len(indices); {
		random := source.Uint64()
		low, high := uint64(uint32(random))*uint64(n), random>>32*uint64(n)
		if rest := indices[i:]; len(rest) > 1 && uint32(low) >= biased && uint32(high) >= biased {
			rest[0], rest[1] = index(low>>32), index(high>>32)
			i += 2
			continue
		}
		for _, product := range [2]uint64{low, high} { // one is rejected, or one too many
			if uint32(product) >= biased && i < len(indices) {
				indices[i] = index(product >> 32)
				i++
			}
		}
	}
}

// resampledMeans returns, for each column, the mean of each bootstrap resample
// of its values, in the order in which Bootstrap draws them. The columns are
// of the same length, and one draw serves all. Resamples are summed up in
// pairs: each sum waits for its last addition, and meanwhile the other is
// added to.
func resampledMeans(columns [][]float64, seed uint64, resamples int) [][]float64 {
	means := make([][]float64, len(columns))
	for c := range means {
		means[c] = make([]float64, resamples)
	}
	n := len(columns[0])
	chunks := (resamples + resamplesPerChunk - 1) / resamplesPerChunk
	forChunks(chunks, resamples*n*len(columns), func(chunk int) {
		source := stream(seed, forResamples, chunk)
		even, odd := make([]uint32, n), make([]uint32, n)
		start := chunk * resamplesPerChunk
		end := min(start+resamplesPerChunk, resamples)
		for i := start; i < end; i += 2 {
			drawIndices(source, even)
			drawIndices(source, odd)
			for c, values := range columns {
				first, second := sumPair(values, even, odd)
				means[c][i] = first / float64(n)
				if i+1 < end {
					means[c][i+1] = second / float64(n)
				}
			}
		}
	})
	return means
}

// sumPair adds up the values at two lists of indices of the same length.
func sumPair(values []float64, even, odd []uint32) (first, second float64) {
	odd = odd[:len(even)]
	for i, index := range even {
		first += values[index]
		second += values[odd[i]]
	}
	return first, second
}
