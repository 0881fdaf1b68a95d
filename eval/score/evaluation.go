package score

import (
	"fmt"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/metrics"
)

// Evaluation is a run with its metrics computed: a pure function of the run.
type Evaluation struct {
	Run     *eval.Run
	Metrics []metrics.Metric
	// Systems are in the manifest's order, the first stage first.
	Systems []SystemScores
}

// SystemScores are the metrics of one system.
type SystemScores struct {
	System string
	// Values are by metric, then by query in the run's order. A query that
	// failed or found nothing has 0; NaN stands only where a metric is
	// undefined, such as judged@10 of an empty list. Where queries were
	// searched repeatedly it is the median of the repeats.
	Values [][]float64
	// Low and High are what each value would be if every unjudged document
	// that counts were non-relevant, or of the highest grade of the run.
	Low, High [][]float64
	// Grades are by query, then by rank; metrics.Unjudged where nobody
	// judged the hit.
	Grades [][]float64
	// Errors say, by query, why there is no usable answer, and are empty where
	// there is one. An answer that the reranker demonstrably did not rank is
	// not usable: it does not score.
	Errors []string
	// Failed and Empty count the queries without a usable answer, and those
	// whose answer holds no hit.
	Failed, Empty int
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
	e := &Evaluation{Run: run, Metrics: chosen}
	judged := make([]*metrics.Judged, len(run.Queries))
	for i := range run.Queries {
		judged[i] = run.Queries[i].Judged()
	}
	highest := highestGrade(run)
	e.Systems = make([]SystemScores, len(run.Manifest.Systems))
	var group errgroup.Group // a system on each core: they share nothing but what they read
	for i, system := range run.Manifest.Names() {
		group.Go(func() error {
			e.Systems[i] = scoreSystem(run, system, integrity.Unranked(run, system), chosen, judged, highest)
			return nil
		})
	}
	return e, group.Wait()
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
func scoreSystem(run *eval.Run, system string, unranked map[string]bool, chosen []metrics.Metric, judged []*metrics.Judged, highest float64) SystemScores {
	s := SystemScores{
		System: system,
		Values: table(len(chosen), len(run.Queries)),
		Low:    table(len(chosen), len(run.Queries)),
		High:   table(len(chosen), len(run.Queries)),
		Grades: make([][]float64, len(run.Queries)),
		Errors: make([]string, len(run.Queries)),
	}
	var rankings []metrics.Ranking // of one query, by repeat
	var values, lows, highs []float64
	for q := range run.Queries {
		query := &run.Queries[q]
		answers := query.Answers(system)
		switch result := answers[0]; {
		case result == nil:
			s.Errors[q] = "no result"
		case result.Failed():
			s.Errors[q] = result.Error
		case unranked[query.ID]:
			s.Errors[q] = "the reranker did not rank the answer"
		}
		rankings = rankings[:0]
		for _, answer := range answers {
			var hits []eval.Hit
			if !answer.Failed() && !unranked[query.ID] {
				hits = answer.Hits
			}
			rankings = append(rankings, metrics.Ranking{Grades: query.Grades(hits), Judged: judged[q]})
		}
		s.Grades[q] = rankings[0].Grades
		for m, metric := range chosen {
			values, lows, highs = values[:0], lows[:0], highs[:0]
			for _, ranking := range rankings {
				low, high := metric.Bounds(ranking, highest)
				values, lows, highs = append(values, metric.Score(ranking)), append(lows, low), append(highs, high)
			}
			s.Values[m][q], s.Low[m][q], s.High[m][q] = median(values), median(lows), median(highs)
		}
	}
	s.count()
	return s
}

// count sets Failed and Empty.
func (s *SystemScores) count() {
	s.Failed, s.Empty = 0, 0
	for q, err := range s.Errors {
		switch {
		case err != "":
			s.Failed++
		case len(s.Grades[q]) == 0:
			s.Empty++
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

// Mean averages the values over all queries, but for those where the metric
// is undefined, which it counts.
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
