package score

import (
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
)

// holesOf holds what several answers to one query returned, so that the same
// unjudged document is the same in all of them. An answer that is not usable
// is an empty list. The documents are by the numbers that the lists have of
// them.
func holesOf(q *eval.Query, answers []*eval.Result, highest float64) (holes *metrics.Holes, documents []*eval.Document) {
	holes = &metrics.Holes{Judged: q.Judged(), MaxGrade: highest}
	numbers := make(map[eval.Key]int)
	for _, answer := range answers {
		if answer.Failed() {
			holes.Lists = append(holes.Lists, metrics.HoleList{Documents: []int{}})
			continue
		}
		list := metrics.HoleList{Grades: q.Grades(answer.Hits), Documents: make([]int, len(answer.Hits)), Ties: ties(answer)}
		for i, h := range answer.Hits {
			number, ok := numbers[h.Key()]
			if !ok {
				number = len(numbers)
				numbers[h.Key()] = number
				documents = append(documents, h.Document)
			}
			list.Documents[i] = number
		}
		holes.Lists = append(holes.Lists, list)
	}
	return holes, documents
}

// sharedHoles is one query with what all sides of a comparison returned.
type sharedHoles struct {
	*metrics.Holes
	query     string // its id
	documents []*eval.Document
	// repeated says that the query was searched several times.
	repeated bool
}

// sideHoles are the queries of a comparison; the lists are in the order of the
// sides.
func sideHoles(sides []Side) []sharedHoles {
	if len(sides) == 0 {
		return nil
	}
	highest := 0.0
	for _, s := range sides {
		highest = max(highest, s.Evaluation.highest)
	}
	queries := sides[len(sides)-1].Evaluation.Run.Queries
	all := make([]sharedHoles, len(queries))
	for q := range queries {
		answers := make([]*eval.Result, len(sides))
		for i, s := range sides {
			own := &s.Evaluation.Run.Queries[q]
			if s.Evaluation.System(s.System).Errors[q] == "" {
				answers[i] = own.Answer(s.System)
			}
			all[q].repeated = all[q].repeated || len(own.Repeats) > 0
		}
		all[q].query = queries[q].ID
		all[q].Holes, all[q].documents = holesOf(&queries[q], answers, highest)
	}
	return all
}

// bound sets Low and High.
func (e *Evaluation) bound() error {
	var group errgroup.Group // queries share nothing but what they read
	group.SetLimit(runtime.GOMAXPROCS(0))
	for q := range e.Run.Queries {
		group.Go(func() error {
			e.boundQuery(q)
			return nil
		})
	}
	return group.Wait()
}

// boundQuery bounds the values of one query. Of repeats it takes the medians of
// their bounds, between which the median of their values lies.
func (e *Evaluation) boundQuery(q int) {
	var answers []*eval.Result
	firsts := make([]int, len(e.Systems)+1) // of each system's lists
	for i := range e.Systems {
		s := &e.Systems[i]
		if s.Errors[q] == "" {
			answers = append(answers, e.Run.Queries[q].Answers(s.System)...)
		}
		firsts[i+1] = len(answers)
	}
	holes, _ := holesOf(&e.Run.Queries[q], answers, e.highest)
	for i := range e.Systems {
		s := &e.Systems[i]
		for m, metric := range e.Metrics {
			if s.Unanswered(m, q) != "" {
				continue
			}
			var lows, highs []float64
			for list := firsts[i]; list < firsts[i+1]; list++ {
				low, high := metric.HoleBounds(holes, list)
				lows, highs = append(lows, low), append(highs, high)
			}
			s.Low[m][q], s.High[m][q] = median(lows), median(highs)
		}
	}
}
