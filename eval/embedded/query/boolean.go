package query

import "slices"

// boolean combines clauses. The roundings are Lucene's: a conjunction and a
// disjunction each sum in float64 and round once; required and merely optional
// scores are added in float32.
func (x *exec) boolean(q boolean, boost float32, scoring bool) list {
	q.must = x.merged(q.must)
	if q.minShould <= 1 {
		q.should = x.merged(q.should)
	}
	required := len(q.must)+len(q.filter) > 0
	if !required && len(q.should) == 0 || q.minShould > len(q.should) {
		return list{}
	}
	var l list
	switch {
	case !required:
		l = x.disjunction(q.should, max(q.minShould, 1), boost, scoring)
	case q.minShould > 0:
		l = x.conjunction(q.must, q.filter, boost, scoring)
		optional := x.disjunction(q.should, q.minShould, boost, scoring)
		l = x.both(l, optional, scoring)
	default:
		l = x.conjunction(q.must, q.filter, boost, scoring)
		if scoring && len(q.should) > 0 && len(l.docs) > 0 {
			x.addOptional(l, x.disjunction(q.should, 1, boost, scoring))
		}
	}
	for _, not := range q.mustNot {
		if len(l.docs) == 0 {
			break
		}
		l = x.without(l, x.eval(not, 1, false))
	}
	return l
}

// merged joins equal term clauses into one with the sum of their boosts, as
// Lucene rewrites them.
func (x *exec) merged(clauses []Query) []Query {
	type entry struct {
		at    int
		boost float64
	}
	if len(clauses) < 2 {
		return clauses
	}
	seen := make(map[term]*entry, len(clauses))
	var out []Query
	for i, c := range clauses {
		by := 1.0
		inner := c
		for {
			b, ok := inner.(boosted)
			if !ok {
				break
			}
			by *= float64(b.boost)
			inner = b.inner
		}
		t, ok := inner.(term)
		if !ok {
			if out != nil {
				out = append(out, c)
			}
			continue
		}
		if e := seen[t]; e != nil {
			if out == nil {
				out = slices.Clone(clauses[:i])
			}
			e.boost += by
			out[e.at] = boosted{t, float32(e.boost)}
			continue
		}
		at := i
		if out != nil {
			at = len(out)
			out = append(out, c)
		}
		seen[t] = &entry{at: at, boost: by}
	}
	if out == nil {
		return clauses
	}
	return out
}

// disjunction matches where at least least clauses match.
func (x *exec) disjunction(clauses []Query, least int, boost float32, scoring bool) list {
	lists := make([]list, 0, len(clauses))
	for _, c := range clauses {
		if l := x.eval(c, boost, scoring); len(l.docs) > 0 {
			lists = append(lists, l)
		}
	}
	switch {
	case len(lists) < least:
		return list{}
	case len(lists) == 1:
		return lists[0]
	}
	for _, l := range lists {
		switch {
		case least > 1:
			for i, d := range l.docs {
				x.counts[d]++
				x.mark(d)
				if scoring {
					x.sums[d] += float64(l.scores[i])
				}
			}
		case scoring:
			scores := l.scores[:len(l.docs)]
			for i, d := range l.docs {
				x.mark(d)
				x.sums[d] += float64(scores[i])
			}
		default:
			for _, d := range l.docs {
				x.mark(d)
			}
		}
	}
	if least > 1 {
		for _, l := range lists {
			for _, d := range l.docs {
				if x.counts[d] != 0 && int(x.counts[d]) < least {
					x.marks[d>>6] &^= 1 << (d & 63)
					x.sums[d] = 0
				}
				x.counts[d] = 0
			}
		}
	}
	return x.gather(scoring, func(d int32) float32 {
		s := float32(x.sums[d])
		x.sums[d] = 0
		return s
	})
}

// conjunction matches where every clause matches; filters do not score.
func (x *exec) conjunction(must, filter []Query, boost float32, scoring bool) list {
	lists := make([]list, 0, len(must)+len(filter))
	for _, c := range must {
		lists = append(lists, x.eval(c, boost, scoring))
	}
	for _, c := range filter {
		lists = append(lists, x.eval(c, 1, false))
	}
	shortest := 0
	for i, l := range lists {
		if len(l.docs) == 0 {
			return list{}
		}
		if len(l.docs) < len(lists[shortest].docs) {
			shortest = i
		}
	}
	if len(lists) == 1 && (len(must) == 1 || !scoring) {
		return lists[0]
	}
	out := list{docs: x.ints.get(len(lists[shortest].docs))}
	if scoring {
		out.scores = x.floats.get(len(out.docs))
	}
	n := 0
	at := make([]int, len(lists))
next:
	for _, d := range lists[shortest].docs {
		sum := 0.0
		for i := range lists {
			at[i] = advance(lists[i].docs, at[i], d)
			if at[i] == len(lists[i].docs) {
				break next
			}
			if lists[i].docs[at[i]] != d {
				continue next
			}
			if scoring && i < len(must) {
				sum += float64(lists[i].scores[at[i]])
			}
		}
		out.docs[n] = d
		if scoring {
			out.scores[n] = float32(sum)
		}
		n++
	}
	out.docs = out.docs[:n]
	if scoring {
		out.scores = out.scores[:n]
	}
	return out
}
