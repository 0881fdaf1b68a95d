package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// rounding is the share of the larger value, or of 1, within which two values
// count as equal.
const rounding = 1e-12

// MinQueries is the number of queries below which Interval gives no bounds:
// with 12, even if nothing changed, the 95 % interval of a difference would
// be ±0.26, which says nothing.
const MinQueries = 13

// Interval is what the values of n queries say about the mean over all
// queries like them. Its bounds are Gaffke's (see Upper), which need no
// assumption but the range that the values can take.
type Interval struct {
	// N is the number of queries, Changed how many of their values are not 0
	// beyond rounding error.
	N, Changed int
	// Mean is the plain mean of the values.
	Mean float64
	// Confidence is the coverage of Low to High, and of Lower and Upper each.
	Confidence float64
	// TooFew says that N is below MinQueries; the bounds are then NaN.
	TooFew bool
	// Low and High are the two-sided interval.
	Low, High float64
	// Lower and Upper are one-sided bounds: the mean lies above Lower with
	// probability Confidence, and below Upper with the same. Of a difference
	// next − base, next is at most −Lower worse and at most Upper better.
	Lower, Upper float64
}

// DifferenceInterval is the Interval of paired differences of a metric whose
// values lie between 0 and 1, so that a difference lies between −1 and 1. It
// is an error where there is none, where one lies outside that range, or
// where confidence does not lie above 0 and below 1.
func DifferenceInterval(differences []float64, confidence float64) (Interval, error) {
	return newInterval(differences, -1, 1, confidence)
}

// MeanInterval is the Interval of a metric's own values, between 0 and 1. Its
// errors are those of DifferenceInterval.
func MeanInterval(values []float64, confidence float64) (Interval, error) {
	return newInterval(values, 0, 1, confidence)
}

func newInterval(values []float64, least, most, confidence float64) (Interval, error) {
	if len(values) == 0 {
		return Interval{}, fmt.Errorf("no queries: an interval needs at least %d", MinQueries)
	}
	if !(confidence > 0 && confidence < 1) {
		return Interval{}, fmt.Errorf("confidence %v is out of range: it must lie above 0 and below 1, for example 0.95", confidence)
	}
	i := Interval{N: len(values), Confidence: confidence}
	flipped := make([]float64, len(values))
	for k, v := range values {
		// Written so that NaN is refused too. The metrics' own rounding may
		// carry a value a little too far.
		if !(v >= least-rounding && v <= most+rounding) {
			return Interval{}, fmt.Errorf("the value %v at index %d lies outside %v to %v: only metrics with a range have an interval", v, k, least, most)
		}
		i.Mean += v
		flipped[k] = -v
		if math.Abs(v) > rounding {
			i.Changed++
		}
	}
	i.Mean /= float64(i.N)
	if i.N < MinQueries {
		i.TooFew = true
		i.Low, i.High, i.Lower, i.Upper = math.NaN(), math.NaN(), math.NaN(), math.NaN()
		return i, nil
	}
	alpha := 1 - confidence
	above, below := newWeighted(values, most), newWeighted(flipped, -least)
	i.High, i.Upper = above.bound(alpha/2), above.bound(alpha)
	i.Low, i.Lower = -below.bound(alpha/2), -below.bound(alpha)
	return i, nil
}

// Upper is the bound that the mean of all values like z exceeds with
// probability alpha at most, where no value can exceed most (Gaffke 2005).
// Each value, and one pseudo-observation at most, gets a random weight from
// the flat Dirichlet distribution; the bound is the 1−alpha quantile of the
// weighted mean. It is the Bayesian bootstrap with one query more, which lost
// all that can be lost.
//
// For values that are all the same c it is c + (most−c)(1−alpha^(1/n)), the
// rule of three; for two-valued data it is Clopper and Pearson's bound; for
// much data it is the normal one. That it holds for every distribution is
// simulated and conjectured (Learned-Miller and Thomas 2019), not proved.
//
// The quantile comes from the saddlepoint formula of Lugannani and Rice
// (1980) in Barndorff-Nielsen's form (1986), without random numbers: its error
// is below 0.5 % of the bound's distance from the mean, nearly always on the
// wide side. The order of z does not matter, not even for the last bit.
//
// It is NaN where z is empty, where a value is not finite or exceeds most by
// more than rounding error, or where alpha does not lie above 0 and below 1.
// Where alpha is so large (above about 0.35) that the quantile would lie below
// the mean with the pseudo-observation, it is that mean: wider, never
// narrower.
func Upper(z []float64, most, alpha float64) float64 {
	if len(z) == 0 || !finite(most) || !(alpha > 0 && alpha < 1) {
		return math.NaN()
	}
	for _, v := range z {
		if !finite(v) || v > most+rounding*max(1, math.Abs(most)) {
			return math.NaN()
		}
	}
	return newWeighted(z, most).bound(alpha)
}

// weighted is a sample with its pseudo-observation, prepared for bounds: the
// different distances of the values below the largest possible one, rising,
// and how often each occurs. The first is the pseudo-observation's, 0.
type weighted struct {
	most     float64
	distance []float64
	count    []float64
	// total is the number of values, n, and 1.
	total float64
}

func newWeighted(z []float64, most float64) weighted {
	distances := make([]float64, len(z)+1)
	for i, v := range z {
		distances[i] = max(0, most-v)
	}
	slices.Sort(distances)
	w := weighted{most: most, total: float64(len(distances))}
	// Zero-inflated differences have few different values: each is then
	// visited once in every step of the search.
	for i := 0; i < len(distances); {
		k := i + 1
		for k < len(distances) && distances[k] == distances[i] {
			k++
		}
		w.distance = append(w.distance, distances[i])
		w.count = append(w.count, float64(k-i))
		i = k
	}
	return w
}

// bound is the 1−alpha quantile of the weighted mean.
func (w weighted) bound(alpha float64) float64 {
	largest := w.distance[len(w.distance)-1]
	switch {
	case largest == 0: // every value is as large as can be
		return w.most
	case len(w.distance) == 2 && w.count[0] == 1: // all the same: exact
		return w.most - largest*math.Pow(alpha, 1/(w.total-1))
	}
	// The root is looked for in x, the logarithm of how far the saddlepoint
	// lies beyond the largest possible value: quantile falls as x rises.
	goal := distuv.UnitNormal.Quantile(1 - alpha)
	excess := func(x float64) float64 {
		z, _ := w.saddlepoint(math.Exp(x))
		return z - goal
	}
	low, high := math.Log(1e-9*largest), math.Log(1e6*largest)
	// Eight halvings bring the ends close to the root, where the false
	// position rule (with Illinois' halving, so that no end stays for ever)
	// converges in a few steps.
	for range 8 {
		if middle := (low + high) / 2; excess(middle) > 0 {
			low = middle
		} else {
			high = middle
		}
	}
	atLow, atHigh := excess(low), excess(high)
	x := high
	for step := 0; step < 50 && atLow > 0 && atHigh < 0; step++ {
		next := high - atHigh*(high-low)/(atHigh-atLow)
		if !(next > low && next < high) || math.Abs(next-x) < 1e-13 {
			break
		}
		x = next
		switch at := excess(x); {
		case at == 0:
			low, high = x, x
			atLow, atHigh = 0, 0
		case at > 0:
			low, atLow = x, at
			atHigh /= 2
		default:
			high, atHigh = x, at
			atLow /= 2
		}
	}
	_, t := w.saddlepoint(math.Exp(x))
	return t
}

// saddlepoint returns the value t of the weighted mean whose saddlepoint lies
// beyond the largest possible value by the given amount, and the normal
// quantile of the probability that the weighted mean is at most t. With
// exponential weights E that probability is P(Σ E_i(w_i − t) ≤ 0), whose
// cumulant generating function is −Σ ln(1 − s(w_i − t)).
func (w weighted) saddlepoint(beyond float64) (normal, t float64) {
	var sum float64
	for i, d := range w.distance {
		sum += w.count[i] / (beyond + d)
	}
	t = w.most + beyond - w.total/sum
	// q is a weight times its number, so that its mean is 1.
	scale := w.total / sum
	var logs, squares, cubes float64
	product := 1.0 // of the q that occur once: one logarithm for several
	for i, d := range w.distance {
		q, count := scale/(beyond+d), w.count[i]
		off := q - 1
		square := count * off * off
		squares += square
		cubes += square * off
		if count > 1 {
			logs += count * math.Log(q)
			continue
		}
		if product *= q; product < 1e-200 || product > 1e200 {
			logs += math.Log(product)
			product = 1
		}
	}
	logs += math.Log(product)
	r := math.Sqrt(max(0, -2*logs))
	if r < 1e-3 {
		// ln(u/r)/r loses all its digits; its limit is a third of the skewness.
		if squares == 0 {
			return 0, t
		}
		return r + cubes/(3*math.Pow(squares, 1.5)), t
	}
	return r + math.Log(math.Sqrt(squares)/r)/r, t
}
