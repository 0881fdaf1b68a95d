package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Power is the chance of seeing a true difference that everything here is made
// for.
const Power = 0.80

// MaxQueriesNeeded is what stands where the number of queries needed would be
// larger.
const MaxQueriesNeeded = 1_000_000_000

// PowerQueries is the number of queries from which on ShownDifference and
// ShownMargin are simulated.
const PowerQueries = 50

// ShownDifference is the smallest true difference that n queries show as
// Raises or Lowers in about 80 % of suites, where the differences have the
// standard deviation sd, for one comparison in a family of so many:
//
//	2.8·sd/√n + 2.2/n
//
// 2.8 is 1.960 + 0.842, the normal quantiles of an error of 5 % and a power of 80 %, and 2.2/n is
// the price of the one query that lost all that can be lost. Simulated for one
// comparison at confidence 0.95 from 50 queries on, where it shows 79 to 92 %
// on differences of real suites. For a larger family 1.960 is replaced by the
// quantile of 1 − 0.025/family, which is the normal approximation. NaN where n
// is below PowerQueries or family below 1.
func ShownDifference(sd float64, n, family int) float64 {
	if n < PowerQueries || family < 1 {
		return math.NaN()
	}
	factor := distuv.UnitNormal.Quantile(1-0.025/float64(family)) + distuv.UnitNormal.Quantile(Power)
	return factor*sd/math.Sqrt(float64(n)) + 2.2/float64(n)
}

// ShownMargin is the smallest loss that n queries rule out with 95 % in about
// 80 % of suites, where nothing truly changes and the differences have the
// standard deviation sd: 2.5·sd/√n + 1.9/n. Simulated from 50 queries on: 80
// to 88 % on differences of real suites and where all queries change, 76 %
// where a tenth of 50 queries does. NaN below PowerQueries.
func ShownMargin(sd float64, n int) float64 {
	if n < PowerQueries {
		return math.NaN()
	}
	return 2.5*sd/math.Sqrt(float64(n)) + 1.9/float64(n)
}

// ChangedNeeded is the number of queries that must have changed so that a
// test in a family of so many can fall below 1 − confidence at all, if each
// is corrected for all the others: more than 1 + log2(family/(1−confidence)).
// The family's maximum needs no more, and less where the comparisons depend on
// each other. 0 where family is below 1 or confidence is not between 0 and 1.
func ChangedNeeded(family int, confidence float64) int {
	if family < 1 || !(confidence > 0 && confidence < 1) {
		return 0
	}
	// A logarithm that is a whole number must not be rounded below it.
	return int(math.Floor(1+math.Log2(float64(family)/(1-confidence))+1e-9)) + 1
}

// MarginOf is the loss that n queries leave room for, with one-sided error
// alpha, even if nothing changed on any of them: 1 − alpha^(1/n), the rule of
// three (Hanley and Lippman-Hand 1983). No smaller margin can be shown unless
// the queries gained. NaN where n is below 1.
func MarginOf(n int, alpha float64) float64 {
	if n < 1 {
		return math.NaN()
	}
	return 1 - math.Pow(alpha, 1/float64(n))
}

// QueriesForMargin is the smallest number of queries that show a margin, with
// one-sided error alpha, if nothing changes on any of them: the inverse of
// MarginOf. It is 0 where margin is not between 0 and 1, where no number
// would do or all would, and at most MaxQueriesNeeded.
func QueriesForMargin(margin, alpha float64) int {
	if !(margin > 0 && margin < 1 && alpha > 0 && alpha < 1) {
		return 0
	}
	n := math.Ceil(math.Log(alpha)/math.Log1p(-margin) - 1e-9)
	return int(min(max(n, 1), MaxQueriesNeeded))
}

// DefaultMargin is the margin δ for a claim of the kind "no larger window
// gains δ or more", chosen by the number of queries alone, before looking: the
// smallest of 0.01, 0.02, 0.03, 0.05 and 0.10 that is at least 1.1 times
// MarginOf at 0.05. It is 0 below 32 queries, which can show none of them.
func DefaultMargin(n int) float64 {
	for _, margin := range []float64{0.01, 0.02, 0.03, 0.05, 0.10} {
		if margin >= 1.1*MarginOf(n, 0.05) {
			return margin
		}
	}
	return 0
}
