package sweep

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
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
	return &curve{base: b, system: "r", covered: len(windows), values: [][][]float64{with}}
}

// drawCurve draws queries around true means, windows of one query alike.
func drawCurve(t testing.TB, random *rand.Rand, windows []int, means []float64, queries int, common, own float64) *curve {
	without := make([]float64, queries)
	with := table(len(windows), queries)
	for q := range queries {
		shared := random.NormFloat64() * common
		without[q] = means[0] + shared + random.NormFloat64()*own
		for i := range windows {
			with[i][q] = means[i+1] + shared + random.NormFloat64()*own
		}
	}
	return curveOf(t, windows, without, with)
}

func options(t testing.TB, o Options) Options {
	t.Helper()
	o, err := o.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestRecommendOnALargeSuite(t *testing.T) {
	windows := []int{5, 10, 20, 50, 100}
	means := []float64{.40, .45, .55, .595, .60, .60}
	random := rand.New(rand.NewPCG(1, 1))
	c := drawCurve(t, random, windows, means, 3000, .2, .05)
	o := options(t, Options{Resamples: 1000})
	r := c.recommend(c.bootstrap(o), nil, o)
	if r.Within.Window != 20 {
		t.Errorf("within delta: window %d, want 20, which truly loses 0.005: %+v", r.Within.Window, r.Within)
	}
	// 90 % of the best gain .20 is .18: window 20 gains .195, window 10 .15.
	if r.Enough.Window != 20 || r.Enough.From != 20 || r.Enough.To != 20 {
		t.Errorf("enough: %+v, want window 20 whatever is drawn", r.Enough)
	}
	if !r.Told || r.Caution != "" {
		t.Errorf("told %v with the caution %q: 3,000 queries tell these windows apart", r.Told, r.Caution)
	}
	if r.Within.Loss > r.Within.AtMost || float64(r.Within.AtMost) >= o.Delta {
		t.Errorf("the loss %v is at most %v, want it below delta", r.Within.Loss, r.Within.AtMost)
	}
	for _, sentence := range r.Sentences() {
		if sentence == "" || strings.HasSuffix(sentence, ".") {
			t.Errorf("odd sentence %q", sentence)
		}
	}
}

// The window within delta truly is so in as many suites as the confidence
// says, although the best window is chosen on the same queries.
func TestWithinHoldsWithItsConfidence(t *testing.T) {
	windows := []int{5, 10, 20, 50, 100, 200}
	// Window 20 loses just delta: choosing it, or a smaller one, is wrong.
	means := []float64{.40, .50, .56, .59, .60, .60, .60}
	o := options(t, Options{Resamples: 200})
	wrong, chosen, suites := 0, 0, 200
	random := rand.New(rand.NewPCG(2, 3))
	for range suites {
		c := drawCurve(t, random, windows, means, 100, .25, .04)
		r := c.recommend(c.bootstrap(o), nil, o)
		if r.Within.Window > 0 {
			chosen++
			if r.Within.Window <= 20 {
				wrong++
			}
		}
	}
	// 5 % of 200 are 10; three standard deviations of that are 9.
	if wrong > 19 {
		t.Errorf("%d of %d suites choose a window that truly loses delta, want about 10 at most", wrong, suites)
	}
	if chosen < suites/2 {
		t.Errorf("only %d of %d suites choose any window: the rule is useless", chosen, suites)
	}
}

func TestTooFewQueries(t *testing.T) {
	windows := []int{5, 10, 20}
	random := rand.New(rand.NewPCG(5, 5))
	c := drawCurve(t, random, windows, []float64{.4, .5, .505, .5}, 12, .2, .2)
	o := options(t, Options{Resamples: 1000})
	r := c.recommend(c.bootstrap(o), nil, o)
	if r.Within.Window != 0 || r.Within.QueriesNeeded <= 12 {
		t.Fatalf("12 noisy queries give %+v, want no window and the number that would be enough", r.Within)
	}
	if !strings.Contains(r.Within.Sentence, "about "+text.Count(r.Within.QueriesNeeded, "query")+" would be enough") {
		t.Errorf("the sentence %q does not say how many would be enough", r.Within.Sentence)
	}
	if r.Told || r.QueriesNeeded == 0 || !strings.Contains(r.Caution, "cannot tell one window from another") {
		t.Errorf("told %v, %d queries needed, caution %q", r.Told, r.QueriesNeeded, r.Caution)
	}
	// The estimate is right: with that many queries of the same kind (and a
	// fifth more, because it is an estimate) there is a window.
	more := r.Within.QueriesNeeded*6/5/12 + 1
	without, with := c.base.values[0], c.values[0]
	repeated := table(len(windows), 12*more)
	for i := range repeated {
		repeated[i] = slices.Repeat(with[i], more)
	}
	again := curveOf(t, windows, slices.Repeat(without, more), repeated)
	if r := again.recommend(again.bootstrap(o), nil, o); r.Within.Window == 0 {
		t.Errorf("%d queries do not do either: %+v", 12*more, r.Within)
	}
}

func TestRecommendWhereTheRerankerDoesNothing(t *testing.T) {
	windows := []int{5, 10}
	same := []float64{.5, .2, .9, .4}
	c := curveOf(t, windows, same, [][]float64{same, same})
	o := options(t, Options{Resamples: 1000})
	r := c.recommend(c.bootstrap(o), nil, o)
	if r.Within.Window != 5 || r.Within.AtMost != 0 {
		t.Errorf("within: %+v, want the smallest window, without loss", r.Within)
	}
	if r.Enough.Window != 0 || !strings.Contains(r.Enough.Sentence, "no window gains anything") {
		t.Errorf("enough: %+v, want none", r.Enough)
	}
	if !strings.Contains(r.Caution, "without the reranker ndcg@10 is less than 0.01 below") {
		t.Errorf("caution %q", r.Caution)
	}
}

func TestRecommendWhereTheRerankerHarms(t *testing.T) {
	windows := []int{5, 10}
	random := rand.New(rand.NewPCG(9, 9))
	c := drawCurve(t, random, windows, []float64{.6, .5, .4}, 400, .1, .05)
	o := options(t, Options{Resamples: 1000})
	r := c.recommend(c.bootstrap(o), nil, o)
	if r.Within.Window != 0 || !strings.Contains(r.Within.Sentence, "every one does harm") || r.Enough.Window != 0 {
		t.Errorf("within %+v, enough %+v: want no window", r.Within, r.Enough)
	}
	if got := c.queryShapes(o.Delta); got.Decays < 350 {
		t.Errorf("%d of 400 queries decay, want nearly all", got.Decays)
	}
}

// The bootstrap's sums are those of the plain definition.
func TestBootstrapAgainstItsDefinition(t *testing.T) {
	windows := []int{5, 10, 20}
	random := rand.New(rand.NewPCG(4, 4))
	c := drawCurve(t, random, windows, []float64{.4, .5, .52, .51}, 25, .2, .1)
	o := options(t, Options{Resamples: 300, Seed: 3})
	s := c.bootstrap(o)
	draw := 0
	stats.Bootstrap(25, 3, 300, func(drawn []int) {
		mean := func(values []float64) float64 {
			sum := 0.0
			for _, q := range drawn {
				sum += values[q]
			}
			return sum / 25
		}
		best := math.Inf(-1)
		for _, values := range c.values[0] {
			best = max(best, mean(values))
		}
		for i, values := range c.values[0] {
			if got, want := s.losses[i+1][draw], best-mean(values); math.Abs(got-want) > 1e-12 {
				t.Fatalf("draw %d, window %d: loss %v, want %v", draw, windows[i], got, want)
			}
		}
		if got, want := s.losses[0][draw], best-mean(c.base.values[0]); math.Abs(got-want) > 1e-12 {
			t.Fatalf("draw %d, no reranker: loss %v, want %v", draw, got, want)
		}
		draw++
	})
	if draw != s.resamples || s.resamples != 300 {
		t.Errorf("%d draws, %d resamples, want 300", draw, s.resamples)
	}
}

func TestUndefinedQueriesAreLeftOut(t *testing.T) {
	windows := []int{5, 10}
	without := []float64{.5, math.NaN(), .4}
	c := curveOf(t, windows, without, [][]float64{{.6, .5, math.NaN()}, {.6, .5, .5}})
	o := options(t, Options{Resamples: 1000})
	s := c.bootstrap(o)
	if s.queries != 1 || s.at[0] != 0 {
		t.Errorf("%d queries take part: %v, want the first alone", s.queries, s.at)
	}
	r := c.recommend(s, nil, o)
	if r.Best != 5 {
		t.Errorf("best window %d, want 5", r.Best)
	}
	nothing := curveOf(t, windows, []float64{math.NaN()}, [][]float64{{math.NaN()}, {math.NaN()}})
	if r := nothing.recommend(nothing.bootstrap(o), nil, o); !strings.Contains(r.Within.Sentence, "undefined for every query") {
		t.Errorf("sentence %q", r.Within.Sentence)
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

// One query is the same in every resample, which is no confidence.
func TestOneQueryGivesNoConfidence(t *testing.T) {
	for _, with := range [][]float64{{.3, .7}, {.1, .15}} { // better and worse than without
		c := curveOf(t, []int{5, 10}, []float64{.2}, [][]float64{with[:1], with[1:]})
		o := options(t, Options{Resamples: 200})
		r := c.recommend(c.bootstrap(o), nil, o)
		if r.Within.Window != 0 || r.Within.AtMost.Defined() || r.WithoutLoss.Defined() || r.Told {
			t.Errorf("%v: %+v, want no window and no bound", with, r)
		}
		if r.Best != 10 || !strings.Contains(r.Within.Sentence, "one query has no spread; the best for it is window 10") {
			t.Errorf("%v: the best is window %d, and the sentence %q", with, r.Best, r.Within.Sentence)
		}
	}
}

func TestFewQueriesAreSaid(t *testing.T) {
	for n, few := range map[int]bool{2: true, 9: true, 10: false} {
		c := drawCurve(t, rand.New(rand.NewPCG(1, 1)), []int{5, 10}, []float64{.2, .3, .4}, n, .1, .1)
		o := options(t, Options{Resamples: 200})
		r := c.recommend(c.bootstrap(o), nil, o)
		if said := strings.Contains(r.Caution, fmt.Sprintf("with only %d queries", n)); said != few {
			t.Errorf("%d queries: caution %q", n, r.Caution)
		}
	}
}

// The only window is not the best of any.
func TestTheOnlyWindow(t *testing.T) {
	c := drawCurve(t, rand.New(rand.NewPCG(1, 1)), []int{10}, []float64{.2, .4}, 50, .1, .1)
	o := options(t, Options{Resamples: 200})
	r := c.recommend(c.bootstrap(o), nil, o)
	if r.Within.Window != 10 || !strings.Contains(r.Within.Sentence, "window 10 is the only one") {
		t.Errorf("%+v, want window 10 as the only one", r.Within)
	}
}
