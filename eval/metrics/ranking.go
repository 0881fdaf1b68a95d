package metrics

import "math"

// A Ranking is what a system returned for one query, joined with what was
// judged for it.
type Ranking struct {
	// Grades holds the grade of every hit by rank, the first hit first;
	// Unjudged() where there is no judgment. Its length is the number of hits.
	Grades []float64
	// Judged is everything judged for the query, returned or not; nil means
	// that nothing was. Every grade in Grades is one of it.
	Judged *Judged
}

// A Hit is a judged hit at its rank, which counts from 1.
type Hit struct {
	Rank  int
	Grade float64
}

// A List is a Ranking reduced to its judged hits. Unjudged hits add nothing
// to any metric but their number, so a list of 1,000 hits of which two are
// judged costs two steps to score.
type List struct {
	Len    int   // number of hits, judged or not
	Hits   []Hit // the judged ones by rising rank
	Judged *Judged
}

// NewList reduces r to its judged hits. The hits are appended to buf, which
// may be nil and is used again by callers with many queries.
func NewList(r Ranking, buf []Hit) List {
	return List{Len: len(r.Grades), Hits: appendHits(buf[:0], r.Grades), Judged: r.Judged}
}

func appendHits(hits []Hit, grades []float64) []Hit {
	for i, g := range grades {
		if !IsUnjudged(g) {
			hits = append(hits, Hit{Rank: i + 1, Grade: g})
		}
	}
	return hits
}

// Score is the value of the metric for one query, between 0 and 1 except for
// counts. A query without relevant judgments scores 0. The result is NaN only
// where the metric is undefined: judged of an empty list, and the zero Metric.
func (m Metric) Score(r Ranking) float64 {
	grades := r.Grades
	if m.cutoff > 0 && m.cutoff < len(grades) {
		grades = grades[:m.cutoff]
	}
	judged := 0
	for _, g := range grades {
		if !IsUnjudged(g) {
			judged++
		}
	}
	l := List{Len: len(r.Grades), Judged: r.Judged}
	if judged > 0 {
		l.Hits = appendHits(make([]Hit, 0, judged), grades)
	}
	return m.ScoreList(&l)
}

// ScoreList is Score for a ranking that is already reduced to its judged hits.
func (m Metric) ScoreList(l *List) float64 {
	if m.kind == kindNone {
		return math.NaN()
	}
	return families[m.kind].score(m, l)
}

// ScoreAll scores one ranking by several metrics, which costs little more than
// by one, and appends the values to dst in the order of the metrics.
func ScoreAll(dst []float64, ms []Metric, r Ranking) []float64 {
	var buf [64]Hit
	l := NewList(r, buf[:0])
	for _, m := range ms {
		dst = append(dst, m.ScoreList(&l))
	}
	return dst
}

// within cuts the judged hits at rank k; 0 means no cut.
func within(hits []Hit, k int) []Hit {
	if k <= 0 {
		return hits
	}
	// Callers with a cutoff have mostly cut already: look at the end first.
	if n := len(hits); n == 0 || hits[n-1].Rank <= k {
		return hits
	}
	for i, h := range hits {
		if h.Rank > k {
			return hits[:i]
		}
	}
	return hits
}

// relevantIn counts the hits with a grade of at least rel.
func relevantIn(hits []Hit, rel float64) int {
	n := 0
	for _, h := range hits {
		if h.Grade >= rel {
			n++
		}
	}
	return n
}
