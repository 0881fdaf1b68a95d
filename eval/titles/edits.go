package titles

import (
	"unicode/utf8"

	"github.com/releval/releval/judgments/spelling"
)

// pattern counts edits between one text and many others: the distance of
// spelling.Distance, a column of the table at a time in one machine word
// (Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and Damerau
// edit distances", for optimal string alignment).
type pattern struct {
	text   string
	length int
	ascii  [utf8.RuneSelf]uint64 // the places of each letter
	others map[rune]uint64
}

func newPattern(text string) *pattern {
	p := &pattern{text: text, length: utf8.RuneCountInString(text), others: make(map[rune]uint64)}
	place := uint64(1)
	for _, r := range text {
		if r < utf8.RuneSelf {
			p.ascii[r] |= place
		} else {
			p.others[r] |= place
		}
		place <<= 1
	}
	return p
}

// distance counts the edits to another text of so many letters; where more
// than limit are needed it returns limit+1.
func (p *pattern) distance(text string, length, limit int) int {
	if p.length == 0 || p.length > 64 {
		return spelling.Distance(p.text, text, limit)
	}
	last := uint64(1) << (p.length - 1)
	score := p.length
	positive, negative := ^uint64(0), uint64(0)
	var diagonal, before uint64
	left := length
	for _, r := range text {
		var match uint64
		if r < utf8.RuneSelf {
			match = p.ascii[r]
		} else {
			match = p.others[r]
		}
		swapped := (^diagonal & match) << 1 & before
		diagonal = ((match & positive) + positive) ^ positive | match | negative | swapped
		up := negative | ^(diagonal | positive)
		down := diagonal & positive
		if up&last != 0 {
			score++
		}
		if down&last != 0 {
			score--
		}
		if left--; score-left > limit {
			return limit + 1 // each letter that is left takes one off at most
		}
		up = up<<1 | 1
		positive = down<<1 | ^(diagonal | up)
		negative = up & diagonal
		before = match
	}
	return min(score, limit+1)
}
