package metrics

import "math"

// RBO is the rank-biased overlap of two rankings without duplicates, from 0
// (nothing in common) to 1 (the same): the agreement at each depth, weighted
// by the chance that a reader with persistence p (0 < p < 1, 0.9 is usual)
// gets there. It is the extrapolated form RBO_ext, which goes on beyond the
// ends of the lists with the agreement seen so far, for lists of any two
// lengths: Webber, Moffat and Zobel (TOIS 2010), equation 32.
//
// Two empty lists are the same; an empty and a non-empty one share nothing. A
// second occurrence of an item is passed over. For p out of range it is NaN.
func RBO[T comparable](a, b []T, p float64) float64 {
	if !(p > 0 && p < 1) {
		return math.NaN()
	}
	short, long := unique(a), unique(b)
	if len(short) > len(long) {
		short, long = long, short
	}
	switch {
	case len(long) == 0:
		return 1
	case len(short) == 0:
		return 0
	}
	// overlap is X_d: how many items the two lists share down to depth d.
	seen := make(map[T]struct{}, len(short)+len(long))
	overlap, shared := 0, 0 // shared is X_s, the overlap at the short end
	sum, weight := 0.0, 1.0
	s, l := float64(len(short)), float64(len(long))
	for i, item := range long {
		d := float64(i + 1)
		weight *= p
		meet(seen, item, &overlap)
		if i < len(short) {
			meet(seen, short[i], &overlap)
			shared = overlap
		} else {
			// Beyond the short list its agreement is taken to go on.
			sum += float64(shared) * (d - s) / (s * d) * weight
		}
		sum += float64(overlap) / d * weight
	}
	tail := (float64(overlap-shared)/l + float64(shared)/s) * weight
	return atMost1((1-p)/p*sum + tail)
}

// meet counts an item that the other list has shown already.
func meet[T comparable](seen map[T]struct{}, item T, overlap *int) {
	if _, ok := seen[item]; ok {
		*overlap++
		return
	}
	seen[item] = struct{}{}
}

// unique is the list without repetitions.
func unique[T comparable](list []T) []T {
	seen := make(map[T]struct{}, len(list))
	out := make([]T, 0, len(list))
	for _, item := range list {
		if _, ok := seen[item]; !ok {
			seen[item] = struct{}{}
			out = append(out, item)
		}
	}
	return out
}
