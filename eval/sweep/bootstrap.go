package sweep

import (
	"math"

	"github.com/releval/releval/eval/stats"
)

// mostSteps bounds the work of the bootstrap where windows and queries are
// many: additions.
const mostSteps = 400_000_000

// selection is the bootstrap over queries of everything that depends on which
// window is best. Index 0 stands for no reranker, i for the i-th window.
type selection struct {
	queries   int
	at        []int // the queries that take part, by index into the run's
	resamples int
	means     []float64   // observed
	losses    [][]float64 // by index, then resample: against the best window of that resample
	enough    []int       // by resample: the smallest window with enough of the best gain, 0 for none
	within    []int       // by resample: the smallest window within delta of the best
	shapes    map[Shape]int
}

// enoughGain is the share of the best gain that counts as enough.
const enoughGain = 0.9

// bootstrap draws the queries again and makes the whole selection for each
// draw: the best window, and what is lost against it.
func (c *curve) bootstrap(o Options) *selection {
	queries := c.defined()
	columns := c.covered + 1
	// By query and then window, so that a draw adds up whole rows.
	rows := make([]float64, len(queries)*columns)
	for at, q := range queries {
		rows[at*columns] = c.base.values[0][q]
		for i := range c.covered {
			rows[at*columns+i+1] = c.values[0][i][q]
		}
	}
	s := &selection{queries: len(queries), at: queries, resamples: resamplesFor(o.Resamples, len(rows)), shapes: make(map[Shape]int)}
	if len(queries) == 0 {
		return s
	}
	sums := make([]float64, columns)
	for at := range queries {
		addRow(sums, rows[at*columns:])
	}
	s.means = averaged(sums, len(queries))
	s.losses = table(columns, s.resamples)
	s.enough = make([]int, 0, s.resamples)
	s.within = make([]int, 0, s.resamples)
	stats.Bootstrap(len(queries), o.Seed, s.resamples, func(drawn []int) {
		clear(sums)
		for _, at := range drawn {
			addRow(sums, rows[at*columns:])
		}
		s.take(averaged(sums, len(drawn)), o.Delta)
	})
	return s
}

// take makes the selection for the means of one draw.
func (s *selection) take(means []float64, delta float64) {
	best := bestOf(means)
	draw := len(s.enough)
	for i, m := range means {
		s.losses[i][draw] = means[best] - m
	}
	s.enough = append(s.enough, smallestEnough(means))
	s.within = append(s.within, smallestWithin(means, delta))
	s.shapes[shapeOf(means[0], means[1:], delta)]++
}

// bestOf is the index of the best window, the smallest among equals. Doing
// without the reranker is no window.
func bestOf(means []float64) int {
	best := 1
	for i := 2; i < len(means); i++ {
		if means[i] > means[best]+1e-12 {
			best = i
		}
	}
	return best
}

// smallestEnough is the index of the smallest window that reaches enough of
// the best gain, 0 where no window gains anything.
func smallestEnough(means []float64) int {
	gain := means[bestOf(means)] - means[0]
	if gain <= 1e-12 {
		return 0
	}
	for i := 1; i < len(means); i++ {
		if means[i]-means[0] >= enoughGain*gain-1e-12 {
			return i
		}
	}
	return 0
}

// smallestWithin is the index of the smallest window that loses less than
// delta against the best.
func smallestWithin(means []float64, delta float64) int {
	best := means[bestOf(means)]
	for i := 1; i < len(means); i++ {
		if best-means[i] < delta {
			return i
		}
	}
	return bestOf(means)
}

// upper is the bound below which a loss lies with the confidence; NaN for one
// query, of which every resample is the same.
func (s *selection) upper(i int, confidence float64) float64 {
	if s.queries < 2 {
		return math.NaN()
	}
	return stats.Quantile(s.losses[i], confidence)
}

// loss is the observed loss against the best window.
func (s *selection) loss(i int) float64 { return s.means[bestOf(s.means)] - s.means[i] }

func resamplesFor(asked, cells int) int {
	if asked > 0 {
		return asked
	}
	return min(stats.DefaultResamples, max(2_000, mostSteps/max(1, cells)))
}

// addRow adds a row to the sums.
func addRow(sums, row []float64) {
	row = row[:len(sums)]
	for i, v := range row {
		sums[i] += v
	}
}

func averaged(sums []float64, n int) []float64 {
	means := make([]float64, len(sums))
	for i, s := range sums {
		means[i] = s / float64(n)
	}
	return means
}
