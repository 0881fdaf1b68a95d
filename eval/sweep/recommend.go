package sweep

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
)

// Recommendation says which window to take, by three rules, and what follows
// for the suite's present window.
type Recommendation struct {
	// Metric is the lead metric, Queries how many queries all of it rests on:
	// those that both systems answered at every window, and for which the
	// metric is defined.
	Metric  string `json:"metric"`
	Queries int    `json:"queries"`
	// Decision is the answer in short.
	Decision Decision `json:"decision"`
	// Best is the window where the mean is highest on these queries.
	Best int `json:"best"`
	// Within is the smallest window over which no larger one tried gains delta
	// or more, with the confidence of the result (stats.DeepEnough).
	Within Choice `json:"within"`
	// Enough is the smallest window that reaches 90 % of the best gain on
	// these queries: a fact about them, and no more.
	Enough Choice `json:"enough"`
	// Budget is the largest window within the latency budget; nil where none
	// was given.
	Budget *Choice `json:"budget,omitempty"`
	// WithoutLoss is what the largest window gains over no reranker at most,
	// with the confidence of the result.
	WithoutLoss Number `json:"without_loss"`
	// QueriesNeeded is about how many queries could let a window meet the
	// first rule, where none does; 0 where more would not change it.
	QueriesNeeded int `json:"queries_needed,omitempty"`
	// Caution is what weakens all of it, empty where nothing does.
	Caution string `json:"caution,omitempty"`
}

// Choice is a window chosen by one rule.
type Choice struct {
	// Window is 0 where no window meets the rule.
	Window int `json:"window"`
	// Loss is what it lost against the largest window on these queries,
	// negative for a gain, and AtMost the bound of what any larger window
	// gains over it, with the confidence of the result.
	Loss   Number `json:"loss"`
	AtMost Number `json:"at_most"`
	// Sentence says it in words.
	Sentence string `json:"sentence"`
}

// Sentences are the recommendations in words, one for each rule. The decision
// stands for itself.
func (r Recommendation) Sentences() []string {
	sentences := []string{r.Within.Sentence, r.Enough.Sentence}
	if r.Budget != nil {
		sentences = append(sentences, r.Budget.Sentence)
	}
	if r.Caution != "" {
		sentences = append(sentences, r.Caution)
	}
	return slices.DeleteFunc(sentences, func(s string) bool { return s == "" })
}

// comparison is what the queries that count say of the windows: the values at
// each window, and their comparison with all larger ones.
type comparison struct {
	*curve
	o       Options
	without []float64   // by query
	with    [][]float64 // by window, then query
	depth   stats.Depth
	// unbounded says why nothing can be said of other queries; empty where
	// something can.
	unbounded string
}

// compare takes the queries that count, and bounds what larger windows gain.
func (c *curve) compare(o Options) *comparison {
	queries := c.defined()
	k := &comparison{curve: c, o: o, without: chosen(c.without[0], queries)}
	for i := range c.covered {
		k.with = append(k.with, chosen(c.values[0][i], queries))
	}
	n := len(queries)
	if n == 0 {
		return k
	}
	var err error
	// Where there is no margin the bounds are asked for all the same.
	k.depth, err = stats.DeepEnough(k.with, max(o.Delta, math.SmallestNonzeroFloat64), k.alpha())
	switch {
	case err != nil:
		k.depth = lossesAlone(k.with)
		k.unbounded = fmt.Sprintf("the values of %s have no range from 0 to 1, so that nothing can be said of other queries", c.metrics[0])
	case k.depth.TooFew:
		k.unbounded = fmt.Sprintf("%s are too few to say anything about others like them, which takes %d", text.Count(n, "query"), stats.MinQueries)
	}
	return k
}

// lossesAlone are the losses against the largest window without any bound.
func lossesAlone(with [][]float64) stats.Depth {
	largest := with[len(with)-1]
	d := stats.Depth{Recommended: -1, Loss: make([]float64, len(with)), AtMost: make([]float64, len(with))}
	for i := range len(with) - 1 {
		d.Loss[i], d.AtMost[i] = mean(largest)-mean(with[i]), math.NaN()
	}
	return d
}

func chosen(values []float64, queries []int) []float64 {
	list := make([]float64, len(queries))
	for at, q := range queries {
		list[at] = values[q]
	}
	return list
}

func (k *comparison) queries() int   { return len(k.without) }
func (k *comparison) alpha() float64 { return 1 - k.o.Confidence }

// means are those without the reranker and at each window.
func (k *comparison) means() []float64 {
	means := []float64{mean(k.without)}
	for _, values := range k.with {
		means = append(means, mean(values))
	}
	return means
}

// change is what one list of values has over another, with its interval.
func (k *comparison) change(from, to []float64) Interval {
	return difference(from, to, k.o.Confidence)
}

// index is that of a window, −1 where it was not tried.
func (k *comparison) index(window int) int { return slices.Index(k.windows[:k.covered], window) }

// choice describes the window with the given index.
func (k *comparison) choice(i int) Choice {
	return Choice{Window: k.windows[i], Loss: Number(k.depth.Loss[i]), AtMost: Number(k.depth.AtMost[i])}
}

// recommend applies the three rules, and decides.
func (k *comparison) recommend(present int, latency *Latency) Recommendation {
	r := Recommendation{
		Metric: k.metrics[0].String(), Queries: k.queries(), WithoutLoss: undefined(),
		Within: noChoice(), Enough: noChoice(),
	}
	if r.Queries == 0 {
		r.Decision = k.noAnswers(present)
		r.Within.Sentence = r.Decision.Sentence
		return r
	}
	means := k.means()
	r.Best = k.windows[bestOf(means)-1]
	if k.unbounded == "" {
		r.WithoutLoss = Number(stats.Upper(differences(k.without, k.with[k.covered-1]), 1, k.alpha()))
	}
	r.Within, r.QueriesNeeded = k.within()
	r.Enough = k.enough(means)
	if k.o.LatencyBudget > 0 {
		budget := k.budget(latency)
		r.Budget = &budget
	}
	r.Caution = k.caution(&r, means)
	r.Decision = k.decide(&r, present, latency)
	if r.Decision.Action == LeaveOut {
		r.Within = noChoice()
	}
	return r
}

func noChoice() Choice { return Choice{Loss: undefined(), AtMost: undefined()} }

// within takes the smallest window over which no larger one gains delta. Where
// there is none it says why, and how many queries could show one.
func (k *comparison) within() (choice Choice, needed int) {
	choice = noChoice()
	switch at := k.depth.Recommended; {
	case k.unbounded != "":
		choice.Sentence = "cannot tell: " + k.unbounded
	case k.covered == 1:
		choice.Sentence = fmt.Sprintf("window %d is the only one tried: name more by --windows to learn what another would lose or gain", k.windows[0])
	case k.o.Delta == 0:
		needed = leastQueries()
		choice.Sentence = "cannot tell: " + tooFewForAny(k.queries())
	case at < 0:
		return k.notShown()
	default:
		choice = k.choice(at)
		choice.Sentence = fmt.Sprintf("window %d is enough: no larger window tried gains %s or more of %s over it (%s; at most %s)",
			choice.Window, text.Number(k.o.Delta), k.metrics[0], text.Percent(k.o.Confidence), bounded(k.depth.AtMost[at]))
		if at > 0 {
			choice.Sentence += fmt.Sprintf("; on these %s window %d lost %s against %d, but for queries like them up to %s cannot be ruled out",
				text.Count(k.queries(), "query"), k.windows[at-1], text.Fixed(k.depth.Loss[at-1], 4), k.windows[k.covered-1], bounded(k.depth.AtMost[at-1]))
		}
	}
	return choice, needed
}

// notShown says why no window is known to be enough.
func (k *comparison) notShown() (choice Choice, needed int) {
	choice = noChoice()
	n, last := k.queries(), k.covered-2 // the first window that the rule asks about
	least := stats.MarginOf(n, k.alpha())
	loss := math.Inf(-1) // the most that any larger window gained here
	for _, larger := range k.with[last+1:] {
		loss = max(loss, mean(larger)-mean(k.with[last]))
	}
	fact := fmt.Sprintf("on these %s window %d lost %s against %d (a fact about them, not about others), and for queries like them up to %s cannot be ruled out",
		text.Count(n, "query"), k.windows[last], text.Fixed(k.depth.Loss[last], 4), k.windows[k.covered-1], bounded(k.depth.AtMost[last]))
	switch {
	case loss >= k.o.Delta:
		choice.Sentence = fmt.Sprintf("cannot tell that any smaller window is enough: %s; that is not below %s, so more queries like these would not show it", fact, text.Number(k.o.Delta))
		return choice, 0
	case least >= k.o.Delta:
		needed = stats.QueriesForMargin(k.o.Delta, k.alpha())
		choice.Sentence = fmt.Sprintf("cannot tell: %s on which nothing changes still leave room for a loss of %s; %s; %s could show less than %s",
			text.Count(n, "query"), bounded(least), fact, text.Count(needed, "query"), text.Number(k.o.Delta))
	default:
		needed = max(stats.QueriesForMargin(k.o.Delta, k.alpha()), queriesFor(n, loss, k.depth.AtMost[last], k.o.Delta))
		choice.Sentence = fmt.Sprintf("cannot tell: %s; about %s could show less than %s", fact, text.Count(needed, "query"), text.Number(k.o.Delta))
	}
	return choice, needed
}

// bounded writes a bound so that rounding never makes it smaller.
func bounded(x float64) string { return text.Fixed(math.Ceil(x*1e4-1e-6)/1e4, 4) }

// queriesFor estimates how many queries bring the upper bound of a loss below
// delta: its distance from the loss shrinks with the root of their number.
func queriesFor(queries int, loss, upper, delta float64) int {
	if upper < delta {
		return queries
	}
	ratio := (upper - loss) / (delta - loss)
	return int(min(math.Ceil(float64(queries)*ratio*ratio), stats.MaxQueriesNeeded))
}

// enoughGain is the share of the best gain that counts as enough.
const enoughGain = 0.9

// bestOf is the index of the best window in means that begin with the one
// without the reranker, the smallest window among equals.
func bestOf(means []float64) int {
	best := 1
	for i := 2; i < len(means); i++ {
		if means[i] > means[best]+1e-12 {
			best = i
		}
	}
	return best
}

// smallestEnough is the index of the smallest window that reaches enough of
// the best gain, 0 where no window gains anything.
func smallestEnough(means []float64) int {
	gain := means[bestOf(means)] - means[0]
	if gain <= 1e-12 {
		return 0
	}
	for i := 1; i < len(means); i++ {
		if means[i]-means[0] >= enoughGain*gain-1e-12 {
			return i
		}
	}
	return 0
}

// enough takes the smallest window that reaches enough of the best gain.
func (k *comparison) enough(means []float64) Choice {
	at, best := smallestEnough(means), bestOf(means)
	if at == 0 {
		choice := noChoice()
		choice.Sentence = fmt.Sprintf("on these queries no window gains anything over no reranker: the best, window %d, changes %s by %s",
			k.windows[best-1], k.metrics[0], text.Signed(means[best]-means[0], 4))
		return choice
	}
	choice := k.choice(at - 1)
	choice.Sentence = fmt.Sprintf("on these queries window %d is the smallest that reaches %s of the best gain of %s: %s of %s at window %d",
		choice.Window, text.Percent(enoughGain), k.metrics[0], text.Signed(means[at]-means[0], 4), text.Signed(means[best]-means[0], 4), k.windows[best-1])
	return choice
}

// budget takes the largest window that stays within the latency budget, as all
// smaller ones do: a larger window is not taken for faster because its few
// searches happened to be.
func (k *comparison) budget(latency *Latency) Choice {
	none := noChoice()
	if latency == nil {
		none.Sentence = fmt.Sprintf("the latency budget of %v cannot be checked, because no latency was measured", k.o.LatencyBudget)
		return none
	}
	duration := func(ms float64) time.Duration {
		return time.Duration(ms * float64(time.Millisecond)).Round(100 * time.Microsecond)
	}
	at := -1
	for i := range k.covered {
		if p95 := latency.byWindow[i].times().WallP95; !p95.Defined() || duration(float64(p95)) > k.o.LatencyBudget {
			break
		}
		at = i
	}
	samples := fmt.Sprintf("%d searches a window are a fact about these; %d bound the 95th percentile of others", latency.Queries, samplesForP95)
	if at < 0 {
		none.Sentence = fmt.Sprintf("no window stayed within %v here: 95 %% of the searches measured at window %d took up to %v (%s)",
			k.o.LatencyBudget, k.windows[0], duration(float64(latency.byWindow[0].times().WallP95)), samples)
		return none
	}
	choice := k.choice(at)
	choice.Sentence = fmt.Sprintf("window %d is the largest that stayed within %v here, as all smaller ones did: 95 %% of its searches took up to %v",
		choice.Window, k.o.LatencyBudget, duration(float64(latency.byWindow[at].times().WallP95)))
	if most := latency.p95AtMost(at, k.o.Confidence); !math.IsNaN(most) {
		choice.Sentence += fmt.Sprintf(", and with %s confidence 95 %% of all like them take at most %v", text.Percent(k.o.Confidence), duration(most))
	} else {
		choice.Sentence += " (" + samples + ")"
	}
	return choice
}

// caution says what weakens a recommendation: a smaller window that scores
// higher here, and a reranker that adds little.
func (k *comparison) caution(r *Recommendation, means []float64) string {
	var cautions []string
	at := k.depth.Recommended
	if r.Within.Window > 0 && at > 0 {
		higher := at
		for i := range at {
			if means[i+1] > means[higher+1]+1e-12 {
				higher = i
			}
		}
		if higher < at {
			cautions = append(cautions, fmt.Sprintf("window %d, which is smaller, scored higher here than %d by %s: the rule finds no window too small, and may stop above the peak",
				k.windows[higher], k.windows[at], k.change(k.with[at], k.with[higher]).words(k.o.Confidence)))
		}
	}
	if upper := float64(r.WithoutLoss); upper >= 0 && upper < k.o.Delta {
		cautions = append(cautions, fmt.Sprintf("the largest window gains less than %s of %s over no reranker at all: at most %s", text.Number(k.o.Delta), r.Metric, bounded(upper)))
	}
	return strings.Join(cautions, "; ")
}

// DeltaNote says beforehand what so many queries cannot show, empty where
// there is nothing to say: a delta of 0 stands for the default.
func DeltaNote(queries int, delta, confidence float64) string {
	if confidence == 0 {
		confidence = stats.DefaultConfidence
	}
	if delta == 0 {
		if stats.DefaultMargin(queries) == 0 {
			return tooFewForAny(queries)
		}
		return ""
	}
	if queries < stats.MinQueries {
		return tooFewForAny(queries)
	}
	least := stats.MarginOf(queries, 1-confidence)
	if delta > least {
		return ""
	}
	return fmt.Sprintf("%s cannot show a loss below %s: even where nothing changes they leave room for %s, so that only a window that scores higher than all larger ones could be recommended; %s could show it, or use a larger --delta",
		text.Count(queries, "query"), text.Number(delta), bounded(least), text.Count(stats.QueriesForMargin(delta, 1-confidence), "query"))
}

// leastQueries is the number of queries from which on there is a default
// margin.
func leastQueries() int {
	n := stats.MinQueries
	for stats.DefaultMargin(n) == 0 {
		n++
	}
	return n
}

// tooFewForAny says that so many queries have no default margin.
func tooFewForAny(queries int) string {
	n := leastQueries()
	return fmt.Sprintf("%s cannot show that a smaller window is enough: even where nothing changes they leave room for a loss of %s; %d could show %s",
		text.Count(queries, "query"), bounded(stats.MarginOf(max(1, queries), 0.05)), n, text.Number(stats.DefaultMargin(n)))
}

// samplesForP95 is the number of searches from which on the largest bounds
// their 95th percentile with 95 % confidence: 0.95^59 < 0.05.
const samplesForP95 = 59

// quantileAtMost is the order statistic of values that lie in rising order
// which the quantile p of all like them exceeds with probability alpha at
// most; NaN where there are too few.
func quantileAtMost(sorted []float64, p, alpha float64) float64 {
	n := len(sorted)
	for i := 1; i <= n; i++ {
		// The i-th value lies below the quantile if i or more of n values do.
		if (distuv.Binomial{N: float64(n), P: p}).CDF(float64(i-1)) >= 1-alpha {
			return sorted[i-1]
		}
	}
	return math.NaN()
}
