package query

import (
	"context"
	"slices"
	"sync"

	"github.com/releval/releval/eval/embedded/index"
)

// Hit is one document of a result.
type Hit struct {
	Doc   int32
	Score float32
}

// Result is what a search finds.
type Result struct {
	// Hits are the best documents, by descending score, equal ones in the
	// order of writing.
	Hits []Hit
	// Total counts all matches.
	Total int
	// Matches are the documents of all matches, ascending, whatever their
	// score; nil unless wanted.
	Matches []int32
}

// Options bound a search.
type Options struct {
	// Size is the most hits wanted.
	Size int
	// K is how many documents a search for the nearest vectors takes that does
	// not say itself.
	K int
	// Matches wants all matching documents, too.
	Matches bool
	// MinScore drops matches that score less; nil for none.
	MinScore *float32
	// Keep drops the matches for which it is false; nil for none.
	Keep func(doc int32) bool
	// Order, where set, compares two hits in place of their scores. It must
	// be a total order up to the document number, which settles ties.
	Order func(a, b Hit) int
}

// Searcher evaluates queries. It keeps the memory of one evaluation for the
// next. The zero value is ready, and safe for concurrent use.
type Searcher struct {
	idle sync.Pool // of *exec
}

// Search evaluates a query over a segment. The error is the context's.
func (sr *Searcher) Search(ctx context.Context, s *index.Segment, q Query, o Options) (Result, error) {
	if s.Len() == 0 {
		return Result{}, ctx.Err()
	}
	x := sr.acquire(ctx, s)
	defer sr.release(x)
	x.size = o.K
	l := x.eval(q, 1, true)
	if x.err != nil {
		return Result{}, x.err
	}
	var matches []int32
	if o.Matches {
		matches = slices.Clone(l.docs)
	}
	if o.MinScore != nil {
		l = l.only(func(_ int32, score float32) bool { return score >= *o.MinScore })
	}
	if o.Keep != nil {
		l = l.only(func(doc int32, _ float32) bool { return o.Keep(doc) })
	}
	r := Result{Total: len(l.docs), Matches: matches}
	if o.Order != nil {
		r.Hits = ordered(l, o)
	} else {
		r.Hits = best(l, o.Size)
	}
	return r, nil
}

// defaultK is Options.K of a search that only counts.
const defaultK = 10

// Matching counts the documents that match.
func (sr *Searcher) Matching(ctx context.Context, s *index.Segment, q Query) (int, error) {
	if s.Len() == 0 {
		return 0, ctx.Err()
	}
	x := sr.acquire(ctx, s)
	defer sr.release(x)
	x.size = defaultK
	l := x.eval(q, 1, false)
	return len(l.docs), x.err
}

// only drops the hits for which keep is false.
func (l list) only(keep func(doc int32, score float32) bool) list {
	kept := list{docs: make([]int32, 0, len(l.docs)), scores: make([]float32, 0, len(l.docs))}
	for i, d := range l.docs {
		if keep(d, l.scores[i]) {
			kept.docs, kept.scores = append(kept.docs, d), append(kept.scores, l.scores[i])
		}
	}
	return kept
}

// best picks the hits of the highest scores. Documents come in ascending
// order, so of equal scores the one already kept stays.
func best(l list, size int) []Hit {
	if size <= 0 || len(l.docs) == 0 {
		return nil
	}
	h := make(worstFirst, 0, min(size, len(l.docs)))
	for i, d := range l.docs {
		switch s := l.scores[i]; {
		case len(h) < size:
			h = append(h, Hit{d, s})
			if len(h) == size {
				for j := size/2 - 1; j >= 0; j-- {
					h.sink(j)
				}
			}
		case s > h[0].Score:
			h[0] = Hit{d, s}
			h.sink(0)
		}
	}
	slices.SortFunc(h, byScore)
	return h
}

func byScore(a, b Hit) int {
	switch {
	case a.Score > b.Score:
		return -1
	case a.Score < b.Score:
		return 1
	}
	return int(a.Doc) - int(b.Doc)
}

func ordered(l list, o Options) []Hit {
	hits := make([]Hit, len(l.docs))
	for i, d := range l.docs {
		hits[i] = Hit{d, l.scores[i]}
	}
	slices.SortStableFunc(hits, o.Order)
	return hits[:min(max(o.Size, 0), len(hits))]
}

// worstFirst is a binary heap whose first hit is the one to give up next.
type worstFirst []Hit

// sink puts the hit at i where it belongs among those below it.
func (h worstFirst) sink(i int) {
	for {
		worst := 2*i + 1
		if worst >= len(h) {
			return
		}
		if r := worst + 1; r < len(h) && byScore(h[r], h[worst]) > 0 {
			worst = r
		}
		if byScore(h[worst], h[i]) < 0 {
			return
		}
		h[i], h[worst] = h[worst], h[i]
		i = worst
	}
}
