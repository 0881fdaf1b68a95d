package metrics

import "math"

// maxExponent is the largest power of two that gains are computed with;
// float64 ends at 1023, and sums need some room.
const maxExponent = 900

// discounts holds log2(rank+1) for the ranks that occur most. It is never
// written to.
var discounts = func() (d [1024]float64) {
	for i := range d {
		d[i] = math.Log2(float64(i + 1))
	}
	return d
}()

// discount is log2(rank+1), by which a gain at that rank is divided.
func discount(rank int) float64 {
	if rank < len(discounts) {
		return discounts[rank]
	}
	return math.Log2(float64(rank) + 1)
}

// expGain is 2^g - 1, the gain of Burges et al. (ICML 2005). Grades beyond
// maxExponent would overflow, so all gains of a query are scaled by the same
// power of two; nDCG is a ratio and does not notice.
func (j *Judged) expGain(g float64) float64 {
	if j.expShift == 0 {
		return exp2(g) - 1
	}
	return math.Exp2(g-j.expShift) - math.Exp2(-j.expShift)
}

// expShift is how far grades must be shifted of which this is the highest.
func expShift(top float64) float64 { return max(0, top-maxExponent) }

// exp2 is 2^g; the small whole numbers that grades mostly are need no library.
func exp2(g float64) float64 {
	if g >= 0 && g < 63 {
		if n := uint(g); float64(n) == g {
			return float64(uint64(1) << n)
		}
	}
	return math.Exp2(g)
}

// idealAt is the ideal at cutoff k (0: whole list) from its running sums.
func idealAt(sums []float64, k int) float64 {
	if k <= 0 || k > len(sums) {
		k = len(sums)
	}
	if k == 0 {
		return 0
	}
	return sums[k-1]
}

// scoreNDCG is the discounted gain Σ g/log2(rank+1) over the ideal ranking's,
// both cut at k: ndcg and ndcg_cut of trec_eval; Järvelin and Kekäläinen
// (TOIS 2002) with the discount of Burges et al. Grades of 0 and below gain
// nothing.
func scoreNDCG(m Metric, l *List) float64 {
	if l.Judged == nil {
		return 0
	}
	ideal := idealAt(l.Judged.idealDCG, m.cutoff)
	if ideal == 0 {
		return 0
	}
	sum := 0.0
	for _, h := range within(l.Hits, m.cutoff) {
		if h.Grade > 0 {
			sum += h.Grade / discount(h.Rank)
		}
	}
	return atMost1(sum / ideal)
}

// scoreNDCGExp is nDCG with the gain 2^g - 1, as Elasticsearch's _rank_eval
// and the gdeval script have it.
func scoreNDCGExp(m Metric, l *List) float64 {
	if l.Judged == nil {
		return 0
	}
	ideal := idealAt(l.Judged.idealExp, m.cutoff)
	if ideal == 0 {
		return 0
	}
	sum := 0.0
	for _, h := range within(l.Hits, m.cutoff) {
		if h.Grade > 0 {
			sum += l.Judged.expGain(h.Grade) / discount(h.Rank)
		}
	}
	return atMost1(sum / ideal)
}

// atMost1 takes off what rounding may add to a ratio of equal sums.
func atMost1(x float64) float64 {
	if x > 1 && x < 1+1e-9 {
		return 1
	}
	return x
}

// scoreDCG is the discounted gain of the top k, Σ gain/log2(rank+1), over
// nothing: the numerator of nDCG, with its gains. It has no greatest value.
func scoreDCG(m Metric, l *List) float64 {
	sum := 0.0
	for _, h := range within(l.Hits, m.cutoff) {
		if h.Grade > 0 {
			sum += dcgGain(m.kind, h.Grade) / discount(h.Rank)
		}
	}
	return sum
}

// dcgGain is what a grade adds to DCG before the discount. Nothing divides it,
// so it cannot be scaled: grades above maxExponent count as that.
func dcgGain(k kind, grade float64) float64 {
	switch {
	case !(grade > 0):
		return 0
	case k == kindDCGExp:
		return exp2(min(grade, maxExponent)) - 1
	}
	return grade
}
