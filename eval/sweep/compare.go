package sweep

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/releval/releval/eval"
)

// likeness is how alike two rankings of one query are.
type likeness int

const (
	same      likeness = iota // the same documents in the same order
	swapped                   // but for the order of documents of equal score
	tied                      // but for which documents of equal first-stage score the window takes
	different                 // else
)

// compareLists compares a searched ranking at a window with the derived one.
// Scores are compared as float32, which is what the server computes with.
// Reason says what differs, where the likeness is different.
func compareLists(first, derived, searched []eval.Hit, window int) (alike likeness, reason string) {
	if slices.EqualFunc(derived, searched, sameDocument) {
		return same, ""
	}
	extra, lost := missingFrom(searched, derived), missingFrom(derived, searched)
	if len(extra) == 0 && len(lost) == 0 {
		return compareOrder(derived, searched)
	}
	end := endOf(first, window)
	if !end.ties(extra) || !end.ties(lost) {
		switch {
		case len(extra) == 0:
			return different, fmt.Sprintf("the search does not return %s", some(lost))
		case len(lost) == 0:
			return different, fmt.Sprintf("the search returns %s as well", some(extra))
		default:
			return different, fmt.Sprintf("the search returns %s instead of %s", some(extra), some(lost))
		}
	}
	if alike, reason := compareOrder(without(derived, lost), without(searched, extra)); alike == different {
		return different, reason
	}
	return tied, ""
}

// compareOrder compares two rankings of the same documents.
func compareOrder(derived, searched []eval.Hit) (alike likeness, reason string) {
	if slices.EqualFunc(derived, searched, sameDocument) {
		return same, ""
	}
	moved := scoresMoved(derived, searched)
	at := 0
	for sameDocument(derived[at], searched[at]) {
		at++
	}
	if moved > 0 {
		return different, fmt.Sprintf("rank %d is %s instead of %s, and %d of %d scores changed with the window",
			at+1, name(searched[at]), name(derived[at]), moved, len(searched))
	}
	if slices.IsSortedFunc(searched, func(a, b eval.Hit) int { return cmp.Compare(float32(b.Score), float32(a.Score)) }) {
		return swapped, ""
	}
	return different, fmt.Sprintf("rank %d is %s instead of %s, with the same scores", at+1, name(searched[at]), name(derived[at]))
}

// windowEnd is the score at which a window ends. Where documents on both sides
// of its end have that score, and the index has several shards, a server's
// reranker does not take those that the first stage alone ranks first: each
// shard hands its documents on in the order of a hash table.
type windowEnd struct {
	defined bool
	score   float32
	scores  map[document]float32
	below   bool // the score goes on below the first stage's list
}

func endOf(first []eval.Hit, window int) windowEnd {
	// A score of 0 is none: the first stage sorts by a field.
	if window > len(first) || first[window-1].Score == 0 {
		return windowEnd{}
	}
	end := windowEnd{defined: true, score: float32(first[window-1].Score), scores: make(map[document]float32, len(first))}
	for _, h := range first {
		end.scores[documentOf(h)] = float32(h.Score)
	}
	end.below = float32(first[len(first)-1].Score) == end.score
	return end
}

// ties says whether all of the documents may have the score of the window's
// end.
func (e windowEnd) ties(hits []eval.Hit) bool {
	for _, h := range hits {
		score, listed := e.scores[documentOf(h)]
		if !e.defined || listed && score != e.score || !listed && !e.below {
			return false
		}
	}
	return true
}

// without leaves hits out of a list.
func without(hits, left []eval.Hit) []eval.Hit {
	gone := make(map[document]bool, len(left))
	for _, h := range left {
		gone[documentOf(h)] = true
	}
	return slices.DeleteFunc(slices.Clone(hits), func(h eval.Hit) bool { return gone[documentOf(h)] })
}

// scoresMoved counts the documents of two rankings whose score is not the
// same, as float32.
func scoresMoved(derived, searched []eval.Hit) int {
	scores := make(map[document]float32, len(derived))
	for _, h := range derived {
		scores[documentOf(h)] = float32(h.Score)
	}
	moved := 0
	for _, h := range searched {
		if score, ok := scores[documentOf(h)]; ok && score != float32(h.Score) {
			moved++
		}
	}
	return moved
}

func sameDocument(a, b eval.Hit) bool { return a.ID == b.ID && a.Index == b.Index }

// missingFrom lists the hits of a that b does not hold.
func missingFrom(a, b []eval.Hit) []eval.Hit {
	held := make(map[document]bool, len(b))
	for _, h := range b {
		held[documentOf(h)] = true
	}
	var missing []eval.Hit
	for _, h := range a {
		if !held[documentOf(h)] {
			missing = append(missing, h)
		}
	}
	return missing
}

// some names the first of the hits, and counts the others.
func some(hits []eval.Hit) string {
	if len(hits) == 1 {
		return name(hits[0])
	}
	return fmt.Sprintf("%s and %d more", name(hits[0]), len(hits)-1)
}

func name(h eval.Hit) string { return fmt.Sprintf("%q", cmp.Or(h.Title, h.ID)) }
