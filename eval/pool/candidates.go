package pool

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

// Options say which documents are candidates. The zero value takes the top 10
// of every system.
type Options struct {
	// Depth is down to which rank a system's hits are taken; 0 means 10. Hits
	// that tie with one of them are taken too.
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
	// Open are the primary comparisons whose sign judging could turn.
	Open []Settling
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
	// Others are the further values of the title field.
	Others []string
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
	// Settles is the place of the document among those whose judging could
	// settle the sign of an open primary comparison, from 1, those that do most
	// for it first; 0 where it is none of them.
	Settles int

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

// Settling counts the candidates whose judging could settle an open
// comparison.
func (p *Pool) Settling() int {
	n := 0
	for _, q := range p.Queries {
		for _, c := range q.Candidates {
			if c.Settles > 0 {
				n++
			}
		}
	}
	return n
}

// New finds the candidates of a run. First come the documents whose judging
// could settle the sign of a primary comparison, also below Depth, then the
// others by how much the metric could change.
func New(run *eval.Run, lead metrics.Metric, o Options) *Pool {
	if o.Depth <= 0 {
		o.Depth = 10
	}
	if o.MaxGrade <= 0 {
		o.MaxGrade = highestGrade(run)
	}
	p := &Pool{Suite: run.Manifest.Suite, Metric: lead.String(), MaxGrade: o.MaxGrade, Blind: o.Blind}
	open, places := settle(run, lead, o.MaxGrade)
	p.Open = open
	for i := range run.Queries {
		q := &run.Queries[i]
		found := candidates(q, run.Manifest.Names(), lead, o, func(key eval.Key) int { return places[document{i, key}] })
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

// byImpact puts first what can settle a comparison, then what can move the verdict most, then what can move a
// system's value most, then what ranks best.
func byImpact(a, b Candidate) int {
	return cmp.Or(cmp.Compare(settles(a), settles(b)), -compare(a.Impact, b.Impact), -compare(a.change, b.change), cmp.Compare(best(a), best(b)), cmp.Compare(a.ID, b.ID))
}

// settles is the candidate's place among those that settle a comparison, behind
// all of them where it is none.
func settles(c Candidate) int {
	if c.Settles == 0 {
		return math.MaxInt
	}
	return c.Settles
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

// candidates are the unjudged documents of one query, by impact. Place is that
// of a document among those that settle a comparison, 0 for none.
func candidates(q *eval.Query, systems []string, lead metrics.Metric, o Options, place func(eval.Key) int) []Candidate {
	byDocument := make(map[eval.Key]*Candidate)
	var order []*Candidate
	rankings := make([]ranking, 0, len(systems))
	judged := judgedTitles(q)
	for _, system := range systems {
		result := q.Answer(system)
		if result.Failed() {
			continue
		}
		r := ranking{grades: q.Grades(result.Hits), places: make(map[*Candidate]int)}
		within := reach(result, o.Depth)
		for i, h := range result.Hits {
			if !metrics.IsUnjudged(r.grades[i]) || judgedByTitle(judged, h.Document) {
				continue
			}
			key := h.Key()
			c := byDocument[key]
			if c == nil {
				c = &Candidate{Index: h.Index, ID: h.ID, Settles: place(key)}
				c.setTitles(h.Titles())
				byDocument[key] = c
			}
			r.places[c] = i
			if i < within || c.Settles > 0 {
				if len(c.Ranks) == 0 {
					order = append(order, c)
				}
				c.Ranks = append(c.Ranks, Rank{system, i + 1})
			}
		}
		rankings = append(rankings, r)
	}
	all := make([]Candidate, len(order))
	for i, c := range order {
		weigh(c, rankings, q, lead, o.MaxGrade)
		all[i] = *c
	}
	needIDs(all, q)
	slices.SortStableFunc(all, byImpact)
	return all
}

// reach is how many hits a search could have returned within the depth: those
// that tie with one of them too, since the server decided no order.
func reach(result *eval.Result, depth int) int {
	for _, tie := range result.Ties {
		if tie[0] <= depth && depth < tie[1] {
			return tie[1]
		}
	}
	return depth
}

// judgedTitles are the titles that are judged without an id: a second
// document of such a title cannot be judged beside it.
func judgedTitles(q *eval.Query) map[string]bool {
	judged := make(map[string]bool)
	for _, j := range q.Judgments {
		if j.ID == "" {
			judged[judgments.FoldTitle(j.Title)] = true
		}
	}
	return judged
}

// judgedByTitle says whether a title of the document is judged without an id.
func judgedByTitle(judged map[string]bool, d *eval.Document) bool {
	return slices.ContainsFunc(d.Titles(), func(title string) bool { return judged[judgments.FoldTitle(title)] })
}

// setTitles takes the first title for the candidate's own.
func (c *Candidate) setTitles(titles []string) {
	if len(titles) > 0 {
		c.Title, c.Others = titles[0], titles[1:]
	}
}

// ranking is one system's answer to a query.
type ranking struct {
	grades []float64
	places map[*Candidate]int
}

// weigh works out what a judgment of the candidate could change.
func weigh(c *Candidate, rankings []ranking, q *eval.Query, lead metrics.Metric, grade float64) {
	grades := make([]float64, 0, len(q.Judgments)+1)
	for _, j := range q.Judgments {
		grades = append(grades, j.Grade)
	}
	before := metrics.NewJudged(grades)
	after := metrics.NewJudged(append(grades, grade))
	moved := make([]float64, len(rankings))
	for i, r := range rankings {
		was := lead.Score(metrics.Ranking{Grades: r.grades, Judged: before})
		changed := r.grades
		if place, there := r.places[c]; there {
			changed = slices.Clone(r.grades)
			changed[place] = grade
		}
		is := lead.Score(metrics.Ranking{Grades: changed, Judged: after})
		if moved[i] = is - was; math.IsNaN(moved[i]) {
			moved[i] = 0
		}
		c.change = max(c.change, math.Abs(moved[i]))
	}
	if len(moved) == 1 {
		c.Impact = c.change
	}
	for _, m := range moved[min(1, len(moved)):] {
		c.Impact = max(c.Impact, math.Abs(m-moved[0]))
	}
}

// needIDs marks the candidates whose title another candidate or a judgment
// with an id has too, those whose title no suite can hold, and those with
// several.
func needIDs(all []Candidate, q *eval.Query) {
	count := make(map[string]int)
	for _, j := range q.Judgments {
		if j.ID != "" {
			count[judgments.FoldTitle(j.Title)]++
		}
	}
	for _, c := range all {
		for _, title := range append([]string{c.Title}, c.Others...) {
			count[judgments.FoldTitle(title)]++
		}
	}
	for i := range all {
		all[i].NeedsID = !judgments.CanHold(all[i].Title) || len(all[i].Others) > 0 || count[judgments.FoldTitle(all[i].Title)] > 1
	}
}
