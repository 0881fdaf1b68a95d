// Package spelling finds the word that someone meant. It imports nothing, so
// that every package may say "did you mean".
//
// It refuses to guess far: of two words that differ in more than a third of
// their letters neither is meant by the other.
//
// How it works:
//
//  1. Distance counts the edits between two words, and stops at a limit.
//  2. Nearest takes the known word with the fewest, without regard to case.
package spelling

import (
	"strings"
	"unicode/utf8"
)

// Nearest returns the candidate that word most likely stands for: the one
// with the fewest single-character edits (insertion, deletion, replacement,
// swap of neighbours), without regard to case. It returns "" where none is
// within a third of the word's length, at least one edit. Of equally near
// candidates the first wins.
func Nearest(word string, candidates []string) string {
	folded := strings.ToLower(word)
	limit := max(1, utf8.RuneCountInString(folded)/3)
	best, bestDistance := "", limit+1
	for _, c := range candidates {
		if d := Distance(folded, strings.ToLower(c), bestDistance-1); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// Distance counts the single-character edits between two strings: insertions,
// deletions, replacements and swaps of neighbours (optimal string alignment).
// Where more than limit are needed it returns limit+1, and stops early.
func Distance(a, b string, limit int) int {
	s, t := []rune(a), []rune(b)
	if len(s)-len(t) > limit || len(t)-len(s) > limit {
		return limit + 1
	}
	before, previous, current := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(s); i++ {
		current[0] = i
		least := i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			d := min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				d = min(d, before[j-2]+1)
			}
			current[j] = d
			least = min(least, d)
		}
		if least > limit {
			return limit + 1
		}
		before, previous, current = previous, current, before
	}
	return min(previous[len(t)], limit+1)
}
