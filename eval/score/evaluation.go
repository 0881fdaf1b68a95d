package score

import (
	"fmt"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/text"
)

// Evaluation is a run with its metrics computed: a pure function of the run.
type Evaluation struct {
	Run     *eval.Run
	Metrics []metrics.Metric
	// Systems are in the manifest's order, the first stage first.
	Systems []SystemScores
	// highest is the highest grade that an unjudged document may turn out to
	// have: the highest of the run's judgments.
	highest float64
}

// SystemScores are the metrics of one system.
type SystemScores struct {
	System string
	// Values are by metric, then by query in the run's order: the expectation
	// over the orders of tied hits. An empty answer has 0. NaN stands where
	// there is no usable answer (see Unanswered) and where a metric is
	// undefined, such as judged@10 of an empty list. Where queries were
	// searched repeatedly it is the median of the repeats.
	Values [][]float64
	// AsRanked are the same values for the order in which the server returned
	// tied hits.
	AsRanked [][]float64
	// Low and High bound each value over every way of grading the documents
	// that any system of the run returned and nobody judged.
	Low, High [][]float64
	// Grades are by query, then by rank; metrics.Unjudged where nobody
	// judged the hit.
	Grades [][]float64
	// Errors say, by query, why there is no usable answer, and are empty where
	// there is one. An answer is not usable where a repeat failed, where the
	// reranker demonstrably did not rank it, and where all its hits share one
	// score.
	Errors []string
	// NoOrder says, by metric, then by query, that the reranked hits within
	// the metric's depth all share one score: no order, and no answer.
	NoOrder [][]bool
	// Failed and Empty count the queries without a usable answer, and those
	// whose answer holds no hit.
	Failed, Empty int
	// Tied counts the queries with hits whose order the server did not decide.
	Tied int
	// tied says which, by query.
	tied []bool
}

// Evaluate computes the metrics of every query and system. With no metrics
// given it takes the manifest's.
func Evaluate(run *eval.Run, chosen []metrics.Metric) (*Evaluation, error) {
	if len(chosen) == 0 {
		var err error
		if chosen, err = Metrics(&run.Manifest); err != nil {
			return nil, err
		}
	}
	e := &Evaluation{Run: run, Metrics: chosen, highest: highestGrade(run)}
	judged := make([]*metrics.Judged, len(run.Queries))
	for i := range run.Queries {
		judged[i] = run.Queries[i].Judged()
	}
	e.Systems = make([]SystemScores, len(run.Manifest.Systems))
	var group errgroup.Group // a system on each core: they share nothing but what they read
	for i, system := range run.Manifest.Names() {
		group.Go(func() error {
			e.Systems[i] = scoreSystem(run, system, integrity.Unranked(run, system), chosen, judged)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return e, e.bound()
}

// Metrics are those that a run's manifest names.
func Metrics(m *eval.Manifest) ([]metrics.Metric, error) {
	all := make([]metrics.Metric, len(m.Metrics))
	for i, name := range m.Metrics {
		var err error
		if all[i], err = metrics.Parse(name); err != nil {
			return nil, fmt.Errorf("the run's manifest: %w", err)
		}
	}
	return all, nil
}

// scoreSystem computes one system's metrics; unranked holds the queries that
// its reranker did not rank.
func scoreSystem(run *eval.Run, system string, unranked map[string]bool, chosen []metrics.Metric, judged []*metrics.Judged) SystemScores {
	n := len(run.Queries)
	s := SystemScores{
		System: system,
		Values: table(len(chosen), n), AsRanked: table(len(chosen), n), Low: table(len(chosen), n), High: table(len(chosen), n),
		Grades: make([][]float64, n), Errors: make([]string, n), NoOrder: make([][]bool, len(chosen)), tied: make([]bool, n),
	}
	for m := range chosen {
		s.NoOrder[m] = make([]bool, n)
	}
	reranked := run.Manifest.Window(system) > 0
	var expected, ranked []float64 // of one query, by repeat
	for q := range run.Queries {
		query := &run.Queries[q]
		answers := query.Answers(system)
		s.Errors[q] = unusable(answers, unranked[query.ID], reranked)
		if !answers[0].Failed() {
			s.Grades[q] = query.Grades(answers[0].Hits)
		}
		if s.Errors[q] != "" {
			for m := range chosen {
				s.Values[m][q], s.AsRanked[m][q], s.Low[m][q], s.High[m][q] = math.NaN(), math.NaN(), math.NaN(), math.NaN()
			}
			continue
		}
		rankings := make([]metrics.Ranking, len(answers))
		for i, answer := range answers {
			rankings[i] = metrics.Ranking{Grades: query.Grades(answer.Hits), Judged: judged[q]}
			s.tied[q] = s.tied[q] || len(answer.Ties) > 0
		}
		for m, metric := range chosen {
			expected, ranked = expected[:0], ranked[:0]
			for i, ranking := range rankings {
				s.NoOrder[m][q] = s.NoOrder[m][q] || reranked && noOrder(answers[i].Hits, metric.Cutoff())
				value := metric.Score(ranking)
				ranked = append(ranked, value)
				if len(answers[i].Ties) > 0 {
					value = metric.Expected(ranking, ties(answers[i]), run.Manifest.Seed).Value
				}
				expected = append(expected, value)
			}
			s.Values[m][q], s.AsRanked[m][q] = median(expected), median(ranked)
			if s.NoOrder[m][q] {
				s.Values[m][q], s.AsRanked[m][q] = math.NaN(), math.NaN()
			}
			s.Low[m][q], s.High[m][q] = s.Values[m][q], s.Values[m][q]
		}
	}
	s.count()
	return s
}

// unusable says why a system's answers to a query, the first and its repeats,
// are no evidence; empty where they are.
func unusable(answers []*eval.Result, unranked, reranked bool) string {
	if answers[0] == nil {
		return "no result"
	}
	for i, answer := range answers {
		switch {
		case !answer.Failed():
		case i == 0:
			return answer.Error
		case answer == nil:
			return fmt.Sprintf("repeat %d has no result", i)
		default:
			return fmt.Sprintf("repeat %d failed: %s", i, answer.Error)
		}
	}
	if unranked {
		return "the reranker did not rank the answer"
	}
	for _, answer := range answers {
		if reranked && noOrder(answer.Hits, 0) {
			return noOrderReason(len(answer.Hits))
		}
	}
	return ""
}

// noOrderReason says of so many hits that they are in no order.
func noOrderReason(hits int) string {
	return "no order: all " + text.Count(hits, "hit") + " share one score"
}

// noOrder says whether the reranked hits down to a depth, 0 for all, are two or
// more and share one score.
func noOrder(hits []eval.Hit, depth int) bool {
	if depth > 0 {
		hits = hits[:min(depth, len(hits))]
	}
	return len(hits) > 1 && !slices.ContainsFunc(hits, func(h eval.Hit) bool { return h.Score != hits[0].Score })
}

// ties are the ranges of an answer's ranks in no order.
func ties(r *eval.Result) []metrics.Tie {
	all := make([]metrics.Tie, len(r.Ties))
	for i, t := range r.Ties {
		all[i] = metrics.Tie{First: t[0], Last: t[1]}
	}
	return all
}

// Unanswered says why a system's answer to a query is no evidence for the
// metric with the given index; empty where it is.
func (s *SystemScores) Unanswered(metric, query int) string {
	switch {
	case s.Errors[query] != "":
		return s.Errors[query]
	case s.NoOrder != nil && s.NoOrder[metric][query]:
		return "no order: the hits in reach of the metric share one score"
	}
	return ""
}

// count sets Failed, Empty and Tied.
func (s *SystemScores) count() {
	s.Failed, s.Empty, s.Tied = 0, 0, 0
	for q, err := range s.Errors {
		switch {
		case err != "":
			s.Failed++
		case len(s.Grades[q]) == 0:
			s.Empty++
		}
		if s.tied != nil && s.tied[q] {
			s.Tied++
		}
	}
}

// highestGrade is the largest grade in the run's judgments, at least 1.
func highestGrade(run *eval.Run) float64 {
	highest := 1.0
	for _, q := range run.Queries {
		for _, j := range q.Judgments {
			highest = max(highest, j.Grade)
		}
	}
	return highest
}

// System returns the scores of the named system, nil where there is none.
func (e *Evaluation) System(name string) *SystemScores {
	for i := range e.Systems {
		if e.Systems[i].System == name {
			return &e.Systems[i]
		}
	}
	return nil
}

// BaseOf is the index of the system that the one with the given index is
// compared with, query by query: its own first stage. In a run without rerankers
// it is the first system. -1 stands for none.
func (e *Evaluation) BaseOf(system int) int {
	m := &e.Run.Manifest
	if stage := m.FirstStageOf(e.Systems[system].System); stage != "" {
		return slices.IndexFunc(e.Systems, func(s SystemScores) bool { return s.System == stage })
	}
	if system > 0 && len(m.Reranked()) == 0 {
		return 0
	}
	return -1
}

// FoundNothing says whether some query was answered, and no answer of any
// system holds a hit.
func (e *Evaluation) FoundNothing() bool {
	answered := false
	for i := range e.Systems {
		s := &e.Systems[i]
		answered = answered || s.Empty > 0
		if s.Failed+s.Empty < len(s.Errors) {
			return false
		}
		for q := range s.Errors { // hits in no order are hits
			if r := e.Run.Queries[q].Answer(s.System); !r.Failed() && len(r.Hits) > 0 {
				return false
			}
		}
	}
	return answered
}

// Mean averages the values that are numbers, and counts the others: those of
// queries without an answer, and those where the metric is undefined.
func Mean(values []float64) (mean float64, undefined int) {
	sum := 0.0
	for _, v := range values {
		if math.IsNaN(v) {
			undefined++
		} else {
			sum += v
		}
	}
	if undefined == len(values) {
		return math.NaN(), undefined
	}
	return sum / float64(len(values)-undefined), undefined
}

func table(rows, columns int) [][]float64 {
	cells := make([]float64, rows*columns)
	rowsOf := make([][]float64, rows)
	for i := range rowsOf {
		rowsOf[i] = cells[i*columns : (i+1)*columns : (i+1)*columns]
	}
	return rowsOf
}

// median of the values, the mean of the middle two where their number is
// even. NaN sorts first, so that an undefined value counts as the lowest.
func median(values []float64) float64 {
	if len(values) == 1 {
		return values[0]
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}
