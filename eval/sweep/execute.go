package sweep

import (
	"context"
	"errors"
	"fmt"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/reranker"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Execute sweeps a suite on a cluster: two searches a query (one more for each
// further reranker), the audit, and the latency sample, whatever the number of
// windows. All of it sees the index at one point in time.
//
// It sweeps Plan(plan, windows), and decides against the plan's own windows. A
// query that cannot be answered is left out at every window and named in the
// result; an error means that going on makes no sense. The run
// of the pass is returned beside the result, and beside an error as far as it
// came.
func Execute(ctx context.Context, plan *plan.Plan, searcher execute.Searcher, o Options) (*Result, *eval.Run, error) {
	o, err := o.withDefaults(len(plan.Queries))
	if err != nil {
		return nil, nil, err
	}
	if len(o.Windows) == 0 {
		o.Windows = DefaultWindows()
	}
	wide, err := Plan(plan, o.Windows)
	if err != nil {
		return nil, nil, err
	}
	if len(o.Metrics) == 0 {
		o.Metrics = wide.Metrics
	}
	for _, r := range wide.Rerankers {
		if o.DeriveOnly && sendsLists(r) {
			return nil, nil, fmt.Errorf("the model of %s is listwise, so that no window can be derived: sweep it without --derive-only, or others with --reranker", r.Name)
		}
	}
	s := &sweeper{
		Options:  o,
		present:  presentWindows(plan),
		plan:     wide,
		leftOut:  leftOut(plan, wide),
		windows:  o.Windows,
		snapshot: execute.NewSnapshot(searcher, wide.Suite.Search.Index).Routed(wide.Suite.Search.Request),
	}
	defer s.snapshot.Close(ctx)
	if err := s.pass(ctx); err != nil {
		return nil, s.run, err
	}
	result, err := s.result(ctx)
	return result, s.run, err
}

// sendsLists says whether a reranker outside of Elasticsearch scores the texts of
// a window against each other.
func sendsLists(r judgments.Reranker) bool { return r.Outside() && reranker.Listwise(r.API) }

// sweeper is one Execute at work.
type sweeper struct {
	Options
	plan     *plan.Plan
	leftOut  []string
	present  map[string]int // the suite's window of each reranker
	windows  []int
	snapshot *execute.Snapshot
	several  bool // indices that the index expression stands for
	counted  int  // searches that a part of the cost has
	run      *eval.Run
	cost     Cost
	usd      float64 // of measured windows that no plan foresaw
}

func (s *sweeper) concurrency() int {
	if s.Concurrency > 0 {
		return s.Concurrency
	}
	return 4
}

// pass searches every query with every system.
func (s *sweeper) pass(ctx context.Context) (err error) {
	s.notify(Step{Name: "pass", Searches: len(s.plan.Queries) * len(s.plan.Systems())})
	pass := s.Pass
	if pass == nil {
		pass = s.bare
	}
	if s.run, err = pass(ctx, s.snapshot, s.plan); err != nil {
		return err
	}
	if err := s.checkRun(); err != nil {
		return err
	}
	s.several = len(s.run.Manifest.Indices) > 1
	s.cost.Pass += s.taken()
	for i := range s.run.Queries {
		for _, r := range s.plan.Rerankers {
			first, reranked := s.run.Queries[i].Results[s.run.Manifest.FirstStageOf(r.Name)], s.run.Queries[i].Results[r.Name]
			if !first.Failed() && !reranked.Failed() {
				s.cost.PassDocuments += min(r.Window, len(first.Hits))
			}
		}
	}
	return nil
}

// checkRun refuses a run that is not one of the plan, whose cells could not be
// searched again.
func (s *sweeper) checkRun() error {
	if len(s.run.Queries) != len(s.plan.Queries) || len(s.run.Manifest.Reranked()) != len(s.plan.Rerankers) {
		return fmt.Errorf("the pass gave %d queries and %d rerankers, where the plan has %d and %d",
			len(s.run.Queries), len(s.run.Manifest.Reranked()), len(s.plan.Queries), len(s.plan.Rerankers))
	}
	for i := range s.run.Queries {
		if s.run.Queries[i].ID != s.plan.Queries[i].ID {
			return fmt.Errorf("the pass gave the query %q where the plan has %q", s.run.Queries[i].ID, s.plan.Queries[i].ID)
		}
	}
	return nil
}

// first names the system whose hits a reranker of the plan ranks.
func (s *sweeper) first(r judgments.Reranker) string { return s.run.Manifest.FirstStageOf(r.Name) }

// bare is the pass where the caller has none of its own.
func (s *sweeper) bare(ctx context.Context, snapshot *execute.Snapshot, plan *plan.Plan) (*eval.Run, error) {
	m := eval.Manifest{
		Suite: plan.Suite.Name, File: plan.Suite.File,
		Index: plan.Suite.Search.Index, TitleField: plan.Suite.Search.TitleField,
		Systems: plan.Systems(), QueryCount: len(plan.Queries), Seed: s.Seed,
	}
	for _, metric := range plan.Metrics {
		m.Metrics = append(m.Metrics, metric.String())
	}
	runner := execute.Runner{Snapshot: snapshot, Concurrency: s.Concurrency, Rerankers: s.Outside}
	queries, err := runner.Run(ctx, plan, nil)
	return &eval.Run{Manifest: m, Queries: queries}, err
}

// result audits, measures and sums up.
func (s *sweeper) result(ctx context.Context) (*Result, error) {
	bases := newBases(s.run, s.Metrics, s.windows)
	result := newResult(bases.of(s.run.Manifest.Retrievers()[0].Name), s.Options)
	result.Tool = s.run.Manifest.Tool
	for i, reranker := range s.plan.Rerankers {
		r, err := s.sweep(ctx, bases.of(s.first(reranker)), reranker, s.run.Manifest.Reranked()[i])
		if err != nil {
			return nil, err
		}
		result.Rerankers = append(result.Rerankers, *r)
	}
	if err := result.choose(ctx, s.run, s.Options); err != nil {
		return nil, err
	}
	result.Cost = s.cost
	result.Notes = append(result.Notes, s.leftOut...)
	if s.snapshot.Replaced() {
		result.Notes = append(result.Notes, "the point in time was lost on the way, and another one opened: the index may have changed in between")
	}
	return result, nil
}

// sweep does one reranker.
func (s *sweeper) sweep(ctx context.Context, b *base, reranker judgments.Reranker, described eval.System) (*Reranker, error) {
	r := newReranker(described)
	c := newCurve(b, described, nil)
	reason, err := s.check(ctx, c, reranker, &r)
	if err != nil {
		return nil, err
	}
	if reason != "" {
		unaffordable := ""
		if !s.DeriveOnly {
			unaffordable = s.unaffordable(described)
		}
		switch {
		case unaffordable != "":
			r.Notes = append(r.Notes, unaffordable)
			r.Origin = Approximated
		case s.DeriveOnly:
			r.Origin = Approximated
		default:
			measured, err := s.measure(ctx, reranker, reason)
			if err != nil {
				return nil, err
			}
			c = newCurve(b, described, measured)
			r.Origin = Measured
		}
	}
	var latency *Latency
	if s.LatencySamples > 0 && (s.TimeOutside || !reranker.Outside()) {
		latency, err = s.latency(ctx, reranker)
		var givenUp givenUpError
		switch {
		case errors.As(err, &givenUp):
			r.Notes = append(r.Notes, "the latencies were not measured: "+givenUp.Error())
			s.cost.Latency += s.taken()
		case err != nil:
			return nil, err
		}
	}
	return r.fill(c, latency, s.present[reranker.Name], s.Options), nil
}

// outsideNotes say what is not asked again of a reranker outside of
// Elasticsearch.
func (s *sweeper) outsideNotes() (notes []string) {
	if s.Audit > 0 && !s.AuditOutside {
		notes = append(notes, "scored outside Elasticsearch, where each text is paid for once: not audited; --audit asks again for a sample")
	}
	if s.LatencySamples > 0 && !s.TimeOutside {
		notes = append(notes, "latencies were not measured by window, which sends more requests: --latency-samples does")
	}
	return notes
}

// check audits the reranker, and gives the reason why its windows cannot be
// derived, or "".
func (s *sweeper) check(ctx context.Context, c *curve, reranker judgments.Reranker, r *Reranker) (reason string, err error) {
	if outside := len(c.outside); outside > 0 {
		reason = fmt.Sprintf("%s of %s hold reranked documents that the first stage did not deliver", text.Count(outside, "query"), reranker.Name)
		r.Notes = append(r.Notes, reason)
	}
	if sendsLists(reranker) {
		return "the model of " + reranker.Name + " is listwise: it scores a document differently in another window", nil
	}
	if reranker.Outside() {
		r.Notes = append(r.Notes, s.outsideNotes()...)
	}
	if s.Audit <= 0 || reranker.Outside() && !s.AuditOutside {
		return reason, nil
	}
	if r.Audit, err = s.audit(ctx, reranker); err != nil {
		return "", err
	}
	switch {
	case r.Audit == nil:
		r.Notes = append(r.Notes, "nothing could be audited: no query has an answer with hits")
	case r.Audit.Different > 0:
		reason = fmt.Sprintf("%d of %d cells of %s are not as derived", r.Audit.Different, r.Audit.Cells, reranker.Name)
	case r.Audit.Passed():
		r.Origin = Audited
	}
	if r.Audit != nil && r.Audit.Different == 0 && r.Audit.Moved > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("in %s of the audit the order is the same but scores are not: the model is not quite pointwise", text.Count(r.Audit.Moved, "cell")))
	}
	return reason, nil
}
