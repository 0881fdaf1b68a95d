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

// Compare compares two systems on the same queries: base[i] and next[i] are
// the values of query i. Differences within rounding error count as 0, and
// where all are 0 the interval is [0, 0] and both p are 1.
//
// It is an error where the lists are empty or differ in length, where a value
// is not finite, or where an option is out of range. With one query it
// returns ErrTooFew together with a Comparison whose means, Difference and
// counts are right, whose p are 1, and whose other amounts are NaN.
func Compare(base, next []float64, o Options) (Comparison, error) {
	o, err := o.withDefaults()
	if err != nil {
		return Comparison{}, err
	}
	differences, err := pairedDifferences(base, next)
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{
		N:          len(differences),
		BaseMean:   stat.Mean(base, nil),
		NextMean:   stat.Mean(next, nil),
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
		return c, ErrTooFew
	}
	c.P, c.Exact = randomisation(differences, o.Permutations, o.Seed)
	if !c.Exact {
		c.Permutations = o.Permutations
	}
	c.T, c.PT = pairedT(c.Difference, c.SD, c.N)
	c.EffectSize = effectSize(c.Difference, c.SD)
	c.Detectable = Detectable(c.SD, c.N, o.Confidence)
	c.QueriesNeeded = QueriesNeeded(c.Difference, c.SD, o.Confidence)
	c.setIntervals(differences)
	c.Warnings = c.warnings()
	return c, nil
}

// rounding is the share of the larger value, or of 1, within which two values
// count as equal.
const rounding = 1e-12

// pairedDifferences returns next minus base, 0 where only rounding is left.
func pairedDifferences(base, next []float64) ([]float64, error) {
	if len(base) != len(next) {
		return nil, fmt.Errorf("cannot pair %d values with %d: compare on the queries that both have", len(base), len(next))
	}
	if len(base) == 0 {
		return nil, errors.New("no queries to compare: the two sides have no judged query in common")
	}
	differences := make([]float64, len(base))
	for i := range base {
		if !finite(base[i]) || !finite(next[i]) {
			return nil, fmt.Errorf("the values %v and %v at index %d are not both finite: leave a query without a value out of both sides", base[i], next[i], i)
		}
		d := next[i] - base[i]
		if !finite(d) {
			return nil, fmt.Errorf("the difference of %v and %v at index %d is too large for a float64", base[i], next[i], i)
		}
		if math.Abs(d) > rounding*max(1, math.Abs(base[i]), math.Abs(next[i])) {
			differences[i] = d
		}
	}
	return differences, nil
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

// setIntervals sets the interval and the bounds.
func (c *Comparison) setIntervals(differences []float64) {
	if c.SD == 0 {
		c.Low, c.High, c.Lower, c.Upper = c.Difference, c.Difference, c.Difference, c.Difference
		return
	}
	means := resampledMeans(differences, c.Seed, c.Resamples)
	bounds := newBootstrapBounds(means, differences, c.Difference)
	tail := (1 - c.Confidence) / 2
	c.Low, c.High = bounds.bound(tail), bounds.bound(1-tail)
	c.Lower, c.Upper = bounds.bound(1-c.Confidence), bounds.bound(c.Confidence)
	c.Percentile = bounds.percentile
}

// fewQueries is the number of queries below which the bootstrap interval is
// known to be too narrow: at 10 the plain bootstrap of a mean covers about
// 90 % where it says 95 %.
const fewQueries = 10

// warnings says what makes the numbers weaker than they look.
func (c *Comparison) warnings() []string {
	var warnings []string
	if c.N < fewQueries {
		warnings = append(warnings, fmt.Sprintf("%d queries are few: the interval is narrower than it should be below %d", c.N, fewQueries))
	}
	alpha := 1 - c.Confidence
	if changed := c.Wins + c.Losses; changed > 0 && math.Ldexp(1, 1-changed) > alpha {
		// The two flips with all signs alike are always counted.
		needed := int(math.Ceil(1 - math.Log2(alpha)))
		warnings = append(warnings, fmt.Sprintf("%d of %d queries changed: the test cannot give a p below %.3g, for %.3g at least %d must change",
			changed, c.N, math.Ldexp(1, 1-changed), alpha, needed))
	}
	if c.SD == 0 && c.Difference != 0 {
		warnings = append(warnings, "every query changed by the same amount: an interval without width says nothing about other queries")
	}
	if c.Percentile {
		warnings = append(warnings, "the bias of the resamples could not be corrected: the interval is the plain percentile interval")
	}
	return warnings
}
