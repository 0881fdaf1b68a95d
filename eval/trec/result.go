package trec

import "github.com/releval/releval/eval/metrics"

// A Result is a run scored by a list of metrics over the queries of the qrels.
type Result struct {
	// Name is the name of the run's Input, RunID the tag on its last line.
	Name, RunID string
	// Metrics are those asked for, in their order.
	Metrics []metrics.Metric
	// Queries are the ids of all judged queries, sorted as strings.
	Queries []string
	// Values holds for each metric the value of each query. A query that the
	// run does not answer has the value of an empty list: 0, or NaN where the
	// metric is undefined for it.
	Values [][]float64
	// Hits is how many documents the run returned for each query.
	Hits []int
	// Summaries holds for each metric its aggregate over all queries.
	Summaries []metrics.Summary
	// Largest holds for each metric the largest value of an ideal ranking for
	// any query: 1, or the highest DCG.
	Largest []float64
	// Missing is the number of judged queries without any hit; Unjudged the
	// number of queries of the run that nobody judged, which count nowhere.
	Missing, Unjudged int
	// Excluded is how many hits were left out as their query's own document.
	Excluded int
}

// newResult is the result of a run that answers nothing.
func newResult(name string, q *Qrels, ms []metrics.Metric) *Result {
	r := &Result{
		Name:    name,
		Metrics: ms,
		Queries: q.Queries(),
		Values:  make([][]float64, len(ms)),
		Hits:    make([]int, len(q.queries)),
		Largest: make([]float64, len(ms)),
	}
	for m, metric := range ms {
		r.Values[m] = make([]float64, len(q.queries))
		if r.Largest[m] = 1; metric.IsUnbounded() {
			r.Largest[m] = 0
			for i := range q.queries {
				_, most := metric.Limits(q.queries[i].judged)
				r.Largest[m] = max(r.Largest[m], most)
			}
		}
	}
	for i := range q.queries {
		r.set(i, &metrics.List{Judged: q.queries[i].judged})
	}
	return r
}

// set scores a query. Different queries may be set at the same time.
func (r *Result) set(query int, l *metrics.List) {
	r.Hits[query] = l.Len
	for m := range r.Metrics {
		r.Values[m][query] = r.Metrics[m].ScoreList(l)
	}
}

func (r *Result) summarize() {
	r.Summaries = make([]metrics.Summary, len(r.Metrics))
	for m := range r.Metrics {
		r.Summaries[m] = r.Metrics[m].Aggregate(r.Values[m])
	}
}
