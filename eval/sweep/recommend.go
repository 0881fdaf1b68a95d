package sweep

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
)

// Recommendation says which window to take, by three rules.
type Recommendation struct {
	// Metric is the lead metric, Best the window where its mean is highest.
	Metric string `json:"metric"`
	Best   int    `json:"best"`
	// Within is the smallest window whose loss against the best is below
	// delta with the confidence of the result.
	Within Choice `json:"within"`
	// Enough is the smallest window that reaches 90 % of the best gain.
	Enough Choice `json:"enough"`
	// Budget is the largest window within the latency budget; nil where none
	// was given.
	Budget *Choice `json:"budget,omitempty"`
	// WithoutLoss is how much leaving the reranker out may lose against the
	// best window, with the confidence of the result.
	WithoutLoss Number `json:"without_loss"`
	// Told says whether the suite can tell any window from the best one.
	// Where it cannot, QueriesNeeded is how many queries would show a
	// difference of delta with 80 % power.
	Told          bool `json:"told"`
	QueriesNeeded int  `json:"queries_needed,omitempty"`
	// Caution is what weakens all of it, empty where nothing does.
	Caution string `json:"caution,omitempty"`
}

// Choice is a window chosen by one rule.
type Choice struct {
	// Window is 0 where no window meets the rule.
	Window int `json:"window"`
	// Loss is its mean's observed loss against the best window, AtMost the
	// bound that holds with the confidence of the result.
	Loss   Number `json:"loss"`
	AtMost Number `json:"at_most"`
	// From and To are the range in which the rule's choice lies with the
	// confidence of the result, where the queries are drawn again; 0 where it
	// does not apply.
	From int `json:"from,omitempty"`
	To   int `json:"to,omitempty"`
	// QueriesNeeded is about how many queries would let a window meet the
	// rule, where none does because there are too few.
	QueriesNeeded int `json:"queries_needed,omitempty"`
	// Sentence says it in words.
	Sentence string `json:"sentence"`
}

// Sentences are the recommendations in words, one for each rule.
func (r Recommendation) Sentences() []string {
	sentences := []string{r.Within.Sentence, r.Enough.Sentence}
	if r.Budget != nil {
		sentences = append(sentences, r.Budget.Sentence)
	}
	if r.Caution != "" {
		sentences = append(sentences, r.Caution)
	}
	return sentences
}

// recommend works the recommendations out of the bootstrap.
func (c *curve) recommend(s *selection, latency *Latency, o Options) Recommendation {
	r := Recommendation{Metric: c.metrics[0].String(), WithoutLoss: undefined()}
	if s.queries == 0 {
		none := "no window can be recommended: " + r.Metric + " is undefined for every query"
		r.Within.Sentence, r.Enough.Sentence = none, none
		return r
	}
	r.Best = c.windows[bestOf(s.means)-1]
	r.WithoutLoss = Number(s.upper(0, o.Confidence))
	if r.WithoutLoss < 0 {
		r.Within = c.harmful(s, r, o)
	} else {
		r.Within = c.chooseWithin(s, o)
	}
	r.Enough = c.chooseEnough(s, o)
	if o.LatencyBudget > 0 {
		budget := c.chooseBudget(s, latency, o)
		r.Budget = &budget
	}
	c.tellApart(&r, s, o)
	return r
}

// chooseWithin takes the smallest window whose loss is below delta with
// confidence.
func (c *curve) chooseWithin(s *selection, o Options) Choice {
	best := bestOf(s.means)
	if s.queries < 2 {
		choice := c.choice(s, best, o)
		choice.Window = 0
		choice.Sentence = fmt.Sprintf("no window is known to lose less than %s against the best with %s confidence, because one query has no spread; the best for it is window %d",
			text.Number(o.Delta), text.Percent(o.Confidence), c.windows[best-1])
		return choice
	}
	if c.covered == 1 {
		choice := c.choice(s, best, o)
		choice.Sentence = fmt.Sprintf("window %d is the only one: name more by --windows to learn what another would lose or gain", choice.Window)
		return choice
	}
	at := 0
	needed := math.Inf(1)
	for i := 1; i < len(s.means); i++ {
		upper := s.upper(i, o.Confidence)
		if upper < o.Delta {
			at = i
			break
		}
		if s.loss(i) < o.Delta {
			needed = min(needed, queriesFor(s.queries, s.loss(i), upper, o.Delta))
		}
	}
	if at == 0 {
		choice := c.choice(s, best, o)
		choice.Window = 0
		choice.QueriesNeeded = int(min(needed, stats.MaxQueriesNeeded))
		choice.Sentence = fmt.Sprintf("no window is known to lose less than %s against the best with %s confidence: with %s even window %d, the best here, may lose %s; about %s would be enough",
			text.Number(o.Delta), text.Percent(o.Confidence), text.Count(s.queries, "query"), c.windows[best-1], text.Fixed(float64(choice.AtMost), 4), text.Count(choice.QueriesNeeded, "query"))
		return choice
	}
	choice := c.choice(s, at, o)
	choice.From, choice.To = c.rangeOf(s.within, o.Confidence)
	if at == best {
		choice.Sentence = fmt.Sprintf("window %d is the best for %s, and the smallest known to lose less than %s with %s confidence: at most %s",
			choice.Window, c.metrics[0], text.Number(o.Delta), text.Percent(o.Confidence), text.Fixed(float64(choice.AtMost), 4))
	} else {
		choice.Sentence = fmt.Sprintf("window %d is the smallest known to lose less than %s of %s against the best, window %d, with %s confidence: it loses %s, at most %s",
			choice.Window, text.Number(o.Delta), c.metrics[0], c.windows[best-1], text.Percent(o.Confidence), text.Fixed(float64(choice.Loss), 4), text.Fixed(float64(choice.AtMost), 4))
	}
	if smaller := smallestWithin(s.means, o.Delta); smaller < at {
		n := queriesFor(s.queries, s.loss(smaller), s.upper(smaller, o.Confidence), o.Delta)
		choice.Sentence += fmt.Sprintf("; window %d loses %s here, and about %s would tell whether it is enough",
			c.windows[smaller-1], text.Fixed(s.loss(smaller), 4), text.Count(int(min(n, stats.MaxQueriesNeeded)), "query"))
	}
	return choice
}

// harmful takes no window, because doing without the reranker is better than
// the best of them.
func (c *curve) harmful(s *selection, r Recommendation, o Options) Choice {
	best := bestOf(s.means)
	choice := c.choice(s, best, o)
	choice.Window = 0
	choice.Sentence = fmt.Sprintf("no window is recommended, because every one does harm: without the reranker %s is higher than at the best of them, window %d, by %s, and by %s or more with %s confidence",
		r.Metric, r.Best, text.Fixed(s.means[0]-s.means[best], 4), text.Fixed(-float64(r.WithoutLoss), 4), text.Percent(o.Confidence))
	return choice
}

// queriesFor estimates how many queries bring the upper bound of a loss below
// delta: its distance from the loss shrinks with the root of their number.
func queriesFor(queries int, loss, upper, delta float64) float64 {
	if upper <= delta {
		return float64(queries)
	}
	ratio := (upper - loss) / (delta - loss)
	return math.Ceil(float64(queries) * ratio * ratio)
}

// chooseEnough takes the smallest window that reaches enough of the best gain.
func (c *curve) chooseEnough(s *selection, o Options) Choice {
	at := smallestEnough(s.means)
	best := bestOf(s.means)
	if at == 0 {
		choice := c.choice(s, best, o)
		choice.Window = 0
		choice.Sentence = fmt.Sprintf("no window gains anything over no reranker: the best, window %d, changes %s by %s",
			c.windows[best-1], c.metrics[0], text.Signed(s.means[best]-s.means[0], 4))
		return choice
	}
	choice := c.choice(s, at, o)
	choice.From, choice.To = c.rangeOf(s.enough, o.Confidence)
	choice.Sentence = fmt.Sprintf("window %d is the smallest that reaches %s of the best gain of %s: %s of %s at window %d",
		choice.Window, text.Percent(enoughGain), c.metrics[0], text.Signed(s.means[at]-s.means[0], 4), text.Signed(s.means[best]-s.means[0], 4), c.windows[best-1])
	if choice.From != choice.To {
		choice.Sentence += fmt.Sprintf(" (other queries like these would choose from %d to %d)", choice.From, choice.To)
	}
	return choice
}

// chooseBudget takes the largest window whose 95th percentile of the wall
// clock is within the budget.
func (c *curve) chooseBudget(s *selection, latency *Latency, o Options) Choice {
	none := Choice{Loss: undefined(), AtMost: undefined()}
	if latency == nil {
		none.Sentence = fmt.Sprintf("the latency budget of %v cannot be checked, because no latency was measured", o.LatencyBudget)
		return none
	}
	p95 := func(i int) time.Duration {
		return time.Duration(float64(latency.points[i].WallP95) * float64(time.Millisecond)).Round(100 * time.Microsecond)
	}
	at := -1
	for i := range c.covered {
		if latency.points[i].WallP95.Defined() && p95(i) <= o.LatencyBudget {
			at = i
		}
	}
	if at < 0 {
		none.Sentence = fmt.Sprintf("no window stays within %v: 95 %% of the searches at window %d take up to %v", o.LatencyBudget, c.windows[0], p95(0))
		return none
	}
	choice := c.choice(s, at+1, o)
	choice.Sentence = fmt.Sprintf("window %d is the largest within %v: 95 %% of its searches take up to %v; it loses %s of %s against the best",
		choice.Window, o.LatencyBudget, p95(at), text.Fixed(float64(choice.Loss), 4), c.metrics[0])
	return choice
}

// choice describes the window with the given index into the means.
func (c *curve) choice(s *selection, i int, o Options) Choice {
	return Choice{Window: c.windows[i-1], Loss: Number(s.loss(i)), AtMost: Number(s.upper(i, o.Confidence))}
}

// rangeOf is the range in which the choices of the resamples lie, the tails
// left aside. Index 0, no window at all, counts as below the smallest window
// and shows as 0.
func (c *curve) rangeOf(choices []int, confidence float64) (from, to int) {
	sorted := slices.Clone(choices)
	slices.Sort(sorted)
	tail := (1 - confidence) / 2
	at := func(p float64) int {
		i := sorted[int(p*float64(len(sorted)-1)+0.5)]
		if i == 0 {
			return 0
		}
		return c.windows[i-1]
	}
	return at(tail), at(1 - tail)
}

// fewQueries is the number of queries below which bounds by the bootstrap are
// known to be too narrow.
const fewQueries = 10

// tellApart says whether the suite is large enough to prefer any window to
// another, and whether to a window at all.
func (c *curve) tellApart(r *Recommendation, s *selection, o Options) {
	best := bestOf(s.means)
	// The chance of error is divided among all windows (Bonferroni), because
	// each is compared with the best.
	tail := (1 - o.Confidence) / 2 / float64(max(1, c.covered-1))
	errors := math.Sqrt2 * math.Erfinv(1-2*tail)
	widest := 0.0
	for i := 1; i < len(s.means); i++ {
		if i == best {
			continue
		}
		difference, sd := meanAndSpread(s.at, c.values[0][best-1], c.values[0][i-1])
		widest = max(widest, sd)
		if difference > errors*sd/math.Sqrt(float64(s.queries)) && s.queries > 1 {
			r.Told = true
		}
	}
	var cautions []string
	if s.queries > 1 && s.queries < fewQueries {
		cautions = append(cautions, fmt.Sprintf("with only %d queries the intervals are too narrow; use at least %d", s.queries, fewQueries))
	}
	if !r.Told && widest > 0 {
		r.QueriesNeeded = stats.QueriesNeeded(o.Delta, widest, o.Confidence)
		cautions = append(cautions, fmt.Sprintf("%s cannot tell one window from another: about %s would show a difference of %s",
			text.Count(s.queries, "query"), text.Count(r.QueriesNeeded, "query"), text.Number(o.Delta)))
	}
	if upper := float64(r.WithoutLoss); upper >= 0 && upper < o.Delta {
		cautions = append(cautions, fmt.Sprintf("without the reranker %s is less than %s below the best window as well: at most %s", r.Metric, text.Number(o.Delta), text.Fixed(upper, 4)))
	}
	r.Caution = strings.Join(cautions, "; ")
}

// meanAndSpread are the mean and the standard deviation of the differences a
// minus b over some queries; the deviation is 0 for one query.
func meanAndSpread(queries []int, a, b []float64) (mean, sd float64) {
	sum := 0.0
	for _, q := range queries {
		sum += a[q] - b[q]
	}
	mean = sum / float64(len(queries))
	if len(queries) < 2 {
		return mean, 0
	}
	squares := 0.0
	for _, q := range queries {
		d := a[q] - b[q] - mean
		squares += d * d
	}
	return mean, math.Sqrt(squares / float64(len(queries)-1))
}
