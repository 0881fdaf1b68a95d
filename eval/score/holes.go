package score

import (
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
)

// pooled is what several answers to a query returned, so that the same unjudged
// document is the same in all of them. One is used for many queries.
type pooled struct {
	metrics.Holes
	// documents are the unjudged ones by their numbers in the lists.
	documents []*eval.Document
	numbers   map[eval.Key]int
	query     *eval.Query
}

// reset begins with a query, without answers.
func (p *pooled) reset(q *eval.Query, highest float64) {
	p.query, p.Judged, p.MaxGrade, p.Lists = q, q.Judged(), highest, p.Lists[:0]
	p.documents = p.documents[:0]
	if p.numbers == nil {
		p.numbers = make(map[eval.Key]int)
	}
	clear(p.numbers)
}

// add appends an answer and what is judged of it, as far as it bears on one of
// the metrics; one that is not usable is an empty list.
func (p *pooled) add(answer *eval.Result, judged []JudgedHit, chosen []metrics.Metric) {
	if len(p.Lists) < cap(p.Lists) {
		p.Lists = p.Lists[:len(p.Lists)+1]
	} else {
		p.Lists = append(p.Lists, metrics.HoleList{Documents: []int{}})
	}
	list := &p.Lists[len(p.Lists)-1]
	list.Grades, list.Documents, list.Ties, list.Len = list.Grades[:0], list.Documents[:0], list.Ties[:0], 0
	if answer.Failed() {
		return
	}
	for _, t := range answer.Ties {
		list.Ties = append(list.Ties, metrics.Tie{First: t[0], Last: t[1]})
	}
	list.Len = len(answer.Hits)
	reach := 0
	for _, m := range chosen {
		reach = max(reach, m.Reach(list.Len, list.Ties))
	}
	for _, h := range answer.Hits[:reach] {
		rank := len(list.Grades) + 1
		if len(judged) > 0 && int(judged[0].Rank) == rank {
			list.Grades, list.Documents = append(list.Grades, p.query.Judgments[judged[0].Judgment].Grade), append(list.Documents, 0)
			judged = judged[1:]
			continue
		}
		number, known := p.numbers[h.Key()]
		if !known {
			number = len(p.documents)
			p.numbers[h.Key()] = number
			p.documents = append(p.documents, h.Document)
		}
		list.Grades, list.Documents = append(list.Grades, metrics.Unjudged()), append(list.Documents, number)
	}
}

// judging is what judging could do to the difference of one pair on one metric.
type judging struct {
	sides   []int            // the pair's
	settler *metrics.Settler // nil where there is nothing to settle
	// low and high are otherwise means over the queries.
	low, high float64
}

// judge says for each metric and pair that is compared what judging could do to
// it. It takes each query once, for all of them.
func judge(tests []*tested, lead int) {
	var testable []*tested
	var chosen []metrics.Metric
	for m, t := range tests {
		if Testable(t.metric) && len(t.queries) > 0 {
			t.judge(m == lead)
			testable, chosen = append(testable, t), append(chosen, t.metric)
		}
	}
	if len(testable) == 0 {
		return
	}
	var p pooled
	var b metrics.Bounder
	places := make([]int, len(testable)) // among the queries of each
	for q := range testable[0].columns[0].scores.Errors {
		answers := false
		for m, t := range testable {
			if places[m] == len(t.queries) || t.queries[places[m]] != q {
				continue
			}
			places[m]++
			if !answers {
				answers = true
				p.answers(t.sides, q, chosen)
			}
			for _, j := range t.judged {
				switch {
				case j == nil:
				case j.settler != nil:
					j.settler.Add(&p.Holes)
				default:
					j.add(t, &b, &p.Holes, q)
				}
			}
		}
	}
}

// judge begins with the pairs that are compared. What judging could settle is
// asked only of those of the family that somebody asks for by name: of many
// systems there are many pairs.
func (t *tested) judge(lead bool) {
	repeated := slices.ContainsFunc(t.queries, t.repeated)
	t.judged = make([]*judging, len(t.pairs))
	for i := range t.pairs {
		p := &t.pairs[i]
		if !t.comparable(p) || p.LeadOnly && !lead {
			continue
		}
		j := &judging{sides: t.sidesOf(p)}
		if lead && !p.Secondary && !p.LeadOnly && !p.ofGains() && !repeated {
			j.settler = metrics.NewSettler(t.metric, j.sides[0], j.sides[1])
		}
		t.judged[i] = j
	}
}

// repeated says whether some side searched a query several times.
func (t *tested) repeated(q int) bool {
	return slices.ContainsFunc(t.sides, func(s Side) bool { return len(s.Evaluation.Run.Queries[q].Repeats) > 0 })
}

// add takes a query's bounds into the means. The bounds of a difference of gains
// are those of its two gains, each at its worst: as wide as it gets, or wider.
func (j *judging) add(t *tested, b *metrics.Bounder, h *metrics.Holes, q int) {
	bounds := func(base, next int) (low, high float64) {
		if !t.repeated(q) {
			return b.Difference(t.metric, h, base, next)
		}
		// medians: bounded by the bounds of either side
		baseLow, baseHigh := t.columns[base].bounds(q)
		nextLow, nextHigh := t.columns[next].bounds(q)
		return nextLow - baseHigh, nextHigh - baseLow
	}
	low, high := bounds(j.sides[0], j.sides[1])
	if len(j.sides) > 2 {
		baseLow, baseHigh := bounds(j.sides[2], j.sides[0])
		nextLow, nextHigh := bounds(j.sides[3], j.sides[1])
		low, high = nextLow-baseHigh, nextHigh-baseLow
	}
	n := float64(len(t.queries))
	j.low, j.high = j.low+low/n, j.high+high/n
}

// answers are those of all sides of a comparison to a query, as far as they
// bear on one of the metrics; the lists are in the order of the sides.
func (p *pooled) answers(sides []Side, q int, chosen []metrics.Metric) {
	highest := 0.0
	for _, s := range sides {
		highest = max(highest, s.Evaluation.highest)
	}
	p.reset(&sides[len(sides)-1].Evaluation.Run.Queries[q], highest)
	for _, s := range sides {
		scores := s.Evaluation.System(s.System)
		if scores.Errors[q] != "" {
			p.add(nil, nil, chosen)
			continue
		}
		p.add(s.Evaluation.Run.Queries[q].Answer(s.System), scores.Judged[q], chosen)
	}
}

// ifJudged bounds the difference over every way of judging what any of the
// sides returned, and names the documents whose judging could settle its sign.
func (d *Difference) ifJudged(t *tested, j *judging) {
	if j.settler == nil {
		s := metrics.Settling{Mean: d.Mean, Low: j.low, High: j.high}
		s.Open = s.Mean > 0 && s.Low <= rounding || s.Mean < 0 && s.High >= -rounding || s.Mean == 0 && s.High-s.Low > rounding
		d.IfJudged = s
		return
	}
	var p pooled
	at := -1
	query := func(i int) *metrics.Holes {
		if i != at {
			at = i
			p.answers(t.sides, t.queries[i], []metrics.Metric{t.metric})
		}
		return &p.Holes
	}
	d.IfJudged = j.settler.Settle(query)
	for _, h := range d.IfJudged.Documents {
		query(h.Query)
		run := t.sides[len(t.sides)-1].Evaluation.Run
		d.JudgeFirst = append(d.JudgeFirst, Hole{run.Queries[t.queries[h.Query]].ID, p.documents[h.Document]})
	}
}
