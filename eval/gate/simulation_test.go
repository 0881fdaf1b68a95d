package gate

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/releval/releval/judgments"
)

// population is a way in which a new version may move the queries of a suite.
type population struct {
	name string
	// drop is how much the mean truly falls.
	drop float64
	draw func(r *rand.Rand) float64
}

// lose is a population of which a share loses so much, and nothing else
// changes.
func lose(share, loss float64) population {
	return population{fmt.Sprintf("%.3g %% lose %g", 100*share, loss), share * loss, func(r *rand.Rand) float64 {
		if r.Float64() < share {
			return -loss
		}
		return 0
	}}
}

// normal is a population of which a share changes by a normal difference.
func normal(share, mean, sd float64) population {
	return population{fmt.Sprintf("%.3g %% change by N(%g, %g)", 100*share, mean, sd), 0 - share*mean, func(r *rand.Rand) float64 {
		if r.Float64() >= share {
			return 0
		}
		return min(1, max(-1, mean+sd*r.NormFloat64()))
	}}
}

// rates are shares of suites, from 0 to 1.
type rates struct{ fail, pass, inconclusive float64 }

func (r rates) String() string {
	return fmt.Sprintf("%.3g/%.3g/%.3g", 100*r.fail, 100*r.pass, 100*r.inconclusive)
}

// simulate draws suites of n queries and decides the gate on each.
func simulate(tb testing.TB, p population, g judgments.Gate, n, suites int) rates {
	tb.Helper()
	r := rand.New(rand.NewPCG(uint64(n), 2000))
	var count rates
	change := make([]float64, n)
	for range suites {
		for i := range change {
			change[i] = p.draw(r)
		}
		switch verdictOn(tb, g, change).Verdict {
		case Failed:
			count.fail++
		case Passed:
			count.pass++
		default:
			count.inconclusive++
		}
	}
	count.fail /= float64(suites)
	count.pass /= float64(suites)
	count.inconclusive /= float64(suites)
	return count
}

// failing is what tests, benchmarks and properties have.
type failing interface {
	Helper()
	Fatalf(format string, args ...any)
}

// verdictOn evaluates a gate against a baseline from which the queries
// changed as given.
func verdictOn(tb failing, g judgments.Gate, change []float64) Result {
	tb.Helper()
	g.Metric, g.System, g.Versus = "ndcg@10", "elastic", "baseline"
	ids := make([]string, len(change))
	base, next := make([]float64, len(change)), make([]float64, len(change))
	for i := range change {
		ids[i], base[i], next[i] = "q"+strconv.Itoa(i), 0.5, 0.5+change[i]
	}
	in := Input{Scores: evaluated(ids, system("elastic", next...)), Baseline: evaluated(ids, system("elastic", base...))}
	for _, q := range in.Baseline.Run.Queries {
		q.Results["elastic"].Hits[0].ID = "another ranking"
	}
	in.gates(g)
	results := Evaluate(in)
	if len(results) != 1 {
		tb.Fatalf("%d results of one gate and one system", len(results))
	}
	return results[0]
}

// tolerated is 5 % and three standard errors of so many suites.
func tolerated(suites int) float64 { return 0.05 + 3*math.Sqrt(0.05*0.95/float64(suites)) }

// A gate with confidence must hardly ever pass what truly drops by its limit,
// must fail on what these queries show with or without it, and a count gate
// errs as the binomial distribution says.
func TestFalseAlarms(t *testing.T) {
	const suites = 300
	confident := func(limit float64) judgments.Gate { return judgments.Gate{MaxDrop: &limit, Confidence: 0.95} }
	for _, n := range []int{20, 50, 114} {
		for _, c := range []struct {
			population
			limit float64
		}{
			{lose(0.02/0.6, 0.6), 0.02},
			{lose(0.05, 1), 0.05},
			{lose(0.02, 1), 0.02},
			{normal(1, -0.05, 0.15), 0.05},
			{collapsing(), 0.018},
			{filmDifferences(t, "first-stage", "shallow", 0.05), 0.05},
		} {
			if got := simulate(t, c.population, confident(c.limit), n, suites); got.pass > tolerated(suites) {
				t.Errorf("%s, %d queries, limit %g: %.1f %% pass, want at most 5 %%", c.name, n, c.limit, 100*got.pass)
			}
		}
		// Where nothing changes nothing fails, and 5 % of gain is room enough.
		if got := simulate(t, lose(0, 1), confident(0.02), n, 1); got.fail != 0 {
			t.Errorf("%d unchanged queries fail", n)
		}
	}
	// A collapse of 8.3 % of the queries fails with the confidence as without.
	for _, confidence := range []float64{0, 0.95} {
		g := judgments.Gate{MaxDrop: new(0.02), Confidence: confidence}
		if got := simulate(t, lose(1.0/12, 0.6), g, 114, suites); got.fail < 0.95 {
			t.Errorf("confidence %g: a drop of 0.05 fails in %.1f %% of the suites, want 95 %%", confidence, 100*got.fail)
		}
	}
	for k, want := range []float64{0.435, 0.112, 0.020} {
		g := judgments.Gate{MaxQueryDrop: new(0.3), MaxQueries: &k}
		// 114 queries of which 0.5 % fall by chance: 1 − P(at most k) of the
		// binomial distribution, 0.9951^114 = 0.565 for none.
		if got := simulate(t, lose(0.005, 0.6), g, 114, suites); math.Abs(got.fail-want) > 3*math.Sqrt(want*(1-want)/suites) {
			t.Errorf("at most %d queries: fails by chance in %.1f %% of the suites, want %.1f %%", k, 100*got.fail, 100*want)
		}
	}
}

// filmDifferences are the sample suite's differences in ndcg@10 between two
// systems, drawn with a bias of so much: a version that loses it.
func filmDifferences(tb testing.TB, base, next string, loss float64) population {
	tb.Helper()
	file, err := os.Open("../stats/testdata/films.csv")
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	before, after := slices.Index(rows[0], base), slices.Index(rows[0], next)
	differences := make([]float64, 0, len(rows)-1)
	for _, row := range rows[1:] {
		x, err := strconv.ParseFloat(row[before], 64)
		y, err2 := strconv.ParseFloat(row[after], 64)
		if err := errors.Join(err, err2); err != nil {
			tb.Fatal(err)
		}
		differences = append(differences, y-x)
	}
	mean := 0.0
	for _, d := range differences {
		mean += d / float64(len(differences))
	}
	return population{fmt.Sprintf("films, %s against %s, falling %g", next, base, loss), loss, func(r *rand.Rand) float64 {
		return min(1, max(-1, differences[r.IntN(len(differences))]-mean-loss))
	}}
}

// collapsing changes 60 % of the queries a little and lets 2 % lose 0.9.
func collapsing() population {
	return population{"60 % change by N(0, 0.05), 2 % lose 0.9", 0.018, func(r *rand.Rand) float64 {
		if r.Float64() < 0.02 {
			return -0.9
		}
		return normal(0.6/0.98, 0, 0.05).draw(r)
	}}
}

// BenchmarkCalibration prints how often each kind of gate fails, passes and is
// inconclusive, in percent of 500 suites. A pass of what truly drops by more
// than the limit is a miss; a failure of what does not is a false alarm:
//
//	go test -run '^$' -bench Calibration -benchtime 1x ./eval/gate
func BenchmarkCalibration(b *testing.B) {
	const suites = 500
	sizes := []int{10, 20, 50, 100, 114, 300}
	line := func(c population, kind string, g judgments.Gate) {
		fmt.Printf("%-46s %8.2g  %-36s", c.name, c.drop, kind)
		for _, n := range sizes {
			fmt.Printf("  %-14s", simulate(b, c, g, n, suites))
		}
		fmt.Println()
	}
	for b.Loop() {
		fmt.Printf("\nfail/pass/inconclusive, %%, n = %v\n%-46s %8s  gate\n", sizes, "population", "drop")
		for _, c := range []population{
			lose(0, 0), normal(0.1, 0, 0.3), normal(1, 0, 0.15), filmDifferences(b, "first-stage", "shallow", 0),
			lose(0.02/0.6, 0.6), lose(0.05, 0.6), lose(0.05/0.6, 0.6), lose(0.05, 1), normal(0.2, -0.25, 0.3), normal(1, -0.05, 0.15), collapsing(),
			filmDifferences(b, "first-stage", "shallow", 0.02), filmDifferences(b, "first-stage", "shallow", 0.05),
		} {
			for _, limit := range []float64{0.02, 0.05} {
				line(c, fmt.Sprintf("max_drop %g", limit), judgments.Gate{MaxDrop: &limit})
				line(c, fmt.Sprintf("max_drop %g, confidence 0.95", limit), judgments.Gate{MaxDrop: &limit, Confidence: 0.95})
			}
			line(c, "max_query_drop 0.3", judgments.Gate{MaxQueryDrop: new(0.3)})
			for _, k := range []int{1, 2} {
				line(c, fmt.Sprintf("max_query_drop 0.3, max_queries %d", k), judgments.Gate{MaxQueryDrop: new(0.3), MaxQueries: &k})
			}
			line(c, "max_query_drop 0.3, max_share 0.02", judgments.Gate{MaxQueryDrop: new(0.3), MaxShare: new(0.02)})
		}
		for _, c := range []population{lose(0.005, 0.6), lose(0.03, 0.6)} {
			line(c, "max_query_drop 0.3", judgments.Gate{MaxQueryDrop: new(0.3)})
			for _, k := range []int{0, 1, 2} {
				line(c, fmt.Sprintf("max_query_drop 0.3, max_queries %d", k), judgments.Gate{MaxQueryDrop: new(0.3), MaxQueries: &k})
			}
		}
		for _, c := range []population{normal(1, 0.05, 0.15), normal(1, 0, 0.15), normal(0.2, 0.25, 0.3)} {
			line(c, "min_gain 0.02", judgments.Gate{MinGain: new(0.02)})
			line(c, "min_gain 0.02, confidence 0.95", judgments.Gate{MinGain: new(0.02), Confidence: 0.95})
		}
	}
}
