package sweep

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
)

// BestWindows is the choice among the first stages and the rerankers of a sweep,
// each reranker at its best window: the one that is recommended, else the one
// with the highest mean. The windows were chosen by the same queries, which
// flatters their means and gains. The verdicts allow for that: they are made in
// one family with all other windows.
type BestWindows struct {
	score.Decision
	// Family is how many comparisons were corrected together, and Windows how
	// many windows of each reranker took part at most.
	Family, Windows int
}

const (
	// mostFamilyWindows is how many windows of a reranker take part in the
	// family: those in between differ from them by next to nothing.
	mostFamilyWindows = 12
	// familyWork bounds the sign flips times comparisons, and leastFlips the
	// flips from below.
	familyWork, leastFlips = 2e8, 2_000
)

// contender is a first stage, or a reranker at a window.
type contender struct {
	system   string
	reranker int // -1 for a first stage
	window   int // by index
	values   []float64
}

// bestOf is the window to take of a reranker, by its index; -1 where it has no
// answers.
func (r *Reranker) bestOf() int {
	if r.Recommendation.Queries == 0 {
		return -1
	}
	return slices.Index(r.curve.windows, cmp.Or(r.Recommendation.Within.Window, r.Recommendation.Best))
}

// choose sets Best.
func (r *Result) choose(ctx context.Context, run *eval.Run, o Options) error {
	if len(r.Rerankers) < 2 || !score.Testable(o.Metrics[0]) {
		return nil
	}
	most := 0
	for i := range r.Rerankers {
		most = max(most, r.Rerankers[i].Answered)
	}
	var all []contender
	chosen := make(map[string]int) // by system: among all
	for i := range r.Rerankers {
		one := &r.Rerankers[i]
		best := one.bestOf()
		if best < 0 || 2*one.Answered < most {
			continue
		}
		if _, there := chosen[one.FirstStage]; !there {
			chosen[one.FirstStage] = len(all)
			all = append(all, contender{one.FirstStage, -1, 0, one.curve.base.values[0]})
		}
		for _, w := range spread(one.curve.covered, best) {
			if w == best {
				chosen[one.Name] = len(all)
			}
			all = append(all, contender{one.Name, i, w, one.curve.values[0][w]})
		}
	}
	queries := definedForAll(all, len(run.Queries))
	d := &BestWindows{Decision: score.Decision{Lead: o.Metrics[0], Confidence: o.Confidence, Queries: len(queries), Total: len(run.Queries)}, Windows: mostFamilyWindows}
	r.Best = d
	verdicts, err := d.test(ctx, all, queries, o)
	if err != nil {
		return err
	}
	place := func(name string) int {
		if at, there := chosen[name]; there {
			return at
		}
		return -1
	}
	for _, s := range run.Manifest.Systems {
		one := slices.IndexFunc(r.Rerankers, func(k Reranker) bool { return k.Name == s.Name })
		if s.Kind != eval.KindReranked || one >= 0 {
			row, err := r.bestRow(run, s, one, place(s.Name), all, queries, o)
			if err != nil {
				return err
			}
			d.Rows = append(d.Rows, row)
		}
	}
	for i := range d.Rows {
		if row := &d.Rows[i]; row.Compared && (d.Best == "" || row.Mean > d.Row(d.Best).Mean) {
			d.Best = row.Name
		}
	}
	for i := range d.Rows {
		row := &d.Rows[i]
		if !row.Compared || len(queries) == 0 {
			continue
		}
		if row.Name != d.Best {
			says := verdicts.of(place(row.Name), place(d.Best))
			row.Apart = says.Says == stats.Raises || says.Says == stats.Lowers
		}
		if row.FirstStage != "" {
			gain := verdicts.of(place(row.FirstStage), place(row.Name))
			gain.Base, gain.System = row.FirstStage, row.Name
			row.Gain = &gain
		}
	}
	d.Rank()
	return nil
}

// spread are the indices of so many windows that take part in the family, the
// best one among them.
func spread(windows, best int) []int {
	var chosen []int
	for i := range min(windows, mostFamilyWindows) {
		at := i
		if windows > mostFamilyWindows {
			at = int(math.Round(float64(i) * float64(windows-1) / (mostFamilyWindows - 1)))
		}
		chosen = append(chosen, at)
	}
	if !slices.Contains(chosen, best) {
		chosen = append(chosen, best)
	}
	slices.Sort(chosen)
	return chosen
}

// definedForAll are the queries for which every contender has a value.
func definedForAll(all []contender, queries int) []int {
	var defined []int
	for q := range queries {
		if len(all) > 0 && !slices.ContainsFunc(all, func(c contender) bool { return math.IsNaN(c.values[q]) }) {
			defined = append(defined, q)
		}
	}
	return defined
}

// verdicts are the family's, by its pairs of contenders.
type verdicts struct {
	all     []contender
	queries []int
	family  stats.Family
	pairs   map[[2]int]int
	o       Options
}

// test tests every pair of contenders that are not two windows of one reranker.
func (d *BestWindows) test(ctx context.Context, all []contender, queries []int, o Options) (*verdicts, error) {
	v := &verdicts{all: all, queries: queries, pairs: make(map[[2]int]int), o: o}
	if len(queries) == 0 {
		return v, nil
	}
	var contrasts []stats.Contrast
	for next := range all {
		for base := range next {
			if all[base].system != all[next].system {
				v.pairs[[2]int{base, next}] = len(contrasts)
				contrasts = append(contrasts, stats.Difference(len(all), base, next))
			}
		}
	}
	values := make([][]float64, len(queries))
	for i, q := range queries {
		for _, c := range all {
			values[i] = append(values[i], c.values[q])
		}
	}
	d.Family = len(contrasts)
	flips := min(stats.DefaultPermutations, max(leastFlips, int(familyWork)/len(contrasts)))
	var err error
	v.family, err = stats.TestFamily(ctx, values, contrasts, stats.Options{Seed: o.Seed, Confidence: o.Confidence, Permutations: flips})
	return v, err
}

// of is what may be said of two contenders, next minus base.
func (v *verdicts) of(base, next int) score.Difference {
	unknown := math.NaN()
	d := score.Difference{Metric: v.o.Metrics[0], Primary: true, Says: stats.NoEvidence, Total: len(v.queries), PCorrected: unknown,
		IfJudged: metrics.Settling{Mean: unknown, Low: unknown, High: unknown}}
	if base < 0 || next < 0 {
		return d
	}
	test := v.family.Tests[v.pairs[[2]int{min(base, next), max(base, next)}]]
	differences := make([]float64, len(v.queries))
	n := float64(len(v.queries))
	for i, q := range v.queries {
		b, x := v.all[base].values[q], v.all[next].values[q]
		differences[i] = x - b
		d.BaseMean, d.NextMean = d.BaseMean+b/n, d.NextMean+x/n
	}
	d.BaseAsRanked, d.NextAsRanked = d.BaseMean, d.NextMean
	d.P, d.PCorrected, d.Family, d.Exact, d.Permutations, d.Seed = test.P, test.PCorrected, len(v.family.Tests), v.family.Exact, v.family.Permutations, v.family.Seed
	if verdict, err := stats.Decide(differences, test.PCorrected, v.o.Confidence); err == nil {
		d.Says, d.Interval = verdict.Says, verdict.Interval
	}
	return d
}

// bestRow is a system's row without its comparisons; one is the reranker's
// place, -1 for a first stage, and at the contender's, -1 where it is not
// compared.
func (r *Result) bestRow(run *eval.Run, s eval.System, one, at int, all []contender, queries []int, o Options) (score.DecisionRow, error) {
	row := score.DecisionRow{
		System: &s, Mean: math.NaN(), AsRanked: math.NaN(), Low: math.NaN(), High: math.NaN(),
		Ceiling: math.NaN(), Documents: math.NaN(), USD: s.USDPer1000(0), Latency: score.NewLatency(nil, nil),
	}
	if one < 0 {
		for i := range r.Rerankers {
			if k := &r.Rerankers[i]; k.FirstStage == s.Name && k.Latency != nil && row.Latency.Searches == 0 {
				row.Latency = score.NewLatency(k.Latency.alone.took, k.Latency.alone.wall)
			}
		}
	}
	if at < 0 {
		return row, nil
	}
	row.Compared = len(queries) > 0
	values := make([]float64, len(queries))
	for i, q := range queries {
		values[i] = all[at].values[q]
	}
	row.Mean = mean(values)
	row.AsRanked = row.Mean
	if len(values) > 0 {
		interval, err := stats.MeanInterval(values, o.Confidence)
		if err != nil {
			return row, err
		}
		row.Low, row.High = interval.Low, interval.High
	}
	if one >= 0 {
		k, w := &r.Rerankers[one], all[at].window
		row.System.Window = k.curve.windows[w]
		ceilings := make([]float64, len(queries))
		for i, q := range queries {
			ceilings[i] = k.curve.ceilings[0][w][q]
		}
		row.Ceiling, row.Documents = mean(ceilings), k.Points[w].Documents
		row.USD = run.USDPer1000At(&s, row.System.Window)
		if k.Latency != nil {
			row.Latency = score.NewLatency(k.Latency.byWindow[w].took, k.Latency.byWindow[w].wall)
		}
	}
	return row, nil
}
