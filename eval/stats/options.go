package stats

import "fmt"

// The defaults of Options.
const (
	DefaultSeed         = 1
	DefaultPermutations = 100_000
	DefaultConfidence   = 0.95
)

// Options say how a comparison is made. The zero value asks for the defaults.
type Options struct {
	// Seed is where every random number comes from: the same seed gives the
	// same result, whatever the number of cores. 0 stands for 1.
	Seed uint64
	// Permutations is the number of random sign flips of a family whose flips
	// are too many to count, 100,000 where it is 0.
	Permutations int
	// Confidence is the coverage of the interval and of each one-sided
	// bound, above 0 and below 1; 0.95 where it is 0.
	Confidence float64
}

// withDefaults fills in what was left at zero, and refuses what cannot be.
func (o Options) withDefaults() (Options, error) {
	if o.Seed == 0 {
		o.Seed = DefaultSeed
	}
	if o.Permutations == 0 {
		o.Permutations = DefaultPermutations
	}
	if o.Confidence == 0 {
		o.Confidence = DefaultConfidence
	}
	if o.Permutations < 100 {
		return o, fmt.Errorf("%d permutations are too few: use at least 100, or 0 for %d", o.Permutations, DefaultPermutations)
	}
	// Written so that NaN is refused too.
	if !(o.Confidence > 0 && o.Confidence < 1) {
		return o, fmt.Errorf("confidence %v is out of range: it must lie above 0 and below 1, for example 0.95", o.Confidence)
	}
	return o, nil
}
