package sweep

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
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
	end := integrity.EndOf(first, window)
	if !tie(end, extra) || !tie(end, lost) {
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

// tie says whether all of the hits may have the score of the window's end.
func tie(end integrity.WindowEnd, hits []eval.Hit) bool {
	return !slices.ContainsFunc(hits, func(h eval.Hit) bool { return !end.Ties(h) })
}

// without leaves hits out of a list.
func without(hits, left []eval.Hit) []eval.Hit {
	gone := make(map[eval.Key]bool, len(left))
	for _, h := range left {
		gone[h.Key()] = true
	}
	return slices.DeleteFunc(slices.Clone(hits), func(h eval.Hit) bool { return gone[h.Key()] })
}

// scoresMoved counts the documents of two rankings whose score is not the
// same, as float32.
func scoresMoved(derived, searched []eval.Hit) int {
	scores := make(map[eval.Key]float32, len(derived))
	for _, h := range derived {
		scores[h.Key()] = float32(h.Score)
	}
	moved := 0
	for _, h := range searched {
		if score, ok := scores[h.Key()]; ok && score != float32(h.Score) {
			moved++
		}
	}
	return moved
}

func sameDocument(a, b eval.Hit) bool { return a.Key() == b.Key() }

// missingFrom lists the hits of a that b does not hold.
func missingFrom(a, b []eval.Hit) []eval.Hit {
	held := make(map[eval.Key]bool, len(b))
	for _, h := range b {
		held[h.Key()] = true
	}
	var missing []eval.Hit
	for _, h := range a {
		if !held[h.Key()] {
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
