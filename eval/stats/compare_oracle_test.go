package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// ErrTooFew says that a comparison has one query only: its difference is
// known, but neither a test nor an interval can be made.
var ErrTooFew = errors.New("one query has no spread: an interval and a test need at least 2 queries")

// Comparison is what can be said about the difference of two systems on the
// same queries. All amounts are in the units of the values compared;
// differences are next minus base, so that a positive one is a rise.
type Comparison struct {
	// N is the number of queries.
	N int
	// BaseMean and NextMean are the plain means.
	BaseMean, NextMean float64
	// Difference is the mean of the paired differences.
	Difference float64
	// SD is the standard deviation of the paired differences, with n−1.
	SD float64
	// Confidence is the coverage that the following intervals were made for.
	Confidence float64
	// Low and High are the two-sided BCa bootstrap interval of Difference:
	// with probability Confidence it holds the difference that other queries
	// like these would show on average.
	Low, High float64
	// Lower and Upper are one-sided BCa bounds: the true difference lies
	// above Lower with probability Confidence, and below Upper with the same.
	// Together they are the interval of coverage 2·Confidence−1.
	Lower, Upper float64
	// Percentile says that the BCa correction had no answer and that the
	// intervals are plain quantiles of the resamples.
	Percentile bool
	// P is the two-sided p-value of the paired randomisation test.
	P float64
	// Exact says that P counts all sign flips and is no estimate.
	Exact bool
	// T and PT are the statistic and the two-sided p of the paired t-test. T
	// is infinite where all differences are the same and not 0.
	T, PT float64
	// EffectSize is Cohen's d_z, Difference over SD. Infinite where T is.
	EffectSize float64
	// Wins, Losses and Ties count the queries that rose, fell and stayed.
	Wins, Losses, Ties int
	// Detectable is the smallest true difference that as many queries with
	// the same SD would show with 80 % power: the function Detectable.
	Detectable float64
	// QueriesNeeded is the number of queries with which a difference as large
	// as the observed one would be detectable: the function QueriesNeeded.
	QueriesNeeded int
	// Resamples, Permutations and Seed are what the random parts were made
	// with; Permutations is 0 where the test was exact.
	Resamples, Permutations int
	Seed                    uint64
	// Warnings are what a reader of the numbers should know, in lower case
	// without a final period. Nil where there is nothing.
	Warnings []string
}

// defaultResamples is how many bootstrap resamples pairOptions stands for.
const defaultResamples = 10_000

// pairOptions are Options with the number of bootstrap resamples, 10,000 where
// it is 0.
type pairOptions struct {
	Options
	Resamples int
}

// withDefaults fills in what was left at zero, and refuses what cannot be.
func (o pairOptions) withDefaults() (pairOptions, error) {
	var err error
	if o.Options, err = o.Options.withDefaults(); err != nil {
		return o, err
	}
	if o.Resamples == 0 {
		o.Resamples = defaultResamples
	}
	// The bounds are quantiles of the resamples: with fewer than some dozens
	// they would be the extremes and nothing else.
	if o.Resamples < 100 {
		return o, fmt.Errorf("%d bootstrap resamples are too few: use at least 100, or 0 for %d", o.Resamples, defaultResamples)
	}
	return o, nil
}

// Compare compares two systems on the same queries: base[i] and next[i] are
// the values of query i. Differences within rounding error count as 0, and
// where all are 0 the interval is [0, 0] and both p are 1.
//
// It is an error where the lists are empty or differ in length, where a value
// is not finite, or where an option is out of range. With one query it
// returns ErrTooFew together with a Comparison whose means, Difference and
// counts are right, whose p are 1, and whose other amounts are NaN.
func Compare(base, next []float64, o pairOptions) (Comparison, error) {
	all, err := CompareAll([]Pair{{base, next}}, o)
	if len(all) == 0 {
		return Comparison{}, err
	}
	return all[0], err
}

// CompareAll gives what Compare gives for each pair, in their order. It draws
// the resamples of all pairs with the same number of queries once, which is
// most of the work: several metrics cost little more than one. Where a pair
// has one query it returns ErrTooFew together with all comparisons; after any
// other error there are none.
func CompareAll(pairs []Pair, o pairOptions) ([]Comparison, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	all := make([]Comparison, len(pairs))
	columns := make([][]float64, len(pairs))
	var tooFew error
	for i, p := range pairs {
		differences, err := pairedDifferences(p.Base, p.Next)
		if err != nil {
			return nil, err
		}
		columns[i] = differences
		all[i] = newComparison(p, differences, o)
		if all[i].N == 1 {
			tooFew = ErrTooFew
		}
	}
	setIntervals(all, columns)
	for i := range all {
		if all[i].N > 1 {
			all[i].Warnings = all[i].warnings()
		}
	}
	return all, tooFew
}

// newComparison says all but the intervals and the warnings.
func newComparison(p Pair, differences []float64, o pairOptions) Comparison {
	c := Comparison{
		N:          len(differences),
		BaseMean:   stat.Mean(p.Base, nil),
		NextMean:   stat.Mean(p.Next, nil),
		Confidence: o.Confidence,
		Resamples:  o.Resamples,
		Seed:       o.Seed,
	}
	c.countAndMeasure(differences)
	if c.N == 1 {
		nan := math.NaN()
		c.SD, c.Low, c.High, c.Lower, c.Upper = nan, nan, nan, nan, nan
		c.T, c.EffectSize, c.Detectable = nan, nan, nan
		c.P, c.Exact, c.PT = 1, true, 1
		return c
	}
	c.P, c.Exact = randomisation(differences, o.Permutations, o.Seed)
	if !c.Exact {
		c.Permutations = o.Permutations
	}
	c.T, c.PT = pairedT(c.Difference, c.SD, c.N)
	c.EffectSize = effectSize(c.Difference, c.SD)
	c.Detectable = Detectable(c.SD, c.N, o.Confidence)
	c.QueriesNeeded = QueriesNeeded(c.Difference, c.SD, o.Confidence)
	return c
}

// countAndMeasure sets the counts, the mean and the standard deviation.
func (c *Comparison) countAndMeasure(differences []float64) {
	for _, d := range differences {
		switch {
		case d > 0:
			c.Wins++
		case d < 0:
			c.Losses++
		default:
			c.Ties++
		}
	}
	c.Difference, c.SD = stat.MeanStdDev(differences, nil)
	// Equal differences leave a deviation of rounding error, which would make
	// a t of 10^15 out of nothing.
	if c.SD <= rounding*max(1, meanSize(differences)) {
		c.SD = 0
	}
}

// setIntervals sets the intervals and the bounds of comparisons, given their
// differences.
func setIntervals(all []Comparison, differences [][]float64) {
	bySize := make(map[int][]int) // number of queries, to the comparisons with as many
	for i := range all {
		c := &all[i]
		switch {
		case c.N < 2:
		case c.SD == 0:
			c.Low, c.High, c.Lower, c.Upper = c.Difference, c.Difference, c.Difference, c.Difference
		default:
			bySize[c.N] = append(bySize[c.N], i)
		}
	}
	for _, alike := range bySize {
		columns := make([][]float64, len(alike))
		for k, i := range alike {
			columns[k] = differences[i]
		}
		first := &all[alike[0]] // all were made with the same options
		for k, means := range resampledMeans(columns, first.Seed, first.Resamples) {
			all[alike[k]].setInterval(means, columns[k])
		}
	}
}

// setInterval sets the interval and the bounds by the means of resamples.
func (c *Comparison) setInterval(means, differences []float64) {
	bounds := newBootstrapBounds(means, differences, c.Difference)
	tail := (1 - c.Confidence) / 2
	c.Low, c.High = bounds.bound(tail), bounds.bound(1-tail)
	c.Lower, c.Upper = bounds.bound(1-c.Confidence), bounds.bound(c.Confidence)
	c.Percentile = bounds.percentile
}
