package metrics

import (
	"math"
	"slices"
)

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
	scale := Judged{expShift: expShift(max(p.maxGrade, p.judged.top()))}
	gain := func(grade float64) float64 { return scale.gain(p.m.kind, grade) }
	most := gain(p.maxGrade)
	lin := linear{m: p.m, reach: p.m.cutoff}
	p.next.room, p.base.room = lin.weights(p.next.room, p.next.reach, p.next.ties), lin.weights(p.base.room, p.base.reach, p.base.ties)
	w := &p.room.walk
	w.constant, w.coefficients, w.known, w.most = 0, w.coefficients[:0], w.known[:0], most
	w.discountsTo(p.m.cutoff)
	for _, h := range p.next.known {
		w.constant += gain(h.Grade) * p.next.room[h.Rank-1]
	}
	for _, h := range p.base.known {
		w.constant -= gain(h.Grade) * p.base.room[h.Rank-1]
	}
	for _, u := range p.holes {
		var c float64
		if rank := p.next.at(u); rank > 0 {
			c += p.next.room[rank-1]
		}
		if rank := p.base.at(u); rank > 0 {
			c -= p.base.room[rank-1]
		}
		w.coefficients = append(w.coefficients, c)
	}
	elsewhere := p.elsewhere
	if p.m.cutoff > 0 {
		elsewhere = min(elsewhere, p.m.cutoff) // more have no place in the ideal
	}
	for range elsewhere {
		w.coefficients = append(w.coefficients, 0)
	}
	descending(w.coefficients)
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

	// discounts sums up 1/log2(rank+1) from rank 1 to each rank, no further
	// than the cutoff.
	discounts []float64
	cutoff    int

	levels, prefix []float64
	best           []walkState
}

// A walkState is a beginning of a grading: its numerator and its ideal.
type walkState struct{ sum, ideal float64 }

// discountsTo makes the discounts those of a cutoff; they are only ever
// extended while it stays the same.
func (w *idealWalk) discountsTo(cutoff int) {
	if w.cutoff != cutoff || len(w.discounts) == 0 {
		w.cutoff, w.discounts = cutoff, append(w.discounts[:0], 0)
	}
}

func (w *idealWalk) extend(n int) {
	for rank := len(w.discounts); rank <= n; rank++ {
		sum := w.discounts[rank-1]
		if w.cutoff == 0 || rank <= w.cutoff {
			sum += 1 / discount(rank)
		}
		w.discounts = append(w.discounts, sum)
	}
}

func (w *idealWalk) highest() float64 {
	w.extend(len(w.known) + len(w.coefficients))
	d := w.discounts
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
	w.levels = append(w.levels[:0], w.known...)
	if w.most > 0 {
		w.levels = append(w.levels, w.most)
	}
	descending(w.levels)
	w.levels = slices.Compact(w.levels)
	w.prefix = append(w.prefix[:0], 0)
	for i, c := range w.coefficients {
		w.prefix = append(w.prefix, w.prefix[i]+c)
	}
	ratio := math.Inf(-1)
	sum, ideal := w.constant, w.idealOfKnown(d)
	for range 100 {
		if !(sum/ideal > ratio+1e-15) {
			break
		}
		ratio = sum / ideal
		sum, ideal = w.walk(ratio)
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
func (w *idealWalk) walk(ratio float64) (sum, ideal float64) {
	prefix, d := w.prefix, w.discounts
	// For each number of holes with a gain so far: the best of its gradings.
	best := slices.Grow(w.best[:0], len(prefix))[:len(prefix)]
	w.best = best
	for j := range best {
		best[j] = walkState{sum: math.Inf(-1)}
	}
	best[0] = walkState{sum: w.constant}
	above := 0 // judgments with a larger gain
	for _, gain := range w.levels {
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
		var from walkState // the best beginning, less what it leaves to this level
		fromValue := math.Inf(-1)
		for j := range best {
			begin := walkState{best[j].sum - gain*prefix[j], best[j].ideal - gain*d[above+j]}
			if value := begin.sum - ratio*begin.ideal; value > fromValue {
				from, fromValue = begin, value
			}
			best[j] = walkState{from.sum + gain*prefix[j], from.ideal + gain*d[upTo+j]}
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
