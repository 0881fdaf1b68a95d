package query

import "slices"

// advance finds, from a place on, the first document that is not before d.
func advance(docs []int32, from int, d int32) int {
	step := 1
	to := from
	for to < len(docs) && docs[to] < d {
		from = to + 1
		to += step
		step *= 2
	}
	i, _ := slices.BinarySearch(docs[from:min(to, len(docs))], d)
	return from + i
}

// both intersects two lists and sums their scores.
func (x *exec) both(a, b list, scoring bool) list {
	out := list{docs: x.ints.get(min(len(a.docs), len(b.docs)))[:0]}
	if scoring {
		out.scores = x.floats.get(cap(out.docs))[:0]
	}
	j := 0
	for i, d := range a.docs {
		j = advance(b.docs, j, d)
		if j == len(b.docs) {
			break
		}
		if b.docs[j] != d {
			continue
		}
		out.docs = append(out.docs, d)
		if scoring {
			out.scores = append(out.scores, float32(float64(a.scores[i])+float64(b.scores[j])))
		}
	}
	return out
}

// addOptional adds the scores of optional matches to a required list. The
// scores of a list that is not shared may be changed in place; those of terms
// and of combinations are always the exec's own.
func (x *exec) addOptional(l, optional list) {
	j := 0
	for i, d := range l.docs {
		j = advance(optional.docs, j, d)
		if j == len(optional.docs) {
			return
		}
		if optional.docs[j] == d {
			l.scores[i] += optional.scores[j]
		}
	}
}

// without drops what is in another list.
func (x *exec) without(l, not list) list {
	out := list{docs: x.ints.get(len(l.docs))[:0]}
	if l.scores != nil {
		out.scores = x.floats.get(len(l.docs))[:0]
	}
	j := 0
	for i, d := range l.docs {
		j = advance(not.docs, j, d)
		if j < len(not.docs) && not.docs[j] == d {
			continue
		}
		out.docs = append(out.docs, d)
		if l.scores != nil {
			out.scores = append(out.scores, l.scores[i])
		}
	}
	return out
}
