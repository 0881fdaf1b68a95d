package sweep

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Times are percentiles of latencies in milliseconds, facts about the searches
// that were measured: Took is the server's own
// measure, in whole milliseconds, Wall the time from sending a request to the
// end of its answer, of the attempt that succeeded alone.
type Times struct {
	TookP50 Number `json:"took_p50_ms"`
	TookP95 Number `json:"took_p95_ms"`
	WallP50 Number `json:"wall_p50_ms"`
	WallP95 Number `json:"wall_p95_ms"`
	// Samples is how many searches they are of.
	Samples int `json:"samples"`
}

// Fit is a line through the latencies: Base + PerDocument · w, with w the
// number of documents that the window really held.
type Fit struct {
	// Base and PerDocument are in milliseconds, and in milliseconds a
	// document.
	Base        float64 `json:"base_ms"`
	PerDocument float64 `json:"per_document_ms"`
	// R2 is the share of the variance that the line explains.
	R2 float64 `json:"r2"`
	// Searches is the number of points.
	Searches int `json:"searches"`
}

// At is the line's latency at a window, in milliseconds.
func (f Fit) At(window int) float64 { return f.Base + f.PerDocument*float64(window) }

// Latency is what was measured on a sample of queries, one search at a time.
type Latency struct {
	// Queries is the size of the sample: as many searches at each window,
	// after one for each query that was thrown away.
	Queries int `json:"queries"`
	// Took and Wall are the lines through the latencies at all windows; nil
	// where the samples carry none: see fit.
	Took *Fit `json:"took,omitempty"`
	Wall *Fit `json:"wall,omitempty"`
	// First is the latency of the first stage alone, on the same sample.
	First *Times `json:"first_stage,omitempty"`
	// Failed counts the searches that had no answer, which are left out.
	Failed int `json:"failed,omitempty"`

	byWindow []samples
	alone    samples     // of the first stage
	walls    [][]float64 // by window, then query of the sample; NaN where it failed
}

// slower is by how many milliseconds the median search at one window, by
// index, is slower than at another: the median of the queries' own
// differences, with the interval of the sign test. Its bounds are undefined
// where there are too few.
func (l *Latency) slower(from, to int, confidence float64) Interval {
	var changes []float64
	for _, d := range differences(l.walls[from], l.walls[to]) {
		if !math.IsNaN(d) {
			changes = append(changes, d)
		}
	}
	slices.Sort(changes)
	high := quantileAtMost(changes, 0.5, (1-confidence)/2)
	for i := range changes {
		changes[i] = -changes[i]
	}
	slices.Sort(changes)
	low := -quantileAtMost(changes, 0.5, (1-confidence)/2)
	return Interval{Number(-stats.Quantile(changes, 0.5)), Number(low), Number(high)}
}

// slowerSays puts what slower found into words, as far as it goes.
func (l *Latency) slowerSays(i Interval) string {
	switch {
	case !i.Low.Defined() || !i.High.Defined():
		return fmt.Sprintf(", %s are too few to say whether it is slower", text.Count(l.Queries, "timed query"))
	case i.Low <= 0 && i.High >= 0:
		return fmt.Sprintf(", not told apart in latency on %s", text.Count(l.Queries, "query"))
	}
	return fmt.Sprintf(", %s ms (median of %s; %s to %s)", text.Signed(float64(i.Mean), 1), text.Count(l.Queries, "query"), text.Signed(float64(i.Low), 1), text.Signed(float64(i.High), 1))
}

// p95AtMost is the bound of the 95th percentile of all searches like those
// measured at a window, by index; NaN where there are too few.
func (l *Latency) p95AtMost(i int, confidence float64) float64 {
	measured := slices.DeleteFunc(slices.Clone(l.walls[i]), math.IsNaN)
	slices.Sort(measured)
	return quantileAtMost(measured, 0.95, 1-confidence)
}

// samples collects latencies at one window.
type samples struct{ took, wall []float64 }

func (s *samples) add(r *eval.Result) {
	s.took = append(s.took, float64(r.TookMS))
	s.wall = append(s.wall, r.WallMS)
}

func (s *samples) times() Times {
	return Times{
		TookP50: Number(stats.Quantile(s.took, 0.5)),
		TookP95: Number(stats.Quantile(s.took, 0.95)),
		WallP50: Number(stats.Quantile(s.wall, 0.5)),
		WallP95: Number(stats.Quantile(s.wall, 0.95)),
		Samples: len(s.wall),
	}
}

// latency measures one reranker: for each query of the sample the first stage
// and every window, in random order, so that what changes in the course of
// time touches all windows alike. Before, every query is searched once at the
// largest window and that thrown away, so that no cache favours a window.
func (s *sweeper) latency(ctx context.Context, reranker judgments.Reranker) (*Latency, error) {
	random := rand.New(rand.NewPCG(s.Seed, 0x6c617465)) // a stream of its own
	sample := s.latencySample(reranker, random)
	if len(sample) == 0 {
		return nil, nil
	}
	s.notify(Step{Name: "latency", Reranker: reranker.Name, Searches: len(sample) * (len(s.windows) + 2)})
	l := &Latency{Queries: len(sample)}
	largest := s.windows[len(s.windows)-1]
	for _, q := range sample {
		if _, err := s.timed(ctx, l, reranker, q, largest); err != nil {
			return nil, err
		}
	}
	byWindow := make([]samples, len(s.windows))
	var first samples
	var x, took, wall []float64
	l.walls = table(len(s.windows), len(sample))
	for at, q := range sample {
		held := len(s.run.Queries[q].Results[s.first(reranker)].Hits)
		for _, i := range random.Perm(len(s.windows) + 1) {
			if i == len(s.windows) {
				if r, err := s.timed(ctx, l, reranker, q, 0); err != nil {
					return nil, err
				} else if r != nil {
					first.add(r)
				}
				continue
			}
			r, err := s.timed(ctx, l, reranker, q, s.windows[i])
			if err != nil {
				return nil, err
			}
			l.walls[i][at] = math.NaN()
			if r != nil {
				l.walls[i][at] = r.WallMS
				byWindow[i].add(r)
				x = append(x, float64(min(s.windows[i], held)))
				took, wall = append(took, float64(r.TookMS)), append(wall, r.WallMS)
			}
		}
	}
	s.cost.Latency += s.taken()
	l.byWindow, l.alone = byWindow, first
	l.First = new(first.times())
	l.Took, l.Wall = fit(x, took), fit(x, wall)
	return l, nil
}

// latencySample chooses the queries, each with an answer of both systems.
func (s *sweeper) latencySample(reranker judgments.Reranker, random *rand.Rand) []int {
	var answered []int
	for q := range s.run.Queries {
		first := s.run.Queries[q].Results[s.first(reranker)]
		if !first.Failed() && len(first.Hits) > 0 && !s.run.Queries[q].Results[reranker.Name].Failed() {
			answered = append(answered, q)
		}
	}
	random.Shuffle(len(answered), func(i, j int) { answered[i], answered[j] = answered[j], answered[i] })
	chosen := answered[:min(max(0, s.LatencySamples), len(answered))]
	slices.Sort(chosen)
	return chosen
}

// timed searches a query at a window, 0 for the first stage alone, and returns
// nil where it failed. It gives up where too many fail.
func (s *sweeper) timed(ctx context.Context, l *Latency, reranker judgments.Reranker, q, window int) (*eval.Result, error) {
	query := s.plan.Queries[q]
	var r *eval.Result
	var err error
	if window == 0 {
		r, err = s.searchFirst(ctx, query, reranker)
	} else {
		r, err = s.searchReranked(ctx, query, reranker, window)
	}
	if err == nil {
		if window > 0 {
			s.cost.LatencyDocuments += min(window, len(s.run.Queries[q].Results[s.first(reranker)].Hits))
		}
		return r, nil
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if l.Failed++; l.Failed > mostFailures {
		return nil, givenUpError{err}
	}
	return nil, nil
}

// givenUpError says that a sample was given up, which costs the sweep no more
// than the latencies.
type givenUpError struct{ error }

// leastExplained is the share of the variance that a line must explain to be
// shown: below it the latency depends on something else than the window.
const leastExplained = 0.25

// fit draws the line; nil where there are not two windows to draw it through,
// where it explains next to nothing, and where it falls: no search gets faster
// by scoring more documents.
func fit(x, y []float64) *Fit {
	line, err := stats.FitLine(x, y)
	if err != nil || line.R2 < leastExplained || line.Slope <= 0 {
		return nil
	}
	return &Fit{Base: line.Intercept, PerDocument: line.Slope, R2: line.R2, Searches: line.N}
}
