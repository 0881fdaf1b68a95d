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
func drawIndices(source *rand.PCG, indices []int) {
	n := uint32(len(indices))
	biased := -n % n // 2^32 mod n: that many low products would be one too many
	for i := 0; i < len(indices); {
		random := source.Uint64()
		for _, half := range [2]uint32{uint32(random), uint32(random >> 32)} {
			product := uint64(half) * uint64(n)
			if uint32(product) >= biased && i < len(indices) {
				indices[i] = int(product >> 32)
				i++
			}
		}
	}
}

// resampledMeans returns, for each column, the mean of each bootstrap resample
// of its values, in the order in which Bootstrap draws them. The columns are
// of the same length, and one draw serves all.
func resampledMeans(columns [][]float64, seed uint64, resamples int) [][]float64 {
	means := make([][]float64, len(columns))
	for c := range means {
		means[c] = make([]float64, resamples)
	}
	n := len(columns[0])
	chunks := (resamples + resamplesPerChunk - 1) / resamplesPerChunk
	forChunks(chunks, resamples*n, func(chunk int) {
		source := stream(seed, forResamples, chunk)
		indices := make([]int, n)
		start := chunk * resamplesPerChunk
		for i := start; i < min(start+resamplesPerChunk, resamples); i++ {
			drawIndices(source, indices)
			for c, values := range columns {
				var sum float64
				for _, index := range indices {
					sum += values[index]
				}
				means[c][i] = sum / float64(n)
			}
		}
	})
	return means
}
