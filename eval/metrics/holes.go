package metrics

import (
	"cmp"
	"math"
	"slices"
)

// Holes is one query with what its systems returned, some of it unjudged. It
// serves to say what a metric could become if the unjudged hits were judged.
//
// An unjudged document counts as a hole of a metric where it stands within
// Depth, or the metric's cutoff, in any of the lists: judging it may raise the
// ideal ranking for systems that did not return it. Each hole may turn out to
// have any grade from 0 to MaxGrade.
type Holes struct {
	// Judged is everything judged for the query.
	Judged *Judged
	// Lists are what the systems returned.
	Lists []HoleList
	// MaxGrade is the highest grade that a document may turn out to have.
	MaxGrade float64
	// Depth is the rank down to which unjudged hits are holes; 0 stands for
	// the metric's cutoff, and for the whole list where it has none.
	Depth int
}

// HoleList is one system's ranking of a Holes.
type HoleList struct {
	// Grades are those of a Ranking: of every hit by rank, Unjudged() where
	// there is no judgment.
	Grades []float64
	// Documents tells the unjudged hits apart: two with the same number, in
	// two lists, are the same document. It has the length of Grades; judged
	// hits may have any number. Nil stands for different documents, which only
	// a Holes with one list can have.
	Documents []int
	// Ties are the ranges of ranks in no order. The value of a metric is then
	// its expectation over their orders.
	Ties []Tie
}

// Bounds is the interval that the unjudged hits within the cutoff leave open:
// the bounds of a Holes with this list alone.
func (m Metric) Bounds(r Ranking, maxGrade float64) (low, high float64) {
	return m.HoleBounds(&Holes{Judged: r.Judged, Lists: []HoleList{{Grades: r.Grades}}, MaxGrade: maxGrade}, 0)
}

// HoleBounds is the lowest and the highest value that the metric could have
// for a list over every way of grading the holes; see HoleDifference.
func (m Metric) HoleBounds(h *Holes, list int) (low, high float64) {
	return m.holeBounds(h, -1, list)
}

// HoleDifference is the lowest and the highest difference, next minus base,
// that two lists could have over every way of grading the holes, where the
// same document has the same grade in both. The value as things stand lies
// between them too, which matters for metrics that tell an unjudged hit from a
// non-relevant one.
//
// The bounds are true for every metric: never narrower than what some grading
// reaches. They are exact for nDCG, recall, precision and their linear
// relatives, for one list of any metric without ties, and for the others
// where a search over the gradings ends within its limit; else they are
// wider, for g, rndcg and rbp_graded as wide as the metric. For judged,
// unjudged, rbp_residual and the counts of queries and hits, whose values say
// what is known, they are the value as it is.
func (m Metric) HoleDifference(h *Holes, base, next int) (low, high float64) {
	return m.holeBounds(h, base, next)
}

func (m Metric) holeBounds(h *Holes, base, next int) (low, high float64) {
	now, p := m.openProblem(h, base, next)
	if p == nil {
		return now, now
	}
	if m.kind == kindNumRel {
		return now, now + float64(p.mostRelevant())
	}
	high = p.highest()
	low = p.lowest()
	if !m.IsCount() && !m.IsUnbounded() { // what rounding adds is no grading
		least := -1.0
		if base < 0 {
			least = 0
		}
		low, high = max(low, least), min(high, 1)
	}
	return min(now, low), max(now, high)
}

// holeLowest is the low of HoleDifference, at half the price.
func (m Metric) holeLowest(h *Holes, base, next int) float64 {
	now, p := m.openProblem(h, base, next)
	if p == nil {
		return now
	}
	low := p.lowest()
	if !m.IsCount() && !m.IsUnbounded() {
		low = max(low, -1)
	}
	return min(now, low)
}

// openProblem is the difference as things stand, and its problem where some
// grading may change it.
func (m Metric) openProblem(h *Holes, base, next int) (now float64, p *holeProblem) {
	now = m.holeValue(h, next)
	if base >= 0 {
		now -= m.holeValue(h, base)
	}
	switch m.kind {
	case kindNone, kindJudged, kindUnjudged, kindNumQ, kindNumRet, kindRBPResidual:
		return now, nil
	}
	p = newHoleProblem(m, h, base, next)
	if len(p.holes) == 0 && p.elsewhere == 0 || base >= 0 && m.kind == kindNumRel || m.kind != kindNumRel && p.same() {
		return now, nil
	}
	return now, p
}

// holeValue is a list's value as things stand.
func (m Metric) holeValue(h *Holes, list int) float64 {
	l := h.Lists[list]
	return m.Expected(Ranking{Grades: l.Grades, Judged: h.Judged}, l.Ties, 1).Value
}

// A holeProblem asks for the highest difference, next minus base, over every
// grading of the holes.
type holeProblem struct {
	m          Metric
	judged     *Judged
	maxGrade   float64
	base, next *holeSide
	// holes are the unjudged documents in either list, elsewhere the number
	// of those in other lists alone.
	holes     []hole
	elsewhere int
}

// A hole is an unjudged document with its rank on each side, 0 where it is
// not there.
type hole struct{ base, next int }

// A holeSide is one list as far as the metric looks: its length and its judged
// hits.
type holeSide struct {
	isNext bool
	n      int
	known  []Hit
	ties   []Tie
	room   []float64 // for the weights of the ranks
}

// at is the rank of a hole in the list.
func (s *holeSide) at(h hole) int {
	if s.isNext {
		return h.next
	}
	return h.base
}

// newHoleProblem compares the list next with the list base, or with an empty
// list where base is below 0: no metric but num_rel gives that a value.
func newHoleProblem(m Metric, h *Holes, base, next int) *holeProblem {
	p := &holeProblem{m: m, judged: h.Judged, maxGrade: h.MaxGrade, base: &holeSide{}, next: &holeSide{isNext: true}}
	if p.judged == nil {
		p.judged = NewJudged(nil)
	}
	depth := h.Depth
	if depth == 0 {
		depth = m.cutoff
	}
	index := make(map[int]int) // from the document to its hole
	for _, l := range h.Lists {
		for i, g := range l.Grades {
			if depth > 0 && i >= depth {
				break
			}
			if IsUnjudged(g) {
				if _, known := index[l.document(i)]; !known {
					index[l.document(i)] = len(index)
				}
			}
		}
	}
	holes := make([]hole, len(index))
	for _, side := range []*holeSide{p.base, p.next} {
		list := base
		if side.isNext {
			list = next
		}
		if list < 0 {
			continue
		}
		l := h.Lists[list]
		side.n = m.reach(&l)
		for _, t := range l.Ties {
			if t.First <= side.n {
				side.ties = append(side.ties, t)
			}
		}
		for i, g := range l.Grades[:side.n] {
			if !IsUnjudged(g) {
				side.known = append(side.known, Hit{i + 1, g})
				continue
			}
			if place, isHole := index[l.document(i)]; isHole && side.isNext {
				holes[place].next = i + 1
			} else if isHole {
				holes[place].base = i + 1
			}
		}
	}
	for _, u := range holes {
		if u.base == 0 && u.next == 0 {
			p.elsewhere++
		} else {
			p.holes = append(p.holes, u)
		}
	}
	// From the top down, whichever list it is: the order does not depend on
	// the numbers of documents.
	slices.SortFunc(p.holes, func(a, b hole) int {
		return cmp.Or(cmp.Compare(a.top(), b.top()), cmp.Compare(a.next, b.next), cmp.Compare(a.base, b.base))
	})
	return p
}

// reach is the last rank of a list that the metric looks at: its cutoff, or
// the end of a tie across it.
func (m Metric) reach(l *HoleList) int {
	if m.cutoff == 0 || len(l.Grades) <= m.cutoff {
		return len(l.Grades)
	}
	for _, t := range l.Ties {
		if t.First <= m.cutoff && m.cutoff < t.Last {
			return min(t.Last, len(l.Grades))
		}
	}
	return m.cutoff
}

func (l *HoleList) document(i int) int {
	if l.Documents == nil {
		return i
	}
	return l.Documents[i]
}

// top is the better of the two ranks.
func (u hole) top() int {
	switch {
	case u.base == 0:
		return u.next
	case u.next == 0:
		return u.base
	}
	return min(u.base, u.next)
}

// same says that the two lists are alike, so that no grading tells them apart.
func (p *holeProblem) same() bool {
	for _, u := range p.holes {
		if u.base != u.next {
			return false
		}
	}
	return p.base.n == p.next.n && slices.Equal(p.base.known, p.next.known) && slices.Equal(p.base.ties, p.next.ties)
}

// mostRelevant is how many of the holes can turn out relevant.
func (p *holeProblem) mostRelevant() int {
	if p.m.rel > p.maxGrade {
		return 0
	}
	return len(p.holes) + p.elsewhere
}

// highest is the largest difference over every grading, or more.
func (p *holeProblem) highest() float64 {
	switch p.m.kind {
	case kindNDCG, kindNDCGExp:
		return p.highestNDCG()
	case kindPrecision, kindRecall, kindRelativePrecision, kindRPrec, kindRBP, kindNumRelRet, kindRecallCap, kindRPrecMult, kindUtility:
		return p.highestLinear()
	case kindDCG, kindDCGExp:
		return p.highestDCG()
	case kindG, kindRNDCG, kindRBPGraded:
		return p.anything()
	case kindNumNonrelJudgedRet:
		return p.highestNonRelevant()
	}
	return p.search()
}

// anything is the bound of a metric between 0 and 1 of which nothing better is
// known.
func (p *holeProblem) anything() float64 {
	if p.next.n == 0 {
		return 0
	}
	return 1
}

// highestDCG gives the largest gain to each hole that stands higher in next,
// and none to the others.
func (p *holeProblem) highestDCG() float64 {
	lin, _ := p.m.linear(0, 0, p.judged)
	next, base := lin.weights(nil, p.next.n, p.next.ties), lin.weights(nil, p.base.n, p.base.ties)
	sum := 0.0
	for _, h := range p.next.known {
		sum += lin.gain(h.Grade) * next[h.Rank-1]
	}
	for _, h := range p.base.known {
		sum -= lin.gain(h.Grade) * base[h.Rank-1]
	}
	most := lin.gain(p.maxGrade)
	for _, u := range p.holes {
		var c float64
		if rank := p.next.at(u); rank > 0 {
			c = next[rank-1]
		}
		if rank := p.base.at(u); rank > 0 {
			c -= base[rank-1]
		}
		sum += most * max(0, c)
	}
	return sum
}

// lowest is the smallest difference over every grading, or less.
func (p *holeProblem) lowest() float64 {
	p.base, p.next = p.next, p.base
	low := -p.highest()
	p.base, p.next = p.next, p.base
	return low
}

// highestNonRelevant is for the count of hits judged non-relevant.
func (p *holeProblem) highestNonRelevant() float64 {
	count := func(s *holeSide) int { return relevantIn(s.known, 0) - relevantIn(s.known, p.m.rel) }
	most := count(p.next) - count(p.base)
	for _, u := range p.holes {
		if p.next.at(u) > 0 && p.base.at(u) == 0 {
			most++
		}
		// A hole in base alone turns out relevant, if it can.
		if p.next.at(u) == 0 && p.base.at(u) > 0 && p.m.rel > p.maxGrade {
			most--
		}
	}
	return float64(most)
}

// highestLinear is for metrics that add up over the relevant hits a weight of
// the rank, with a norm that depends on the number of relevant documents
// alone. With that number given, the best grading makes those holes relevant
// whose weights differ most.
func (p *holeProblem) highestLinear() float64 {
	known := p.judged.Relevant(p.m.rel)
	highest := math.Inf(-1)
	var coefficients []float64
	for t := range p.mostRelevant() + 1 {
		next, base := p.linearSide(p.next, known+t), p.linearSide(p.base, known+t)
		// Only these have weights or norms that depend on t.
		if t == 0 || p.dependsOnRelevant() {
			coefficients = coefficients[:0]
			for _, u := range p.holes {
				coefficients = append(coefficients, next.weightAt(p.next.at(u))-base.weightAt(p.base.at(u)))
			}
			for range p.elsewhere {
				coefficients = append(coefficients, 0)
			}
			slices.SortFunc(coefficients, func(a, b float64) int { return cmp.Compare(b, a) })
		}
		value := next.known - base.known
		for _, c := range coefficients[:t] {
			value += c
		}
		highest = max(highest, value)
	}
	return highest
}

// dependsOnRelevant says that the weights of ranks, or their norm, change with
// the number of relevant documents.
func (p *holeProblem) dependsOnRelevant() bool {
	switch p.m.kind {
	case kindRPrec, kindRelativePrecision, kindRecall, kindRecallCap, kindRPrecMult:
		return true
	}
	return false
}

// A linearSide is one list under a linear metric: what its judged hits are
// worth, and what a relevant hit at each rank is.
type linearSide struct {
	known   float64
	weights []float64
}

func (s linearSide) weightAt(rank int) float64 {
	if rank == 0 {
		return 0
	}
	return s.weights[rank-1]
}

func (p *holeProblem) linearSide(s *holeSide, relevant int) linearSide {
	lin, isLinear := p.m.linear(s.n, relevant, p.judged)
	if !isLinear { // num_rel_ret
		lin = linear{gain: isRelevant(p.m.rel), weight: func(int) float64 { return 1 }, norm: 1}
	}
	s.room = lin.weights(s.room, s.n, s.ties)
	side := linearSide{weights: s.room}
	for i := range side.weights {
		if lin.norm == 0 {
			side.weights[i] = 0
			continue
		}
		side.weights[i] /= lin.norm
	}
	side.known = lin.offset
	for _, h := range s.known {
		side.known += lin.gain(h.Grade) * side.weightAt(h.Rank)
	}
	return side
}

// highestNDCG maximises (C + Σ c·x) / I(x) over the gains x of the holes: c is
// the difference of a document's discounts in the two lists, I the ideal. I
// does not notice who has which gain, so the larger c has the larger x; and on
// x from 0 to the largest gain either −I or I is concave, so that the optimum
// has each x at 0, at the largest gain or at a gain of the judgments. Both
// leave a walk over the gains with a number of documents for each, which has
// an exact dynamic programme where the ratio is replaced by C + Σ c·x − θ·I(x);
// θ rises to the optimum as Dinkelbach (1967) has it.
func (p *holeProblem) highestNDCG() float64 {
	// One scale of exponential gains for the judgments and the holes.
	scale := NewJudged([]float64{p.maxGrade, p.judged.top()})
	gain := scale.gain(p.m.kind)
	most := gain(p.maxGrade)
	lin, _ := p.m.linear(0, 0, scale)
	next, base := lin.weights(nil, p.next.n, p.next.ties), lin.weights(nil, p.base.n, p.base.ties)
	w := idealWalk{cutoff: p.m.cutoff, most: most}
	for _, h := range p.next.known {
		w.constant += gain(h.Grade) * next[h.Rank-1]
	}
	for _, h := range p.base.known {
		w.constant -= gain(h.Grade) * base[h.Rank-1]
	}
	for _, u := range p.holes {
		var c float64
		if rank := p.next.at(u); rank > 0 {
			c += next[rank-1]
		}
		if rank := p.base.at(u); rank > 0 {
			c -= base[rank-1]
		}
		w.coefficients = append(w.coefficients, c)
	}
	elsewhere := p.elsewhere
	if p.m.cutoff > 0 {
		elsewhere = min(elsewhere, p.m.cutoff) // more have no place in the ideal
	}
	w.coefficients = append(w.coefficients, make([]float64, elsewhere)...)
	slices.SortFunc(w.coefficients, func(a, b float64) int { return cmp.Compare(b, a) })
	for _, g := range p.judged.grades {
		if g > 0 {
			w.known = append(w.known, gain(g))
		}
	}
	if most == 0 && len(w.known) == 0 {
		return 0
	}
	return max(-1, min(1, w.highest()))
}

// An idealWalk goes down the gains of an ideal ranking, the largest first, and
// chooses how many holes have each.
type idealWalk struct {
	constant     float64
	coefficients []float64 // of the holes, descending
	known        []float64 // gains above 0 of the judgments, descending
	most         float64   // the largest gain of a hole
	cutoff       int
}

// discounts sums up 1/log2(rank+1) from rank 1 to each rank, no further than
// the cutoff.
func (w *idealWalk) discounts(n int) []float64 {
	sums := make([]float64, n+1)
	for rank := 1; rank <= n; rank++ {
		sums[rank] = sums[rank-1]
		if w.cutoff == 0 || rank <= w.cutoff {
			sums[rank] += 1 / discount(rank)
		}
	}
	return sums
}

func (w *idealWalk) highest() float64 {
	d := w.discounts(len(w.known) + len(w.coefficients))
	if len(w.known) == 0 {
		// Without a hole of some gain the value is 0; all gains are the same.
		highest, sum := 0.0, 0.0
		for i, c := range w.coefficients {
			sum += c
			if ratio := sum / d[i+1]; i == 0 || ratio > highest {
				highest = ratio
			}
		}
		return max(highest, 0)
	}
	levels := slices.Clone(w.known)
	if w.most > 0 {
		levels = append(levels, w.most)
	}
	slices.SortFunc(levels, func(a, b float64) int { return cmp.Compare(b, a) })
	levels = slices.Compact(levels)
	ratio := math.Inf(-1)
	sum, ideal := w.constant, w.idealOfKnown(d)
	for range 100 {
		if !(sum/ideal > ratio+1e-15) {
			break
		}
		ratio = sum / ideal
		sum, ideal = w.walk(levels, d, ratio)
	}
	return ratio
}

func (w *idealWalk) idealOfKnown(d []float64) float64 {
	var ideal float64
	for i, g := range w.known {
		ideal += g * (d[i+1] - d[i])
	}
	return ideal
}

// walk returns the numerator and the ideal of the grading with the largest
// numerator − ratio·ideal.
func (w *idealWalk) walk(levels, d []float64, ratio float64) (sum, ideal float64) {
	n := len(w.coefficients)
	prefix := make([]float64, n+1)
	for i, c := range w.coefficients {
		prefix[i+1] = prefix[i] + c
	}
	// For each number of holes with a gain so far: the best of its gradings.
	type state struct{ sum, ideal float64 }
	best := make([]state, n+1)
	for j := range best {
		best[j].sum = math.Inf(-1)
	}
	best[0] = state{sum: w.constant}
	above := 0 // judgments with a larger gain
	for _, gain := range levels {
		upTo := above
		for upTo < len(w.known) && w.known[upTo] >= gain {
			upTo++
		}
		if gain > w.most {
			// Only judgments have it, and no hole has been placed yet.
			best[0].ideal += gain * (d[upTo] - d[above])
			above = upTo
			continue
		}
		var from state // the best beginning, less what it leaves to this level
		fromValue := math.Inf(-1)
		for j := range best {
			begin := state{best[j].sum - gain*prefix[j], best[j].ideal - gain*d[above+j]}
			if value := begin.sum - ratio*begin.ideal; value > fromValue {
				from, fromValue = begin, value
			}
			best[j] = state{from.sum + gain*prefix[j], from.ideal + gain*d[upTo+j]}
		}
		above = upTo
	}
	end := best[0]
	for _, s := range best[1:] {
		if s.sum-ratio*s.ideal > end.sum-ratio*end.ideal {
			end = s
		}
	}
	return end.sum, end.ideal
}

// top is the highest grade judged, 0 where nothing was.
func (j *Judged) top() float64 {
	if len(j.grades) == 0 {
		return 0
	}
	return j.grades[0]
}
