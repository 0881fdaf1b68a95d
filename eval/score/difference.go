package score

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
)

// Side is one system of an evaluation, as one side of a comparison.
type Side struct {
	Evaluation *Evaluation
	System     string
}

// Pair is a comparison of two systems: Next minus Base. With first stages it
// compares gains: what Next adds to NextStage, minus what Base adds to
// BaseStage.
type Pair struct {
	Base, Next           Side
	BaseStage, NextStage Side
	// LeadOnly restricts the comparison to the lead metric: it is one of the
	// family, and not one that a reader would ask for by name.
	LeadOnly bool
	// Secondary keeps it out of the family.
	Secondary bool
}

// ofGains says whether the pair compares gains.
func (p *Pair) ofGains() bool { return p.NextStage.Evaluation != nil }

// Difference is one metric of one system compared with that of another, query
// by query, on the queries that all systems of the comparison answered. All
// amounts are in units of the metric, next minus base.
type Difference struct {
	Metric metrics.Metric
	// Base and System are the names of the systems.
	Base, System string
	// OfGains says that what System adds to its first stage is compared with
	// what Base adds to its own: the means are those of gains.
	OfGains bool
	// Primary says that it is one of the declared family, the lead metric's
	// comparisons. The others are secondary, and not corrected.
	Primary bool
	// Says is what may be said of it, which nothing else exceeds.
	Says stats.Says
	// Uninformative says why the queries are no evidence though all systems
	// answered them; empty where they may be.
	Uninformative string
	// Interval holds the number of queries, of those that changed, the mean
	// difference and its bounds; see stats.Interval. The bounds are NaN where
	// there are too few queries.
	stats.Interval
	// BaseMean and NextMean are the plain means, BaseAsRanked and NextAsRanked
	// those for the order in which the server returned tied hits.
	BaseMean, NextMean, BaseAsRanked, NextAsRanked float64
	// SD is the standard deviation of the differences, with n−1.
	SD float64
	// P is the comparison's own two-sided p, PCorrected that of the family;
	// both are NaN where no test was made, PCorrected where it is secondary.
	P, PCorrected float64
	// Exact says that P counts all sign flips; Permutations is otherwise the
	// number of random ones, made with Seed.
	Exact        bool
	Permutations int
	Seed         uint64
	// Family is the number of comparisons that were corrected together.
	Family int
	// Wins, Losses and Ties count the queries that rose, fell and stayed.
	Wins, Losses, Ties int
	// Total is the number of queries of the run. BaseUnanswered and
	// NextUnanswered count those without an answer of the one and the other,
	// and NoOrder those of the latter whose hits all share one score. Undefined
	// are those left out because the metric has no value.
	Total, BaseUnanswered, NextUnanswered, NoOrder, Undefined int
	// IfJudged bounds the difference over every way of grading the documents
	// that nobody judged; its Documents are named by JudgeFirst.
	IfJudged metrics.Settling
	// JudgeFirst are few documents whose judging could settle the sign; nil
	// where nobody looked for them.
	JudgeFirst []Hole
}

// Hole is a document that nobody judged for a query.
type Hole struct {
	// Query is the query's id.
	Query string
	*eval.Document
}

// Comparisons are all differences of an evaluation.
type Comparisons struct {
	// Differences are by pair, then by metric, the lead first.
	Differences []Difference
	// Gains compare, by the lead metric, what one reranker adds to one first
	// stage with what it adds to another.
	Gains []Difference
	// Lead is the metric of the family; the zero Metric where no metric can be
	// tested.
	Lead metrics.Metric
	// Common are, by metric of the evaluation, the queries that means are over:
	// those that all Compared systems answered, and where it is defined.
	Common [][]int
	// Compared says, by system, whether it answered enough to be compared.
	Compared []bool
	// Best is the system with the highest mean of the lead metric, empty where
	// there is none; Apart says, by system, whether the verdict on its
	// difference with that one is that it raises or lowers the metric.
	Best  string
	Apart []bool
}

// Testable says whether differences of a metric are tested: whether it is a
// mean of values that measure quality and have a least and a greatest for each
// query. Counts do not, coverage (judged@10) says how much is known, and utility
// falls without end.
func Testable(m metrics.Metric) bool {
	least, _ := m.Limits(nil)
	return m.IsMean() && !m.IsCoverage() && !math.IsInf(least, 0)
}

// Compare compares the systems on every metric that can be tested. The family
// is the lead metric on each pair of systems once, and on the gains of two
// systems that the suite asks to compare. Other metrics are compared between a
// reranked system and its first stage, between the rerankers of one first stage,
// and between the pairs that the suite names.
func (e *Evaluation) Compare(o stats.Options) (*Comparisons, error) {
	var sides []Side
	for i := range e.Systems {
		sides = append(sides, Side{e, e.Systems[i].System})
	}
	return compare(sides, true, e.pairs(), e.Metrics, largestOf(sides, e.Metrics), o)
}

// ComparePairs compares sides of several evaluations, which must be of the same
// queries in the same order. The family is the first metric that can be tested
// on all pairs.
func ComparePairs(pairs []Pair, chosen []metrics.Metric, o stats.Options) ([]Difference, error) {
	var sides []Side
	for _, p := range pairs {
		for _, s := range []Side{p.Base, p.Next} {
			if !slices.Contains(sides, s) {
				sides = append(sides, s)
			}
		}
	}
	c, err := compare(sides, true, pairs, chosen, largestOf(sides, chosen), o)
	if err != nil {
		return nil, err
	}
	return c.Differences, nil
}

// CompareColumns compares each system with the first by values that come from
// elsewhere: by system, then by metric, then by query, NaN where undefined.
// Nothing is known of what was judged but, by metric, the largest value that an
// ideal ranking has for any query.
func CompareColumns(names []string, chosen []metrics.Metric, values [][][]float64, largest []float64, o stats.Options) ([]Difference, error) {
	queries := 0
	if len(values) > 0 && len(values[0]) > 0 {
		queries = len(values[0][0])
	}
	e := &Evaluation{Run: &eval.Run{Queries: make([]eval.Query, queries)}, Metrics: chosen}
	var sides []Side
	var pairs []Pair
	for i, name := range names {
		e.Systems = append(e.Systems, SystemScores{System: name, Values: values[i], AsRanked: values[i], Errors: make([]string, queries)})
		sides = append(sides, Side{e, name})
		if i > 0 {
			pairs = append(pairs, Pair{Base: sides[0], Next: sides[i]})
		}
	}
	c, err := compare(sides, false, pairs, chosen, largest, o)
	if err != nil {
		return nil, err
	}
	return c.Differences, nil
}

// largestOf are, by metric, the largest values that an ideal ranking has for any
// query of the sides.
func largestOf(sides []Side, chosen []metrics.Metric) []float64 {
	largest := make([]float64, len(chosen))
	for m, metric := range chosen {
		if !metric.IsUnbounded() {
			largest[m] = 1
			continue
		}
		seen := map[*Evaluation]bool{}
		for _, s := range sides {
			if seen[s.Evaluation] {
				continue
			}
			seen[s.Evaluation] = true
			for q := range s.Evaluation.Run.Queries {
				_, most := metric.Limits(s.Evaluation.Run.Queries[q].Judged())
				largest[m] = max(largest[m], most)
			}
		}
	}
	return largest
}

// column is a metric of one side, by query.
type column struct {
	scores *SystemScores
	metric int
}

func (c column) value(q int) float64    { return c.scores.Values[c.metric][q] }
func (c column) unanswered(q int) bool  { return c.scores.Unanswered(c.metric, q) != "" }
func (c column) asRanked(q int) float64 { return c.scores.AsRanked[c.metric][q] }
func (c column) bounds(q int) (l, h float64) {
	return c.scores.Low[c.metric][q], c.scores.High[c.metric][q]
}

// answered counts the queries with an answer.
func (c column) answered() int {
	n := 0
	for q := range c.scores.Errors {
		if !c.unanswered(q) {
			n++
		}
	}
	return n
}

// compare compares pairs of the sides on each metric. Where the answers are not
// known nothing is said of what judging could change. Inference is about values
// from 0 to 1: metrics beyond them are divided by the largest of an ideal ranking
// for it.
func compare(sides []Side, answers bool, pairs []Pair, chosen []metrics.Metric, largest []float64, o stats.Options) (*Comparisons, error) {
	c := &Comparisons{Common: make([][]int, len(chosen)), Compared: make([]bool, len(sides)), Apart: make([]bool, len(sides))}
	lead := slices.IndexFunc(chosen, Testable)
	if lead >= 0 {
		c.Lead = chosen[lead]
	}
	tests := make([]*tested, len(chosen))
	for m, metric := range chosen {
		t := &tested{sides: sides, pairs: pairs, metric: metric, scale: largest[m], options: o}
		for _, s := range sides {
			t.columns = append(t.columns, column{s.Evaluation.System(s.System), slices.Index(s.Evaluation.Metrics, metric)})
		}
		t.choose()
		if answers {
			t.inform()
		}
		tests[m], c.Common[m] = t, t.queries
		if m == max(lead, 0) {
			c.Compared = t.compared
		}
	}
	if answers {
		judge(tests, lead)
	}
	var byMetric [][]Difference // by metric, then by pair
	for m, metric := range chosen {
		t := tests[m]
		if !Testable(metric) {
			continue
		}
		differences, err := t.differences(m == lead)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", metric, err)
		}
		if m == lead {
			c.Best, c.Apart = t.best, t.apart
			byMetric = append([][]Difference{differences}, byMetric...)
		} else {
			byMetric = append(byMetric, differences)
		}
	}
	for p := range pairs {
		for m, differences := range byMetric {
			switch d := differences[p]; {
			case d.OfGains && m == 0:
				c.Gains = append(c.Gains, d)
			case !d.OfGains && (m == 0 || !pairs[p].LeadOnly):
				c.Differences = append(c.Differences, d)
			}
		}
	}
	return c, nil
}

// tested is one metric on its way.
type tested struct {
	sides   []Side
	columns []column
	pairs   []Pair
	judged  []*judging // by pair, nil where it is not known
	metric  metrics.Metric
	scale   float64 // the largest value
	options stats.Options
	// compared says, by side, whether it answered at least half as many queries
	// as the one that answered most: of what fails more often than not, the
	// rest is no sample.
	compared []bool
	// queries are those that all compared sides answered with a value.
	queries []int
	// uninformative says why these queries can show nothing; empty where they
	// can.
	uninformative string
	best          string
	apart         []bool
}

// choose sets compared and queries.
func (t *tested) choose() {
	most := 0
	for _, c := range t.columns {
		most = max(most, c.answered())
	}
	for _, c := range t.columns {
		n := c.answered()
		t.compared = append(t.compared, n > 0 && 2*n >= most)
	}
	if !slices.Contains(t.compared, true) {
		return
	}
query:
	for q := range t.columns[0].scores.Errors {
		for i, c := range t.columns {
			if t.compared[i] && (c.unanswered(q) || math.IsNaN(c.value(q))) {
				continue query
			}
		}
		t.queries = append(t.queries, q)
	}
}

// inform sets uninformative: where none of the evaluations is evidence.
func (t *tested) inform() {
	for i, s := range t.sides {
		if i > 0 && s.Evaluation == t.sides[i-1].Evaluation {
			continue
		}
		if t.uninformative = s.Evaluation.Uninformative(t.metric, t.queries); t.uninformative == "" {
			return
		}
	}
}

// differences compares each pair: the lead metric's as a family, all others each
// by itself.
func (t *tested) differences(lead bool) ([]Difference, error) {
	all := make([]Difference, len(t.pairs))
	var family, alone []int // the pairs that can be compared
	for i := range t.pairs {
		p := &t.pairs[i]
		all[i] = t.describe(p)
		all[i].Primary = lead && !p.Secondary
		switch {
		case !t.comparable(p):
		case all[i].Primary:
			family = append(family, i)
		case lead || !p.LeadOnly:
			alone = append(alone, i)
		}
	}
	values := t.values()
	test := func(places []int) error {
		if len(places) == 0 {
			return nil
		}
		contrasts := make([]stats.Contrast, len(places))
		for k, i := range places {
			contrasts[k] = t.contrast(&t.pairs[i])
		}
		f, err := stats.TestFamily(context.Background(), values, contrasts, t.options)
		if err != nil {
			return err
		}
		var group errgroup.Group // pairs share nothing but what they read
		group.SetLimit(runtime.GOMAXPROCS(0))
		for k, i := range places {
			group.Go(func() error { return t.decide(&all[i], i, &f, k) })
		}
		return group.Wait()
	}
	if err := test(family); err != nil {
		return nil, err
	}
	for _, i := range alone {
		if err := test([]int{i}); err != nil {
			return nil, err
		}
		all[i].PCorrected = math.NaN()
	}
	if lead {
		t.chooseBest(values, all)
	}
	return all, nil
}

// values are those of the queries, by query, then side.
func (t *tested) values() [][]float64 {
	values := make([][]float64, len(t.queries))
	for i, q := range t.queries {
		values[i] = make([]float64, len(t.columns))
		for k, c := range t.columns {
			if t.compared[k] {
				values[i][k] = c.value(q)
			}
		}
	}
	return values
}

// sidesOf are the places of a pair's sides, its first stages behind them.
func (t *tested) sidesOf(p *Pair) []int {
	places := []int{t.place(p.Base), t.place(p.Next)}
	if p.ofGains() {
		places = append(places, t.place(p.BaseStage), t.place(p.NextStage))
	}
	return places
}

func (t *tested) comparable(p *Pair) bool {
	for _, side := range t.sidesOf(p) {
		if !t.compared[side] {
			return false
		}
	}
	return len(t.queries) > 0 && t.uninformative == ""
}

func (t *tested) contrast(p *Pair) stats.Contrast {
	s := t.sidesOf(p)
	if p.ofGains() {
		return stats.GainDifference(len(t.sides), s[3], s[1], s[2], s[0])
	}
	return stats.Difference(len(t.sides), s[0], s[1])
}

// chooseBest says who scored best, and who is told apart from it.
func (t *tested) chooseBest(values [][]float64, all []Difference) {
	best, highest := -1, math.Inf(-1)
	for k := range t.columns {
		sum := 0.0
		for _, row := range values {
			sum += row[k]
		}
		if t.compared[k] && sum > highest+rounding*max(1, math.Abs(sum)) {
			best, highest = k, sum
		}
	}
	t.apart = make([]bool, len(t.sides))
	if best < 0 || len(values) == 0 || t.uninformative != "" {
		return
	}
	t.best = t.sides[best].System
	for i := range all {
		base, next := t.place(t.pairs[i].Base), t.place(t.pairs[i].Next)
		if all[i].OfGains || base != best && next != best || all[i].Says != stats.Raises && all[i].Says != stats.Lowers {
			continue
		}
		t.apart[base+next-best] = true
	}
}

func confidence(o stats.Options) float64 {
	if o.Confidence == 0 {
		return stats.DefaultConfidence
	}
	return o.Confidence
}

func (t *tested) place(s Side) int { return slices.Index(t.sides, s) }

// describe says what is known of a pair without a test.
func (t *tested) describe(p *Pair) Difference {
	b, n := t.columns[t.place(p.Base)], t.columns[t.place(p.Next)]
	unknown := math.NaN()
	d := Difference{
		Metric: t.metric, Base: p.Base.System, System: p.Next.System, OfGains: p.ofGains(), Says: stats.NoEvidence, Uninformative: t.uninformative, Total: len(b.scores.Errors),
		Interval: stats.Interval{Mean: unknown, Confidence: confidence(t.options), Low: unknown, High: unknown, Lower: unknown, Upper: unknown, TooFew: true},
		BaseMean: unknown, NextMean: unknown, BaseAsRanked: unknown, NextAsRanked: unknown, SD: unknown, P: unknown, PCorrected: unknown,
		IfJudged: metrics.Settling{Mean: unknown, Low: unknown, High: unknown},
	}
	for q := range b.scores.Errors {
		if b.unanswered(q) {
			d.BaseUnanswered++
		}
		if reason := n.scores.Unanswered(n.metric, q); reason != "" {
			d.NextUnanswered++
			if strings.HasPrefix(reason, "no order") {
				d.NoOrder++
			}
		}
		if !b.unanswered(q) && !n.unanswered(q) && (math.IsNaN(b.value(q)) || math.IsNaN(n.value(q))) {
			d.Undefined++
		}
	}
	return d
}

// decide fills in what a test says of a pair.
func (t *tested) decide(d *Difference, pair int, f *stats.Family, test int) error {
	sides := t.sidesOf(&t.pairs[pair])
	side := func(side int, of func(c column, q int) float64, q int) float64 { // less its first stage's where gains are compared
		v := of(t.columns[sides[side]], q)
		if d.OfGains {
			v -= of(t.columns[sides[side+2]], q)
		}
		return v
	}
	differences := make([]float64, len(t.queries))
	n := float64(len(t.queries))
	d.BaseMean, d.NextMean, d.BaseAsRanked, d.NextAsRanked = 0, 0, 0, 0
	for k, q := range t.queries {
		base, next := side(0, column.value, q), side(1, column.value, q)
		x := next - base
		if math.Abs(x) <= rounding {
			x = 0
		}
		differences[k] = x
		switch {
		case x > 0:
			d.Wins++
		case x < 0:
			d.Losses++
		default:
			d.Ties++
		}
		d.BaseMean, d.NextMean = d.BaseMean+base/n, d.NextMean+next/n
		d.BaseAsRanked, d.NextAsRanked = d.BaseAsRanked+side(0, column.asRanked, q)/n, d.NextAsRanked+side(1, column.asRanked, q)/n
	}
	d.P, d.PCorrected = f.Tests[test].P, f.Tests[test].PCorrected
	d.Exact, d.Permutations, d.Seed, d.Family = f.Exact, f.Permutations, f.Seed, len(f.Tests)
	d.SD = deviation(differences)
	scale := t.scale
	if d.OfGains { // which differ by up to 2: half of that has a range that bounds are known for
		scale *= 2
	}
	if scale > 0 {
		for k := range differences {
			differences[k] /= scale
		}
	}
	v, err := stats.Decide(differences, d.PCorrected, confidence(t.options))
	if err != nil {
		return err
	}
	d.Says, d.Interval = v.Says, v.Interval
	if scale > 0 {
		for _, bound := range []*float64{&d.Mean, &d.Low, &d.High, &d.Lower, &d.Upper} {
			*bound *= scale
		}
	}
	if t.judged != nil {
		d.ifJudged(t, t.judged[pair])
	}
	return nil
}

// rounding is up to how much two values of a query are the same.
const rounding = 1e-12

func deviation(values []float64) float64 {
	if len(values) < 2 {
		return math.NaN()
	}
	mean, _ := Mean(values)
	sum := 0.0
	for _, v := range values {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / float64(len(values)-1))
}
