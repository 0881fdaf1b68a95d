package reports

import (
	"fmt"
	"math"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// direction is what a reranker did to the lead metric.
type direction string

// The directions.
const (
	// better and worse are differences that the suite can tell from chance.
	better direction = "better"
	worse  direction = "worse"
	// unclear is a difference that could be chance.
	unclear direction = "unclear"
	// same is no difference on any query.
	same direction = "same"
)

// verdict is the answer that a report opens with.
type verdict struct {
	// System is the reranker.
	System string
	// Direction is the answer in a word.
	Direction direction
	// Sentence is the answer with its interval and p: Headline and Evidence.
	Sentence string
	// Headline is the answer without them, and Evidence the difference with
	// its interval and p, empty where there is no difference.
	Headline, Evidence string
	// Counts says how many queries won, lost and tied.
	Counts string
	// Power says what the suite could have seen; empty unless unclear.
	Power string
	// Worst is the row of the query that lost most; nil where none lost.
	Worst *QueryRow
}

// verdicts gives the verdict on each reranker, in the order of the systems.
func (r *Report) verdicts() []verdict {
	var verdicts []verdict
	for i := range r.Evaluation.Systems[1:] {
		d := r.leadDifference(i)
		v := newVerdict(d)
		if rows := r.Queries[i]; len(rows) > 0 && rows[0].Difference < 0 {
			v.Worst = &rows[0]
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// opens are the verdicts that a report opens with. A sweep has decisions in
// their place: its run is at the largest window, which nobody need take.
func (r *Report) opens() []verdict {
	if r.Sweep != nil {
		return nil
	}
	return r.verdicts()
}

// newVerdict puts a difference in words. It counts as one only where both the
// test, after correction for all comparisons made, and the interval say so.
func newVerdict(d score.Difference) verdict {
	v := verdict{System: d.System, Direction: directionOf(d), Counts: counts(d)}
	base := "without"
	if d.Base != eval.FirstStage {
		base = "in " + d.Base
	}
	v.Evidence = fmt.Sprintf("%s (%s interval %s, %s)", grid.Signed(d.Difference), coverage(d.Confidence), grid.Interval(d.Low, d.High), pSaid(d.AdjustedP))
	switch v.Direction {
	case better, worse:
		verb := "raises"
		if v.Direction == worse {
			verb = "lowers"
		}
		v.Headline = fmt.Sprintf("%s %s %s from %s to %s", d.System, verb, d.Metric, grid.Fixed(d.BaseMean), grid.Fixed(d.NextMean))
		v.Sentence = v.Headline + ": " + v.Evidence + "."
	case same:
		v.Evidence = ""
		v.Headline = fmt.Sprintf("%s changes %s on none of %s: %s %s and with it", d.System, d.Metric, text.Count(d.N, "query"), grid.Fixed(d.BaseMean), base)
		v.Sentence = v.Headline + "."
	default:
		v.Headline = fmt.Sprintf("%s makes no difference to %s that this suite can see: %s %s, %s with it", d.System, d.Metric, grid.Fixed(d.BaseMean), base, grid.Fixed(d.NextMean))
		v.Sentence = "~ " + v.Headline + ", " + v.Evidence + "."
		v.Power = power(d)
	}
	return v
}

func directionOf(d score.Difference) direction {
	confidence := d.Confidence
	if confidence == 0 {
		confidence = 0.95
	}
	switch {
	case d.N > 0 && d.Wins+d.Losses == 0:
		return same
	case d.AdjustedP < 1-confidence && d.Low > 0:
		return better
	case d.AdjustedP < 1-confidence && d.High < 0:
		return worse
	}
	return unclear
}

// power says what the suite could have seen.
func power(d score.Difference) string {
	switch {
	case d.N == 0:
		return fmt.Sprintf("No query has a value of %s on both sides.", d.Metric)
	case math.IsNaN(d.Detectable):
		return fmt.Sprintf("With %s no difference can be tested: a test needs at least 2.", text.Count(d.N, "query"))
	}
	said := fmt.Sprintf("The smallest difference that %s can show is %s", text.Count(d.N, "query"), grid.Fixed(d.Detectable))
	if d.QueriesNeeded > d.N {
		said += fmt.Sprintf("; for one of %s it would take %s queries", grid.Fixed(math.Abs(d.Difference)), atMost(d.QueriesNeeded))
	}
	return said + "."
}

// atMost prints a number of queries, "over a million" where it is without
// meaning.
func atMost(n int) string {
	if n > 1_000_000 {
		return "over a million"
	}
	return "about " + text.Thousands(n)
}

// counts says how the queries moved.
func counts(d score.Difference) string {
	s := fmt.Sprintf("%s won, %s lost, %s tied of %s", text.Thousands(d.Wins), text.Thousands(d.Losses), text.Thousands(d.Ties), text.Count(d.N, "query"))
	if d.Undefined > 0 {
		s += fmt.Sprintf(" (%s undefined)", text.Thousands(d.Undefined))
	}
	return s + "."
}

// standInNote is said wherever numbers of the embedded engine are shown.
const standInNote = "The reranker here is a small stand-in built into releval, not Elastic Rerank: these numbers show how the comparison works and say nothing about Elastic Rerank."

// subject says what was run: suite, queries, documents, server.
func (r *Report) subject() string {
	m := &r.Evaluation.Run.Manifest
	documents := int64(0)
	for _, i := range m.Indices {
		documents += i.Documents
	}
	s := m.Suite + ": " + text.Count(len(r.Evaluation.Run.Queries), "query")
	if documents > 0 {
		s += " over " + text.Thousands(documents) + " documents"
	}
	if m.Index != "" {
		s += " of " + m.Index
	}
	return s + ", " + server(m.Cluster)
}

// server names the server that was searched.
func server(c eval.ClusterInfo) string {
	switch {
	case c.Embedded():
		return "on the embedded engine"
	case c.Kind == "serverless":
		return "on Elasticsearch Serverless"
	case c.Version != "":
		return "on Elasticsearch " + c.Version
	}
	return "on Elasticsearch of unknown version"
}

// describe says what a reranker is.
func describe(k eval.System) string {
	endpoint := k.InferenceID
	if endpoint == "" {
		endpoint = "the default endpoint"
	}
	s := fmt.Sprintf("%s: %s on %s, window %d", k.Name, endpoint, k.Field, k.Window)
	if k.MinScore != nil {
		s += ", min_score " + grid.Compact(*k.MinScore)
	}
	if k.Model != "" {
		s += ", model " + k.Model
	}
	return s
}
