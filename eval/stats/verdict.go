package stats

import "fmt"

// Says is what may be said of a comparison: the whole of it, which nothing
// else in a report exceeds. The strings are those of the JSON reports.
type Says string

const (
	// Raises and Lowers: the systems differ on these queries, and the mean of
	// others like them differs in the same direction.
	Raises Says = "raises"
	Lowers Says = "lowers"
	// DiffersHere: the systems differ on these queries, which do not settle
	// in which direction the mean of others like them differs.
	DiffersHere Says = "differs_here"
	// Unsettled: these queries do not tell the systems apart.
	Unsettled Says = "unsettled"
	// Unchanged: no query has another value.
	Unchanged Says = "unchanged"
	// NoEvidence: there is nothing to compare.
	NoEvidence Says = "no_evidence"
)

// Verdict is what may be said of one comparison, with the numbers that belong
// to it. All amounts are in units of the metric; differences are next minus
// base.
type Verdict struct {
	Says Says
	// Interval holds the difference, the number of queries and of those that
	// changed, and the bounds: next is at most −Lower worse and at most Upper
	// better, each with the Confidence. Where TooFew is set nothing is said of
	// other queries.
	Interval Interval
	// PCorrected is the corrected p that the verdict was made with.
	PCorrected float64
}

// Decide gives the verdict on paired differences of a metric between 0 and 1,
// given their p corrected for the family that they belong to (TestFamily).
//
// Raises and Lowers need both p below 1 − confidence and an interval on one
// side of 0. The sign-flip test alone is exact for whether swapping the
// systems on each query could give such a difference, but not for the mean:
// where many queries gain a little and few lose much, and the true mean is 0,
// it finds a rise in up to 60 % of suites of 20 queries. The interval does not.
//
// Without differences, or with a p of NaN, which stands for a test that was
// not made, the verdict is NoEvidence. It is an error where DifferenceInterval
// has one, or where p is not from 0 to 1.
func Decide(differences []float64, corrected, confidence float64) (Verdict, error) {
	if len(differences) == 0 || corrected != corrected {
		return Verdict{Says: NoEvidence, PCorrected: corrected}, nil
	}
	if !(corrected >= 0 && corrected <= 1) {
		return Verdict{}, fmt.Errorf("the p-value %v is out of range: it must be from 0 to 1", corrected)
	}
	interval, err := DifferenceInterval(differences, confidence)
	if err != nil {
		return Verdict{}, err
	}
	v := Verdict{Interval: interval, PCorrected: corrected}
	switch {
	case interval.Changed == 0:
		v.Says = Unchanged
	case corrected > 1-confidence-rounding: // 0.05 is not below 1 − 0.95
		v.Says = Unsettled
	case interval.Low > 0: // NaN where there are too few
		v.Says = Raises
	case interval.High < 0:
		v.Says = Lowers
	default:
		v.Says = DiffersHere
	}
	return v, nil
}
