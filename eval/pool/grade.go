package pool

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// Grade gives the text of the file with one grade changed, and the file as it
// reads then; nil takes the grade back. Nothing else of the text changes.
func (f *File) Grade(query, candidate int, grade *float64) ([]byte, *File, error) {
	c := f.Queries[query].Candidates[candidate]
	word := "?"
	if grade != nil {
		word = strconv.FormatFloat(*grade, 'f', -1, 64)
	}
	if c.start == c.end {
		word = " " + word // grade: without anything behind it
	}
	text := slices.Concat(f.text[:c.start], []byte(word), f.text[c.end:])
	changed, err := Parse(f.Path, text)
	if err != nil {
		return nil, nil, err
	}
	if !sameButGrade(f, changed, query, candidate, grade) {
		return nil, nil, fmt.Errorf("%s: the grade cannot be changed in place; put it on a line of its own", c.Position)
	}
	return text, changed, nil
}

func sameButGrade(a, b *File, query, candidate int, grade *float64) bool {
	if len(a.Queries) != len(b.Queries) {
		return false
	}
	same := func(x, y *float64) bool { return x == y || x != nil && y != nil && *x == *y }
	for i := range a.Queries {
		p, q := a.Queries[i], b.Queries[i]
		if p.ID != q.ID || p.Text != q.Text || len(p.Candidates) != len(q.Candidates) {
			return false
		}
		for k := range p.Candidates {
			x, y := p.Candidates[k], q.Candidates[k]
			want := x.Grade
			if i == query && k == candidate {
				want = grade
			}
			if x.Title != y.Title || x.ID != y.ID || x.Text != y.Text || !same(want, y.Grade) {
				return false
			}
		}
	}
	return true
}

// Is says whether the file's text is this one.
func (f *File) Is(text []byte) bool { return bytes.Equal(f.text, text) }
