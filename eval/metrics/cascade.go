package metrics

import "math"

// scoreERR is expected reciprocal rank: the mean of 1/rank where a reader
// stops who is satisfied by grade g with probability (2^g - 1)/2^max. Chapelle
// et al. (CIKM 2009). The highest grade is a parameter, 4 as in the gdeval
// script unless told otherwise; grades above it count as it. The value of a
// perfect ranking is below 1, since no grade satisfies every reader.
func scoreERR(m Metric, l *List) float64 {
	reading, sum := 1.0, 0.0
	for _, h := range within(l.Hits, m.cutoff) {
		if h.Grade <= 0 {
			continue
		}
		stop := m.satisfied(h.Grade)
		sum += reading * stop / float64(h.Rank)
		reading *= 1 - stop
	}
	return sum
}

// satisfied is the probability that a reader stops at a hit of the grade.
func (m Metric) satisfied(grade float64) float64 {
	if grade <= 0 {
		return 0
	}
	return (exp2(min(grade, m.param)) - 1) / exp2(m.param)
}

// scoreRBP is rank-biased precision, (1-p) Σ p^(rank-1) over the relevant
// hits: the share of relevant documents seen by a reader who goes on to the
// next hit with probability p. Moffat and Zobel (TOIS 2008). The value of a
// perfect ranking is 1 - p^R.
func scoreRBP(m Metric, l *List) float64 {
	return biased(m, l, m.rel)
}

// scoreRBPResidual is how much RBP could still gain: the weight of every rank
// that holds no judged hit, p^n + (1-p) Σ p^(rank-1) over the unjudged hits,
// which is what the judged ones leave over.
func scoreRBPResidual(m Metric, l *List) float64 {
	return 1 - biased(m, l, math.Inf(-1))
}

// biased sums the reader's weights at the hits with a grade of at least floor.
func biased(m Metric, l *List, floor float64) float64 {
	weight, rank, sum := 1.0, 1, 0.0
	for _, h := range within(l.Hits, m.cutoff) {
		if h.Grade < floor {
			continue
		}
		if gap := h.Rank - rank; gap == 1 {
			weight *= m.param
		} else {
			weight *= math.Pow(m.param, float64(gap))
		}
		rank = h.Rank
		sum += weight
	}
	return (1 - m.param) * sum
}
