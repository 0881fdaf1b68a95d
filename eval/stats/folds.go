package stats

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Fold is one division of the numbers 0 to n-1 for cross-validation: choose
// on Train, measure on Test. Both are ascending.
type Fold struct {
	Train, Test []int
}

// Folds divides the numbers 0 to n-1 at random into k parts whose sizes
// differ by at most one; each part is Test once, the others are then Train.
// The division depends on n, k and seed alone. It is an error where k is not
// from 2 to n.
func Folds(n, k int, seed uint64) ([]Fold, error) {
	if k < 2 || k > n {
		return nil, fmt.Errorf("cannot divide %d queries into %d folds: use from 2 folds to as many as there are queries", n, k)
	}
	order := rand.New(stream(seed, forFolds, 0)).Perm(n)
	folds := make([]Fold, k)
	for place, index := range order {
		for f := range folds {
			if place%k == f {
				folds[f].Test = append(folds[f].Test, index)
			} else {
				folds[f].Train = append(folds[f].Train, index)
			}
		}
	}
	for _, fold := range folds {
		slices.Sort(fold.Train)
		slices.Sort(fold.Test)
	}
	return folds, nil
}
