package integrity

import (
	"github.com/releval/releval/eval"
)

// held is what a reranker returned, held against what it saw.
type held struct {
	// dropped are hits of the window that are not returned, outside returned
	// hits that the window does not hold.
	dropped, outside []eval.Hit
	// both counts the hits that are in the window and returned; sameOrder says
	// that they come in the same order.
	both      int
	sameOrder bool
}

// holdAgainst compares the window that a reranker saw with what it returned.
//
// The window's end can be a tie: where several shards hold documents of the
// score of the last hit, the server may hand other ones of that score to the
// reranker than the first stage alone ranks. As many hits of that score as the
// window holds at its end are therefore neither dropped nor outside.
func holdAgainst(seen, reranked []eval.Hit) held {
	places := make(map[string]int, len(seen))
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
	h.excuseTies(seen)
	return h
}

// excuseTies takes out of dropped and outside what a tie at the window's end
// explains: pairs of a hit of that score that is missing, and one that came in
// its place.
func (h *held) excuseTies(seen []eval.Hit) {
	if len(h.outside) == 0 || len(seen) == 0 {
		return
	}
	end := seen[len(seen)-1].Score
	for i := len(h.dropped) - 1; i >= 0 && len(h.outside) > 0 && h.dropped[i].Score == end; i-- {
		h.dropped = h.dropped[:i]
		h.outside = h.outside[:len(h.outside)-1]
	}
}
