package score

import (
	"slices"

	"github.com/releval/releval/eval/metrics"
)

// OfMetrics is the evaluation by the chosen metrics alone, in their order.
// Metrics that it was not made by are left out. It shares all values with e.
func (e *Evaluation) OfMetrics(chosen []metrics.Metric) *Evaluation {
	view := &Evaluation{Run: e.Run, Systems: slices.Clone(e.Systems), highest: e.highest}
	var columns []int
	for _, m := range chosen {
		if i := slices.Index(e.Metrics, m); i >= 0 {
			view.Metrics, columns = append(view.Metrics, m), append(columns, i)
		}
	}
	for i := range view.Systems {
		s := &view.Systems[i]
		s.Values, s.AsRanked, s.Low, s.High = pick(s.Values, columns), pick(s.AsRanked, columns), pick(s.Low, columns), pick(s.High, columns)
		s.NoOrder = pick(s.NoOrder, columns)
	}
	return view
}

// OfQueries is the evaluation of some of the queries, given by their indices,
// in that order. A value is what it is in e, whatever it owes to the other
// queries there: High is of the highest grade of e's run.
func (e *Evaluation) OfQueries(queries []int) *Evaluation {
	run := *e.Run
	run.Queries = pick(e.Run.Queries, queries)
	view := &Evaluation{Run: &run, Metrics: e.Metrics, Systems: slices.Clone(e.Systems), highest: e.highest}
	for i := range view.Systems {
		s := &view.Systems[i]
		s.Values, s.AsRanked = pickColumns(s.Values, queries), pickColumns(s.AsRanked, queries)
		s.Low, s.High = pickColumns(s.Low, queries), pickColumns(s.High, queries)
		s.Judged, s.Errors, s.tied, s.empty = pick(s.Judged, queries), pick(s.Errors, queries), pick(s.tied, queries), pick(s.empty, queries)
		s.NoOrder = pickColumns(s.NoOrder, queries)
		s.count()
	}
	return view
}

// Column gives a system's values of a metric, by query; nil where the
// evaluation lacks the one or the other.
func (e *Evaluation) Column(system string, m metrics.Metric) []float64 {
	s, i := e.System(system), slices.Index(e.Metrics, m)
	if s == nil || i < 0 {
		return nil
	}
	return s.Values[i]
}

// pick takes some of a list; of one that is not there it takes nothing.
func pick[T any](all []T, indices []int) []T {
	if all == nil {
		return nil
	}
	picked := make([]T, len(indices))
	for i, k := range indices {
		picked[i] = all[k]
	}
	return picked
}

func pickColumns[T any](rows [][]T, columns []int) [][]T {
	if rows == nil {
		return nil
	}
	picked := make([][]T, len(rows))
	for i, row := range rows {
		picked[i] = pick(row, columns)
	}
	return picked
}
