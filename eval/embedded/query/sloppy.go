package query

import "slices"

// sloppyFreq walks the terms' places as Lucene's SloppyPhraseMatcher does: it
// keeps one place for each term, always moves the hindmost on, and notes how
// wide the others are spread. Terms that stand in the phrase more than once
// are refused when the query is parsed, as they need more than this.
func (m *phraseMatcher) sloppyFreq() float32 {
	type cursor struct {
		term int
		at   int
		pos  int32 // place less the term's position in the phrase
	}
	cursors := make([]*cursor, len(m.places))
	end := int32(-1 << 31)
	for i := range m.places {
		cursors[i] = &cursor{term: i, pos: m.places[i][0] - m.positions[i]}
		end = max(end, cursors[i].pos)
	}
	before := func(a, b *cursor) int {
		if a.pos != b.pos {
			return int(a.pos) - int(b.pos)
		}
		if m.positions[a.term] != m.positions[b.term] {
			return int(m.positions[a.term]) - int(m.positions[b.term])
		}
		return a.term - b.term
	}
	slices.SortFunc(cursors, before)
	push := func(c *cursor) {
		at, _ := slices.BinarySearchFunc(cursors, c, before)
		cursors = slices.Insert(cursors, at, c)
	}
	pop := func() *cursor {
		c := cursors[0]
		cursors = slices.Delete(cursors, 0, 1)
		return c
	}
	var freq float32
	count := func(moves int32) {
		if moves <= int32(m.slop) {
			freq += 1 / (1 + float32(moves))
		}
	}
	c := pop()
	moves := end - c.pos
	next := cursors[0].pos
	for c.at+1 < len(m.places[c.term]) {
		c.at++
		c.pos = m.places[c.term][c.at] - m.positions[c.term]
		end = max(end, c.pos)
		if c.pos <= next {
			moves = min(moves, end-c.pos)
			continue
		}
		push(c)
		count(moves)
		c = pop()
		next = cursors[0].pos
		moves = end - c.pos
	}
	count(moves)
	return freq
}
