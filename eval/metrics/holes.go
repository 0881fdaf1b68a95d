package metrics

import (
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
	// there is no judgment. Hits beyond what the metric can notice, and beyond
	// Depth, may be left out; Len is then the number of all.
	Grades []float64
	Len    int
	// Documents tells the unjudged hits apart: two with the same number, in
	// two lists, are the same document. The numbers count from 0; memory grows
	// with the largest. It has the length of Grades; judged hits may have any
	// number. Nil stands for different documents, which only
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

// HoleBounds is Bounder.Bounds for a caller with one query.
func (m Metric) HoleBounds(h *Holes, list int) (low, high float64) {
	return new(Bounder).Bounds(m, h, list)
}

// HoleDifference is Bounder.Difference for a caller with one query.
func (m Metric) HoleDifference(h *Holes, base, next int) (low, high float64) {
	return new(Bounder).Difference(m, h, base, next)
}

// A Bounder works out bounds, one after the other, in memory that it uses
// again. The zero value is ready. It is not for several goroutines at once.
type Bounder struct {
	problem holeProblem
	sides   [2]holeSide
	// marks say, by the number of an unjudged document, what it is: 0 none of
	// the below, i > 0 the hole of index i−1, −1 of grade 0 by now.
	marks  []int32
	holes  []hole
	judged Judged
	list   List
	walk   idealWalk
	// coefficients are what each hole is worth to a linear metric.
	coefficients []float64
}

// Bounds is the lowest and the highest value that the metric could have for a
// list over every way of grading the holes; see Difference.
func (b *Bounder) Bounds(m Metric, h *Holes, list int) (low, high float64) {
	_, low, high = b.bounds(m, h, -1, list, nil)
	return low, high
}

// Difference is the lowest and the highest difference, next minus base, that
// two lists could have over every way of grading the holes, where the same
// document has the same grade in both. The value as things stand lies between
// them too, which matters for metrics that tell an unjudged hit from a
// non-relevant one.
//
// The bounds are true for every metric: never narrower than what some grading
// reaches. They are exact for nDCG, recall, precision and their linear
// relatives, for one list of any metric without ties, and for the others
// where a search over the gradings ends within its limit; else they are
// wider, for g, rndcg and rbp_graded as wide as the metric. For judged,
// unjudged, rbp_residual and the counts of queries and hits, whose values say
// what is known, they are the value as it is.
func (b *Bounder) Difference(m Metric, h *Holes, base, next int) (low, high float64) {
	_, low, high = b.bounds(m, h, base, next, nil)
	return low, high
}

// bounds are the value as things stand, and its bounds, after some of the
// documents have turned out to be of grade 0.
func (b *Bounder) bounds(m Metric, h *Holes, base, next int, zero []int) (now, low, high float64) {
	p := b.pose(m, h, base, next, zero)
	now = p.now(base >= 0)
	if p.closed() {
		return now, now, now
	}
	if m.kind == kindNumRel {
		if base < 0 {
			return now, now, now + float64(p.mostRelevant())
		}
		return now, now, now
	}
	high = p.highest()
	p.base, p.next = p.next, p.base
	low = -p.highest()
	low, high = p.within(base >= 0, low), p.within(base >= 0, high)
	return now, min(now, low), max(now, high)
}

// lowest is the lower one of the bounds alone.
func (b *Bounder) lowest(m Metric, h *Holes, base, next int, zero []int) float64 {
	p := b.pose(m, h, base, next, zero)
	now := p.now(true)
	if p.closed() || m.kind == kindNumRel {
		return now
	}
	p.base, p.next = p.next, p.base
	return min(now, p.within(true, -p.highest()))
}

// value is the difference as things stand.
func (b *Bounder) value(m Metric, h *Holes, base, next int, zero []int) float64 {
	return b.pose(m, h, base, next, zero).now(true)
}

// A holeProblem asks for the highest difference, next minus base, over every
// grading of the holes.
type holeProblem struct {
	room       *Bounder
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

// A holeSide is one list: its length, how many of its hits bear on the metric,
// and the judged ones of those.
type holeSide struct {
	isNext bool
	n      int
	reach  int
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

// pose compares the list next with the list base, or with an empty list where
// base is below 0: no metric but num_rel gives that a value. The documents of
// zero have turned out to be of grade 0.
func (b *Bounder) pose(m Metric, h *Holes, base, next int, zero []int) *holeProblem {
	b.problem = holeProblem{room: b, m: m, judged: b.judgedWith(h.Judged, len(zero)), maxGrade: h.MaxGrade, base: &b.sides[0], next: &b.sides[1]}
	p := &b.problem
	depth := h.Depth
	if depth == 0 {
		depth = m.cutoff
	}
	b.mark(m, h, depth, zero)
	for i, side := range []*holeSide{p.base, p.next} {
		list := base
		if side.isNext = i == 1; side.isNext {
			list = next
		}
		side.n, side.reach, side.ties, side.known = 0, 0, nil, side.known[:0]
		if list < 0 {
			continue
		}
		l := &h.Lists[list]
		noticed := l.noticed(m)
		side.n, side.reach, side.ties = l.len(), len(noticed), l.Ties
		for i, g := range noticed {
			if !IsUnjudged(g) {
				side.known = append(side.known, Hit{i + 1, g})
				continue
			}
			switch place := b.marks[l.document(i)]; {
			case place < 0:
				side.known = append(side.known, Hit{i + 1, 0})
			case place > 0 && side.isNext:
				b.holes[place-1].next = i + 1
			case place > 0:
				b.holes[place-1].base = i + 1
			}
		}
	}
	p.holes = b.holes[:0]
	for _, u := range b.holes {
		if u.base == 0 && u.next == 0 {
			p.elsewhere++
		} else {
			p.holes = append(p.holes, u)
		}
	}
	return p
}

// mark numbers the holes: the unjudged documents down to the depth, 0 for all.
func (b *Bounder) mark(m Metric, h *Holes, depth int, zero []int) {
	b.marks = b.marks[:0]
	for k := range h.Lists {
		l := &h.Lists[k]
		for i, g := range l.Grades[:max(len(l.down(depth)), len(l.noticed(m)))] {
			if IsUnjudged(g) {
				for len(b.marks) <= l.document(i) {
					b.marks = append(b.marks, 0)
				}
			}
		}
	}
	for _, document := range zero {
		b.marks[document] = -1
	}
	b.holes = b.holes[:0]
	for k := range h.Lists {
		l := &h.Lists[k]
		for i, g := range l.down(depth) {
			if IsUnjudged(g) && b.marks[l.document(i)] == 0 {
				b.holes = append(b.holes, hole{})
				b.marks[l.document(i)] = int32(len(b.holes))
			}
		}
	}
}

// down are the grades down to a depth, 0 for all.
func (l *HoleList) down(depth int) []float64 {
	if depth > 0 {
		return l.Grades[:min(depth, len(l.Grades))]
	}
	return l.Grades
}

// noticed are the grades that bear on a metric.
func (l *HoleList) noticed(m Metric) []float64 { return l.down(m.Reach(l.len(), l.Ties)) }

func (l *HoleList) len() int { return max(l.Len, len(l.Grades)) }

// judgedWith is what is judged with so many more documents of grade 0, which
// change no ideal ranking.
func (b *Bounder) judgedWith(j *Judged, zeros int) *Judged {
	if j == nil {
		j = &Judged{}
	}
	if zeros == 0 {
		return j
	}
	positive := j.count(math.SmallestNonzeroFloat64)
	grades := append(b.judged.grades[:0], j.grades[:positive]...)
	for range zeros {
		grades = append(grades, 0)
	}
	b.judged = *j
	b.judged.grades = append(grades, j.grades[positive:]...)
	return &b.judged
}

func (l *HoleList) document(i int) int {
	if l.Documents == nil {
		return i
	}
	return l.Documents[i]
}

// now is the value as things stand: of next, or the difference.
func (p *holeProblem) now(difference bool) float64 {
	now := p.valueOf(p.next)
	if difference {
		now -= p.valueOf(p.base)
	}
	return now
}

func (p *holeProblem) valueOf(s *holeSide) float64 {
	p.room.list = List{Len: s.n, Hits: s.known, Judged: p.judged}
	return p.m.ExpectedList(&p.room.list, s.ties, 1).Value
}

// closed says that no grading of the holes changes the value.
func (p *holeProblem) closed() bool {
	switch p.m.kind {
	case kindNone, kindJudged, kindUnjudged, kindNumQ, kindNumRet, kindRBPResidual:
		return true
	case kindNumRel:
		return len(p.holes) == 0 && p.elsewhere == 0
	}
	return len(p.holes) == 0 && p.elsewhere == 0 || p.same()
}

// within takes off what rounding adds to a bound: it is no grading.
func (p *holeProblem) within(difference bool, bound float64) float64 {
	if p.m.IsCount() || p.m.IsUnbounded() {
		return bound
	}
	least := -1.0
	if !difference {
		least = 0
	}
	return min(max(bound, least), 1)
}

// top is the better of the two ranks.
func (u hole) top() int { return higher(u.base, u.next) }

// higher is the better of two ranks, of which 0 is none.
func higher(a, b int) int {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
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
	case kindMRR, kindSuccess:
		if p.inOrder(p.next) && p.inOrder(p.base) {
			return p.highestFirst()
		}
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
	p.next.room, p.base.room = lin.weights(p.next.room, p.next.reach, p.next.ties), lin.weights(p.base.room, p.base.reach, p.base.ties)
	next, base := p.next.room, p.base.room
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
	if p.dependsOnRelevant() {
		highest := math.Inf(-1)
		for t := range p.mostRelevant() + 1 {
			value := p.linearly(p.linear(p.next, known+t), p.linear(p.base, known+t))
			for _, c := range p.room.coefficients[:t] {
				value += c
			}
			highest = max(highest, value)
		}
		return highest
	}
	next, base := p.linear(p.next, known), p.linear(p.base, known)
	recall := p.m.kind == kindRecall
	if recall { // its norm is that number, which its weights wait for
		next.norm, base.norm = 1, 1
	}
	value := p.linearly(next, base)
	norm := func(t int) float64 {
		if recall {
			return max(1, float64(known+t)) // nothing is relevant where it is 0
		}
		return 1
	}
	highest := value / norm(0)
	for t, c := range p.room.coefficients[:p.mostRelevant()] {
		value += c
		highest = max(highest, value/norm(t+1))
	}
	return highest
}

// dependsOnRelevant says that the weights of ranks, or a norm that is not that
// number itself, change with the number of relevant documents.
func (p *holeProblem) dependsOnRelevant() bool {
	switch p.m.kind {
	case kindRPrec, kindRelativePrecision, kindRecallCap, kindRPrecMult:
		return true
	}
	return false
}

// linear is the metric for a list, with so many relevant documents.
func (p *holeProblem) linear(s *holeSide, relevant int) linear {
	if lin, isLinear := p.m.linear(s.n, relevant, p.judged); isLinear {
		return lin
	}
	return linear{m: p.m, norm: 1} // num_rel_ret
}

// linearly is what the judged hits make of the difference; it leaves what each
// hole would add to it if it were relevant in coefficients, the most first.
func (p *holeProblem) linearly(next, base linear) float64 {
	nextKnown, baseKnown := p.next.weigh(&next), p.base.weigh(&base)
	c := p.room.coefficients[:0]
	for _, u := range p.holes {
		c = append(c, weightAt(p.next.room, p.next.at(u))-weightAt(p.base.room, p.base.at(u)))
	}
	for range p.elsewhere {
		c = append(c, 0)
	}
	descending(c)
	p.room.coefficients = c
	return nextKnown - baseKnown
}

// weigh sets the room to what a relevant hit at each rank is worth, and
// returns what the judged hits are.
func (s *holeSide) weigh(lin *linear) (known float64) {
	known = lin.offset
	s.room = lin.weights(s.room, s.reach, s.ties)
	for i := range s.room {
		if lin.norm == 0 {
			s.room[i] = 0
			continue
		}
		s.room[i] /= lin.norm
	}
	for _, h := range s.known {
		known += lin.gain(h.Grade) * s.room[h.Rank-1]
	}
	return known
}

func weightAt(weights []float64, rank int) float64 {
	if rank == 0 {
		return 0
	}
	return weights[rank-1]
}

func descending(values []float64) {
	slices.Sort(values)
	slices.Reverse(values)
}

// highestFirst is for metrics of the first relevant hit, where nothing ties.
// One hole at most need be relevant, the one that is to be next's first: others
// change nothing there, and can only do base good.
func (p *holeProblem) highestFirst() float64 {
	next, base := p.firstKnown(p.next), p.firstKnown(p.base)
	highest := p.valueOfFirst(next) - p.valueOfFirst(base)
	if p.m.rel > p.maxGrade {
		return highest
	}
	for _, u := range p.holes {
		if p.next.at(u) == 0 {
			continue
		}
		highest = max(highest, p.valueOfFirst(higher(next, p.next.at(u)))-p.valueOfFirst(higher(base, p.base.at(u))))
	}
	return highest
}

// inOrder says that no tie begins within the cutoff.
func (p *holeProblem) inOrder(s *holeSide) bool {
	return len(s.ties) == 0 || p.m.cutoff > 0 && s.ties[0].First > p.m.cutoff
}

// firstKnown is the rank of the first hit that is judged relevant, 0 where
// there is none.
func (p *holeProblem) firstKnown(s *holeSide) int {
	for _, h := range s.known {
		if h.Grade >= p.m.rel {
			return h.Rank
		}
	}
	return 0
}

// valueOfFirst is the metric of a list whose first relevant hit is at a rank.
func (p *holeProblem) valueOfFirst(rank int) float64 {
	switch {
	case rank == 0 || p.m.cutoff > 0 && rank > p.m.cutoff:
		return 0
	case p.m.kind == kindSuccess:
		return 1
	}
	return 1 / float64(rank)
}

// top is the highest grade judged, 0 where nothing was.
func (j *Judged) top() float64 {
	if len(j.grades) == 0 {
		return 0
	}
	return j.grades[0]
}
