package reports

import (
	"fmt"
	"math"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/score"
)

// Direction is what a reranker did to the lead metric.
type Direction string

// The directions.
const (
	// Better and Worse are differences that the suite can tell from chance.
	Better Direction = "better"
	Worse  Direction = "worse"
	// Unclear is a difference that could be chance.
	Unclear Direction = "unclear"
	// Same is no difference on any query.
	Same Direction = "same"
)

// Verdict is the answer that a report opens with.
type Verdict struct {
	// System is the reranker.
	System string
	// Direction is the answer in a word.
	Direction Direction
	// Sentence is the answer with its interval and p: Headline and Evidence.
	Sentence string
	// Headline is the answer without them, and Evidence the difference with
	// its interval and p, empty where there is no difference.
	Headline, Evidence string
	// Counts says how many queries won, lost and tied.
	Counts string
	// Power says what the suite could have seen; empty unless Unclear.
	Power string
	// Worst is the row of the query that lost most; nil where none lost.
	Worst *QueryRow
}

// Verdicts gives the verdict on each reranker, in the order of the systems.
func (r *Report) Verdicts() []Verdict {
	var verdicts []Verdict
	for i := range r.Evaluation.Systems[1:] {
		d := r.LeadDifference(i)
		v := NewVerdict(d)
		if rows := r.Queries[i]; len(rows) > 0 && rows[0].Difference < 0 {
			v.Worst = &rows[0]
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// NewVerdict puts a difference in words. It counts as one only where both the
// test, after correction for all comparisons made, and the interval say so.
func NewVerdict(d score.Difference) Verdict {
	v := Verdict{System: d.System, Direction: direction(d), Counts: counts(d)}
	base := "without"
	if d.Base != eval.FirstStage {
		base = "in " + d.Base
	}
	v.Evidence = fmt.Sprintf("%s (%s interval %s, %s)", signed(d.Difference), coverage(d.Confidence), interval(d.Low, d.High), pSaid(d.AdjustedP))
	switch v.Direction {
	case Better, Worse:
		verb := "raises"
		if v.Direction == Worse {
			verb = "lowers"
		}
		v.Headline = fmt.Sprintf("%s %s %s from %s to %s", d.System, verb, d.Metric, fixed(d.BaseMean), fixed(d.NextMean))
		v.Sentence = v.Headline + ": " + v.Evidence + "."
	case Same:
		v.Evidence = ""
		v.Headline = fmt.Sprintf("%s changes %s on none of %s: %s %s and with it", d.System, d.Metric, queriesOf(d.N), fixed(d.BaseMean), base)
		v.Sentence = v.Headline + "."
	default:
		v.Headline = fmt.Sprintf("%s makes no difference to %s that this suite can see: %s %s, %s with it", d.System, d.Metric, fixed(d.BaseMean), base, fixed(d.NextMean))
		v.Sentence = "~ " + v.Headline + ", " + v.Evidence + "."
		v.Power = power(d)
	}
	return v
}

func direction(d score.Difference) Direction {
	confidence := d.Confidence
	if confidence == 0 {
		confidence = 0.95
	}
	switch {
	case d.N > 0 && d.Wins+d.Losses == 0:
		return Same
	case d.AdjustedP < 1-confidence && d.Low > 0:
		return Better
	case d.AdjustedP < 1-confidence && d.High < 0:
		return Worse
	}
	return Unclear
}

// power says what the suite could have seen.
func power(d score.Difference) string {
	switch {
	case d.N == 0:
		return fmt.Sprintf("No query has a value of %s on both sides.", d.Metric)
	case math.IsNaN(d.Detectable):
		return fmt.Sprintf("With %s it can see nothing: a test needs at least 2.", queriesOf(d.N))
	}
	said := fmt.Sprintf("The smallest difference that %s can show is %s", queriesOf(d.N), fixed(d.Detectable))
	if d.QueriesNeeded > d.N {
		said += fmt.Sprintf("; for one of %s it would take %s queries", fixed(math.Abs(d.Difference)), atMost(d.QueriesNeeded))
	}
	return said + "."
}

// atMost prints a number of queries, "over a million" where it is without
// meaning.
func atMost(n int) string {
	if n > 1_000_000 {
		return "over a million"
	}
	return "about " + thousands(n)
}

// counts says how the queries moved.
func counts(d score.Difference) string {
	s := fmt.Sprintf("%s won, %s lost, %s tied of %s", thousands(d.Wins), thousands(d.Losses), thousands(d.Ties), queriesOf(d.N))
	if d.Undefined > 0 {
		s += fmt.Sprintf(" (%s undefined)", thousands(d.Undefined))
	}
	return s + "."
}

// standInNote is said wherever numbers of the embedded engine are shown.
const standInNote = "The reranker here is a small stand-in built into releval, not Elastic Rerank: these numbers show how the comparison works and say nothing about Elastic Rerank."

// Subject says what was run: suite, queries, documents, server.
func (r *Report) Subject() string {
	m := &r.Evaluation.Run.Manifest
	documents := int64(0)
	for _, i := range m.Indices {
		documents += i.Documents
	}
	s := m.Suite + ": " + queriesOf(len(r.Evaluation.Run.Queries))
	if documents > 0 {
		s += " over " + thousands(documents) + " documents"
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
		s += ", min_score " + compact(*k.MinScore)
	}
	if k.Model != "" {
		s += ", model " + k.Model
	}
	return s
}
