package pool

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
)

// Options say which documents are candidates. The zero value takes the top 10
// of every system.
type Options struct {
	// Depth is down to which rank a system's hits are taken; 0 means 10.
	Depth int
	// Limit is how many candidates are kept over all queries, those that
	// matter most; 0 for all.
	Limit int
	// Blind shuffles the candidates of each query, and keeps to the suite's
	// order of queries.
	Blind bool
	// Seed is what Blind shuffles by.
	Seed uint64
	// MaxGrade is the highest grade that a judge may give; 0 means the
	// highest in the run's judgments, 3 where there are none.
	MaxGrade float64
}

// Pool are the candidates of a suite.
type Pool struct {
	// Suite is the suite's name, Metric what the order goes by, and MaxGrade
	// the highest grade that was reckoned with.
	Suite    string
	Metric   string
	MaxGrade float64
	Blind    bool
	// Queries are those with candidates: the query that can move the verdict
	// most first, or in the suite's order where Blind.
	Queries []Query
	// Left is how many candidates the limit left out.
	Left int
}

// Query is a query with candidates.
type Query struct {
	// Number is its place in the suite, from 0.
	Number int
	ID     string
	Text   string
	// InferenceText is what the reranker is asked; empty where it is Text.
	InferenceText string
	Candidates    []Candidate
}

// Candidate is an unjudged document that some system returned near the top.
type Candidate struct {
	Index, ID, Title string
	// Text is the beginning of what it is about; empty where unknown.
	Text string
	// NeedsID says that the title alone does not tell which document it is,
	// or that a suite cannot hold the title.
	NeedsID bool
	// Ranks are the systems that returned it, in the run's order.
	Ranks []Rank
	// Impact is the largest change, over all systems, of the lead metric's
	// difference to the first stage, if the document got the highest grade.
	// Where there is one system it is the change of the metric itself.
	Impact float64

	change float64 // the largest change of the metric of any one system
}

// Rank is where a system returned a document.
type Rank struct {
	System string
	Rank   int
}

// Count is how many candidates there are.
func (p *Pool) Count() int {
	n := 0
	for _, q := range p.Queries {
		n += len(q.Candidates)
	}
	return n
}

// New finds the candidates of a run, and orders them by how much the metric
// could change.
func New(run *eval.Run, lead metrics.Metric, o Options) *Pool {
	if o.Depth <= 0 {
		o.Depth = 10
	}
	if o.MaxGrade <= 0 {
		o.MaxGrade = highestGrade(run)
	}
	p := &Pool{Suite: run.Manifest.Suite, Metric: lead.String(), MaxGrade: o.MaxGrade, Blind: o.Blind}
	for i := range run.Queries {
		q := &run.Queries[i]
		found := candidates(q, run.Manifest.Names(), lead, o)
		if len(found) > 0 {
			p.Queries = append(p.Queries, Query{Number: q.Number, ID: q.ID, Text: q.Text, InferenceText: q.InferenceText, Candidates: found})
		}
	}
	p.limit(o.Limit)
	if o.Blind {
		shuffle := rand.New(rand.NewPCG(o.Seed, 0))
		for i := range p.Queries {
			list := p.Queries[i].Candidates
			// From an order that says nothing, so that the shuffle alone
			// decides.
			slices.SortFunc(list, func(a, b Candidate) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Index, b.Index)) })
			shuffle.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		return p
	}
	slices.SortStableFunc(p.Queries, func(a, b Query) int { return byImpact(a.Candidates[0], b.Candidates[0]) })
	return p
}

// highestGrade is the largest grade of the run's judgments.
func highestGrade(run *eval.Run) float64 {
	highest := 0.0
	for _, q := range run.Queries {
		for _, j := range q.Judgments {
			highest = max(highest, j.Grade)
		}
	}
	if highest == 0 {
		return 3
	}
	return highest
}

// limit keeps the candidates that matter most.
func (p *Pool) limit(most int) {
	if most <= 0 || p.Count() <= most {
		return
	}
	var all []Candidate
	for _, q := range p.Queries {
		all = append(all, q.Candidates...)
	}
	slices.SortStableFunc(all, byImpact)
	last := all[most-1]
	p.Left = p.Count() - most
	kept := p.Queries[:0]
	for _, q := range p.Queries {
		var list []Candidate
		for _, c := range q.Candidates {
			// Ties at the limit go to the queries that come first.
			if order := byImpact(c, last); most > 0 && order <= 0 {
				list = append(list, c)
				most--
			}
		}
		if q.Candidates = list; len(list) > 0 {
			kept = append(kept, q)
		}
	}
	p.Queries = kept
}

// byImpact puts first what can move the verdict most, then what can move a
// system's value most, then what ranks best.
func byImpact(a, b Candidate) int {
	return cmp.Or(-compare(a.Impact, b.Impact), -compare(a.change, b.change), cmp.Compare(best(a), best(b)), cmp.Compare(a.ID, b.ID))
}

// compare takes values that differ by rounding alone as equal.
func compare(a, b float64) int {
	if math.Abs(a-b) < 1e-12 {
		return 0
	}
	return cmp.Compare(a, b)
}

func best(c Candidate) int {
	rank := math.MaxInt
	for _, r := range c.Ranks {
		rank = min(rank, r.Rank)
	}
	return rank
}
