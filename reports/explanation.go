package reports

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/text"
)

// contribution is one document's part in the difference that a reranker made
// to a query's metric.
type contribution struct {
	hit eval.Hit
	// grade is NaN where nobody judged the document for the query.
	grade float64
	// before and after are its ranks, 0 where it was not returned.
	before, after int
	// without and with are its terms in the metric.
	without, with float64
}

func (c *contribution) difference() float64 { return c.with - c.without }

// explanation is why a query came out as it did under one reranker.
type explanation struct {
	metric metrics.Metric
	// without and with are the answers by rank, each with its terms.
	without, with answer
	// documents are those that either answer holds, by what they did to the
	// metric: the largest effect first, then by rank.
	documents []contribution
}

// answer is one system's ranking of a query.
type answer struct {
	system string
	// failure is why there is no answer, or none that is evidence; empty where
	// there is one.
	failure string
	hits    []eval.Hit
	grades  []float64
	terms   []float64
	// value is that of the order in which the hits came back.
	value float64
}

// toldApart puts the id behind the titles that several documents have among all
// that the query's systems returned.
func toldApart(q *eval.Query, hits []eval.Hit) []eval.Hit {
	first := make(map[string]eval.Key)
	shared := make(map[string]bool)
	for _, result := range q.Results {
		if result.Failed() {
			continue
		}
		for _, h := range result.Hits {
			if key, seen := first[h.Title]; !seen {
				first[h.Title] = h.Key()
			} else if key != h.Key() {
				shared[h.Title] = true
			}
		}
	}
	if len(shared) == 0 {
		return hits
	}
	named := slices.Clone(hits)
	for i, h := range named {
		if shared[h.Title] && text.Clean(h.Title) != "" {
			document := *h.Document
			document.Title += " (" + strings.TrimPrefix(h.Index+"/"+h.ID, "/") + ")"
			named[i].Document = &document
		}
	}
	return named
}

// answer joins one system's hits with grades and terms of the lead metric.
func (r *Report) answer(query, system int) answer {
	e := r.Evaluation
	q := &e.Run.Queries[query]
	a := answer{system: e.Systems[system].System, value: e.Systems[system].AsRanked[r.Lead][query]}
	result := q.Answer(a.system)
	switch {
	case result == nil:
		a.failure = "no result"
	case result.Failed():
		a.failure = result.Error
	default:
		a.failure, a.hits, a.grades = e.Systems[system].Unanswered(r.Lead, query), toldApart(q, result.Hits), q.Grades(result.Hits)
	}
	a.terms = score.Contributions(r.leadMetric(), metrics.Ranking{Grades: a.grades, Judged: q.Judged()})
	return a
}

// explain works out what the reranker with the given index into
// Evaluation.Systems did to a query.
func (r *Report) explain(query, system int) explanation {
	x := explanation{metric: r.leadMetric(), without: r.answer(query, r.baseOf(system)), with: r.answer(query, system)}
	at := make(map[eval.Key]int)
	for i, h := range x.without.hits {
		at[h.Key()] = len(x.documents)
		x.documents = append(x.documents, contribution{hit: h, grade: x.without.grades[i], before: i + 1, without: x.without.terms[i]})
	}
	for i, h := range x.with.hits {
		j, ok := at[h.Key()]
		if !ok {
			j = len(x.documents)
			x.documents = append(x.documents, contribution{hit: h})
			x.documents[j].grade = x.with.grades[i]
		}
		d := &x.documents[j]
		// A judged title that two documents share is credited to whichever
		// comes first, so a grade may be known from one list alone.
		if metrics.IsUnjudged(d.grade) {
			d.grade = x.with.grades[i]
		}
		d.after, d.with = i+1, x.with.terms[i]
	}
	slices.SortStableFunc(x.documents, func(a, b contribution) int {
		return cmp.Or(
			cmp.Compare(math.Abs(b.difference()), math.Abs(a.difference())),
			cmp.Compare(lastIfAbsent(a.after), lastIfAbsent(b.after)),
			cmp.Compare(a.before, b.before))
	})
	return x
}

func lastIfAbsent(rank int) int {
	if rank == 0 {
		return math.MaxInt
	}
	return rank
}
