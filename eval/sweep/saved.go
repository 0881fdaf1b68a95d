package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/reranker"
	"github.com/releval/releval/eval/text"
)

// FromRun sweeps a saved run: no search is sent, so there is no audit and no
// latency, and the result says so. Windows above the one that a reranker was
// searched at cannot be known; an explicit one that is above all of them is an
// error.
func FromRun(run *eval.Run, o Options) (*Result, error) {
	o, err := o.withDefaults(len(run.Queries))
	if err != nil {
		return nil, err
	}
	if len(o.Metrics) == 0 {
		if o.Metrics, err = metricsOf(&run.Manifest); err != nil {
			return nil, err
		}
	}
	if err := checkMetrics(o.Metrics); err != nil {
		return nil, err
	}
	rerankers, err := chooseRerankers(&run.Manifest, o.Rerankers)
	if err != nil {
		return nil, err
	}
	largest := 0
	for _, r := range rerankers {
		largest = max(largest, r.Window)
	}
	explicit := len(o.Windows) > 0
	if !explicit {
		o.Windows = append(o.Windows, DefaultWindows()...)
		for _, r := range rerankers {
			o.Windows = append(o.Windows, r.Window)
		}
		slices.Sort(o.Windows)
		o.Windows = slices.Compact(o.Windows)
		o.Windows = slices.DeleteFunc(o.Windows, func(w int) bool { return w > largest })
	}
	if top := o.Windows[len(o.Windows)-1]; top > largest {
		return nil, fmt.Errorf("the window %d cannot be derived: the run was searched at %d at most; choose windows up to %d, or sweep the suite on the cluster", top, largest, largest)
	}

	bases := newBases(run, o.Metrics, o.Windows)
	result := newResult(bases.of(run.Manifest.FirstStageOf(rerankers[0].Name)), o)
	result.Saved = true
	result.Tool = run.Manifest.Tool
	result.Notes = append(result.Notes, "swept from a saved run: not audited, and no latency measured")
	if run.Complete == nil {
		result.Notes = append(result.Notes, fmt.Sprintf("the run is not complete: it holds %d of %s", len(run.Queries), text.Count(run.Manifest.QueryCount, "query")))
	}
	for _, described := range rerankers {
		r := newReranker(described)
		if o.Windows[0] > described.Window {
			return nil, fmt.Errorf("the window %d cannot be derived for %s, which was searched at %d: choose a smaller one as well, or leave it out with --reranker", o.Windows[0], described.Name, described.Window)
		}
		if described.Outside != nil && reranker.Listwise(described.Outside) && slices.ContainsFunc(o.Windows, func(w int) bool { return w != described.Window }) {
			return nil, fmt.Errorf("the model of %s is listwise, so that no window can be derived from the one of %d that the run has: sweep the suite, or leave it out with --reranker", described.Name, described.Window)
		}
		c := newCurve(bases.of(described.FirstStage), described, nil)
		if outside := len(c.outside); outside > 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("%s hold reranked documents that the first stage did not deliver: what is derived may be wrong", text.Count(outside, "query")))
		}
		// The window of the run need not be the suite's: a sweep saves its pass
		// at the largest one.
		result.Rerankers = append(result.Rerankers, *r.fill(c, nil, 0, o))
	}
	return result, result.choose(context.Background(), run, o)
}

func metricsOf(m *eval.Manifest) ([]metrics.Metric, error) {
	var chosen []metrics.Metric
	for _, name := range m.Metrics {
		metric, err := metrics.Parse(name)
		if err != nil {
			return nil, fmt.Errorf("the run's manifest: %w", err)
		}
		chosen = append(chosen, metric)
	}
	if len(chosen) == 0 {
		return nil, errors.New("the run names no metric to sweep: name one with --metric")
	}
	return chosen, nil
}

// chooseRerankers narrows the run's rerankers to the named ones.
func chooseRerankers(m *eval.Manifest, named []string) ([]eval.System, error) {
	if len(m.Reranked()) == 0 {
		return nil, errors.New("the run has no reranker, so there is no window to sweep")
	}
	if len(named) == 0 {
		return m.Reranked(), nil
	}
	var chosen []eval.System
	var names []string
	for _, r := range m.Reranked() {
		names = append(names, r.Name)
	}
	for _, name := range named {
		i := slices.Index(names, name)
		if i < 0 {
			return nil, fmt.Errorf("--reranker: the run has no reranker %q, it has %s", name, strings.Join(names, ", "))
		}
		chosen = append(chosen, m.Reranked()[i])
	}
	return chosen, nil
}

// newResult starts a result with what does not depend on a reranker.
func newResult(b *base, o Options) *Result {
	m := &b.run.Manifest
	result := &Result{
		Suite: m.Suite, File: m.File, Started: m.Started, Cluster: m.Cluster,
		Queries: len(b.run.Queries), Windows: b.windows,
		Seed: o.Seed, Confidence: o.Confidence, Delta: o.Delta,
	}
	for i, metric := range b.metrics {
		result.Metrics = append(result.Metrics, metric.String())
		result.FirstStage.Values = append(result.FirstStage.Values, Number(metric.Aggregate(b.values[i]).Value))
	}
	result.FirstStage.Failed = b.failed
	if tied := tiedQueries(b.run); tied > 0 {
		result.Notes = append(result.Notes, fmt.Sprintf("in %s the server did not decide the order of some hits: each counts by the mean over all orders", text.Count(tied, "query")))
	}
	return result
}

// newReranker starts a reranker's part.
func newReranker(described eval.System) Reranker {
	return Reranker{
		Name: described.Name, FirstStage: described.FirstStage, Field: described.Field, InferenceID: described.InferenceID,
		Service: described.Service, Model: described.Model,
		Largest: described.Window, Origin: Unaudited,
	}
}

// fill sums a curve up. Present is the suite's own window, 0 where it is not
// known.
func (r Reranker) fill(c *curve, latency *Latency, present int, o Options) *Reranker {
	k := c.compare(o)
	r.Points, r.Answered, r.Failed, r.Dropped, r.Latency = c.points(o), c.answered(), c.failed, c.dropped, latency
	r.curve = c
	for m, metric := range c.metrics {
		r.Without = append(r.Without, Number(metric.Aggregate(c.without[m]).Value))
	}
	for i := range r.Points {
		p := &r.Points[i]
		p.Present = p.Window == present
		if k.queries() > 0 {
			p.Loss, p.AtMost = Number(k.depth.Loss[i]), Number(k.depth.AtMost[i])
		}
		if latency != nil {
			p.Latency = new(latency.byWindow[i].times())
		}
	}
	r.Recommendation = k.recommend(present, latency)
	r.Shape = c.queryShapes(o.Delta)
	r.Shape.Overall = k.shape()
	if at := slices.Index(c.windows, cmp.Or(r.Recommendation.Within.Window, r.Recommendation.Best)); at >= 0 {
		r.Settings = c.settings(at, o)
	}
	if len(c.failed) > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s without a usable answer, left out at every window: %s", text.Count(len(c.failed), "query"), text.List(c.failed, 5)))
	}
	if note := c.noOrderNote(); note != "" {
		r.Notes = append(r.Notes, note)
	}
	if c.dropped > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("the reranker left out %s of the largest window: reason not known, since a sweep looks up none; releval run does", text.Count(c.dropped, "document")))
	}
	if r.Points[0].Limited {
		r.Notes = append(r.Notes, fmt.Sprintf("windows below %d limit %s: beyond the window the server returns nothing", c.cutoff, c.metrics[0]))
	}
	return &r
}

// tiedQueries counts the queries in which some system's answer has hits in no
// order.
func tiedQueries(run *eval.Run) int {
	tied := 0
	for i := range run.Queries {
		for _, result := range run.Queries[i].Results {
			if !result.Failed() && len(result.Ties) > 0 {
				tied++
				break
			}
		}
	}
	return tied
}
