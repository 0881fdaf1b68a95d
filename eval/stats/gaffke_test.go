package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"pgregory.net/rapid"
)

func repeated(n int, values ...float64) []float64 {
	var all []float64
	for range n {
		all = append(all, values...)
	}
	return all
}

// The vectors were made by the saddlepoint formula in another program; the
// Monte Carlo values beside them are quantiles of 2·10⁶ draws of the weighted
// mean.
func TestUpperVectors(t *testing.T) {
	ramp := make([]float64, 50)
	for i := range ramp {
		ramp[i] = float64(i-20) / 100
	}
	for _, c := range []struct {
		name                        string
		z                           []float64
		five, twoAndAHalf           float64
		fiveDrawn, twoAndAHalfDrawn float64
	}{
		// 1 − 0.05^(1/20) and 1 − 0.025^(1/20), exactly.
		{"20 zeros", repeated(20, 0), 0.139108, 0.168433, 0.139108, 0.168433},
		{"few changed", repeated(2, 0.3, -0.2, 0.1, 0, 0, 0, 0, 0, 0, 0), 0.163494, 0.192177, 0.16297, 0.19145},
		{"5 of 100 lose 0.6", append(repeated(5, 0.6), repeated(95, 0)...), 0.068861, 0.076352, 0.06904, 0.07660},
		{"ramp", ramp, 0.110808, 0.123322, 0.11089, 0.12313},
	} {
		checkClose(t, c.name+" at 0.05", Upper(c.z, 1, 0.05), c.five, 6e-7)
		checkClose(t, c.name+" at 0.025", Upper(c.z, 1, 0.025), c.twoAndAHalf, 6e-7)
		checkClose(t, c.name+" at 0.05 against draws", Upper(c.z, 1, 0.05), c.fiveDrawn, 0.001)
		checkClose(t, c.name+" at 0.025 against draws", Upper(c.z, 1, 0.025), c.twoAndAHalfDrawn, 0.001)
	}
}

// Against random weights drawn here: the definition itself.
func TestUpperIsTheQuantileOfTheWeightedMean(t *testing.T) {
	r := rand.New(rand.NewPCG(2005, 1))
	for _, n := range []int{5, 13, 40, 150} {
		z := make([]float64, n)
		for i := range z {
			if r.Float64() < 0.5 {
				z[i] = math.Round(20*(r.Float64()-0.6)) / 20
			}
		}
		means := make([]float64, 100_000)
		for i := range means {
			weight := r.ExpFloat64()
			sum, total := weight, weight // the pseudo-observation, at 1
			for _, v := range z {
				weight = r.ExpFloat64()
				sum += weight * v
				total += weight
			}
			means[i] = sum / total
		}
		for _, alpha := range []float64{0.2, 0.05, 0.025, 0.005} {
			want := Quantile(means, 1-alpha)
			mean := Quantile(means, 0.5)
			// 1 % of the distance for the formula, and 3 standard errors of
			// the quantile of 100,000 draws, by the binomial.
			error := 3 * math.Sqrt(alpha*(1-alpha)/100_000)
			noise := Quantile(means, min(1, 1-alpha+error)) - Quantile(means, 1-alpha-error)
			checkClose(t, "bound", Upper(z, 1, alpha), want, 0.01*(want-mean)+noise)
		}
	}
}

// k of n values at the most, the others at the least: the bound is Clopper
// and Pearson's, the 1−alpha quantile of Beta(k+1, n−k).
func TestUpperIsClopperPearsonForTwoValues(t *testing.T) {
	for _, n := range []int{5, 10, 13, 20, 50, 114, 300, 1000} {
		for k := 0; k < n; k += max(1, n/25) {
			z := append(repeated(k, 1), repeated(n-k, 0)...)
			for _, alpha := range []float64{0.1, 0.05, 0.025, 0.005} {
				want := mathext.InvRegIncBeta(float64(k+1), float64(n-k), 1-alpha)
				got := Upper(z, 1, alpha)
				if math.Abs(got-want) > 0.006*want {
					t.Errorf("%d of %d at %v: %.6f, Clopper and Pearson have %.6f", k, n, alpha, got, want)
				}
			}
		}
	}
}

func drawDifferences(t *rapid.T, least int) []float64 {
	hundredth := rapid.OneOf(rapid.Just(0), rapid.IntRange(-100, 100))
	whole := rapid.SliceOfN(hundredth, least, 60).Draw(t, "hundredths")
	z := make([]float64, len(whole))
	for i, w := range whole {
		z[i] = float64(w) / 100
	}
	return z
}

func TestUpperProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := drawDifferences(t, 1)
		alpha := rapid.Float64Range(0.001, 0.3).Draw(t, "alpha")
		most := rapid.Float64Range(1, 3).Draw(t, "most")
		got := Upper(z, most, alpha)
		mean, extent := most, most-slices.Min(z)
		for _, v := range z {
			mean += v
		}
		mean /= float64(len(z) + 1)
		if !(got >= mean-1e-9 && got <= most+1e-9) {
			t.Fatalf("Upper = %v, outside %v to %v", got, mean, most)
		}
		// The exact formula for equal values and the approximation for others
		// meet within the approximation's error.
		slack := 0.006 * extent
		shuffled := slices.Clone(z)
		rand.Shuffle(len(shuffled), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
		if again := Upper(shuffled, most, alpha); again != got {
			t.Fatalf("in another order %v, not %v", again, got)
		}
		shift := rapid.Float64Range(-2, 2).Draw(t, "shift")
		moved := slices.Clone(z)
		for i := range moved {
			moved[i] += shift
		}
		if there := Upper(moved, most+shift, alpha); math.Abs(there-got-shift) > 1e-9 {
			t.Fatalf("moved by %v it is %v, not %v", shift, there, got+shift)
		}
		if wide := Upper(z, most+0.1, alpha); wide < got-slack {
			t.Fatalf("most larger by 0.1 lowers it from %v to %v", got, wide)
		}
		if sure := Upper(z, most, alpha/1.1); sure < got-1e-9 {
			t.Fatalf("a smaller alpha lowers it from %v to %v", got, sure)
		}
		raised := slices.Clone(z)
		i := rapid.IntRange(0, len(z)-1).Draw(t, "index")
		raised[i] = min(most, raised[i]+0.05)
		if up := Upper(raised, most, alpha); up < got-slack {
			t.Fatalf("a larger value lowers it from %v to %v", got, up)
		}
	})
}

// Between values that are not all the same, where one formula holds, the
// bound is monotone without slack for the change of formula.
func TestUpperIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := append(drawDifferences(t, 12), -0.5, 0.5)
		i := rapid.IntRange(0, len(z)-3).Draw(t, "index")
		before := Upper(z, 1, 0.05)
		z[i] = min(1, z[i]+rapid.Float64Range(0.01, 0.5).Draw(t, "rise"))
		if after := Upper(z, 1, 0.05); after < before-1e-9 {
			t.Fatalf("a rise of value %d lowers the bound from %v to %v", i, before, after)
		}
	})
}

func TestUpperOfLargeAlphaIsTheMean(t *testing.T) {
	z := append(repeated(19, 0), 0.5)
	for _, alpha := range []float64{0.5, 0.7, 0.99} {
		// (19·0 + 0.5 + 1) / 21
		checkClose(t, "bound", Upper(z, 1, alpha), 1.5/21, 1e-6)
	}
}

func TestUpperRefuses(t *testing.T) {
	for _, c := range []struct {
		z           []float64
		most, alpha float64
	}{
		{nil, 1, 0.05}, {[]float64{0, 2}, 1, 0.05}, {[]float64{math.NaN()}, 1, 0.05}, {[]float64{math.Inf(-1)}, 1, 0.05},
		{[]float64{0}, math.Inf(1), 0.05}, {[]float64{0}, 1, 0}, {[]float64{0}, 1, 1}, {[]float64{0}, 1, math.NaN()},
	} {
		if got := Upper(c.z, c.most, c.alpha); !math.IsNaN(got) {
			t.Errorf("Upper(%v, %v, %v) = %v, want NaN", c.z, c.most, c.alpha, got)
		}
	}
}

func TestDifferenceInterval(t *testing.T) {
	for _, n := range []int{1, 12, 13, 114} {
		i, err := DifferenceInterval(repeated(n, 0), 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if i.TooFew != (n < 13) || i.N != n || i.Changed != 0 || i.Mean != 0 {
			t.Errorf("%d unchanged queries: %+v", n, i)
		}
		if i.TooFew {
			if !math.IsNaN(i.Low) || !math.IsNaN(i.High) || !math.IsNaN(i.Lower) || !math.IsNaN(i.Upper) {
				t.Errorf("%d queries have bounds: %+v", n, i)
			}
			continue
		}
		checkClose(t, "high", i.High, 1-math.Pow(0.025, 1/float64(n)), 1e-12)
		checkClose(t, "low", i.Low, -i.High, 1e-12)
		checkClose(t, "upper", i.Upper, 1-math.Pow(0.05, 1/float64(n)), 1e-12)
		checkClose(t, "lower", i.Lower, -i.Upper, 1e-12)
	}
	// "0 of 114 changed: −0.032 to +0.032".
	i, err := DifferenceInterval(repeated(114, 0), 0.95)
	if err != nil || math.Abs(i.High-0.032) > 0.0005 {
		t.Errorf("%+v, %v", i, err)
	}
	for _, c := range []struct {
		values     []float64
		confidence float64
	}{{nil, 0.95}, {[]float64{0.2}, 1}, {[]float64{0.2}, math.NaN()}, {[]float64{1.1}, 0.95}, {[]float64{math.NaN()}, 0.95}} {
		if _, err := DifferenceInterval(c.values, c.confidence); err == nil {
			t.Errorf("DifferenceInterval(%v, %v) has no error", c.values, c.confidence)
		}
	}
	if _, err := MeanInterval([]float64{-0.1}, 0.95); err == nil {
		t.Error("a metric of −0.1 has no error")
	}
}

func TestIntervalIsMirrored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDifferences(t, MinQueries)
		negative := make([]float64, len(d))
		for i := range d {
			negative[i] = -d[i]
		}
		a, errA := DifferenceInterval(d, 0.95)
		b, errB := DifferenceInterval(negative, 0.95)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if a.Low != -b.High || a.High != -b.Low || a.Lower != -b.Upper || a.Upper != -b.Lower {
			t.Fatalf("%+v and mirrored %+v", a, b)
		}
		if !(a.Low <= a.Lower && a.Lower <= a.Mean && a.Mean <= a.Upper && a.Upper <= a.High && a.Low >= -1 && a.High <= 1) {
			t.Fatalf("out of order: %+v", a)
		}
	})
}

func FuzzUpper(f *testing.F) {
	f.Add([]byte{128, 128, 128}, 0.05)
	f.Add([]byte{0, 255, 128, 7}, 0.025)
	f.Add([]byte{255}, 0.5)
	f.Fuzz(func(t *testing.T, raw []byte, alpha float64) {
		z := make([]float64, len(raw))
		mean := 1.0
		for i, b := range raw {
			z[i] = float64(b)/127.5 - 1
			mean += z[i]
		}
		mean /= float64(len(z) + 1)
		got := Upper(z, 1, alpha)
		switch valid := len(z) > 0 && alpha > 0 && alpha < 1; {
		case !valid:
			if !math.IsNaN(got) {
				t.Errorf("Upper = %v, want NaN", got)
			}
		case !(got <= 1+1e-9) || alpha <= 0.3 && got < mean-1e-9:
			t.Errorf("Upper(%v, 1, %v) = %v, mean %v", z, alpha, got, mean)
		}
	})
}

// 6,980 is the number of queries of MS MARCO's small development set.
func BenchmarkUpper(b *testing.B) {
	base, next := randomPairs(6980)
	z, err := pairedDifferences(base, next)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		Upper(z, 2, 0.05)
	}
}
