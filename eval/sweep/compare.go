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
	different                 // else
)

// compareLists holds a searched ranking against the derived one. Scores are
// compared as float32, which is what the server computes with. Reason says
// what differs, where the likeness is different.
func compareLists(derived, searched []eval.Hit) (alike likeness, reason string) {
	if slices.EqualFunc(derived, searched, sameDocument) {
		return same, ""
	}
	if extra := missingFrom(searched, derived); len(extra) > 0 || len(derived) != len(searched) {
		lost := missingFrom(derived, searched)
		switch {
		case len(extra) == 0:
			return different, fmt.Sprintf("the search does not return %s", some(lost))
		case len(lost) == 0:
			return different, fmt.Sprintf("the search returns %s as well", some(extra))
		default:
			return different, fmt.Sprintf("the search returns %s instead of %s", some(extra), some(lost))
		}
	}
	// From here on both hold the same documents.
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
