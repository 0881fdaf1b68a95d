package gate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/releval/releval/eval/stats"
)

// difference compares the change against the first stage or the baseline with
// its limit.
func (j *judge) difference() {
	p, ok := j.pair()
	if !ok {
		return
	}
	if j.gate.MaxQueryDrop != nil {
		j.queryDrops(p)
	} else {
		j.meanDifference(p)
	}
	if p.identical && j.Verdict == Passed && j.Reason == "" && j.withheld() == "" {
		j.explain("every ranking is the baseline's")
	}
	if p.undefined > 0 {
		j.explain("%s has no value for %s, left out", j.Metric, plural(p.undefined, "query"))
	}
}

// queryDrops compares the drops of single queries with max_query_drop: either
// the largest, or the number of those beyond it with max_queries or max_share.
func (j *judge) queryDrops(p *pairs) {
	limit := *j.gate.MaxQueryDrop
	losses := p.answered.losses()
	if len(losses) == 0 {
		j.leftOut(p, "")
		if len(p.failed) == 0 {
			j.undecided("%s is undefined for all queries", j.Metric)
		}
		return
	}
	order := make([]int, 0, len(losses)) // of those that fell too far
	worst := 0
	for i, loss := range losses {
		if loss > losses[worst] {
			worst = i
		}
		if loss > limit+Tolerance {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(losses[b], losses[a]) })
	for _, i := range order {
		j.Queries = append(j.Queries, j.moved(p, i))
	}
	atWorst := p.atWorst.losses()
	name, fall := j.query(p.queries[worst]).ID, beside(losses[worst], &limit)
	var worstCase string
	if j.gate.MaxQueries == nil && j.gate.MaxShare == nil {
		j.Actual = "no drop"
		if losses[worst] > 0 {
			j.Actual = fmt.Sprintf("a drop of %s by %s", fall, name)
		}
		j.decideThree(limit-max(0, losses[worst]), p.open(limit-max(0, slices.Max(atWorst))), limit-max(0, losses[worst]))
		worstCase = "a drop of " + fixed(slices.Max(atWorst))
	} else {
		j.Actual = plural(len(order), "query")
		if len(order) > 0 {
			j.Actual += fmt.Sprintf(", at worst %s by %s", name, fall)
		}
		lost := 0
		for _, loss := range atWorst {
			if loss > limit+Tolerance {
				lost++
			}
		}
		j.decideThree(j.allowed(len(losses))-float64(len(order)), p.open(j.allowed(len(atWorst))-float64(lost)), j.allowed(len(atWorst))-float64(len(order)))
		worstCase = plural(lost, "query")
	}
	j.leftOut(p, worstCase)
}

// allowed is how many of so many queries may drop too far.
func (j *judge) allowed(queries int) float64 {
	if j.gate.MaxQueries != nil {
		return float64(*j.gate.MaxQueries)
	}
	return math.Floor(*j.gate.MaxShare*float64(queries) + Tolerance)
}

// meanDifference compares the difference of the means with min_gain or
// max_drop.
func (j *judge) meanDifference(p *pairs) {
	limit, ok := j.limit()
	switch {
	case !ok:
		j.undecided("the gate has no limit")
		return
	case len(p.queries) == 0:
		j.leftOut(p, "")
		if len(p.failed) == 0 {
			j.undecided("%s is undefined for all queries", j.Metric)
		}
		return
	}
	gain, worst := p.answered.gain(p.metric), p.atWorst.gain(p.metric)
	worstCase := signedBeside(worst, limit)
	j.Actual = signedBeside(gain, limit)
	j.decideThree(gain-limit, p.open(worst-limit), p.open(p.atBest.gain(p.metric)-limit))
	switch {
	case j.Verdict == Failed:
		j.sayHowSure(p, limit)
	case j.gate.Confidence != 0:
		worstCase += ", " + j.confident(p, limit)
	}
	if j.Verdict != Passed {
		j.losers(p, limit)
	}
	j.leftOut(p, worstCase)
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

// sayHowSure adds, to a failure on these queries, that others could pass.
func (j *judge) sayHowSure(p *pairs, limit float64) {
	if !p.metric.IsMean() || p.metric.IsUnbounded() {
		return
	}
	gains := p.answered.losses()
	for i := range gains {
		gains[i] = 0 - gains[i]
	}
	interval, err := stats.DifferenceInterval(gains, cmp.Or(j.gate.Confidence, stats.DefaultConfidence))
	if err == nil && interval.High >= limit { // NaN where the queries are too few
		j.explain("the limit lies inside the %s %% interval, %s to %s: another sample of queries could pass", p100(interval.Confidence), signed(interval.Low), signed(interval.High))
	}
}

func p100(confidence float64) string { return fmt.Sprintf("%.4g", 100*confidence) }

// leftOut says which queries failed, and what the gate comes to with them at
// their worst.
func (j *judge) leftOut(p *pairs, worst string) {
	if len(p.failed) == 0 {
		return
	}
	ids := make([]string, len(p.failed))
	for i, f := range p.failed {
		ids[i] = f.Query
	}
	j.failuresLeftOut(ids, p.failed, worst)
}

// failuresLeftOut adds what failed queries mean for the verdict.
func (j *judge) failuresLeftOut(ids []string, failed []Offender, worst string) {
	text := plural(len(ids), "query") + " " + how(failed) + ", left out: " + some(ids)
	switch {
	case j.Verdict == Passed:
		text += "; at worst " + worst + ", which meets the limit too"
	case j.Verdict == Failed && len(ids) == 1:
		text += "; the gate fails whatever it had answered"
	case j.Verdict == Failed:
		text += "; the gate fails whatever they had answered"
	default:
		j.Verdict, j.Queries = Inconclusive, failed
		if worst != "" {
			text += "; at worst " + worst
		}
	}
	j.explain("%s", text)
}

// how says in what way answers are none: hits that all share one score are no
// failed search.
func how(failed []Offender) string {
	noOrder := 0
	for _, f := range failed {
		if strings.Contains(f.Detail, "no order: ") {
			noOrder++
		}
	}
	switch noOrder {
	case 0:
		return "failed"
	case len(failed):
		return "without an order"
	}
	return "failed or without an order"
}

// losers lists the queries that fell or, where a gain was asked for, stayed
// below it; the largest losses first.
func (j *judge) losers(p *pairs, limit float64) {
	losses := p.answered.losses()
	order := make([]int, 0, len(losses))
	for i, loss := range losses {
		if loss > 0 || j.gate.MinGain != nil && -loss < limit-Tolerance {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(losses[b], losses[a]) })
	for _, i := range order {
		j.Queries = append(j.Queries, j.moved(p, i))
	}
}

func (j *judge) moved(p *pairs, i int) Offender {
	return j.offender(p.queries[i], fixed(p.answered.before[i])+" to "+fixed(p.answered.after[i]))
}
