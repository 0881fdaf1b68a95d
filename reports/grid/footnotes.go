package grid

import (
	"slices"
	"strings"
)

// Footnotes numbers remarks so that each is said once.
type Footnotes struct {
	texts []string
	given int // how many of them lines has given
}

// Mark gives the superscript that refers to the texts.
func (f *Footnotes) Mark(texts []string) string {
	mark := ""
	for _, t := range texts {
		i := slices.Index(f.texts, t)
		if i < 0 {
			i = len(f.texts)
			f.texts = append(f.texts, t)
		}
		if mark != "" {
			mark += "’"
		}
		mark += superscript(i + 1)
	}
	return mark
}

// Lines gives the footnotes that it has not given yet, a line each.
func (f *Footnotes) Lines() []string {
	var lines []string
	for ; f.given < len(f.texts); f.given++ {
		lines = append(lines, superscript(f.given+1)+" "+strings.TrimSpace(f.texts[f.given]))
	}
	return lines
}

// superscript prints a number in raised digits.
func superscript(n int) string {
	digits := []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
	s := ""
	for ; n > 0; n /= 10 {
		s = string(digits[n%10]) + s
	}
	return s
}
