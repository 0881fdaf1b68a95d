package score

import (
	"math"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/stats"
)

// Latency is how long a system's searches took: a fact about these searches,
// and no estimate of others.
type Latency struct {
	// Sampled says that they were timed one at a time after the run; else they
	// are the run's own.
	Sampled bool
	// Searches is how many they are.
	Searches int
	// Concurrency is how many queries were in flight, 0 where that is not
	// known or was not always the same.
	Concurrency int
	// Took is the server's own measure in milliseconds, Wall the time from
	// sending a request to the end of its answer, of the attempt that succeeded
	// alone.
	Took, Wall Percentiles
}

// Percentiles of times in milliseconds, undefined (NaN) where there are too few
// to have one.
type Percentiles struct{ P50, P95 float64 }

// fewestForP95 is from how many searches on one of twenty is one at least: of
// fewer, the 95th percentile would be the slowest by another name.
const fewestForP95 = 20

func percentiles(ms []float64) Percentiles {
	p := Percentiles{P50: stats.Quantile(ms, 0.5), P95: math.NaN()}
	if len(ms) >= fewestForP95 {
		p.P95 = stats.Quantile(ms, 0.95)
	}
	return p
}

// Timed is the time of one search of a run's query.
type Timed struct {
	// Query is the index into the run's queries.
	Query int
	eval.Time
}

// Times are those of a system's searches that had an answer: those that were
// timed one at a time where there are any of these queries, else the first of
// each query. Sampled says which.
func Times(run *eval.Run, system string, queries []int) (times []Timed, sampled bool) {
	if run.Complete != nil && run.Complete.Latency != nil {
		all := run.Complete.Latency.Times[system]
		at := make(map[string]int, len(all))
		for i, id := range run.Complete.Latency.Queries {
			at[id] = i
		}
		for _, q := range queries {
			if i, measured := at[run.Queries[q].ID]; measured && i < len(all) && all[i].Error == "" {
				times = append(times, Timed{q, all[i]})
			}
		}
		if len(times) > 0 {
			return times, true
		}
	}
	for _, q := range queries {
		if r := run.Queries[q].Results[system]; !r.Failed() {
			times = append(times, Timed{q, eval.Time{TookMS: r.TookMS, WallMS: r.WallMS}})
		}
	}
	return times, false
}

// LatencyOf is the latency of a system over all queries of a run.
func LatencyOf(run *eval.Run, system string) Latency {
	all := make([]int, len(run.Queries))
	for q := range all {
		all[q] = q
	}
	times, sampled := Times(run, system, all)
	l := Latency{Sampled: sampled, Searches: len(times)}
	took, wall := make([]float64, len(times)), make([]float64, len(times))
	for i, t := range times {
		took[i], wall[i] = float64(t.TookMS), t.WallMS
		one := run.Queries[t.Query].Concurrency
		switch {
		case sampled:
			one = 1
		case one == 0:
			one = run.Manifest.Concurrency
		}
		if i == 0 {
			l.Concurrency = one
		} else if l.Concurrency != one {
			l.Concurrency = -1
		}
	}
	l.Concurrency = max(0, l.Concurrency)
	l.Took, l.Wall = percentiles(took), percentiles(wall)
	return l
}
