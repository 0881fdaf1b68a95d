package score

import (
	"cmp"
	"math"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
)

// Decision is the choice among the systems of a run: what each reaches, adds,
// takes and costs, and which ones come into question.
type Decision struct {
	// Lead is the metric that it goes by; Confidence is that of its intervals.
	Lead       metrics.Metric
	Confidence float64
	// Queries are how many the means are over, Total how many the run has.
	Queries, Total int
	// Rows are the systems: those that are compared by their mean, the highest
	// first, then the others in the run's order.
	Rows []DecisionRow
	// Best is the system with the highest mean, the first of those that share
	// it, empty where there is nothing to choose from. Highest are all that
	// share it, and Alike all but Best that these queries do not tell apart from
	// it, in the order of the rows.
	Best           string
	Highest, Alike []string
	// Cheapest and Fastest are, among Best and Alike, those with the lowest
	// price, and with the lowest median of the wall time: several where they
	// share it, none where all do or fewer than two are known.
	Cheapest, Fastest []string
	// Unpriced says that some of Best and Alike are of unknown price.
	Unpriced bool
	// Open are the systems, in the order of the rows, that judging the unjudged
	// hits could put before the best.
	Open []string
}

// DecisionRow is one system of a Decision. Numbers are NaN where they are not
// known.
type DecisionRow struct {
	*eval.System
	// Compared says whether it answered enough queries to be compared.
	Compared bool
	// Mean is that of the lead metric, AsRanked the same for the order in which
	// the server returned tied hits; Low and High are the interval of Mean.
	Mean, AsRanked, Low, High float64
	// Gain is its difference with its first stage by the lead metric; nil where
	// it has none, or where nothing is tested.
	Gain *Difference
	// Apart says whether it is told apart from the best.
	Apart bool
	// Ceiling is the mean that a perfect reranker would reach on the same
	// window.
	Ceiling float64
	// Latency is over all queries of the run that it answered.
	Latency Latency
	// Documents is how many its reranker scores for a search, on the average.
	Documents float64
	// USD is what 1,000 searches cost in dollars.
	USD float64
	// Front says that no system has both a mean and a median wall time that are
	// as good, and one that is better.
	Front bool
}

// Decide makes the table that a choice is made from, out of an evaluation and
// its comparisons.
func (e *Evaluation) Decide(c *Comparisons) (*Decision, error) {
	lead := max(0, slices.Index(e.Metrics, c.Lead))
	d := &Decision{Lead: e.Metrics[lead], Confidence: stats.DefaultConfidence, Queries: len(c.Common[lead]), Total: len(e.Run.Queries), Best: c.Best}
	byFirstStage := make(map[string]*Difference)
	for i := range c.Differences {
		p := &c.Differences[i]
		if p.Primary && e.Run.Manifest.FirstStageOf(p.System) == p.Base {
			byFirstStage[p.System] = p
		}
		d.Confidence = p.Confidence
	}
	uninformative := e.Uninformative(d.Lead, c.Common[lead])
	for i := range e.Systems {
		s := &e.Systems[i]
		row := DecisionRow{
			System: e.Run.Manifest.System(s.System), Compared: c.Compared[i], Apart: c.Apart[i], Gain: byFirstStage[s.System],
			Mean: math.NaN(), AsRanked: math.NaN(), Low: math.NaN(), High: math.NaN(), Ceiling: math.NaN(),
			Latency: LatencyOf(e.Run, s.System), Documents: e.Run.DocumentsScored(s.System), USD: e.Run.USDPer1000(s.System),
		}
		if row.Compared && len(c.Common[lead]) > 0 {
			values := pick(s.Values[lead], c.Common[lead])
			row.Mean, _ = Mean(values)
			row.AsRanked, _ = Mean(pick(s.AsRanked[lead], c.Common[lead]))
			if !c.Lead.IsZero() && uninformative == "" {
				interval, err := stats.MeanInterval(values, d.Confidence)
				if err != nil {
					return nil, err
				}
				row.Low, row.High = interval.Low, interval.High
			}
			row.Ceiling = e.ceiling(row.System, e.Metrics[lead], c.Common[lead])
		}
		d.Rows = append(d.Rows, row)
	}
	d.Rank()
	d.open(c.Differences)
	return d, nil
}

// Rank sorts the rows and draws the conclusions: all that follows from the rows
// and Best.
func (d *Decision) Rank() {
	slices.SortStableFunc(d.Rows, func(a, b DecisionRow) int {
		return cmp.Or(cmp.Compare(undefinedLowest(b.Mean), undefinedLowest(a.Mean)), yesFirst(a.Name == d.Best, b.Name == d.Best))
	})
	d.choose()
	d.front()
}

func undefinedLowest(v float64) float64 {
	if math.IsNaN(v) {
		return math.Inf(-1)
	}
	return v
}

func yesFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// choose names the systems that come into question, and among them the cheapest
// and the fastest.
func (d *Decision) choose() {
	if d.Best == "" {
		return
	}
	best := d.Row(d.Best)
	var group []*DecisionRow
	for i := range d.Rows {
		r := &d.Rows[i]
		if !r.Compared || r.Apart {
			continue
		}
		group = append(group, r)
		d.Unpriced = d.Unpriced || math.IsNaN(r.USD)
		if r.Name != d.Best {
			d.Alike = append(d.Alike, r.Name)
		}
		if math.Abs(r.Mean-best.Mean) <= rounding*max(1, math.Abs(best.Mean)) {
			d.Highest = append(d.Highest, r.Name)
		}
	}
	d.Cheapest = least(group, func(r *DecisionRow) float64 { return r.USD })
	d.Fastest = least(group, func(r *DecisionRow) float64 { return r.Latency.Wall.P50 })
	for _, r := range group { // times of one query at a time and of several are no comparison
		if r.Latency.Sampled != group[0].Latency.Sampled || r.Latency.Concurrency != group[0].Latency.Concurrency || math.IsNaN(r.Latency.Wall.P50) {
			d.Fastest = nil
		}
	}
}

// least names the rows with the least value, where two values are known.
func least(rows []*DecisionRow, of func(*DecisionRow) float64) []string {
	var names []string
	known, lowest := 0, math.Inf(1)
	for _, r := range rows {
		v := of(r)
		if math.IsNaN(v) {
			continue
		}
		known++
		if v < lowest {
			lowest, names = v, nil
		}
		if v == lowest {
			names = append(names, r.Name)
		}
	}
	if known < 2 || len(names) == known {
		return nil
	}
	return names
}

// open sets Open.
func (d *Decision) open(differences []Difference) {
	above := make(map[string]bool)
	for i := range differences {
		p := &differences[i]
		switch {
		case !p.Primary:
		case p.System == d.Best && p.IfJudged.Low < -rounding:
			above[p.Base] = true
		case p.Base == d.Best && p.IfJudged.High > rounding:
			above[p.System] = true
		}
	}
	for i := range d.Rows {
		if r := &d.Rows[i]; above[r.Name] {
			d.Open = append(d.Open, r.Name)
		}
	}
}

// front sets Front, by Pareto's rule.
func (d *Decision) front() {
	for i := range d.Rows {
		r := &d.Rows[i]
		r.Front = !math.IsNaN(r.Mean) && !math.IsNaN(r.Latency.Wall.P50) && !slices.ContainsFunc(d.Rows, func(o DecisionRow) bool {
			return o.Mean >= r.Mean && o.Latency.Wall.P50 <= r.Latency.Wall.P50 && (o.Mean > r.Mean || o.Latency.Wall.P50 < r.Latency.Wall.P50)
		})
	}
}

// Row is the row of the named system, nil where there is none.
func (d *Decision) Row(system string) *DecisionRow {
	for i := range d.Rows {
		if d.Rows[i].Name == system {
			return &d.Rows[i]
		}
	}
	return nil
}

// ceiling is the mean that a perfect reranker would reach over the queries with
// the hits of a system's window; NaN where it reranks none. The documents are
// ranked by falling grade, those without a judgment between the relevant and the
// others.
func (e *Evaluation) ceiling(s *eval.System, metric metrics.Metric, queries []int) float64 {
	if s == nil || s.FirstStage == "" || len(queries) == 0 {
		return math.NaN()
	}
	first := e.Index(s.FirstStage)
	if first < 0 {
		return math.NaN()
	}
	sum := 0.0
	var grades []float64
	var hits []metrics.Hit
	for _, q := range queries {
		query := &e.Run.Queries[q]
		answer := query.Results[s.FirstStage]
		if answer.Failed() {
			return math.NaN()
		}
		window := min(s.Window, len(answer.Hits))
		grades, hits = grades[:0], hits[:0]
		for _, h := range e.Systems[first].Judged[q] {
			if int(h.Rank) <= window {
				grades = append(grades, query.Judgments[h.Judgment].Grade)
			}
		}
		slices.SortFunc(grades, func(a, b float64) int { return cmp.Compare(b, a) })
		for i, g := range grades {
			rank := i + 1
			if g <= 0 { // below all that nobody judged
				rank += window - len(grades)
			}
			hits = append(hits, metrics.Hit{Rank: rank, Grade: g})
		}
		sum += metric.ScoreList(&metrics.List{Len: window, Hits: hits, Judged: query.Judged()})
	}
	return sum / float64(len(queries))
}
