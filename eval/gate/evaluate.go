package gate

import (
	"fmt"
	"math"

	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// firstStage is the name of the system that searches without a reranker.
const firstStage = judgments.FirstStage

// Evaluate gives a verdict on every gate, in the suite's order, and then on
// every expectation, by query. A condition that names no system is
// decided for every reranked system, or for every system where none was run; a
// limit on failed queries for all systems. What is wrong with the run is a
// verdict.
func Evaluate(in Input) []Result {
	run := in.Scores.Run
	if in.Integrity == nil {
		in.Integrity = new(integrity.Check(run))
	}
	e := evaluator{Input: in, missing: unresolvedIn(&run.Manifest)}
	switch found := in.Integrity; {
	case found.Missing > 0:
		e.broken = fmt.Sprintf("the run is incomplete: %s of %s are missing", text.Thousands(found.Missing), plural(run.Manifest.QueryCount, "query"))
	case found.Incomplete:
		e.broken = "the run is incomplete: its last line is missing"
	}
	var results []Result
	for i := range run.Manifest.Gates {
		results = append(results, e.gate(&run.Manifest.Gates[i])...)
	}
	for i := range run.Queries {
		results = append(results, e.expectations(i)...)
	}
	return results
}

// evaluator is an Input with what several verdicts need of it.
type evaluator struct {
	Input
	missing unresolved
	// broken says why the run lacks something that it should have: nothing
	// passes then. Empty where it does not.
	broken string
}

// judge decides one gate for one system.
type judge struct {
	*evaluator
	gate   *judgments.Gate
	system *score.SystemScores // nil where the system was not run
	scope  scope
	*Result
}

// gate evaluates a gate for each system that it is for.
func (e *evaluator) gate(g *judgments.Gate) []Result {
	scope := e.scope(g.Tag)
	var results []Result
	for _, name := range e.systemsFor(g) {
		r := Result{
			Position: g.Position,
			Source:   g.Source,
			System:   name,
			Metric:   g.Metric,
			Margin:   math.NaN(),
		}
		j := judge{evaluator: e, gate: g, system: e.Scores.System(name), scope: scope, Result: &r}
		j.evaluate()
		if r.Verdict == Passed && e.broken != "" {
			j.undecided("%s", e.broken)
		}
		if r.Verdict == Passed && g.Versus == "baseline" && e.Doubt != "" {
			j.undecided("%s", e.Doubt)
		}
		if r.Verdict == Passed {
			r.Queries = nil
		}
		for _, note := range scope.notes {
			r.explain("%s", note)
		}
		if r.Verdict == Inconclusive && g.Inconclusive == judgments.InconclusiveFails {
			r.Verdict = Failed
			r.Reason = "inconclusive, which fails this gate: " + r.Reason
		}
		results = append(results, r)
	}
	return results
}

// systemsFor names the systems that a gate is for; the empty name stands for
// the run as a whole.
func (e *evaluator) systemsFor(g *judgments.Gate) []string {
	switch {
	case g.Metric == "unresolved_titles":
		return []string{""}
	case g.System == "" && g.Metric == "failed":
		var all []string
		for i := range e.Scores.Systems {
			all = append(all, e.Scores.Systems[i].System)
		}
		return all
	default:
		return e.named(g.System)
	}
}

// named is the system of that name, or where it is empty every system that
// reranks, and every system where none does.
func (e *evaluator) named(system string) []string {
	if system != "" {
		return []string{system}
	}
	var reranked, all []string
	for i := range e.Scores.Systems {
		name := e.Scores.Systems[i].System
		all = append(all, name)
		if e.Scores.Run.Manifest.FirstStageOf(name) != "" {
			reranked = append(reranked, name)
		}
	}
	if reranked == nil {
		return all
	}
	return reranked
}

// evaluate fills in the result.
func (j *judge) evaluate() {
	j.Expected = j.expectation()
	partial := j.partial()
	switch {
	case partial != "":
		j.undecided("%s", partial)
	case j.system == nil && j.Metric != "unresolved_titles":
		j.undecided("the system %s was not run", j.System)
	case j.scope.empty != "":
		j.undecided("%s", j.scope.empty)
	case isLatency(j.Metric):
		j.latency()
	case j.Metric == judgments.Cost:
		j.cost()
	case j.Metric == "unresolved_titles":
		j.unresolved()
	case j.Metric == "failed":
		j.failures()
	case j.Metric == "dropped_documents":
		j.dropped()
	case j.gate.Versus == "":
		j.bounds()
		j.inform()
	default:
		j.difference()
		j.inform()
	}
}

// inform takes back a verdict that the queries are no evidence for: where none
// of their judgments is relevant whatever it is, and where no system found
// anything that it passed.
func (j *judge) inform() {
	metric, err := metrics.Parse(j.gate.Metric)
	if err != nil {
		return
	}
	why := j.Scores.NothingRelevant(metric, j.scope.queries)
	if why == "" && j.Verdict != Failed && !metric.IsCount() {
		why = j.Scores.Uninformative(metric, j.scope.queries)
	}
	if why != "" {
		j.Actual, j.Margin, j.Reason, j.Queries = "", math.NaN(), "", nil
		j.undecided("%s", why)
	}
}

// expectation is the gate's condition in words.
func (j *judge) expectation() string {
	g := j.gate
	over := overName(g.Versus)
	var text string
	switch {
	case g.MinGain != nil:
		text = "a gain of at least " + number(*g.MinGain) + " over " + over
	case g.MaxDrop != nil:
		text = "a drop of at most " + number(*g.MaxDrop) + " against " + over
	case g.MaxQueryDrop != nil && g.MaxQueries != nil:
		text = "at most " + plural(*g.MaxQueries, "query") + " to drop by more than " + number(*g.MaxQueryDrop) + " against " + over
	case g.MaxQueryDrop != nil && g.MaxShare != nil:
		text = "at most " + percent(*g.MaxShare) + " of the queries to drop by more than " + number(*g.MaxQueryDrop) + " against " + over
	case g.MaxQueryDrop != nil:
		text = "no query to drop by more than " + number(*g.MaxQueryDrop) + " against " + over
	case g.Metric == judgments.Cost && g.Max != nil:
		text = "at most " + number(*g.Max) + " dollars for 1,000 searches"
	case isLatency(g.Metric) && g.Max != nil:
		text = "at most " + milliseconds(*g.Max)
	case g.Min != nil && g.Max != nil:
		text = "from " + number(*g.Min) + " to " + number(*g.Max)
	case g.Min != nil:
		text = "at least " + number(*g.Min)
	case g.Max != nil:
		text = "at most " + number(*g.Max)
	default:
		return "nothing"
	}
	if g.Confidence != 0 {
		text += " with confidence " + number(g.Confidence)
	}
	if g.Tag != "" {
		text += " on the queries tagged " + g.Tag
	}
	return text
}
