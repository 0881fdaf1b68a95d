package gate

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// population is a way in which a new version may move the queries of a suite
// without moving their mean.
type population struct {
	name string
	// draw gives the difference of one query; its mean is 0 and its standard
	// deviation sd.
	draw func(r *rand.Rand) float64
	sd   float64
}

// populations are what relevance suites look like: metrics jump between few
// values, most queries do not change, and single ones change a lot.
func populations() []population {
	rank := func(r *rand.Rand) float64 {
		// nDCG@10 of the one relevant title at a rank from 1 to 12.
		if k := 1 + r.IntN(12); k <= 10 {
			return 1 / math.Log2(float64(k+1))
		}
		return 0
	}
	sometimes := func(share, sd float64) func(*rand.Rand) float64 {
		return func(r *rand.Rand) float64 {
			if r.Float64() >= share {
				return 0
			}
			return sd * r.NormFloat64()
		}
	}
	return []population{
		{"normal", func(r *rand.Rand) float64 { return 0.2 * r.NormFloat64() }, 0.2},
		{"large losses, small gains", func(r *rand.Rand) float64 { return 0.2 * (1 - r.ExpFloat64()) }, 0.2},
		{"large gains, small losses", func(r *rand.Rand) float64 { return 0.2 * (r.ExpFloat64() - 1) }, 0.2},
		{"3 in 10 change", sometimes(0.3, 0.36), 0.36 * math.Sqrt(0.3)},
		{"1 in 10 changes", sometimes(0.1, 0.6), 0.6 * math.Sqrt(0.1)},
		// The difference of two independent ranks has twice the variance.
		{"the title lands anywhere", func(r *rand.Rand) float64 { return rank(r) - rank(r) }, math.Sqrt(2 * rankVariance())},
	}
}

// rankVariance is the variance of 1/log2(k+1) for k uniform from 1 to 12 and
// 0 beyond 10.
func rankVariance() float64 {
	var sum, squares float64
	for k := 1; k <= 10; k++ {
		gain := 1 / math.Log2(float64(k+1))
		sum += gain
		squares += gain * gain
	}
	return squares/12 - (sum/12)*(sum/12)
}

// rates are shares of draws, from 0 to 1.
type rates struct {
	// confident, plain and oneSided are false alarms without a true change: of
	// the gate with confidence 0.95 and margin 0, of the gate that allows a
	// drop of 0.01 of the mean, and of a one-sided bound alone.
	confident, plain, oneSided float64
	// wronglyPassed is how often the gate with confidence says that there was
	// no drop although nothing is known but that there was no change.
	wronglyPassed float64
	// power is how often the gate with confidence fails where the mean truly
	// dropped by twice the detectable difference.
	power float64
}

const queriesOfADraw = 50

// simulate draws suites of 50 queries and holds the gates against each.
func simulate(tb testing.TB, p population, draws int, o stats.Options) rates {
	tb.Helper()
	r := rand.New(rand.NewPCG(50, 2000))
	drop := 2 * stats.Detectable(p.sd, queriesOfADraw, stats.DefaultConfidence)
	var count rates
	for draw := range draws {
		o.Seed = uint64(draw + 1)
		change := make([]float64, queriesOfADraw)
		for i := range change {
			change[i] = p.draw(r)
		}
		plain := verdictOn(tb, judgments.Gate{MaxDrop: new(0.01)}, change, o)
		confident := verdictOn(tb, judgments.Gate{MaxDrop: new(0.0), Confidence: 0.95}, change, o)
		if plain.Verdict == Failed {
			count.plain++
		}
		switch confident.Verdict {
		case Failed:
			count.confident++
		case Passed:
			count.wronglyPassed++
		}
		if confident.Comparison.Upper < -Tolerance {
			count.oneSided++
		}
		for i := range change {
			change[i] -= drop
		}
		if verdictOn(tb, judgments.Gate{MaxDrop: new(0.0), Confidence: 0.95}, change, o).Verdict == Failed {
			count.power++
		}
	}
	for _, c := range []*float64{&count.confident, &count.plain, &count.oneSided, &count.wronglyPassed, &count.power} {
		*c /= float64(draws)
	}
	return count
}

// verdictOn evaluates a gate against a baseline from which the queries
// changed as given.
func verdictOn(tb testing.TB, g judgments.Gate, change []float64, o stats.Options) Result {
	tb.Helper()
	g.Metric, g.System, g.Versus = "ndcg@10", "elastic", "baseline"
	ids := make([]string, len(change))
	base, next := make([]float64, len(change)), make([]float64, len(change))
	for i := range change {
		ids[i], base[i], next[i] = "q"+strconv.Itoa(i), 0.5, 0.5+change[i]
	}
	in := Input{Scores: evaluated(ids, system("elastic", next...)), Baseline: evaluated(ids, system("elastic", base...)), Stats: o}
	in.gates(g)
	results, err := Evaluate(in)
	if err != nil {
		tb.Fatal(err)
	}
	if len(results) != 1 {
		tb.Fatalf("%d results of one gate and one system", len(results))
	}
	return results[0]
}

// The gate with confidence must not cry wolf, and must bite.
func TestFalseAlarms(t *testing.T) {
	for _, p := range populations() {
		t.Run(p.name, func(t *testing.T) {
			got := simulate(t, p, 300, stats.Options{Resamples: 500, Permutations: 500})
			t.Logf("%+v", got)
			if got.confident > 0.06 {
				t.Errorf("the gate with confidence 0.95 fails for %.1f %% of the draws without a change, want at most 6 %%", 100*got.confident)
			}
			if got.plain <= 0.25 {
				t.Errorf("the plain gate fails for %.1f %% of the draws without a change, want more than 25 %%", 100*got.plain)
			}
			if got.power < 0.95 {
				t.Errorf("the gate with confidence fails for %.1f %% of the draws with a drop of twice the detectable size, want at least 95 %%", 100*got.power)
			}
		})
	}
}

// BenchmarkFalseAlarms prints, for each population, how often the gates err
// over 2,000 draws of 50 queries, in percent (with fewer resamples than a run
// takes, which changes the rates by less than they vary):
//
//	go test -run '^$' -bench FalseAlarms -benchtime 1x ./eval/gate
func BenchmarkFalseAlarms(b *testing.B) {
	for _, p := range populations() {
		b.Run(p.name, func(b *testing.B) {
			var got rates
			for b.Loop() {
				got = simulate(b, p, 2000, stats.Options{Resamples: 2000, Permutations: 10_000})
			}
			b.ReportMetric(100*got.confident, "%alarms-confident")
			b.ReportMetric(100*got.plain, "%alarms-plain")
			b.ReportMetric(100*got.oneSided, "%alarms-one-sided")
			b.ReportMetric(100*got.power, "%power")
		})
	}
}
