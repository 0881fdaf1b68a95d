package stats

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Weighting says how much a disagreement between two grades counts.
type Weighting int

// The weightings of Kappa.
const (
	// Unweighted counts every disagreement alike (Cohen 1960): for grades
	// that are names and not amounts.
	Unweighted Weighting = iota
	// Linear counts a disagreement by the distance of the grades.
	Linear
	// Quadratic counts it by the square of the distance (Cohen 1968): one
	// judge's 0 against the other's 3 weighs nine times a 2 against a 3.
	Quadratic
)

// String gives the weighting's name in lower case.
func (w Weighting) String() string {
	switch w {
	case Unweighted:
		return "unweighted"
	case Linear:
		return "linear"
	case Quadratic:
		return "quadratic"
	default:
		return fmt.Sprintf("weighting %d", int(w))
	}
}

// distance is how much the two grades disagree.
func (w Weighting) distance(a, b float64) float64 {
	switch {
	case w == Linear:
		return math.Abs(a - b)
	case w == Quadratic:
		return (a - b) * (a - b)
	case a == b:
		return 0
	default:
		return 1
	}
}

// ErrKappaUndefined says that two judges agree by necessity: both gave every
// document the same one grade, and no agreement beyond chance can be told.
var ErrKappaUndefined = errors.New("kappa is undefined: both judges gave every document the same grade")

// Kappa is Cohen's kappa of two judges who graded the same documents: a[i]
// and b[i] are the grades of document i. It is the agreement beyond what
// their grades would show if dealt out at random, 1 for full agreement, 0 for
// chance, and negative for less than chance:
//
//	1 − Σ w(a_i, b_i) / (Σ_i Σ_j w(a_i, b_j) / n)
//
// The distance of two grades is that of their values, not of their places
// among the grades that occur, so that a grade that nobody gave changes
// nothing. It is an error where the lists are empty or differ in length, or a
// grade is not finite, and ErrKappaUndefined where there is no chance of
// disagreement.
func Kappa(a, b []float64, weighting Weighting) (float64, error) {
	if len(a) != len(b) {
		return 0, fmt.Errorf("cannot compare judges: %d grades by the one but %d by the other", len(a), len(b))
	}
	if len(a) == 0 {
		return 0, errors.New("cannot compare judges: no document was graded by both")
	}
	countA, countB := map[float64]float64{}, map[float64]float64{}
	var observed float64
	for i := range a {
		if !finite(a[i]) || !finite(b[i]) {
			return 0, fmt.Errorf("cannot compare judges: the grades %v and %v of document %d are not both finite", a[i], b[i], i)
		}
		countA[a[i]]++
		countB[b[i]]++
		observed += weighting.distance(a[i], b[i])
	}
	expected := expectedDistance(countA, countB, weighting) / float64(len(a))
	if expected == 0 {
		return 0, ErrKappaUndefined
	}
	return 1 - observed/expected, nil
}

// expectedDistance sums the distances of all pairs of a grade of the one and
// a grade of the other, in ascending order of the grades so that the last
// bits do not depend on a map's order.
func expectedDistance(countA, countB map[float64]float64, weighting Weighting) float64 {
	gradesB := slices.Sorted(maps.Keys(countB))
	var sum float64
	for _, x := range slices.Sorted(maps.Keys(countA)) {
		for _, y := range gradesB {
			sum += countA[x] * countB[y] * weighting.distance(x, y)
		}
	}
	return sum
}
