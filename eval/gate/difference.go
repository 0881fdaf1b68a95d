package gate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/releval/releval/eval/stats"
)

// difference holds the change against the first stage or the baseline
// against its limit.
func (j *judge) difference() error {
	p, ok := j.pair()
	if !ok {
		return nil
	}
	if j.gate.MaxQueryDrop != nil {
		j.queryDrops(p)
	} else if err := j.meanDifference(p); err != nil {
		return err
	}
	if p.undefined > 0 {
		j.explain("%s has no value for %s, left out", j.Metric, plural(p.undefined, "query"))
	}
	return nil
}

// queryDrops holds the largest drop of a single query against its limit.
func (j *judge) queryDrops(p *pairs) {
	limit := *j.gate.MaxQueryDrop
	worst, at := 0.0, -1
	order := make([]int, 0, len(p.queries))
	for i := range p.queries {
		drop := p.before[i] - p.after[i]
		if drop > worst {
			worst, at = drop, i
		}
		if drop > limit+Tolerance {
			order = append(order, i)
		}
	}
	j.Actual = "no drop"
	if at >= 0 {
		j.Actual = fmt.Sprintf("a drop of %s by %s", beside(worst, &limit), j.query(p.queries[at]).ID)
	}
	j.decide(limit - worst)
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(p.before[b]-p.after[b], p.before[a]-p.after[a])
	})
	for _, i := range order {
		j.Queries = append(j.Queries, j.moved(p, i))
	}
	// A query that did drop too far has, whatever the failed ones would have
	// done.
	if j.Verdict == Passed {
		j.failedPairs(p)
	}
}

// meanDifference holds the difference of the means against min_gain or
// max_drop.
func (j *judge) meanDifference(p *pairs) error {
	limit, ok := j.limit()
	if !ok {
		j.undecided("the gate has no limit")
		return nil
	}
	if len(p.queries) == 0 {
		j.failedPairs(p)
		if len(p.failed) == 0 {
			j.undecided("%s is undefined for all queries", j.Metric)
		}
		return nil
	}
	difference := p.metric.Aggregate(p.after).Value - p.metric.Aggregate(p.before).Value
	j.Actual = signedBeside(difference, limit)
	if err := j.compare(p); err != nil {
		return err
	}
	if j.gate.Confidence == 0 {
		j.decide(difference - limit)
		j.sayHowSure(limit)
	} else if err := j.confident(p, limit); err != nil {
		return err
	}
	if j.Verdict != Passed {
		j.losers(p, limit)
	}
	j.failedPairs(p)
	return nil
}

// limit is the least difference that the gate allows.
func (j *judge) limit() (float64, bool) {
	switch {
	case j.gate.MinGain != nil:
		return *j.gate.MinGain, true
	case j.gate.MaxDrop != nil:
		return 0 - *j.gate.MaxDrop, true // not -0, which prints a minus
	}
	return 0, false
}

// signedBeside is beside for differences.
func signedBeside(x, limit float64) string {
	text := beside(math.Abs(x), new(math.Abs(limit)))
	if x < 0 {
		return "-" + text
	}
	return "+" + text
}

// compare attaches the paired comparison of the differences themselves.
func (j *judge) compare(p *pairs) error {
	if len(p.queries) < 2 {
		return nil
	}
	o := j.Stats
	if j.gate.Confidence != 0 {
		o.Confidence = j.gate.Confidence
	}
	c, err := stats.Compare(p.before, p.after, o)
	if err != nil {
		return fmt.Errorf("%s of %s: %w", j.Metric, j.System, err)
	}
	j.Comparison = &c
	return nil
}

// sayHowSure adds, to a verdict on these queries alone, that others could
// have given another one.
func (j *judge) sayHowSure(limit float64) {
	c := j.Comparison
	if c == nil || j.Verdict != Failed || c.High < limit {
		return
	}
	j.explain("so it is for these queries; others like them could meet the limit: the %s %% interval is %s", p100(c.Confidence), interval(c.Low, c.High))
}

func interval(low, high float64) string { return "[" + signed(low) + ", " + signed(high) + "]" }

func p100(confidence float64) string { return fmt.Sprintf("%.4g", 100*confidence) }

// failedPairs makes the result inconclusive where a query failed.
func (j *judge) failedPairs(p *pairs) {
	if len(p.failed) == 0 {
		return
	}
	ids := make([]string, len(p.failed))
	for i, f := range p.failed {
		ids[i] = f.Query
	}
	j.Queries = p.failed
	j.undecided("%s failed, left out: %s", plural(len(ids), "query"), some(ids))
}

// losers lists the queries that fell or, where a gain was asked for, stayed
// below it; the largest losses first.
func (j *judge) losers(p *pairs, limit float64) {
	order := make([]int, 0, len(p.queries))
	for i := range p.queries {
		change := p.after[i] - p.before[i]
		if change < -Tolerance || j.gate.MinGain != nil && change < limit-Tolerance {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(p.after[a]-p.before[a], p.after[b]-p.before[b])
	})
	for _, i := range order {
		j.Queries = append(j.Queries, j.moved(p, i))
	}
}

func (j *judge) moved(p *pairs, i int) Offender {
	return j.offender(p.queries[i], fixed(p.before[i])+" to "+fixed(p.after[i]))
}
