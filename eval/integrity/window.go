package integrity

import (
	"slices"

	"github.com/releval/releval/eval"
)

// held is what a reranker returned, compared with what it saw.
type held struct {
	// dropped are hits of the window that are not returned, outside returned
	// hits that the window does not hold.
	dropped, outside []eval.Hit
	// both counts the hits that are in the window and returned; sameOrder says
	// that they come in the same order.
	both      int
	sameOrder bool
}

// holdAgainst compares the window of the first stage that a reranker saw with
// what it returned. What a tie at the window's end explains is neither dropped
// nor outside: see [WindowEnd].
func holdAgainst(first []eval.Hit, window int, reranked []eval.Hit) held {
	seen := first[:min(window, len(first))]
	places := make(map[eval.Key]int, len(seen))
	for i, h := range seen {
		places[h.Key()] = i
	}
	returned := make([]bool, len(seen))
	h := held{sameOrder: true}
	last := -1
	for _, hit := range reranked {
		place, ok := places[hit.Key()]
		if !ok {
			h.outside = append(h.outside, hit)
			continue
		}
		returned[place] = true
		h.both++
		h.sameOrder = h.sameOrder && place > last
		last = place
	}
	for i, r := range returned {
		if !r {
			h.dropped = append(h.dropped, seen[i])
		}
	}
	if len(h.dropped) > 0 && len(h.outside) > 0 {
		h.excuseTies(EndOf(first, window))
	}
	return h
}

// excuseTies takes out of dropped and outside pairs of a hit at the window's
// end that is missing, and one of the same score that came in its place.
func (h *held) excuseTies(end WindowEnd) {
	tied := func(hits []eval.Hit) (n int) {
		for _, hit := range hits {
			if end.Ties(hit) {
				n++
			}
		}
		return n
	}
	excused := min(tied(h.dropped), tied(h.outside))
	leave := func(hits []eval.Hit) []eval.Hit {
		left := excused
		slices.Reverse(hits) // the last ones are the likeliest
		hits = slices.DeleteFunc(hits, func(hit eval.Hit) bool {
			if left == 0 || !end.Ties(hit) {
				return false
			}
			left--
			return true
		})
		slices.Reverse(hits)
		return hits
	}
	h.dropped, h.outside = leave(h.dropped), leave(h.outside)
}

// WindowEnd is the score at which a window of the first stage ends. Where
// documents on both sides of its end have that score, and the index has
// several shards, a server's reranker does not take those that the first stage
// alone ranks first: each shard hands its documents on in the order of a hash
// table.
type WindowEnd struct {
	defined bool
	score   float32 // what the server computes with
	scores  map[eval.Key]float32
	below   bool // the score goes on below the first stage's list
}

// EndOf finds the end of a window of the first stage's whole list.
func EndOf(first []eval.Hit, window int) WindowEnd {
	// A score of 0 is none: the first stage sorts by a field.
	if window < 1 || window > len(first) || first[window-1].Score == 0 {
		return WindowEnd{}
	}
	end := WindowEnd{defined: true, score: float32(first[window-1].Score), scores: make(map[eval.Key]float32, len(first))}
	for _, h := range first {
		end.scores[h.Key()] = float32(h.Score)
	}
	end.below = float32(first[len(first)-1].Score) == end.score
	return end
}

// Ties says whether a document may have the score of the window's end.
func (e WindowEnd) Ties(h eval.Hit) bool {
	score, listed := e.scores[h.Key()]
	if !listed {
		return e.below
	}
	return e.defined && score == e.score
}
