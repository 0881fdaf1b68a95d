package score

import (
	"fmt"
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
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
	// Judged are, by query, the judged hits of the first search's answer.
	Judged [][]JudgedHit
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
	// tied and empty say which, by query.
	tied, empty []bool
}

// A JudgedHit is a hit that a judgment is credited with: its rank, from 1, and
// the judgment's index in its query.
type JudgedHit struct{ Rank, Judgment int32 }

// Evaluate computes the metrics of every query and system. With no metrics
// given it takes the manifest's.
func Evaluate(run *eval.Run, chosen []metrics.Metric) (*Evaluation, error) {
	if len(chosen) == 0 {
		var err error
		if chosen, err = Metrics(&run.Manifest); err != nil {
			return nil, err
		}
	}
	e := &Evaluation{Run: run, Metrics: chosen, Systems: make([]SystemScores, len(run.Manifest.Systems)), highest: highestGrade(run)}
	unranked := make([]map[string]bool, len(e.Systems))
	for i, system := range run.Manifest.Names() {
		e.Systems[i] = newScores(system, len(chosen), len(run.Queries))
		unranked[i] = integrity.Unranked(run, system)
	}
	var group errgroup.Group // a part of the queries on each core: they share nothing but what they read
	parts := runtime.GOMAXPROCS(0)
	for part := range parts {
		group.Go(func() error {
			s := scorer{Evaluation: e, unranked: unranked}
			for q := part * len(run.Queries) / parts; q < (part+1)*len(run.Queries)/parts; q++ {
				s.score(q)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i := range e.Systems {
		e.Systems[i].count()
	}
	return e, nil
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

func newScores(system string, chosen, queries int) SystemScores {
	s := SystemScores{
		System: system,
		Values: table(chosen, queries), AsRanked: table(chosen, queries), Low: table(chosen, queries), High: table(chosen, queries),
		Judged: make([][]JudgedHit, queries), Errors: make([]string, queries), NoOrder: make([][]bool, chosen), tied: make([]bool, queries), empty: make([]bool, queries),
	}
	for m := range s.NoOrder {
		s.NoOrder[m] = make([]bool, queries)
	}
	return s
}

// A scorer fills in an evaluation, query by query, in memory that it uses
// again.
type scorer struct {
	*Evaluation
	// unranked are, by system, the queries that its reranker did not rank.
	unranked []map[string]bool
	pooled   pooled
	bounder  metrics.Bounder
	grader   eval.Grader
	room     []JudgedHit // of several queries
	lists    []int       // of each system, its first among the pooled ones
	hits     []metrics.Hit

	expected, ranked, lows, highs []float64 // of one metric, by repeat
}

// score computes the metrics of one query, and their bounds. Of repeats the
// bounds are the medians of theirs, between which the median of their values
// lies.
func (s *scorer) score(q int) {
	query := &s.Run.Queries[q]
	s.pooled.reset(query, s.highest)
	s.grader.Reset(query)
	s.lists = s.lists[:0]
	for i := range s.Systems {
		s.lists = append(s.lists, len(s.pooled.Lists))
		s.values(i, q, query.Answers(s.Systems[i].System))
	}
	s.lists = append(s.lists, len(s.pooled.Lists))
	for i := range s.Systems {
		scores := &s.Systems[i]
		for m, metric := range s.Metrics {
			if scores.Unanswered(m, q) != "" {
				continue
			}
			s.lows, s.highs = s.lows[:0], s.highs[:0]
			for list := s.lists[i]; list < s.lists[i+1]; list++ {
				low, high := s.bounder.Bounds(metric, &s.pooled.Holes, list)
				s.lows, s.highs = append(s.lows, low), append(s.highs, high)
			}
			scores.Low[m][q], scores.High[m][q] = median(s.lows), median(s.highs)
		}
	}
}

// values computes the metrics of one system's answers to a query.
func (s *scorer) values(system, q int, answers []*eval.Result) {
	scores := &s.Systems[system]
	reranked := s.Run.Manifest.Window(scores.System) > 0
	if !answers[0].Failed() {
		s.room, scores.Judged[q] = judgedHits(s.room, &s.grader, answers[0].Hits)
	}
	scores.Errors[q] = unusable(answers, s.unranked[system][s.Run.Queries[q].ID], reranked)
	if scores.Errors[q] != "" {
		for m := range s.Metrics {
			scores.Values[m][q], scores.AsRanked[m][q], scores.Low[m][q], scores.High[m][q] = math.NaN(), math.NaN(), math.NaN(), math.NaN()
		}
		return
	}
	scores.empty[q] = len(answers[0].Hits) == 0
	first := len(s.pooled.Lists)
	for i, answer := range answers {
		judged := scores.Judged[q]
		if i > 0 {
			s.room, judged = judgedHits(s.room, &s.grader, answer.Hits)
		}
		s.pooled.add(answer, judged, s.Metrics)
		scores.tied[q] = scores.tied[q] || len(answer.Ties) > 0
	}
	for m, metric := range s.Metrics {
		s.expected, s.ranked = s.expected[:0], s.ranked[:0]
		for i, answer := range answers {
			scores.NoOrder[m][q] = scores.NoOrder[m][q] || reranked && noOrder(answer.Hits, metric.Cutoff())
			list := &s.pooled.Lists[first+i]
			judged := metrics.NewList(metrics.Ranking{Grades: list.Grades, Judged: s.pooled.Judged}, s.hits)
			s.hits, judged.Len = judged.Hits, list.Len
			value := metric.ScoreList(&judged)
			s.ranked = append(s.ranked, value)
			if len(list.Ties) > 0 {
				value = metric.ExpectedList(&judged, list.Ties, s.Run.Manifest.Seed).Value
			}
			s.expected = append(s.expected, value)
		}
		scores.Values[m][q], scores.AsRanked[m][q] = median(s.expected), median(s.ranked)
		scores.Low[m][q], scores.High[m][q] = scores.Values[m][q], scores.Values[m][q]
		if scores.NoOrder[m][q] {
			for _, column := range [][]float64{scores.Values[m], scores.AsRanked[m], scores.Low[m], scores.High[m]} {
				column[q] = math.NaN()
			}
		}
	}
}

// judgedHits appends the judged ones of some hits to the room, and gives them.
// What was given before stays as it is.
func judgedHits(room []JudgedHit, g *eval.Grader, hits []eval.Hit) (_, judged []JudgedHit) {
	const block = 1 << 10
	if cap(room)-len(room) < len(hits) {
		room = make([]JudgedHit, 0, max(block, len(hits)))
	}
	start := len(room)
	for i, match := range g.Matches(hits) {
		if match >= 0 {
			room = append(room, JudgedHit{int32(i + 1), int32(match)})
		}
	}
	return room, room[start:len(room):len(room)]
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
		case s.empty != nil && s.empty[q]:
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
	if i := e.Index(name); i >= 0 {
		return &e.Systems[i]
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

// Index is that of the named system in Systems, −1 where there is none.
func (e *Evaluation) Index(name string) int {
	return slices.IndexFunc(e.Systems, func(s SystemScores) bool { return s.System == name })
}

// Ranks gives the rank of each judgment's document in a system's answer to a
// query, 0 where it was not returned.
func (e *Evaluation) Ranks(system, query int) []int {
	found := make([]int, len(e.Run.Queries[query].Judgments))
	for _, h := range e.Systems[system].Judged[query] {
		found[h.Judgment] = int(h.Rank)
	}
	return found
}

// FoundNothing says whether one of the queries was answered, and no answer of
// any system to them holds a hit.
func (e *Evaluation) FoundNothing(queries []int) bool {
	answered := false
	for i := range e.Systems {
		for _, q := range queries { // hits in no order are hits
			switch r := e.Run.Queries[q].Answer(e.Systems[i].System); {
			case r.Failed():
			case len(r.Hits) > 0:
				return false
			default:
				answered = true
			}
		}
	}
	return answered
}

// NothingRelevant says why no ranking of the queries can have another value of
// a metric than 0: that none of their judgments counts as relevant. It is empty
// where one does, and for metrics that need none.
func (e *Evaluation) NothingRelevant(m metrics.Metric, queries []int) string {
	if len(queries) == 0 || m.IsZero() || m.IsCount() {
		return ""
	}
	graded := false
	for _, q := range queries {
		query := &e.Run.Queries[q]
		if least, most := m.Limits(query.Judged()); most > least {
			return ""
		}
		graded = graded || slices.ContainsFunc(query.Judgments, func(j judgments.Judgment) bool { return j.Grade > 0 })
	}
	if graded {
		return "no judgment of any query counts as relevant in " + m.String()
	}
	return "no judgment of any query has a grade above 0"
}

// Uninformative says why the answers to some queries show nothing of a system's
// quality by a metric: nothing is relevant, or nothing was found. It is empty
// where they may show something.
func (e *Evaluation) Uninformative(m metrics.Metric, queries []int) string {
	if why := e.NothingRelevant(m, queries); why != "" {
		return why
	}
	if e.FoundNothing(queries) {
		return "no system found anything for any query"
	}
	return ""
}

// AllQueries are the indices of all queries of the run.
func (e *Evaluation) AllQueries() []int {
	all := make([]int, len(e.Run.Queries))
	for i := range all {
		all[i] = i
	}
	return all
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
