package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// A Tie is a range of ranks, from First to Last and counted from 1, whose
// hits nothing put in order: any order of them could as well have come back.
// A Last beyond the end of a list stands for its end: only returned hits are
// permuted.
type Tie struct{ First, Last int }

// CheckTies says what is wrong with the ties of one list: they must stand in
// rising order without a rank in common, each from rank 1 on and not backward.
func CheckTies(ties []Tie) error {
	end := 0
	for i, t := range ties {
		switch {
		case t.First < 1:
			return fmt.Errorf("tie %d begins at rank %d, but ranks count from 1", i+1, t.First)
		case t.Last < t.First:
			return fmt.Errorf("tie %d ends at rank %d before it begins at rank %d", i+1, t.Last, t.First)
		case t.First <= end:
			return fmt.Errorf("tie %d begins at rank %d, but the tie before it ends at rank %d", i+1, t.First, end)
		}
		end = t.Last
	}
	return nil
}

// RankRange is the best and the worst rank that the hit at a rank could have
// in a list of n hits with these ties.
func RankRange(rank, n int, ties []Tie) (best, worst int) {
	for _, t := range ties {
		if rank >= t.First && rank <= t.Last {
			return t.First, max(rank, min(t.Last, n))
		}
	}
	return rank, rank
}

// Reach is how many hits of a list of n with these ties can bear on the metric:
// those within its cutoff, and those that may come within it by a tie.
func (m Metric) Reach(n int, ties []Tie) int {
	if m.cutoff == 0 || m.cutoff >= n {
		return n
	}
	_, worst := RankRange(m.cutoff, n, ties)
	return worst
}

// An Expectation is the mean of a metric over all orders of tied hits.
type Expectation struct {
	Value float64
	// Error is the standard error where Value comes from random orders, 0
	// where it is exact.
	Error float64
}

// tiedOrders is the number of random orders for the metrics without a closed
// form. A value between 0 and 1 has then a standard error of at most 0.016.
const tiedOrders = 1000

// Expected is the mean of Score over all orders of the tied hits, each as
// likely as another. McSherry and Najork (ECIR 2008) have closed forms for
// nDCG, reciprocal rank, precision, recall, average precision and success;
// those of rprec, rbp, err and bpref follow the same way, and sets do not
// notice an order. infap, iprec, 11pt_avg and g are the mean of 1,000 random
// orders, which the seed decides. The value is NaN where Score is, and where
// CheckTies has an error.
func (m Metric) Expected(r Ranking, ties []Tie, seed uint64) Expectation {
	l := NewList(r, nil)
	return m.ExpectedList(&l, ties, seed)
}

// ExpectedList is Expected for a ranking that is already reduced to its judged
// hits. Unlike for ScoreList, hits beyond the cutoff must be there: a tie may
// bring them before it.
func (m Metric) ExpectedList(l *List, ties []Tie, seed uint64) Expectation {
	if len(ties) == 0 {
		return Expectation{Value: m.ScoreList(l)}
	}
	if CheckTies(ties) != nil {
		return Expectation{Value: math.NaN()}
	}
	var room [32]tieSegment
	segments, tied := tieSegments(room[:0], l, ties)
	if !tied || m.kind == kindNone {
		return Expectation{Value: m.ScoreList(l)}
	}
	if lin, ok := m.linear(l.Len, l.Judged.Relevant(m.rel), l.Judged); ok {
		return Expectation{Value: lin.expected(segments)}
	}
	switch m.kind {
	case kindMRR:
		return Expectation{Value: expectedMRR(m, segments)}
	case kindSuccess:
		return Expectation{Value: expectedSuccess(m, segments)}
	case kindMAP, kindGMMAP:
		return Expectation{Value: expectedMAP(m, l.Judged.Relevant(m.rel), segments)}
	case kindBpref, kindGMBpref:
		return Expectation{Value: expectedBpref(m, l.Judged, segments)}
	case kindERR:
		return Expectation{Value: expectedERR(m, segments)}
	case kindInfAP, kindIPrec, kind11pt, kindG:
		return m.sampleOrders(l, segments, seed)
	}
	// What is left are sets and counts.
	return Expectation{Value: m.ScoreList(l)}
}

// A tieSegment is a range of ranks in any order with the judged hits in it;
// a hit without a tie is a segment of its own.
type tieSegment struct {
	first, last int
	hits        []Hit
}

// size is the number of ranks.
func (s tieSegment) size() int { return s.last - s.first + 1 }

// until is the number of ranks down to a cutoff, 0 for none.
func (s tieSegment) until(cutoff int) int {
	if cutoff <= 0 {
		return s.size()
	}
	return max(0, min(s.last, cutoff)-s.first+1)
}

// tieSegments cuts the judged hits of a list at the ends of ties, and says
// whether any of them stands in one. The segments are appended.
func tieSegments(segments []tieSegment, l *List, ties []Tie) (_ []tieSegment, tied bool) {
	for i := 0; i < len(l.Hits); {
		rank := l.Hits[i].Rank
		for len(ties) > 0 && ties[0].Last < rank {
			ties = ties[1:]
		}
		s := tieSegment{first: rank, last: rank}
		if len(ties) > 0 && ties[0].First <= rank {
			s.first, s.last = ties[0].First, min(ties[0].Last, max(l.Len, rank))
			tied = tied || s.size() > 1
		}
		end := i + 1
		for end < len(l.Hits) && l.Hits[end].Rank <= s.last {
			end++
		}
		s.hits = l.Hits[i:end]
		segments = append(segments, s)
		i = end
	}
	return segments, tied
}

// linear is a metric that adds up, over the hits, a gain of the grade times a
// weight of the rank: offset + Σ gain·weight / norm, and 0 where norm is 0.
type linear struct {
	m Metric
	j *Judged
	// reach is the last rank with a weight, 0 for no such rank.
	reach        int
	norm, offset float64
	// ofRank are the weights of rndcg, highest the largest grade of rbp_graded.
	ofRank  func(rank int) float64
	highest float64
}

// linear returns the metric in that form for a list of n hits and judgments
// of which so many are relevant; false where it has none.
func (m Metric) linear(n, relevant int, j *Judged) (linear, bool) {
	k := m.cutoff
	if k == 0 {
		k = n
	}
	lin := linear{m: m, j: j, reach: m.cutoff}
	switch m.kind {
	case kindPrecision:
		lin.norm = float64(k)
	case kindRecall:
		lin.norm = float64(relevant)
	case kindRPrec:
		lin.norm, lin.reach = float64(relevant), relevant
	case kindRelativePrecision:
		lin.norm = float64(min(k, relevant))
	case kindNDCG, kindNDCGExp:
		if j == nil {
			return linear{}, false
		}
		lin.norm = idealAt(j.idealDCG, m.cutoff)
		if m.kind == kindNDCGExp {
			lin.norm = idealAt(j.idealExp, m.cutoff)
		}
	case kindDCG, kindDCGExp:
		lin.norm = 1
	case kindRecallCap:
		lin.norm = float64(m.recallCap(relevant))
	case kindRPrecMult:
		lin.reach = m.multipleOf(relevant)
		lin.norm = float64(lin.reach)
	case kindUtility:
		lin.norm, lin.offset = 1, -float64(n)
	case kindUnjudged:
		if lin.norm = float64(k); k > 0 {
			lin.offset = float64(min(k, n)) / float64(k)
		}
	case kindRNDCG:
		lin.ofRank, lin.norm = rankNDCG(n, j)
	case kindRBPGraded:
		lin.norm = 1 / (1 - m.param)
		if lin.highest = 1; j != nil {
			lin.highest = max(1, j.top())
		}
	case kindRBP, kindRBPResidual:
		lin.norm = 1 / (1 - m.param)
		if m.kind == kindRBPResidual {
			lin.offset = 1
		}
	case kindJudged:
		lin.norm = float64(min(k, n))
	default:
		return linear{}, false
	}
	return lin, true
}

// weight is that of a rank.
func (lin *linear) weight(rank int) float64 {
	switch {
	case lin.reach > 0 && rank > lin.reach:
		return 0
	}
	switch lin.m.kind {
	case kindNDCG, kindNDCGExp, kindDCG, kindDCGExp:
		return 1 / discount(rank)
	case kindRBP, kindRBPResidual, kindRBPGraded:
		return math.Pow(lin.m.param, float64(rank-1))
	case kindRNDCG:
		return lin.ofRank(rank)
	case kindUtility:
		return 2
	}
	return 1
}

// gain is what a grade is worth before the weight.
func (lin *linear) gain(grade float64) float64 {
	switch lin.m.kind {
	case kindNDCG, kindNDCGExp:
		return lin.j.gain(lin.m.kind, grade)
	case kindDCG, kindDCGExp:
		return dcgGain(lin.m.kind, grade)
	case kindRNDCG:
		return dcgGain(kindDCG, grade)
	case kindRBPGraded:
		return max(0, grade) / lin.highest
	case kindJudged:
		return 1
	case kindUnjudged:
		if grade >= 0 {
			return -1
		}
		return 0
	case kindRBPResidual:
		return -1
	}
	if grade >= lin.m.rel {
		return 1
	}
	return 0
}

// gain is what a grade adds to nDCG before the discount.
func (j *Judged) gain(k kind, grade float64) float64 {
	switch {
	case !(grade > 0):
		return 0
	case k == kindNDCGExp:
		return j.expGain(grade)
	}
	return grade
}

// meanWeight is the mean weight of the ranks from first to last.
func (lin *linear) meanWeight(first, last int) float64 {
	var sum float64
	for rank := first; rank <= last; rank++ {
		sum += lin.weight(rank)
	}
	return sum / float64(last-first+1)
}

// weights is the mean weight at each rank of a list of n hits, in the memory of
// room where that is large enough.
func (lin *linear) weights(room []float64, n int, ties []Tie) []float64 {
	weights := slices.Grow(room[:0], n)[:n]
	for i := range weights {
		weights[i] = lin.weight(i + 1)
	}
	for _, t := range ties {
		last := min(t.Last, n)
		if t.First >= last {
			continue
		}
		mean := lin.meanWeight(t.First, last)
		for rank := t.First; rank <= last; rank++ {
			weights[rank-1] = mean
		}
	}
	return weights
}

// expected is the metric with each hit at the mean weight of its ties.
func (lin *linear) expected(segments []tieSegment) float64 {
	if lin.norm == 0 {
		return 0
	}
	var sum float64
	for _, s := range segments {
		weight := lin.meanWeight(s.first, s.last)
		for _, h := range s.hits {
			sum += lin.gain(h.Grade) * weight
		}
	}
	return atMost1(lin.offset + sum/lin.norm)
}

// expectedMRR is over the ranks of the first segment with a relevant hit: of r
// relevant ones among n, the first stands at place j with probability
// C(n−j, r−1)/C(n, r).
func expectedMRR(m Metric, segments []tieSegment) float64 {
	for _, s := range segments {
		r := relevantIn(s.hits, m.rel)
		if r == 0 {
			continue
		}
		n, sum := s.size(), 0.0
		p := float64(r) / float64(n)
		for j := 1; j <= s.until(m.cutoff); j++ {
			sum += p / float64(s.first+j-1)
			p *= float64(n-j-r+1) / float64(n-j)
			if j+r > n {
				break // the first of r cannot stand any lower
			}
		}
		return sum
	}
	return 0
}

// expectedSuccess is the probability that a relevant hit stands within the
// cutoff, where only one segment can straddle it.
func expectedSuccess(m Metric, segments []tieSegment) float64 {
	for _, s := range segments {
		r, inside := relevantIn(s.hits, m.rel), s.until(m.cutoff)
		if r == 0 || inside == 0 {
			continue
		}
		none := 1.0
		for i := range inside {
			none *= float64(s.size()-r-i) / float64(s.size()-i)
			if none <= 0 {
				return 1
			}
		}
		if none < 1 {
			return 1 - none
		}
	}
	return 0
}

// expectedMAP adds, for each rank of a segment, the probability r/n of a
// relevant hit there times the expected number of relevant hits down to it.
func expectedMAP(m Metric, relevant int, segments []tieSegment) float64 {
	if relevant == 0 {
		return 0
	}
	found, sum := 0.0, 0.0
	for _, s := range segments {
		r, n := float64(relevantIn(s.hits, m.rel)), float64(s.size())
		if r == 0 {
			continue
		}
		for i := range s.until(m.cutoff) {
			others := 0.0
			if i > 0 {
				others = float64(i) * (r - 1) / (n - 1)
			}
			sum += r / n * (found + 1 + others) / float64(s.first+i)
		}
		found += r
	}
	return atMost1(sum / float64(relevant))
}

// expectedBpref uses that a relevant hit is as likely to have 0, 1, … or all
// of the judged non-relevant hits of its segment above it.
func expectedBpref(m Metric, j *Judged, segments []tieSegment) float64 {
	r := j.Relevant(m.rel)
	if r == 0 {
		return 0
	}
	limit := float64(min(j.NonRelevant(m.rel), r))
	above, sum := 0, 0.0
	for _, s := range segments {
		relevant := relevantIn(s.hits, m.rel)
		nonRelevant := relevantIn(s.hits, 0) - relevant
		if relevant > 0 {
			var mean float64
			for a := above; a <= above+nonRelevant; a++ {
				mean++
				if a > 0 {
					mean -= float64(min(a, r)) / limit
				}
			}
			sum += float64(relevant) * mean / float64(nonRelevant+1)
		}
		above += nonRelevant
	}
	return sum / float64(r)
}

// expectedERR follows the reader through a segment of n hits: still[i] is the
// expected probability that none of i random ones of them satisfied.
func expectedERR(m Metric, segments []tieSegment) float64 {
	reading, sum := 1.0, 0.0
	for _, s := range segments {
		n := s.size()
		still := make([]float64, n+1)
		for i := range still {
			still[i] = 1
		}
		// Hit by hit: the next of k hits is one of i random ones of them with
		// probability i/k. Those of no grade leave still as it is.
		k := n - len(s.hits)
		for _, h := range s.hits {
			k++
			goOn := 1 - m.satisfied(h.Grade)
			for i := k; i > 0; i-- {
				in := float64(i) / float64(k)
				still[i] = (1-in)*still[i] + in*goOn*still[i-1]
			}
		}
		for i := range s.until(m.cutoff) {
			sum += reading * (still[i] - still[i+1]) / float64(s.first+i)
		}
		reading *= still[n]
	}
	return sum
}

// sampleOrders scores random orders of the tied hits.
func (m Metric) sampleOrders(l *List, segments []tieSegment, seed uint64) Expectation {
	source := rand.New(rand.NewPCG(seed, uint64(m.kind)))
	order := List{Len: l.Len, Judged: l.Judged, Hits: make([]Hit, 0, len(l.Hits))}
	var ranks []int
	var sum, squares float64
	for range tiedOrders {
		order.Hits = order.Hits[:0]
		for _, s := range segments {
			start := len(order.Hits)
			order.Hits = append(order.Hits, s.hits...)
			if s.size() == 1 {
				continue
			}
			ranks = ranks[:0]
			for rank := s.first; rank <= s.last; rank++ {
				ranks = append(ranks, rank)
			}
			for i := range s.hits {
				other := i + source.IntN(len(ranks)-i)
				ranks[i], ranks[other] = ranks[other], ranks[i]
				order.Hits[start+i].Rank = ranks[i]
			}
			slices.SortFunc(order.Hits[start:], func(a, b Hit) int { return a.Rank - b.Rank })
		}
		score := m.ScoreList(&order)
		sum += score
		squares += score * score
	}
	mean := sum / tiedOrders
	variance := max(0, squares/tiedOrders-mean*mean)
	return Expectation{Value: mean, Error: math.Sqrt(variance / (tiedOrders - 1))}
}
