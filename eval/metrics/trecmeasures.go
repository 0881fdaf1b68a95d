package metrics

import "math"

// These are measures of trec_eval that no other tool has. They are here so that
// what is printed for trec_eval's names can be checked against it.

// scoreUnjudged is the share of the top k that nobody judged (unj_k of
// trec_eval): divided by k also for shorter lists, and by the number of hits
// without a cutoff. Negative grades count as unjudged.
func scoreUnjudged(m Metric, l *List) float64 {
	k := m.cutoff
	if k == 0 {
		k = l.Len
	}
	if k == 0 {
		return 0
	}
	unjudged := min(k, l.Len) - relevantIn(within(l.Hits, m.cutoff), 0)
	return float64(unjudged) / float64(k)
}

// scoreRPrecMult is precision at a multiple of R, the number of relevant
// documents (Rprec_mult of trec_eval).
func scoreRPrecMult(m Metric, l *List) float64 {
	k := m.multipleOf(l.Judged.Relevant(m.rel))
	if k == 0 {
		return 0
	}
	return float64(relevantIn(within(l.Hits, k), m.rel)) / float64(k)
}

// multipleOf is the cutoff of rprec_mult, made a whole number as trec_eval has
// it for recall levels.
func (m Metric) multipleOf(relevant int) int {
	return int(m.param*float64(relevant) + 0.9)
}

// scoreUtility is the number of relevant hits less that of the others, with
// trec_eval's default weights (utility).
func scoreUtility(m Metric, l *List) float64 {
	return float64(2*relevantIn(l.Hits, m.rel) - l.Len)
}

// scoreG is trec_eval's G (Buckley, 2008), a gain that is discounted by what
// an ideal ranking would have gained more down to the same rank:
// Σ g_i/log2(2 + c_i − s_i) over the ideal's whole gain, where s_i is the gain
// of the hits down to rank i, and c_i that of the ideal ranking, in which a rank
// without gain costs 1, as does one with a gain below it.
func scoreG(_ Metric, l *List) float64 {
	grades, ideal := l.Judged.gains(), 0.0
	for _, g := range grades {
		ideal += g
	}
	if ideal == 0 {
		return 0
	}
	cost, gained, sum, rank := 0.0, 0.0, 0.0, 0
	for _, h := range l.Hits {
		if h.Grade <= 0 {
			continue
		}
		for ; rank < h.Rank; rank++ {
			if rank < len(grades) {
				cost += max(1, grades[rank])
			} else {
				cost++
			}
		}
		gained += h.Grade
		sum += h.Grade / math.Log2(2+cost-gained)
	}
	return sum / ideal
}

// scoreRNDCG is the mean of nDCG at the ranks where the ideal ranking comes to
// the end of a grade, and at the end of a list that goes on for more than one
// hit beyond the last of them (Rndcg of trec_eval).
func scoreRNDCG(_ Metric, l *List) float64 {
	weight, norm := rankNDCG(l.Len, l.Judged)
	if norm == 0 {
		return 0
	}
	sum := 0.0
	for _, h := range l.Hits {
		if h.Grade > 0 {
			sum += h.Grade * weight(h.Rank)
		}
	}
	return atMost1(sum / norm)
}

// rankNDCG is rndcg as a sum over the hits: the weight of a rank in a list of n
// hits, and the number of ranks at which nDCG is taken.
func rankNDCG(n int, j *Judged) (weight func(rank int) float64, norm float64) {
	type point struct {
		rank  int
		ideal float64
	}
	var points []point
	grades := j.gains()
	for i, g := range grades {
		if i+1 == len(grades) || grades[i+1] != g {
			points = append(points, point{i + 1, j.idealDCG[i]})
		}
	}
	if len(grades) > 0 && n > len(grades)+1 {
		points = append(points, point{n, j.idealDCG[len(grades)-1]})
	}
	return func(rank int) float64 {
		sum := 0.0
		for _, p := range points {
			if rank <= p.rank {
				sum += 1 / p.ideal
			}
		}
		return sum / discount(rank)
	}, float64(len(points))
}

// gains are the grades above 0, descending.
func (j *Judged) gains() []float64 {
	if j == nil {
		return nil
	}
	return j.grades[:len(j.idealDCG)]
}

// scoreRBPGraded is rank-biased precision with grades: a hit of grade g counts
// as g over the highest grade judged for the query, where that is above 1 (rbp
// of trec_eval, where p is 0.9 by default).
func scoreRBPGraded(m Metric, l *List) float64 {
	lin, _ := m.linear(l.Len, 0, l.Judged)
	sum := 0.0
	for _, h := range within(l.Hits, m.cutoff) {
		sum += lin.gain(h.Grade) * lin.weight(h.Rank)
	}
	return sum / lin.norm
}
