package stats

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
)

// A Contrast is a comparison of systems as a weighted sum of their values,
// one weight a system, whose weights add up to 0: −1 for the base and 1 for
// the next of a pair, and 1, −1, −1, 1 for a difference of two differences.
type Contrast []float64

// Difference is the contrast next − base among so many systems.
func Difference(systems, base, next int) Contrast {
	c := make(Contrast, systems)
	c[base]--
	c[next]++
	return c
}

// GainDifference compares the gain of next over base with the gain of
// otherNext over otherBase: (next − base) − (otherNext − otherBase).
func GainDifference(systems, base, next, otherBase, otherNext int) Contrast {
	c := Difference(systems, base, next)
	c[otherBase]++
	c[otherNext]--
	return c
}

// AllPairs is the contrast of each pair of systems once, j − i for i < j, the
// pairs of the first system first.
func AllPairs(systems int) []Contrast {
	var all []Contrast
	for i := range systems {
		for j := i + 1; j < systems; j++ {
			all = append(all, Difference(systems, i, j))
		}
	}
	return all
}

// of is the contrast of one query's values.
func (c Contrast) of(values []float64) float64 {
	var sum float64
	for k, weight := range c {
		sum += weight * values[k]
	}
	return sum
}

// Family is a test of several comparisons on the same queries, corrected for
// being several.
type Family struct {
	// N is the number of queries; Informative are those on which any of the
	// comparisons differs from 0.
	N, Informative int
	// Tests are the comparisons in the order in which they were given.
	Tests []FamilyTest
	// Exact says that all sign flips were counted; Permutations is the number
	// of random ones otherwise, and 0 here. Seed is what they were made with.
	Exact        bool
	Permutations int
	Seed         uint64
}

// FamilyTest is one comparison of a Family.
type FamilyTest struct {
	// Difference is the mean of the contrast over the queries, Changed the
	// number of queries on which it is not 0.
	Difference float64
	Changed    int
	// P is the comparison's own two-sided p, PCorrected that of the family.
	P, PCorrected float64
}

// TestFamily tests comparisons of systems on the same queries: values[q][k]
// is the value of system k on query q, for queries that every system
// answered.
//
// It is the step-down maximum of mean differences (Westfall and Young 1993;
// Romano and Wolf 2005): if the systems were alike, the values of a query
// could as well have been exchanged between the two sides of each comparison,
// which flips the signs of all comparisons of that query together. The
// corrected p of the largest difference is the share of sign flips in which
// any comparison differs as much; that of the next is the same without the
// first, and so on, and no p is below the one before it. A single comparison
// has the p of the paired randomisation test. The differences are not divided
// by their standard errors: a comparison with many small gains whose rare
// large losses no query of the sample shows would get an enormous t.
//
// All sign flips are counted where at most 20 queries are informative, or some
// fewer in a family of more than 4 comparisons (14 at least up to 256 of
// them); else Options.Permutations random ones. Comparisons that differ on no query have
// p 1 and are left out of the maximum. Exchangeability is more than an equal
// mean: a small p says that the systems differ on these queries, and whether
// the mean of others like them differs is for the interval to say.
//
// It is an error where there are no queries or comparisons, where lists differ in
// length, where a value is not finite or the weights of a contrast do not add
// up to 0, where an option is out of range, and where ctx ends.
func TestFamily(ctx context.Context, values [][]float64, contrasts []Contrast, o Options) (Family, error) {
	o, err := o.withDefaults()
	if err != nil {
		return Family{}, err
	}
	if err := checkFamily(values, contrasts); err != nil {
		return Family{}, err
	}
	f := Family{N: len(values), Tests: make([]FamilyTest, len(contrasts)), Seed: o.Seed}
	rows := informativeRows(values, contrasts, f.Tests)
	f.Informative = len(rows)
	counter := newFlipCounter(rows, contrasts, f.Tests)
	var total float64
	if f.Exact = countsAll(len(rows), len(contrasts)); f.Exact {
		// Flipping all signs changes nothing: the first stays as it is.
		total = float64(int(1) << max(0, len(rows)-1))
		err = counter.countAll(ctx)
	} else {
		f.Permutations = o.Permutations
		// The observed signs are one of the flips, as in randomisation.
		total = float64(o.Permutations + 1)
		counter.addObserved()
		err = counter.countRandom(ctx, o.Permutations, o.Seed)
	}
	if err != nil {
		return Family{}, fmt.Errorf("testing a family of %d comparisons: %w", len(contrasts), err)
	}
	for i := range f.Tests {
		f.Tests[i].P, f.Tests[i].PCorrected = 1, 1
	}
	largest := 0.0
	for rank, i := range counter.order {
		f.Tests[i].P = float64(counter.alone[rank].Load()) / total
		// A smaller difference may not end up with a smaller p.
		largest = max(largest, float64(counter.together[rank].Load())/total)
		f.Tests[i].PCorrected = largest
	}
	return f, nil
}

// countsAll says whether all sign flips of so many queries are counted: up to
// some million contrasts of flips, which take some hundredths of a second.
func countsAll(informative, comparisons int) bool {
	return informative <= exactLimit && comparisons<<informative <= 1<<22
}

func checkFamily(values [][]float64, contrasts []Contrast) error {
	if len(values) == 0 {
		return fmt.Errorf("no queries to compare: the systems have no answered query in common")
	}
	if len(contrasts) == 0 {
		return fmt.Errorf("no comparisons: a family needs one at least")
	}
	systems := len(values[0])
	for q, row := range values {
		if len(row) != systems {
			return fmt.Errorf("query %d has %d values but the first has %d: compare on the queries that all systems answered", q, len(row), systems)
		}
		for k, v := range row {
			if !finite(v) {
				return fmt.Errorf("the value %v of system %d on query %d is not finite: leave a query without a value out for all systems", v, k, q)
			}
		}
	}
	for i, c := range contrasts {
		if len(c) != systems {
			return fmt.Errorf("comparison %d has %d weights for %d systems", i, len(c), systems)
		}
		var sum, size float64
		for _, weight := range c {
			sum += weight
			size += math.Abs(weight)
		}
		if !(math.Abs(sum) <= 1e-9*size) || !finite(size) {
			return fmt.Errorf("the weights of comparison %d add up to %v: they must add up to 0", i, sum)
		}
	}
	return nil
}

// informativeRows returns the values of the queries on which a comparison
// differs from 0, less the first system's, which no contrast notices; equal
// systems are then exactly 0. It sets the differences and counts of tests.
func informativeRows(values [][]float64, contrasts []Contrast, tests []FamilyTest) [][]float64 {
	var rows [][]float64
	for _, row := range values {
		size := 1.0
		for _, v := range row {
			size = max(size, math.Abs(v))
		}
		informative := false
		for i, c := range contrasts {
			if d := c.of(row); math.Abs(d) > rounding*size {
				tests[i].Difference += d
				tests[i].Changed++
				informative = true
			}
		}
		if !informative {
			continue
		}
		centred := make([]float64, len(row))
		for k, v := range row {
			if d := v - row[0]; math.Abs(d) > rounding*size {
				centred[k] = d
			}
		}
		rows = append(rows, centred)
	}
	for i := range tests {
		tests[i].Difference /= float64(len(values))
	}
	return rows
}

// flipCounter counts the sign flips whose contrasts reach the observed ones.
// Its slices but rows go by rank: the largest observed difference first.
type flipCounter struct {
	rows [][]float64
	// order holds the index of the comparison of each rank; those that never
	// differ have none.
	order []int
	terms [][]term
	// reach is the observed absolute sum, less what rounding may add.
	reach []float64
	// alone counts the flips of the comparison itself, together those of it
	// or of any after it.
	alone, together []atomic.Int64
}

// term is one system's part in a contrast.
type term struct {
	system int
	weight float64
}

func newFlipCounter(rows [][]float64, contrasts []Contrast, tests []FamilyTest) *flipCounter {
	c := &flipCounter{rows: rows}
	for i := range tests {
		if tests[i].Changed > 0 {
			c.order = append(c.order, i)
		}
	}
	slices.SortStableFunc(c.order, func(a, b int) int {
		return cmp.Compare(math.Abs(tests[b].Difference), math.Abs(tests[a].Difference))
	})
	for _, i := range c.order {
		var terms []term
		for k, weight := range contrasts[i] {
			if weight != 0 && k > 0 { // the first system is 0 everywhere
				terms = append(terms, term{k, weight})
			}
		}
		var sum, size float64
		for _, row := range rows {
			d := contrastOf(terms, row)
			sum += d
			for _, t := range terms {
				size += math.Abs(t.weight * row[t.system])
			}
		}
		c.terms = append(c.terms, terms)
		c.reach = append(c.reach, math.Abs(sum)-relativeTie*size)
	}
	c.alone = make([]atomic.Int64, len(c.order))
	c.together = make([]atomic.Int64, len(c.order))
	return c
}

func contrastOf(terms []term, sums []float64) float64 {
	var d float64
	for _, t := range terms {
		d += t.weight * sums[t.system]
	}
	return d
}

// tally is one goroutine's share of the counts.
type tally struct{ alone, together []int64 }

func (c *flipCounter) newTally() tally {
	return tally{make([]int64, len(c.order)), make([]int64, len(c.order))}
}

func (c *flipCounter) add(t tally) {
	for rank := range c.order {
		c.alone[rank].Add(t.alone[rank])
		c.together[rank].Add(t.together[rank])
	}
}

// count adds one flip, given the flipped sum of each system.
func (c *flipCounter) count(t tally, sums []float64) {
	largest := 0.0 // of the comparisons from this rank on
	for rank := len(c.order) - 1; rank >= 0; rank-- {
		d := math.Abs(contrastOf(c.terms[rank], sums))
		if d >= c.reach[rank] {
			t.alone[rank]++
		}
		if largest = max(largest, d); largest >= c.reach[rank] {
			t.together[rank]++
		}
	}
}

// addObserved counts the observed signs themselves.
func (c *flipCounter) addObserved() {
	for rank := range c.order {
		c.alone[rank].Add(1)
		c.together[rank].Add(1)
	}
}

// column is one system's values.
func (c *flipCounter) column(system int) []float64 {
	values := make([]float64, len(c.rows))
	for q, row := range c.rows {
		values[q] = row[system]
	}
	return values
}

// systems is the number of systems; 0 without informative queries.
func (c *flipCounter) systems() int {
	if len(c.rows) == 0 {
		return 0
	}
	return len(c.rows[0])
}

// countAll counts all 2^(len(rows)−1) flips that leave the first sign as it
// is: each sum is one of the first half of the queries plus one of the second.
func (c *flipCounter) countAll(ctx context.Context) error {
	if len(c.order) == 0 {
		return nil
	}
	middle := (len(c.rows) + 1) / 2
	left, right := make([][]float64, c.systems()), make([][]float64, c.systems())
	for k := range left {
		values := c.column(k)
		left[k], right[k] = signedSums(values[:middle]), signedSums(values[middle:])
	}
	flips := 1 << (len(c.rows) - 1)
	forChunks(len(left[0])/2, flips*len(c.order), func(chunk int) {
		if ctx.Err() != nil {
			return
		}
		t, sums := c.newTally(), make([]float64, len(left))
		for r := range right[0] {
			for k := range sums {
				sums[k] = left[k][2*chunk+1] + right[k][r] // an odd index: the first sign is plus
			}
			c.count(t, sums)
		}
		c.add(t)
	})
	return ctx.Err()
}

// countRandom counts random flips, drawn as flipRandomly draws them: a single
// comparison has the same flips here and there.
func (c *flipCounter) countRandom(ctx context.Context, permutations int, seed uint64) error {
	const blockSize = 8 * byteGroups
	columns := make([][]float64, c.systems())
	for k := range columns {
		columns[k] = c.column(k)
	}
	chunks := (permutations + flipsPerChunk - 1) / flipsPerChunk
	forChunks(chunks, permutations*(len(c.rows)/8+1)*len(columns), func(chunk int) {
		source := stream(seed, forSignFlips, chunk)
		flips := min(flipsPerChunk, permutations-chunk*flipsPerChunk)
		words := make([]uint64, flips)
		sums := make([]float64, flips*len(columns)) // by system, then by flip
		tables := new(flipTables)
		for start := 0; start < len(c.rows); start += blockSize {
			if ctx.Err() != nil {
				return
			}
			for i := range words {
				words[i] = source.Uint64()
			}
			end := min(start+blockSize, len(c.rows))
			for k := 1; k < len(columns); k++ {
				tables.fill(columns[k][start:end])
				tables.addTo(sums[k*flips:(k+1)*flips], words)
			}
		}
		t, flip := c.newTally(), make([]float64, len(columns))
		for i := range flips {
			for k := range flip {
				flip[k] = sums[k*flips+i]
			}
			c.count(t, flip)
		}
		c.add(t)
	})
	return ctx.Err()
}
