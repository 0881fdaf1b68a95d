package sweep

import (
	"context"
	"fmt"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/reranker"
	"github.com/releval/releval/eval/stats"
)

// The defaults of Options.
const (
	DefaultAudit          = 40
	DefaultLatencySamples = 20
	defaultFolds          = 5
)

// Options say how a sweep is made. The zero value asks for the defaults.
type Options struct {
	// Windows are the windows, ascending; DefaultWindows where there are
	// none. For a saved run windows above that of a reranker are left out,
	// and its own is added to the default ones.
	Windows []int
	// Metrics replace those of the plan or of the run's manifest; the first
	// one leads.
	Metrics []metrics.Metric
	// Rerankers keep only those with these names, in a saved run; a plan has
	// been narrowed already.
	Rerankers []string
	// Audit is how many cells, a query at a window each, are searched for
	// real for each reranker; 0 means 40, a negative number none.
	Audit int
	// DeriveOnly keeps derived numbers although an audit failed.
	DeriveOnly bool
	// LatencySamples is how many queries the latencies are measured on; 0
	// means 20, a negative number none.
	LatencySamples int
	// LatencyBudget is what a search may take; 0 for no limit.
	LatencyBudget time.Duration
	// Delta is the gain of a larger window that is given up for a smaller one;
	// 0 means stats.DefaultMargin of the number of queries, which is none for
	// few. It is fixed before anything is searched.
	Delta float64
	// Seed is what every random choice derives from; 0 means 1.
	Seed uint64
	// Confidence is the coverage of intervals and bounds; 0 means 0.95.
	Confidence float64
	// Pass searches every query of the plan with every system, seeing the
	// snapshot, which all of the sweep sees; nil for an execute.Runner without
	// any preparation.
	Pass func(ctx context.Context, snapshot *execute.Snapshot, plan *plan.Plan) (*eval.Run, error)
	// Concurrency is how many queries are in flight; 0 means 4. Latencies are
	// measured one search at a time whatever it is.
	Concurrency int
	// Outside scores for rerankers outside of Elasticsearch; nil where there are
	// none. Their audit and their latencies cost requests that the pass has paid
	// for once: they are made only where AuditOutside and TimeOutside say so.
	Outside                   *reranker.Set
	AuditOutside, TimeOutside bool
	// MaxUSD is what the sweep may cost in dollars; nil for no limit. Pass refuses
	// the sweep where what it costs at most, with Further, is beyond. Windows that
	// an audit makes necessary to measure are not measured beyond it.
	MaxUSD *float64
	// Notify is told, from one goroutine at a time, what the sweep goes on
	// to; nil for nobody.
	Notify func(Step)
}

// Step is a part of the sweep that begins.
type Step struct {
	// Name is "pass", "audit", "measure" or "latency".
	Name string
	// Reranker is whose; empty for all.
	Reranker string
	// Searches is how many searches it will take.
	Searches int
	// Reason is why, where it is not plain.
	Reason string
}

// withDefaults fills in the defaults for so many queries.
func (o Options) withDefaults(queries int) (Options, error) {
	if len(o.Windows) > 0 {
		if err := checkWindows(o.Windows); err != nil {
			return o, err
		}
	}
	setDefault(&o.Audit, DefaultAudit)
	setDefault(&o.LatencySamples, DefaultLatencySamples)
	setDefault(&o.Delta, stats.DefaultMargin(queries))
	setDefault(&o.Seed, stats.DefaultSeed)
	setDefault(&o.Confidence, stats.DefaultConfidence)
	switch {
	// Written so that NaN is refused too.
	case !(o.Delta >= 0 && o.Delta < 1):
		return o, fmt.Errorf("delta %v is out of range: it is a gain of the metric above 0 and below 1, such as 0.03", o.Delta)
	case !(o.Confidence > 0.5 && o.Confidence < 1):
		return o, fmt.Errorf("confidence %v is out of range: it must lie above 0.5 and below 1, such as 0.95", o.Confidence)
	case o.LatencyBudget < 0:
		return o, fmt.Errorf("the latency budget %v is negative: write it as 300ms", o.LatencyBudget)
	}
	return o, nil
}

func (o *Options) notify(s Step) {
	if o.Notify != nil {
		o.Notify(s)
	}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
