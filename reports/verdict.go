package reports

import (
	"fmt"
	"math"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// verdict is the answer that a report opens with.
type verdict struct {
	// System is the reranker, Base its first stage.
	System, Base string
	// Says is the answer in a word.
	Says stats.Says
	// Sentence is the answer: Headline and Evidence.
	Sentence string
	// Headline is what happened on these queries, and Evidence what it may mean
	// for others, empty where it means nothing.
	Headline, Evidence string
	// Counts says how many queries rose, fell and stayed.
	Counts string
	// Judged says what judging the unjudged hits could make of it; empty where
	// every hit in reach is judged.
	Judged string
	// Power says what the suite could have seen; empty unless it saw nothing.
	Power string
	// Worst is the row of the query that lost most; nil where none lost.
	Worst *QueryRow
}

// verdicts gives the verdict on each reranker, in the order of the systems.
func (r *Report) verdicts() []verdict {
	var verdicts []verdict
	for i, system := range r.compared() {
		d := r.leadDifference(system)
		if d == nil {
			continue
		}
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

// newVerdict puts a difference in words: first what happened on these queries,
// which is a fact, then what it may mean for others. It says no more than
// d.Says.
func newVerdict(d *score.Difference) verdict {
	v := verdict{System: d.System, Base: d.Base, Says: d.Says, Counts: counts(d), Judged: judgedSaid(d)}
	base := "without"
	if d.Base != eval.FirstStage {
		base = "in " + d.Base
	}
	means := fmt.Sprintf("from %s to %s", grid.Fixed(d.BaseMean), grid.Fixed(d.NextMean))
	here := fmt.Sprintf("%s changed %s by %s on these %s, %s", d.System, d.Metric, grid.Signed(d.Mean), text.Count(d.N, "query"), means)
	switch d.Says {
	case stats.NoEvidence:
		v.Headline, v.Counts, v.Judged = fmt.Sprintf("There is no evidence on %s", d.System), "", ""
		v.Evidence = noEvidence(d)
		v.Sentence = v.Headline + ": " + v.Evidence + "."
	case stats.Raises, stats.Lowers:
		v.Headline = fmt.Sprintf("%s %s %s %s", d.System, d.Says, d.Metric, means)
		v.Evidence = fmt.Sprintf("%s (%s interval %s, %s)", grid.Signed(d.Mean), coverage(d.Confidence), grid.Interval(d.Low, d.High), pCorrected(d))
		v.Sentence = v.Headline + ": " + v.Evidence + "."
	case stats.DiffersHere:
		v.Headline = here
		v.Evidence = fmt.Sprintf("the systems differ on them (%s); %s", pCorrected(d), beyond(d))
		v.Sentence = v.Headline + ": " + v.Evidence + "."
		v.Power = power(d)
	case stats.Unchanged:
		v.Headline = fmt.Sprintf("%s changes %s on none of %s: %s %s and with it", d.System, d.Metric, text.Count(d.N, "query"), grid.Fixed(d.BaseMean), base)
		v.Evidence = "for queries like them " + worseOrBetter(d)
		if d.TooFew {
			v.Evidence = beyond(d)
		}
		v.Sentence = v.Headline + "; " + v.Evidence + "."
	default:
		v.Headline = here
		v.Evidence = fmt.Sprintf("whether others like them would change is not settled (%s): %s", pCorrected(d), worseOrBetter(d))
		if d.TooFew {
			v.Evidence = beyond(d)
		}
		v.Sentence = v.Headline + "; " + v.Evidence + "."
		v.Power = power(d)
	}
	return v
}

// corrected is the p that the verdict was made with.
func corrected(d *score.Difference) float64 {
	if math.IsNaN(d.PCorrected) {
		return d.P
	}
	return d.PCorrected
}

// noEvidence says why nothing can be said.
func noEvidence(d *score.Difference) string {
	answered := text.Thousands(d.Total-d.NextUnanswered) + " of " + text.Count(d.Total, "query")
	switch {
	case d.Uninformative != "":
		return d.Uninformative
	case d.NextUnanswered > d.NoOrder && d.NoOrder == 0 && 2*d.NextUnanswered >= d.Total:
		return "it answered " + answered
	case d.NoOrder > 0 && 2*d.NextUnanswered >= d.Total:
		s := "no order in " + text.Thousands(d.NoOrder) + " of " + text.Count(d.Total, "query") + ", where all hits share one score"
		if other := d.NextUnanswered - d.NoOrder; other > 0 {
			s += "; " + text.Thousands(other) + " failed"
		}
		return s
	case 2*d.BaseUnanswered >= d.Total && d.Total > 0:
		return d.Base + " answered " + text.Thousands(d.Total-d.BaseUnanswered) + " of " + text.Count(d.Total, "query")
	}
	return fmt.Sprintf("no query has a value of %s from all systems", d.Metric)
}

// beyond says what a difference may be for queries like these.
func beyond(d *score.Difference) string {
	if d.TooFew {
		return text.Plural(d.N, "query is", "queries are") + " too few to say anything about others like them"
	}
	return fmt.Sprintf("for queries like them the mean difference is between %s, which %s not settle", strings.Replace(grid.Interval(d.Low, d.High), " to ", " and ", 1),
		text.Plural(d.N, "query does", "queries do"))
}

// worseOrBetter gives the two one-sided bounds.
func worseOrBetter(d *score.Difference) string {
	return fmt.Sprintf("at most %s worse and %s better, each with %s", grid.Fixed(max(0, -d.Lower)), grid.Fixed(max(0, d.Upper)), coverage(d.Confidence))
}

// judgedSaid says what judging could make of a difference.
func judgedSaid(d *score.Difference) string {
	j := d.IfJudged
	if math.IsNaN(j.Low) || j.High-j.Low <= 1e-12 {
		return ""
	}
	said := "If the unjudged hits were judged: from " + grid.Signed(j.Low) + " to " + grid.Signed(j.High)
	switch {
	case !j.Open:
		said += "; the sign stays"
	case len(d.JudgeFirst) > 0:
		said += fmt.Sprintf(", so that the sign is open; judging %s could settle it", text.Plural(len(d.JudgeFirst), "document", "documents"))
	default:
		said += ", so that the sign is open"
	}
	return said + "."
}

// power says what the suite could have seen.
func power(d *score.Difference) string {
	shown := stats.ShownDifference(d.SD, d.N, max(1, d.Family))
	if math.IsNaN(shown) {
		return ""
	}
	said := fmt.Sprintf("The smallest true difference that %s show in four suites of five is about %s", text.Count(d.N, "query"), grid.Fixed(shown))
	if least := stats.ChangedNeeded(max(1, d.Family), d.Confidence); d.Changed < least {
		said += fmt.Sprintf("; at least %d must change, and %d did", least, d.Changed)
	}
	return said + "."
}

// counts says how the queries moved, in words that lead with what happened.
func counts(d *score.Difference) string {
	count := func(n int, verb string) string {
		if n == 0 {
			return "none " + verb
		}
		return text.Thousands(n) + " " + verb
	}
	s := fmt.Sprintf("Of %s, %s, %s, %s", text.Count(d.N, "query"), count(d.Losses, "fell"), count(d.Wins, "rose"), count(d.Ties, "stayed"))
	if left := d.Total - d.N - d.Undefined; left > 0 {
		s += fmt.Sprintf("; %s left out, because some system did not answer", text.Thousands(left))
	}
	if d.Undefined > 0 {
		s += fmt.Sprintf("; %s undefined", text.Thousands(d.Undefined))
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
	s += ", " + server(m.Cluster)
	if outside := m.ScoredOutside(); len(outside) > 0 {
		s += "; " + text.List(outside, 3) + " scored outside Elasticsearch"
	}
	return s
}

// server names the server that was searched.
func server(c eval.ClusterInfo) string {
	switch {
	case c.Embedded():
		return "on the embedded engine"
	case c.Kind == eval.FromFiles:
		return "from TREC files"
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
	switch {
	case k.Outside != nil:
		endpoint = k.By()
	case endpoint == "":
		endpoint = "the default endpoint"
	}
	s := fmt.Sprintf("%s: %s on %s, window %d", k.Name, endpoint, k.Field, k.Window)
	if k.MinScore != nil {
		s += ", min_score " + grid.Compact(*k.MinScore)
	}
	if k.Model != "" {
		s += ", model " + k.Model
	}
	if k.Outside != nil {
		s += ", scored outside Elasticsearch"
	}
	return s
}
