package sweep

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
)

// curveOf makes a curve of ndcg@10 out of values: without the reranker by
// query, and with it by window, then query.
func curveOf(t testing.TB, windows []int, without []float64, with [][]float64) *curve {
	t.Helper()
	m, err := metrics.Parse("ndcg@10")
	if err != nil {
		t.Fatal(err)
	}
	run := &eval.Run{Queries: make([]eval.Query, len(without))}
	for i := range run.Queries {
		run.Queries[i].ID = fmt.Sprintf("q%d", i)
	}
	b := &base{run: run, metrics: []metrics.Metric{m}, windows: windows, values: [][]float64{without}}
	return &curve{base: b, system: "r", covered: len(windows), values: [][][]float64{with}, without: [][]float64{without}, scored: make([]int, len(windows))}
}

func options(t testing.TB, o Options, queries int) Options {
	t.Helper()
	o, err := o.withDefaults(queries)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// recommended applies the rules to values: by query, and by window, then query.
func recommended(t testing.TB, windows []int, without []float64, with [][]float64, present int, o Options) Recommendation {
	t.Helper()
	return curveOf(t, windows, without, with).compare(options(t, o, len(without))).recommend(present, nil)
}

// levels is one value for all of n queries.
func levels(n int, value float64) []float64 { return slices.Repeat([]float64{value}, n) }

// lower is values with the first k of them lower by as much.
func lower(values []float64, k int, by float64) []float64 {
	values = slices.Clone(values)
	for i := range k {
		values[i] -= by
	}
	return values
}

// Every decision, on values whose bounds are known: n values that are alike
// leave room for 1 − 0.05^(1/n), which is 0.0260 for 114 and 0.0582 for 50.
func TestDecisions(t *testing.T) {
	full := levels(114, 0.8)
	short := lower(full, 20, 0.6) // loses 0.105
	windows := []int{10, 50, 100}
	for _, test := range []struct {
		name            string
		windows         []int
		without         []float64
		with            [][]float64
		present         int
		action          Action
		window, needed  int
		says, also, not string
	}{
		{"keep", windows, levels(114, 0.5), [][]float64{short, full, full}, 50, Keep, 50, 0,
			"keep window 50: no larger window tried gains 0.03 or more of ndcg@10 over it (95 %; at most 0.0260)", "over no reranker window 50 has +0.300 (95 % interval +0.259 to", ""},
		{"set a larger one", windows, levels(114, 0.5), [][]float64{short, full, full}, 10, Set, 50, 0,
			"set window 50 instead of 10: ndcg@10 +0.105 (95 % interval +0.0", "chosen by the same queries", "do not settle"},
		{"set a smaller one", windows, levels(114, 0.5), [][]float64{full, full, full}, 50, Set, 10, 0,
			"set window 10 instead of 50: ndcg@10 0.000 (95 % interval -0.032 to +0.032)", "at most 0.0260", "do not settle"},
		{"the present one is not tried", windows, levels(114, 0.5), [][]float64{full, full, full}, 200, Set, 10, 0, "the suite's present window 200 was not tried", "", ""},
		{"nobody knows the present one", windows, levels(114, 0.5), [][]float64{full, full, full}, 0, Use, 10, 0, "use window 10: no larger window", "", ""},
		{"too few for any margin", windows, levels(20, 0.5), [][]float64{levels(20, 0.8), levels(20, 0.8), levels(20, 0.8)}, 50, CannotTell, 0, 32,
			"cannot tell: 20 queries cannot show that a smaller window is enough: even where nothing changes they leave room for a loss of 0.1392; 32 could show 0.1", "the present window 50 lost 0.0000 here against 100", ""},
		{"too few for anything", windows, levels(12, 0.5), [][]float64{levels(12, 0.8), levels(12, 0.8), levels(12, 0.8)}, 50, CannotTell, 0, 0,
			"cannot tell: 12 queries are too few to say anything about others like them", "", "at most"},
		{"the largest still gains", windows, levels(114, 0.5), [][]float64{lower(full, 60, 0.6), short, full}, 50, TryMore, 0, 0,
			"window 100 is the largest tried and still gains over window 50, ndcg@10 +0.105", "try more", ""},
		{"a small loss is not excluded", windows, levels(114, 0.5), [][]float64{short, lower(full, 2, 0.6), full}, 50, CannotTell, 0, -1,
			"cannot tell: on these 114 queries window 50 lost 0.0105 against 100 (a fact about them, not about others)", "could show less than 0.03", ""},
		{"harm", windows, full, [][]float64{lower(full, 60, 0.6), short, short}, 50, LeaveOut, 0, 0,
			"leave the reranker out: every window tried lowers ndcg@10, window 50 least, by -0.105", "", "enough"},
		{"one window", windows[:1], levels(114, 0.5), [][]float64{full}, 10, CannotTell, 0, 0, "window 10 is the only one tried", "", ""},
		{"nothing", windows, levels(3, math.NaN()), [][]float64{levels(3, 0), levels(3, 0), levels(3, 0)}, 10, NoAnswers, 0, 0, "no window is recommended", "undefined for every query", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := recommended(t, test.windows, test.without, test.with, test.present, Options{})
			d := r.Decision
			if d.Action != test.action || d.Window != test.window || r.Within.Window != test.window || d.Present != test.present {
				t.Errorf("decision %+v, within %+v", d, r.Within)
			}
			if test.needed >= 0 && r.QueriesNeeded != test.needed || test.needed < 0 && r.QueriesNeeded <= 114 {
				t.Errorf("%d queries needed", r.QueriesNeeded)
			}
			if !strings.Contains(d.Sentence, test.says) || !strings.Contains(d.Sentence, test.also) || test.not != "" && strings.Contains(d.Sentence, test.not) {
				t.Errorf("says %q", d.Sentence)
			}
			for _, s := range append(r.Sentences(), d.Sentence) {
				if s == "" || strings.HasSuffix(s, ".") {
					t.Errorf("odd sentence %q", s)
				}
			}
		})
	}
}

// A larger window that is proven enough, where the queries do not settle whether
// it gains over the present one, is set with that said.
func TestSetSaysWhatIsNotSettled(t *testing.T) {
	full := levels(114, 0.8)
	r := recommended(t, []int{10, 50, 100}, levels(114, 0.5), [][]float64{lower(full, 30, 0.8), lower(full, 2, 0.6), full}, 10, Options{Delta: 0.04})
	if r.Within.Window != 0 && r.Within.Window != 50 {
		t.Fatalf("%+v", r.Within)
	}
	r = recommended(t, []int{10, 50, 100}, levels(114, 0.5), [][]float64{lower(full, 2, 0.6), full, full}, 10, Options{})
	if r.Decision.Action != Set || r.Decision.Window != 50 || !strings.HasSuffix(r.Decision.Sentence, "over no reranker window 50 has +0.300 (95 % interval +0.259 to +0.322)") ||
		!strings.Contains(r.Decision.Sentence, "which do not settle whether it gains over 10") {
		t.Errorf("%+v", r.Decision)
	}
}

// What so many queries cannot show is said beforehand.
func TestDeltaNote(t *testing.T) {
	for _, test := range []struct {
		queries int
		delta   float64
		want    string
	}{
		{114, 0, ""}, {32, 0, ""}, {300, 0.01, ""},
		{31, 0, "31 queries cannot show that a smaller window is enough"},
		{12, 0.5, "12 queries cannot show"},
		{114, 0.01, "114 queries cannot show a loss below 0.01: even where nothing changes they leave room for 0.0260"},
		{114, 0.01, "299 queries could show it"},
		{298, 0.01, "299 queries"},
	} {
		got := DeltaNote(test.queries, test.delta, 0)
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%d queries, delta %v: %q", test.queries, test.delta, got)
		}
	}
}

// The default margin follows from the number of queries alone.
func TestDefaultDelta(t *testing.T) {
	for n, want := range map[int]float64{31: 0, 32: 0.1, 50: 0.1, 75: 0.05, 114: 0.03, 300: 0.02, 330: 0.01} {
		if got := options(t, Options{}, n).Delta; got != want {
			t.Errorf("%d queries: %v, want %v", n, got, want)
		}
	}
	if got := options(t, Options{Delta: 0.004}, 20).Delta; got != 0.004 {
		t.Errorf("a delta that was given became %v", got)
	}
}

// A smaller window that scores higher than the recommended one is named.
func TestHigherBelow(t *testing.T) {
	n := 114
	flat := levels(n, 0.6)
	peak := lower(flat, 24, -0.35) // gains 0.35 on 24 queries, and loses 0.6 on 12 others: 1.2/114
	for i := 40; i < 52; i++ {
		peak[i] -= 0.6
	}
	r := recommended(t, []int{10, 50, 100}, levels(n, 0.5), [][]float64{peak, flat, flat}, 50, Options{})
	if r.Within.Window != 50 || r.Best != 10 || !strings.Contains(r.Caution, "window 10, which is smaller, scored higher here than 50 by +0.011 (95 % interval -") {
		t.Errorf("%+v", r)
	}
}

// A population of suites, by statistics.md: value gives a query's value at a
// window, true is the true mean of the largest minus that of each window.
type population struct {
	name    string
	windows []int
	draw    func(random *rand.Rand) []float64
	loss    []float64
	delta   float64
}

// populations are those for which sweeps are simulated: the films are resampled
// in eval/stats.
func populations() []population {
	six := []int{5, 10, 20, 50, 100, 200}
	twenty := make([]int, 20)
	for i := range twenty {
		twenty[i] = 10 * (i + 1)
	}
	// A share of queries loses as much at every window but the largest.
	rare := func(windows []int, share, amount float64) func(*rand.Rand) []float64 {
		return func(random *rand.Rand) []float64 {
			values := levels(len(windows), 0.6)
			if random.Float64() < share {
				for i := range len(values) - 1 {
					values[i] -= amount
				}
			}
			return values
		}
	}
	losses := func(n int, loss float64) []float64 {
		list := levels(n, loss)
		list[n-1] = 0
		return list
	}
	return []population{
		{"2 % lose 0.6", six, rare(six, 0.02, 0.6), losses(6, 0.012), 0.01},
		{"5 % lose 0.6", six, rare(six, 0.05, 0.6), losses(6, 0.03), 0.03},
		{"60 % change slightly, 2 % lose 0.9", six, func(random *rand.Rand) []float64 {
			values := levels(6, 0.5)
			values[5] = 0.5
			for i := range 5 {
				if random.Float64() < 0.6 {
					values[i] += max(-0.2, min(0.2, random.NormFloat64()*0.05))
				}
			}
			if random.Float64() < 0.02 {
				for i := range 5 {
					values[i] = 0
				}
				values[5] = 0.9
			}
			return values
		}, losses(6, 0.018), 0.018},
		{"a plateau of 20 just beyond delta", twenty, func(random *rand.Rand) []float64 {
			values := make([]float64, 20)
			for i := range values {
				values[i] = max(0, min(1, 0.5+random.NormFloat64()*0.1))
			}
			values[19] = max(0, min(1, values[19]+0.0301))
			return values
		}, losses(20, 0.0301), 0.03},
	}
}

// A window is recommended that truly loses delta or more in at most 5 % of
// suites, whatever the population: at n = 20 by 2 % of queries that lose 0.6 too,
// of which most suites have none.
func TestFalseRecommendations(t *testing.T) {
	suites := 60
	if testing.Short() {
		suites = 20
	}
	for _, p := range populations() {
		for _, n := range []int{20, 50, 114, 300} {
			random := rand.New(rand.NewPCG(17, uint64(n)))
			wrong := 0
			for range suites {
				with := table(len(p.windows), n)
				for q := range n {
					for i, v := range p.draw(random) {
						with[i][q] = v
					}
				}
				r := recommended(t, p.windows, levels(n, 0.4), with, 0, Options{Delta: p.delta})
				if at := slices.Index(p.windows, r.Within.Window); at >= 0 && p.loss[at] >= p.delta {
					wrong++
				}
			}
			// 5 % and three standard errors of as many suites.
			if most := 0.05 + 3*math.Sqrt(0.05*0.95/float64(suites)); float64(wrong)/float64(suites) > most {
				t.Errorf("%s, %d queries: %d of %d suites recommend a window that loses %v or more", p.name, n, wrong, suites, p.delta)
			}
		}
	}
}

// The rule has power: where nothing changes the smallest window is recommended
// as soon as the queries can show the margin, and never before.
func TestPowerWhereNothingChanges(t *testing.T) {
	for n := stats.MinQueries; n < 130; n += 9 {
		same := levels(n, 0.7)
		for _, delta := range []float64{0.03, 0.05, 0.1} {
			r := recommended(t, []int{10, 20}, levels(n, 0.5), [][]float64{same, same}, 0, Options{Delta: delta})
			if want := stats.MarginOf(n, 0.05) < delta; (r.Within.Window == 10) != want {
				t.Errorf("%d queries, delta %v: window %d", n, delta, r.Within.Window)
			}
		}
	}
}

// Queries without an answer, or where the metric is undefined, change nothing.
func TestUndefinedQueriesAreLeftOut(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(13, 60).Draw(rt, "queries")
		left := rapid.IntRange(1, 10).Draw(rt, "left out")
		windows := []int{5, 10, 20}
		unit := rapid.Float64Range(0, 1)
		without := rapid.SliceOfN(unit, n, n).Draw(rt, "without")
		with := make([][]float64, 3)
		for i := range with {
			with[i] = rapid.SliceOfN(unit, n, n).Draw(rt, "with")
		}
		o := Options{Delta: 0.05}
		plain := recommended(t, windows, without, with, 10, o)
		more := make([][]float64, 3)
		for i := range more {
			more[i] = append(slices.Clone(with[i]), levels(left, 0.9)...)
			more[i][n+left-1] = math.NaN()
		}
		holed := append(slices.Clone(without), levels(left, math.NaN())...)
		holed[n+left-1] = 0.3
		again := recommended(t, windows, holed, more, 10, o)
		a, _ := json.Marshal(plain)
		b, _ := json.Marshal(again)
		if string(a) != string(b) {
			rt.Fatalf("left out queries change\n%s\nto\n%s", a, b)
		}
	})
}

// What is recommended is what the rule says, and larger windows gain at most
// what is said on the queries themselves too.
func TestBoundsHoldOnTheQueriesThemselves(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(32, 150).Draw(rt, "queries")
		with := make([][]float64, rapid.IntRange(2, 5).Draw(rt, "windows"))
		windows := make([]int, len(with))
		for i := range with {
			windows[i] = 10 * (i + 1)
			with[i] = levels(n, 0.5)
			for range rapid.IntRange(0, 5).Draw(rt, "changed") {
				with[i][rapid.IntRange(0, n-1).Draw(rt, "query")] = rapid.Float64Range(0, 1).Draw(rt, "value")
			}
		}
		c := curveOf(t, windows, levels(n, 0.5), with)
		k := c.compare(options(t, Options{}, n))
		r := k.recommend(0, nil)
		for w := range with {
			for v := w + 1; v < len(with); v++ {
				if gain := mean(with[v]) - mean(with[w]); gain > k.depth.AtMost[w]+1e-12 {
					rt.Fatalf("window %d gains %v over %d, at most %v", windows[v], gain, windows[w], k.depth.AtMost[w])
				}
				if windows[w] == r.Within.Window && k.depth.AtMost[w] >= k.o.Delta {
					rt.Fatalf("window %d is recommended with the bound %v", windows[w], k.depth.AtMost[w])
				}
			}
		}
	})
}

// A metric without a range gets no bound, and no recommendation.
func TestMetricWithoutRange(t *testing.T) {
	many := levels(40, 7)
	r := recommended(t, []int{5, 10}, levels(40, 5), [][]float64{many, many}, 5, Options{})
	if r.Decision.Action != CannotTell || !strings.Contains(r.Decision.Sentence, "no range from 0 to 1") {
		t.Errorf("%+v", r.Decision)
	}
}

func TestQueriesFor(t *testing.T) {
	// The bound lies .02 above the loss with 100 queries and has to come
	// within .01 of it: half the distance needs four times the queries.
	if got := queriesFor(100, .0, .02, .01); got != 400 {
		t.Errorf("got %v, want 400", got)
	}
	if got := queriesFor(100, .0, .005, .01); got != 100 {
		t.Errorf("got %v, want the 100 that do already", got)
	}
}

// Bounds are never rounded down.
func TestBounded(t *testing.T) {
	for x, want := range map[float64]string{0.02601: "0.0261", 0.0260: "0.0260", 0: "0.0000", 0.00001: "0.0001"} {
		if got := bounded(x); got != want {
			t.Errorf("bounded(%v) = %s, want %s", x, got, want)
		}
	}
}

// Of n values the largest bounds the 95th percentile from 59 on, because
// 0.95^58 = 0.0510 and 0.95^59 = 0.0485.
func TestQuantileAtMost(t *testing.T) {
	values := make([]float64, 58)
	for i := range values {
		values[i] = float64(i)
	}
	if got := quantileAtMost(values, 0.95, 0.05); !math.IsNaN(got) {
		t.Errorf("58 values bound it by %v", got)
	}
	if got := quantileAtMost(append(values, 58), 0.95, 0.05); got != 58 {
		t.Errorf("59 values bound it by %v", got)
	}
	// The median of 10 values: the 8th has 1 − 56/1024 = 0.945 below 0.975, the
	// 9th 1 − 11/1024 = 0.989.
	if got := quantileAtMost(values[:10], 0.5, 0.025); got != 8 {
		t.Errorf("the median of 10 is bounded by %v", got)
	}
}
