package stats

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// Everything that the package calls 95 % is drawn here from populations like
// those of real suites: zero-inflated, skewed, with rare large losses. The
// tests draw few suites; BenchmarkCalibration draws many and prints tables.

// population is what the differences of a suite are drawn from.
type population struct {
	name string
	mean float64
	draw func(r *rand.Rand) float64
}

func (p population) suite(r *rand.Rand, n int) []float64 {
	d := make([]float64, n)
	for i := range d {
		d[i] = p.draw(r)
	}
	return d
}

// filmValues are the values of ndcg@10 of each system of testdata/films.csv by
// query: the sample suite's first stage, its reranker shallow, and its
// reranker elastic at six windows. It was made from the suite as it was before
// its systems were extended, by
//
//	releval run judgments/films/films.yaml --cluster embedded --metric ndcg@10 --format csv
//
// and the same with --reranker elastic --window 5, 10, 20, 50, 100 and 200,
// with six digits kept.
func filmValues(t testing.TB) map[string][]float64 {
	t.Helper()
	file, err := os.Open("testdata/films.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	values := make(map[string][]float64)
	for _, row := range rows[1:] {
		for i, cell := range row[1:] {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			values[rows[0][i+1]] = append(values[rows[0][i+1]], v)
		}
	}
	return values
}

var filmWindows = []string{"elastic@5", "elastic@10", "elastic@20", "elastic@50", "elastic@100", "elastic@200"}

// resampled is a population of given differences, each as likely.
func resampled(name string, base, next []float64) population {
	d, err := pairedDifferences(base, next)
	if err != nil {
		panic(err) // the test data is broken
	}
	var mean float64
	for _, v := range d {
		mean += v / float64(len(d))
	}
	return population{name, mean, func(r *rand.Rand) float64 { return d[r.IntN(len(d))] }}
}

// loses is a population in which a share of the queries loses the same.
func loses(name string, share, loss float64) population {
	return population{name, -share * loss, func(r *rand.Rand) float64 {
		if r.Float64() < share {
			return -loss
		}
		return 0
	}}
}

func populations(t testing.TB) []population {
	films := filmValues(t)
	return []population{
		resampled("films, elastic", films["first-stage"], films["elastic@50"]),
		resampled("films, shallow", films["first-stage"], films["shallow"]),
		loses("5 % lose 0.6", 0.05, 0.6),
		{"20 % change, larger losses", -0.1*0.4 + 0.1*0.15, func(r *rand.Rand) float64 {
			switch u := r.Float64(); {
			case u < 0.1:
				return -0.8 * r.Float64()
			case u < 0.2:
				return 0.3 * r.Float64()
			}
			return 0
		}},
		{"all change normally", -0.05, func(r *rand.Rand) float64 {
			return max(-1, min(1, -0.05+0.15*r.NormFloat64()))
		}},
		// What a new model can do: sixty small changes say nothing of the two
		// queries in a hundred that collapse.
		{"60 % slightly, 2 % lose 0.9", -0.02 * 0.9, func(r *rand.Rand) float64 {
			switch u := r.Float64(); {
			case u < 0.02:
				return -0.9
			case u < 0.62:
				return 0.05 * r.NormFloat64()
			}
			return 0
		}},
	}
}

// intervalRates are shares of all suites drawn, not of those with an interval.
type intervalRates struct {
	printed, wrong           float64
	wrongAtMost, wrongAtBest float64 // one-sided: truly worse, truly better
	width                    float64 // the median
	bcaWrong, bcaWidth       float64
}

// BCa's are made where asked for: they take most of the time.
func calibrateIntervals(t testing.TB, p population, n, suites int, withBCa bool) intervalRates {
	r := rand.New(rand.NewPCG(17, uint64(n)))
	var rates intervalRates
	var widths, bcaWidths []float64
	one := 1 / float64(suites)
	for suite := range suites {
		d := p.suite(r, n)
		i, err := DifferenceInterval(d, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if !i.TooFew {
			rates.printed += one
			widths = append(widths, i.High-i.Low)
			if p.mean < i.Low || p.mean > i.High {
				rates.wrong += one
			}
			if p.mean < i.Lower {
				rates.wrongAtMost += one
			}
			if p.mean > i.Upper {
				rates.wrongAtBest += one
			}
		}
		if !withBCa {
			continue
		}
		bca, err := Compare(make([]float64, n), d, pairOptions{Options: Options{Permutations: 100, Seed: uint64(suite + 1)}, Resamples: 1000})
		if err != nil {
			t.Fatal(err)
		}
		bcaWidths = append(bcaWidths, bca.High-bca.Low)
		if p.mean < bca.Low || p.mean > bca.High {
			rates.bcaWrong += one
		}
	}
	rates.width, rates.bcaWidth = Quantile(widths, 0.5), Quantile(bcaWidths, 0.5)
	return rates
}

// standardError of a share that is estimated from so many suites.
func standardError(share float64, suites int) float64 {
	return math.Sqrt(share * (1 - share) / float64(suites))
}

func TestIntervalsCover(t *testing.T) {
	const suites = 150
	for _, p := range populations(t) {
		for _, n := range []int{10, 20, 50, 100} {
			got := calibrateIntervals(t, p, n, suites, false)
			if printed := n >= MinQueries; (got.printed > 0.5) != printed {
				t.Errorf("%s, %d queries: %.0f %% of intervals are printed", p.name, n, 100*got.printed)
			}
			if limit := 0.05 + 3*standardError(0.05, suites); got.wrong > limit || got.wrongAtMost > limit || got.wrongAtBest > limit {
				t.Errorf("%s, %d queries: %+v are wrong", p.name, n, got)
			}
		}
	}
}

// What the safety costs: the width on the sample's differences beside BCa's.
func TestIntervalsAreNotTooWide(t *testing.T) {
	p := populations(t)[0]
	for n, most := range map[int]float64{50: 2, 114: 1.6, 300: 1.3} {
		got := calibrateIntervals(t, p, n, 40, true)
		if got.width > most*got.bcaWidth {
			t.Errorf("%d queries: width %.3f, more than %v times BCa's %.3f", n, got.width, most, got.bcaWidth)
		}
	}
}

// exactCoverage is the least probability, over shares of queries that have the
// value high while the others have low, that the one-sided bound holds.
func exactCoverage(n int, low, high float64) float64 {
	bounds := make([]float64, n+1)
	for k := range bounds {
		bounds[k] = Upper(append(repeated(k, high), repeated(n-k, low)...), 1, 0.05)
	}
	least := 1.0
	for step := 1; step < 1000; step++ {
		share := float64(step) / 1000
		mean := low + share*(high-low)
		covered := 0.0
		for k, bound := range bounds {
			if bound >= mean {
				covered += distuv.Binomial{N: float64(n), P: share}.Prob(float64(k))
			}
		}
		least = min(least, covered)
	}
	return least
}

func TestBoundCoversTwoValuesExactly(t *testing.T) {
	for _, n := range []int{13, 20, 50, 114} {
		for _, values := range [][2]float64{{0, 1}, {0, 0.6}, {-0.3, 0.6}, {-0.1, 0.9}} {
			if got := exactCoverage(n, values[0], values[1]); got < 0.949 {
				t.Errorf("%d queries of %v: covers %.2f %%", n, values, 100*got)
			}
		}
	}
}

// curves draw the values of a suite by window, the largest last; gains[w] is
// what the best larger window truly gains over w.
type curves struct {
	name  string
	gains []float64
	draw  func(r *rand.Rand, n int) [][]float64
}

func sweepCurves(t testing.TB) []curves {
	films := filmValues(t)
	columns := make([][]float64, len(filmWindows))
	for w, name := range filmWindows {
		columns[w] = films[name]
	}
	all := []curves{{"films, 6 windows", trueGains(columns), func(r *rand.Rand, n int) [][]float64 {
		values := make([][]float64, len(columns))
		for range n {
			q := r.IntN(len(columns[0]))
			for w := range columns {
				values[w] = append(values[w], columns[w][q])
			}
		}
		return values
	}}}
	for _, windows := range []int{6, 20, 50} {
		all = append(all, plateau(fmt.Sprintf("plateau 0.0101 below, %d windows", windows), windows, func(r *rand.Rand) float64 {
			return 0.0101 + 0.1*r.NormFloat64()
		}, 0.0101))
	}
	lost := loses("", 0.02, 0.6)
	return append(all, plateau("2 % lose 0.6, 6 windows", 6, func(r *rand.Rand) float64 { return -lost.draw(r) }, 0.012))
}

// plateau is a curve whose smaller windows each lose on their own against the
// largest.
func plateau(name string, windows int, loss func(*rand.Rand) float64, mean float64) curves {
	gains := make([]float64, windows)
	for w := range windows - 1 {
		gains[w] = mean
	}
	return curves{name, gains, func(r *rand.Rand, n int) [][]float64 {
		values := make([][]float64, windows)
		for w := range values {
			values[w] = repeated(n, 0.7)
			for q := range values[w] {
				if w < windows-1 {
					values[w][q] = max(0, min(1, 0.7-loss(r)))
				}
			}
		}
		return values
	}}
}

func trueGains(columns [][]float64) []float64 {
	gains := make([]float64, len(columns))
	for w := range columns {
		for v := w + 1; v < len(columns); v++ {
			gain := 0.0
			for q := range columns[v] {
				gain += (columns[v][q] - columns[w][q]) / float64(len(columns[v]))
			}
			gains[w] = max(gains[w], gain)
		}
	}
	return gains
}

// sweepRates are shares of suites: with a false recommendation and with any,
// by margin, and with a bound of any window that is wrong.
type sweepRates struct {
	wrong, recommends []float64
	anyBound          float64
}

func calibrateSweep(t testing.TB, c curves, margins []float64, n, suites int) sweepRates {
	r := rand.New(rand.NewPCG(200, uint64(n)))
	rates := sweepRates{wrong: make([]float64, len(margins)), recommends: make([]float64, len(margins))}
	one := 1 / float64(suites)
	for range suites {
		d, err := DeepEnough(c.draw(r, n), margins[0], 0.05)
		if err != nil {
			t.Fatal(err)
		}
		for i, margin := range margins {
			// The bounds do not depend on the margin: one suite serves all.
			recommended := slices.IndexFunc(d.AtMost, func(atMost float64) bool { return atMost < margin })
			if recommended == len(d.AtMost)-1 {
				recommended = -1
			}
			if i == 0 && recommended != d.Recommended {
				t.Fatalf("the bounds %v recommend %d at margin %v, not %d", d.AtMost, recommended, margin, d.Recommended)
			}
			if recommended >= 0 {
				rates.recommends[i] += one
				if c.gains[recommended] >= margin {
					rates.wrong[i] += one
				}
			}
		}
		for w, atMost := range d.AtMost {
			if atMost < c.gains[w] {
				rates.anyBound += one
				break
			}
		}
	}
	return rates
}

// sweepMargins are those that DefaultMargin chooses among.
var sweepMargins = []float64{0.01, 0.02, 0.03, 0.05, 0.10}

func TestSweepIsRarelyWrong(t *testing.T) {
	const suites = 60
	for _, c := range sweepCurves(t) {
		if len(c.gains) > 20 {
			continue // the benchmark has it
		}
		for _, n := range []int{20, 100} {
			got := calibrateSweep(t, c, sweepMargins, n, suites)
			for i, margin := range sweepMargins {
				if got.wrong[i] > 0.05+3*standardError(0.05, suites) {
					t.Errorf("%s, %d queries, margin %v: %.0f %% of recommendations are false", c.name, n, margin, 100*got.wrong[i])
				}
				if n < QueriesForMargin(margin, 0.05) && got.recommends[i] > 0.05 {
					t.Errorf("%s: %d queries recommend at margin %v", c.name, n, margin)
				}
			}
		}
	}
	if got := calibrateSweep(t, sweepCurves(t)[0], []float64{0.03}, 114, suites); got.recommends[0] < 0.9 {
		t.Errorf("114 films recommend in %.0f %% only", 100*got.recommends[0])
	}
}

// families draw the values of systems whose true means are equal.
type families struct {
	name    string
	systems int
	draw    func(r *rand.Rand, row []float64)
}

func equalFamilies() []families {
	exchangeable := func(r *rand.Rand, row []float64) {
		level := r.Float64()
		for k := range row {
			row[k] = max(0, min(1, level+0.2*r.NormFloat64()))
		}
	}
	return []families{
		{"8 exchangeable", 8, exchangeable},
		{"12 exchangeable", 12, exchangeable},
		{"8, changing 2 to 60 % of queries", 8, func(r *rand.Rand, row []float64) {
			for k := range row {
				row[k] = 0.5
				if share := 0.02 + 0.58*float64(k)/float64(len(row)-1); r.Float64() < share {
					row[k] += 0.3 * (r.Float64() - 0.5)
				}
			}
		}},
		// Against the first, each gains 0.1 on 30 % and loses 0.6 on 5 %: the
		// mean is 0.
		{"12, skewed", 12, func(r *rand.Rand, row []float64) {
			for k := range row {
				row[k] = 0.7
				switch u := r.Float64(); {
				case k == 0:
				case u < 0.3:
					row[k] += 0.1
				case u < 0.35:
					row[k] -= 0.6
				}
			}
		}},
	}
}

// rerankings are systems that order one list of 20 documents a query by a signal
// that they share and noise of their own, valued by nDCG@10: many queries are
// easy, and all systems reach the same on them. Pairs of systems may be one
// reranker that sees 10 documents or all, by the toss of a coin for each query.
// No system is better than another.
func rerankings(systems int, paired bool) families {
	name := fmt.Sprintf("%d rerankings of one list", systems)
	if paired {
		name += ", two by two"
	}
	return families{name, systems, func(r *rand.Rand, row []float64) {
		const documents, cutoff = 20, 10
		grades, signal := make([]float64, documents), make([]float64, documents)
		hard := r.Float64() // from a query whose signal says all to one where it says nothing
		for i := range grades {
			if r.Float64() < 0.15 {
				grades[i] = float64(1 + r.IntN(3))
			}
			signal[i] = 3*(1-hard)*grades[i] + 0.1*float64(documents-i)/documents
		}
		scores, order := make([]float64, documents), make([]int, documents)
		swap := false
		for k := range row {
			window := documents
			if paired {
				if k%2 == 0 {
					swap = r.IntN(2) == 0
				}
				if (k%2 == 0) == swap {
					window = cutoff
				}
			}
			if !paired || k%2 == 0 {
				for i := range scores {
					scores[i] = signal[i] + 0.3*r.NormFloat64()
				}
			}
			for i := range order {
				order[i] = i
			}
			slices.SortFunc(order[:window], func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
			row[k] = gain(grades, order[:cutoff])
		}
	}}
}

// gain is nDCG of an order of documents, 0 where none is relevant.
func gain(grades []float64, order []int) float64 {
	ideal := slices.Clone(grades)
	slices.SortFunc(ideal, func(a, b float64) int { return cmp.Compare(b, a) })
	reached, best := 0.0, 0.0
	for i, document := range order {
		reached += grades[document] / math.Log2(float64(i)+2)
		best += ideal[i] / math.Log2(float64(i)+2)
	}
	if best == 0 {
		return 0
	}
	return min(1, reached/best)
}

// familyRates are shares of suites with any comparison declared, but
// pairs, which are shares of all pairs. Alone is by p without a correction.
type familyRates struct {
	alone                   float64
	maximum, holm, better   float64
	maximumPairs, holmPairs float64
}

func calibrateFamily(t testing.TB, f families, n, suites, permutations int) familyRates {
	r := rand.New(rand.NewPCG(12, uint64(n)))
	contrasts := AllPairs(f.systems)
	var rates familyRates
	one := 1 / float64(suites)
	for suite := range suites {
		values := make([][]float64, n)
		for q := range values {
			values[q] = make([]float64, f.systems)
			f.draw(r, values[q])
		}
		family, err := TestFamily(context.Background(), values, contrasts, Options{Permutations: permutations, Seed: uint64(suite + 1)})
		if err != nil {
			t.Fatal(err)
		}
		alone, uncorrected := make([]float64, len(contrasts)), false
		for i, test := range family.Tests {
			alone[i] = test.P
			uncorrected = uncorrected || test.P < 0.05
		}
		maximum, holm, better := 0, 0, false
		for i, p := range Holm(alone) {
			if p < 0.05 {
				holm++
			}
			if family.Tests[i].PCorrected >= 0.05 {
				continue
			}
			maximum++
			d := make([]float64, n)
			for q, row := range values {
				d[q] = contrasts[i].of(row)
			}
			v, err := Decide(d, family.Tests[i].PCorrected, 0.95)
			if err != nil {
				t.Fatal(err)
			}
			better = better || v.Says == Raises || v.Says == Lowers
		}
		for _, c := range []struct {
			rate *float64
			add  bool
		}{{&rates.maximum, maximum > 0}, {&rates.holm, holm > 0}, {&rates.better, better}, {&rates.alone, uncorrected}} {
			if c.add {
				*c.rate += one
			}
		}
		rates.maximumPairs += one * float64(maximum) / float64(len(contrasts))
		rates.holmPairs += one * float64(holm) / float64(len(contrasts))
	}
	return rates
}

// filmFamily are the sample suite's first stage and its reranker at six
// windows, resampled: what is declared is power.
func filmFamily(t testing.TB) families {
	films := filmValues(t)
	columns := [][]float64{films["first-stage"]}
	for _, name := range filmWindows {
		columns = append(columns, films[name])
	}
	return families{"films, 7 systems (power)", len(columns), func(r *rand.Rand, row []float64) {
		q := r.IntN(len(columns[0]))
		for k := range row {
			row[k] = columns[k][q]
		}
	}}
}

func TestFamiliesRarelyErr(t *testing.T) {
	const suites = 60
	limit := 0.05 + 3*standardError(0.05, suites)
	for _, f := range equalFamilies() {
		for _, n := range []int{20, 50} {
			got := calibrateFamily(t, f, n, suites, 1000)
			if got.maximum > limit || got.better > limit {
				t.Errorf("%s, %d queries: %+v", f.name, n, got)
			}
		}
	}
	for _, systems := range []int{2, 5, 12} {
		for _, paired := range []bool{false, true} {
			f := rerankings(systems, paired)
			got := calibrateFamily(t, f, 40, suites, 1000)
			if got.maximum > limit || got.better > limit {
				t.Errorf("%s: %+v", f.name, got)
			}
			if systems == 12 && !paired && got.alone < 0.3 {
				t.Errorf("%s: without a correction only %.0f %% of suites declare anything, so that the test shows nothing", f.name, 100*got.alone)
			}
		}
	}
	if got := calibrateFamily(t, filmFamily(t), 50, suites, 1000); got.maximumPairs <= got.holmPairs {
		t.Errorf("the maximum finds no more than Holm: %+v", got)
	}
}

// skewedWithoutChange are populations of mean 0 that fool the sign-flip test.
func skewedWithoutChange() []population {
	skewed := func(name string, gains, gain, loses, loss float64) population {
		return population{name, loses*-loss + gains*gain, func(r *rand.Rand) float64 {
			switch u := r.Float64(); {
			case u < gains:
				return gain
			case u < gains+loses:
				return -loss
			}
			return 0
		}}
	}
	return []population{
		skewed("30 % gain 0.1, 5 % lose 0.6", 0.3, 0.1, 0.05, 0.6),
		skewed("40 % gain 0.05, 2 % lose 1", 0.4, 0.05, 0.02, 1),
	}
}

// calibrateVerdict gives the shares of suites in which one comparison has a p
// below 0.05, and a verdict with a direction.
func calibrateVerdict(t testing.TB, p population, n, suites int) (byP, byVerdict float64) {
	r := rand.New(rand.NewPCG(5, uint64(n)))
	one := 1 / float64(suites)
	for suite := range suites {
		d := p.suite(r, n)
		alone, _ := randomisation(d, 2000, uint64(suite+1))
		v, err := Decide(d, alone, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if alone < 0.05 {
			byP += one
		}
		if v.Says == Raises || v.Says == Lowers {
			byVerdict += one
		}
	}
	return byP, byVerdict
}

func TestVerdictsRarelyErrWhereTheSignFlipTestDoes(t *testing.T) {
	const suites = 200
	for _, p := range skewedWithoutChange() {
		checkClose(t, p.name+" mean", p.mean, 0, 1e-12)
		byP, byVerdict := calibrateVerdict(t, p, 20, suites)
		if byP < 0.1 || byVerdict > 0.05+3*standardError(0.05, suites) {
			t.Errorf("%s: p declares in %.0f %%, the verdict in %.0f %%", p.name, 100*byP, 100*byVerdict)
		}
	}
}

// queriesThatShow is the number of queries from which on ShownDifference is
// within the population's true mean.
func queriesThatShow(p population) (n int, sd float64) {
	d := p.suite(rand.New(rand.NewPCG(8, 0)), 100_000)
	var squares float64
	for _, v := range d {
		squares += square(v - p.mean)
	}
	sd = math.Sqrt(squares / float64(len(d)))
	for n = PowerQueries; ShownDifference(sd, n, 1) > math.Abs(p.mean); {
		n++
	}
	return n, sd
}

func TestShownDifferenceIsShown(t *testing.T) {
	const suites = 100
	for _, p := range populations(t)[:2] {
		n, _ := queriesThatShow(p)
		if _, shown := calibrateVerdict(t, p, n, suites); math.Abs(shown-0.85) > 0.07+3*standardError(0.8, suites) {
			t.Errorf("%s, mean %.3f: %d queries show it in %.0f %%, want 79 to 92", p.name, p.mean, n, 100*shown)
		}
	}
}

// calibrateMargin is the share of suites that rule out a loss of ShownMargin
// where a tenth of the queries changes without any true loss.
func calibrateMargin(n, suites int) float64 {
	r := rand.New(rand.NewPCG(9, uint64(n)))
	shown := 0.0
	for range suites {
		d := make([]float64, n)
		for i := range d {
			if r.Float64() < 0.1 {
				d[i] = max(-1, min(1, 0.3*r.NormFloat64()))
			}
		}
		if Upper(d, 1, 0.05) <= ShownMargin(math.Sqrt(0.1)*0.3, n) {
			shown += 1 / float64(suites)
		}
	}
	return shown
}

func TestShownMarginIsShown(t *testing.T) {
	const suites = 200
	for _, n := range []int{50, 114} {
		if got := calibrateMargin(n, suites); math.Abs(got-0.82) > 0.06+3*standardError(0.8, suites) {
			t.Errorf("%d queries show the margin in %.0f %%, want 76 to 88", n, 100*got)
		}
	}
}

// BenchmarkCalibration prints what the tests check, from many suites.
func BenchmarkCalibration(b *testing.B) {
	const suites = 2000
	out := io.Writer(os.Stdout)
	table := func(name string, print func()) {
		b.Run(name, func(b *testing.B) {
			printed := false
			for b.Loop() {
				if !printed {
					fmt.Fprintln(out)
					print()
				}
				printed = true
			}
		})
	}
	sizes := []int{10, 20, 50, 100, 300}
	table("intervals", func() {
		fmt.Fprintf(out, "95 %% intervals of a difference: printed, and wrong, in %% of all %d suites\n", suites)
		fmt.Fprintf(out, "%-30s %5s %8s %7s %12s %13s %7s %10s %10s\n", "population", "n", "printed", "wrong", "truly worse", "truly better", "width", "BCa wrong", "BCa width")
		for _, p := range populations(b) {
			for _, n := range slices.Insert(slices.Clone(sizes), 4, 114) {
				r := calibrateIntervals(b, p, n, suites, true)
				fmt.Fprintf(out, "%-30s %5d %8.1f %7.1f %12.1f %13.1f %7.3f %10.1f %10.3f\n", p.name, n, 100*r.printed, 100*r.wrong,
					100*r.wrongAtMost, 100*r.wrongAtBest, r.width, 100*r.bcaWrong, r.bcaWidth)
			}
		}
		fmt.Fprintln(out, "\nexact one-sided coverage of two values, the worst share of 1,000, in %")
		for _, n := range sizes[1:] {
			fmt.Fprintf(out, "n = %3d: 0 and 1 %.2f, 0 and 0.6 %.2f, −0.3 and 0.6 %.2f\n", n,
				100*exactCoverage(n, 0, 1), 100*exactCoverage(n, 0, 0.6), 100*exactCoverage(n, -0.3, 0.6))
		}
	})
	table("sweep", func() {
		fmt.Fprintln(out, "windows called deep enough that are not, any recommendation, any bound of a window wrong, in % of 300 suites")
		fmt.Fprintf(out, "%-36s %5s %7s %7s %11s %10s\n", "curve", "n", "margin", "false", "recommends", "any bound")
		for _, c := range sweepCurves(b) {
			for _, n := range slices.Insert(slices.Clone(sizes[1:]), 3, 114) {
				r := calibrateSweep(b, c, sweepMargins, n, 300)
				for i, margin := range sweepMargins {
					fmt.Fprintf(out, "%-36s %5d %7.2f %7.1f %11.1f %10.1f\n", c.name, n, margin, 100*r.wrong[i], 100*r.recommends[i], 100*r.anyBound)
				}
			}
		}
	})
	table("families", func() {
		fmt.Fprintln(out, "suites with any false declaration, in % of 400, and pairs declared, in % of all pairs")
		fmt.Fprintf(out, "%-36s %5s %8s %6s %8s %14s %11s\n", "systems", "n", "maximum", "Holm", "verdict", "pairs maximum", "pairs Holm")
		for _, f := range append(equalFamilies(), filmFamily(b)) {
			for _, n := range []int{20, 50, 114} {
				// Holm's smallest p of 66 comparisons must be able to reach 0.05/66.
				r := calibrateFamily(b, f, n, 400, 4000)
				fmt.Fprintf(out, "%-36s %5d %8.1f %6.1f %8.1f %14.1f %11.1f\n", f.name, n, 100*r.maximum, 100*r.holm, 100*r.better,
					100*r.maximumPairs, 100*r.holmPairs)
			}
		}
	})
	table("rerankings", func() {
		fmt.Fprintln(out, "systems that rerank one list, none better than another: suites with any pair declared, in % of 1,000")
		fmt.Fprintf(out, "%-40s %6s %5s %12s %8s %6s %8s\n", "systems", "pairs", "n", "uncorrected", "maximum", "Holm", "verdict")
		for _, paired := range []bool{false, true} {
			for systems := 2; systems <= 12; systems++ {
				for _, n := range []int{20, 50, 114} {
					f := rerankings(systems, paired)
					r := calibrateFamily(b, f, n, 1000, 2000)
					fmt.Fprintf(out, "%-40s %6d %5d %12.1f %8.1f %6.1f %8.1f\n", f.name, systems*(systems-1)/2, n, 100*r.alone, 100*r.maximum, 100*r.holm, 100*r.better)
				}
			}
		}
	})
	table("verdicts", func() {
		fmt.Fprintf(out, "a direction declared by p alone and by the verdict, in %% of %d suites\n", suites)
		for _, p := range append(skewedWithoutChange(), populations(b)[:2]...) {
			for _, n := range []int{20, 50, 114, 300} {
				byP, byVerdict := calibrateVerdict(b, p, n, suites)
				fmt.Fprintf(out, "%-30s true mean %+.3f, n = %3d: %5.1f %5.1f\n", p.name, p.mean, n, 100*byP, 100*byVerdict)
			}
		}
		for _, p := range populations(b)[:2] {
			n, sd := queriesThatShow(p)
			_, shown := calibrateVerdict(b, p, n, suites)
			fmt.Fprintf(out, "ShownDifference(%.3f, %d) is the true mean %+.3f of %s: shown in %.1f\n", sd, n, p.mean, p.name, 100*shown)
		}
		for _, n := range []int{50, 114, 300} {
			fmt.Fprintf(out, "ShownMargin of %d queries, a tenth of which changes without a true loss: shown in %.1f\n", n, 100*calibrateMargin(n, suites))
		}
	})
}
