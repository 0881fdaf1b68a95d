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

// NewLatency is that of searches that were timed one at a time.
func NewLatency(tookMS, wallMS []float64) Latency {
	return Latency{Sampled: true, Searches: len(wallMS), Concurrency: 1, Took: percentiles(tookMS), Wall: percentiles(wallMS)}
}

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

// Times are those of some searches of one system.
type Times struct {
	// Answered are the searches that had an answer, and Failed the queries, by
	// their indices, of those that had none.
	Answered []Timed
	Failed   []int
	// Untimed counts those that had an answer whose time says nothing: a part
	// of its scores came from a cache.
	Untimed int
	// Sampled says that they were timed one at a time after the run; else they
	// are the first of each query.
	Sampled bool
}

// TimesOf are the times of a system on some queries of a run: those that were
// timed one at a time, where there is any of these queries, else the run's.
func TimesOf(run *eval.Run, system string, queries []int) Times {
	var t Times
	add := func(q int, time eval.Time) {
		switch {
		case time.Untimed:
			t.Untimed++
		case time.Error != "":
			t.Failed = append(t.Failed, q)
		default:
			t.Answered = append(t.Answered, Timed{q, time})
		}
	}
	if run.Complete != nil && run.Complete.Latency != nil {
		all := run.Complete.Latency.Times[system]
		at := make(map[string]int, len(all))
		for i, id := range run.Complete.Latency.Queries {
			at[id] = i
		}
		for _, q := range queries {
			if i, measured := at[run.Queries[q].ID]; measured && i < len(all) {
				add(q, all[i])
			}
		}
		if t.Sampled = len(t.Answered) > 0; t.Sampled {
			return t
		}
		t.Failed, t.Untimed = nil, 0
	}
	for _, q := range queries {
		if r := run.Queries[q].Results[system]; r.Failed() {
			add(q, eval.Time{Error: "no answer"})
		} else {
			add(q, eval.Time{TookMS: r.TookMS, WallMS: r.WallMS, Untimed: r.Untimed})
		}
	}
	return t
}

// LatencyOf is the latency of a system over all queries of a run.
func LatencyOf(run *eval.Run, system string) Latency {
	all := make([]int, len(run.Queries))
	for q := range all {
		all[q] = q
	}
	times := TimesOf(run, system, all)
	l := Latency{Sampled: times.Sampled, Searches: len(times.Answered)}
	took, wall := make([]float64, l.Searches), make([]float64, l.Searches)
	for i, t := range times.Answered {
		took[i], wall[i] = float64(t.TookMS), t.WallMS
		one := run.Queries[t.Query].Concurrency
		switch {
		case l.Sampled:
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
