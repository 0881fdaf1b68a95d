package metrics

import (
	"math"
	"slices"
)

// Unjudged is the grade of a hit that nobody judged: NaN. It is not the same
// as grade 0, which means judged and found non-relevant.
func Unjudged() float64 { return math.NaN() }

// IsUnjudged tells whether g marks an unjudged hit.
func IsUnjudged(g float64) bool { return g != g }

// Judged is what was judged for one query, prepared for scoring. It is not
// changed after NewJudged and may be used from several goroutines.
type Judged struct {
	grades   []float64 // descending
	relevant int       // how many grades are 1 or more, the usual threshold
	// idealDCG[i] is the discounted gain of the best i+1 grades above 0,
	// idealExp the same with exponential gains. Cut at k, not at the number of
	// hits: whoever returns little must not be measured against little.
	idealDCG []float64
	idealExp []float64
	// expShift keeps 2^grade within float64: see expGain.
	expShift float64
}

// NewJudged prepares all grades judged for a query, in any order. Negative
// grades are allowed: they count as judged but neither as relevant nor as
// non-relevant (in TREC's sampled pools -1 means "in the pool, not judged").
// NaN is no judgment and is left out. The slice is not kept.
func NewJudged(grades []float64) *Judged {
	j := &Judged{grades: make([]float64, 0, len(grades))}
	for _, g := range grades {
		if !IsUnjudged(g) {
			j.grades = append(j.grades, g)
		}
	}
	slices.Sort(j.grades)
	slices.Reverse(j.grades)
	j.relevant = j.count(1)
	gains := 0
	for gains < len(j.grades) && j.grades[gains] > 0 {
		gains++
	}
	if gains == 0 {
		return j
	}
	j.expShift = expShift(j.grades[0])
	sums := make([]float64, 2*gains)
	j.idealDCG, j.idealExp = sums[:gains:gains], sums[gains:]
	var linear, exponential float64
	for i, g := range j.grades[:gains] {
		d := discount(i + 1)
		linear += g / d
		exponential += j.expGain(g) / d
		j.idealDCG[i], j.idealExp[i] = linear, exponential
	}
	return j
}

// Len is the number of judgments, negative grades included.
func (j *Judged) Len() int {
	if j == nil {
		return 0
	}
	return len(j.grades)
}

// Relevant is the number of judgments with a grade of at least rel.
func (j *Judged) Relevant(rel float64) int {
	if j == nil {
		return 0
	}
	if rel == 1 {
		return j.relevant
	}
	return j.count(rel)
}

// NonRelevant is the number of judgments from 0 up to, but not including, rel.
func (j *Judged) NonRelevant(rel float64) int {
	if j == nil {
		return 0
	}
	return j.count(0) - j.Relevant(rel)
}

// count is the number of grades of at least floor.
func (j *Judged) count(floor float64) int {
	n, _ := slices.BinarySearchFunc(j.grades, floor, func(g, floor float64) int {
		if g >= floor {
			return -1
		}
		return 1
	})
	return n
}
