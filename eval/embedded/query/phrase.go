package query

import "github.com/releval/releval/eval/embedded/index"

// phrase matches documents that have the terms at their distances.
func (x *exec) phrase(q phrase, boost float32, scoring bool) list {
	f := x.seg.Field(q.field)
	if f == nil {
		return list{}
	}
	all := make([]index.Postings, len(q.terms))
	idf := 0.0
	shortest := 0
	for i, t := range q.terms {
		all[i] = f.Postings(t)
		if len(all[i].Docs) == 0 {
			return list{}
		}
		idf += float64(f.IDF(len(all[i].Docs)))
		if len(all[i].Docs) < len(all[shortest].Docs) {
			shortest = i
		}
	}
	scorer := f.Scorer(boost, float32(idf))
	m := newPhraseMatcher(q)
	out := list{docs: x.ints.get(len(all[shortest].Docs))[:0]}
	if scoring {
		out.scores = x.floats.get(cap(out.docs))[:0]
	}
	at := make([]int, len(all))
next:
	for _, d := range all[shortest].Docs {
		for i := range all {
			at[i] = advance(all[i].Docs, at[i], d)
			if at[i] == len(all[i].Docs) {
				break next
			}
			if all[i].Docs[at[i]] != d {
				continue next
			}
			m.places[i] = all[i].Positions(at[i])
		}
		freq := m.freq()
		if freq == 0 {
			continue
		}
		out.docs = append(out.docs, d)
		if scoring {
			out.scores = append(out.scores, scorer.Score(d, freq))
		}
	}
	return out
}

// phraseMatcher counts a phrase in one document at a time.
type phraseMatcher struct {
	phrase
	places [][]int32 // of each term in the document
	next   []int
}

func newPhraseMatcher(q phrase) *phraseMatcher {
	return &phraseMatcher{phrase: q, places: make([][]int32, len(q.terms)), next: make([]int, len(q.terms))}
}

// freq is how often the phrase occurs in the document, each occurrence with
// slop counted by 1/(1+moves).
func (m *phraseMatcher) freq() float32 {
	if m.slop > 0 {
		return m.sloppyFreq()
	}
	clear(m.next)
	n := 0
	for _, first := range m.places[0] {
		start := first - m.positions[0]
		found := true
		for i := 1; i < len(m.places); i++ {
			m.next[i] = advance(m.places[i], m.next[i], start+m.positions[i])
			if m.next[i] == len(m.places[i]) {
				return float32(n)
			}
			if m.places[i][m.next[i]] != start+m.positions[i] {
				found = false
				break
			}
		}
		if found {
			n++
		}
	}
	return float32(n)
}
