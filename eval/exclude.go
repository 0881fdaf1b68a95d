package eval

import (
	"slices"

	"github.com/releval/releval/judgments"
)

// Ranked is a result as it is scored: without the hits that the query excludes,
// those below them one rank higher. A reranker saw them all the same, so that
// what is about its window goes by the result itself. The result is returned as
// it is where nothing is excluded.
func (q *Query) Ranked(r *Result) *Result {
	if len(q.Exclude) == 0 || r.Failed() || !slices.ContainsFunc(r.Hits, func(h Hit) bool { return q.Excludes(h.Document) }) {
		return r
	}
	ranked := *r
	ranked.Hits = make([]Hit, 0, len(r.Hits))
	rank := make([]int, len(r.Hits)+1) // how many hits stay down to each rank
	for i, h := range r.Hits {
		if !q.Excludes(h.Document) {
			ranked.Hits = append(ranked.Hits, h)
		}
		rank[i+1] = len(ranked.Hits)
	}
	ranked.Ties = nil
	for _, t := range r.Ties {
		if first, last := rank[t[0]-1]+1, rank[t[1]]; first < last {
			ranked.Ties = append(ranked.Ties, [2]int{first, last})
		}
	}
	return &ranked
}

// Excludes says whether a document is one that the query excludes.
func (q *Query) Excludes(d *Document) bool {
	for _, x := range q.Exclude {
		switch {
		case x.ID != "":
			if x.ID == d.ID && (x.Index == "" || d.Index == "" || x.Index == d.Index) {
				return true
			}
		case d.HasTitle(judgments.FoldTitle(x.Title)):
			return true
		}
	}
	return false
}
