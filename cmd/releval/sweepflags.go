package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/sweep"
)

// sweepFlags are the flags of releval sweep.
type sweepFlags struct {
	connection
	suspicion
	outside
	output
	keeping
	overrides      plan.Overrides
	windows        string
	audit          int
	latencySamples int
	latencyBudget  time.Duration
	delta          float64
	deriveOnly     bool
	out            string
	concurrency    int
	seed           uint64
	warmUp         time.Duration
	maxUSD         moneyFlag
}

func (f *sweepFlags) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&f.windows, "windows", "", "`WINDOWS` such as 5,10,20 or 10..200:10 (default "+sweep.FormatWindows(sweep.DefaultWindows())+" and the suite's own)")
	flags.IntVar(&f.audit, "audit", sweep.DefaultAudit, "how many windows of queries are searched for real, for each reranker; 0 for none")
	flags.IntVar(&f.latencySamples, "latency-samples", sweep.DefaultLatencySamples, "how many queries latencies are measured on; 0 for none")
	flags.DurationVar(&f.latencyBudget, "latency-budget", 0, "recommend the largest window whose 95th percentile stays within this time, such as 300ms")
	flags.Float64Var(&f.delta, "delta", 0, "the gain of larger windows that is given up for a smaller one (default by the number of queries: 0.03 for 114, 0.01 from 330 on, none below 32)")
	flags.BoolVar(&f.deriveOnly, "derive-only", false, "never measure windows: where the audit fails, call derived numbers an approximation")
	flags.StringVar(&f.out, "out", "", "write the run at the largest window to `FILE`, from which further sweeps need no cluster")
	flags.StringArrayVar(&f.overrides.Metrics, "metric", nil, "`NAME` of a metric, repeatable; replaces the suite's list; the first one decides")
	flags.StringArrayVar(&f.overrides.Systems, "system", nil, "`NAME` of a reranked system, such as bm25+elastic, repeatable; only these")
	flags.StringArrayVar(&f.overrides.Rerankers, "reranker", nil, "`NAME` of a reranker of the suite, repeatable; only these")
	flags.StringVar(&f.overrides.InferenceID, "inference-id", "", "inference endpoint `ID` of every reranker instead of the suite's")
	flags.StringVar(&f.overrides.QueryGlob, "query", "", "only the queries whose id matches `GLOB`")
	flags.StringVar(&f.overrides.Tag, "tag", "", "only the queries with this `TAG`")
	flags.IntVar(&f.concurrency, "concurrency", 4, "queries in flight; latencies are measured one search at a time all the same")
	flags.Uint64Var(&f.seed, "seed", 1, "for every random choice")
	f.maxUSD.addFlag(flags)
	flags.DurationVar(&f.warmUp, "warm-up", 10*time.Minute, "how long to wait for a cold model")
}

func (f *sweepFlags) check(cmd *cobra.Command) error {
	switch {
	case f.concurrency < 1:
		return usageError(cmd, "--concurrency must be 1 or more, not %d", f.concurrency)
	case f.warmUp < 0:
		return usageError(cmd, "--warm-up must be 0 or more, such as 10m, not %v", f.warmUp)
	case f.audit < 0:
		return usageError(cmd, "--audit must be 0 or more, not %d", f.audit)
	case f.latencySamples < 0:
		return usageError(cmd, "--latency-samples must be 0 or more, not %d", f.latencySamples)
	case cmd.Flags().Changed("delta") && !(f.delta > 0 && f.delta < 1):
		return usageError(cmd, "--delta must be above 0 and below 1, such as 0.03, not %v", f.delta)
	case f.latencyBudget < 0:
		return usageError(cmd, "--latency-budget must be a time such as 300ms, not %v", f.latencyBudget)
	case f.latencyBudget > 0 && f.latencySamples == 0:
		return usageError(cmd, "--latency-budget needs latencies, and --latency-samples 0 asks for none")
	}
	if err := f.maxUSD.check(cmd); err != nil {
		return err
	}
	return f.outside.check(cmd)
}

// options are those of the flags; what the flags call 0 is none.
func (f *sweepFlags) options() (sweep.Options, error) {
	o := sweep.Options{
		Audit: f.audit, LatencySamples: f.latencySamples, LatencyBudget: f.latencyBudget, Delta: f.delta,
		DeriveOnly: f.deriveOnly, Seed: f.seed, Concurrency: f.concurrency, Rerankers: f.overrides.Rerankers, MaxUSD: f.maxUSD.limit,
	}
	if f.audit == 0 {
		o.Audit = -1
	}
	if f.latencySamples == 0 {
		o.LatencySamples = -1
	}
	for _, name := range f.overrides.Metrics {
		m, err := metrics.Parse(name)
		if err != nil {
			return o, fmt.Errorf("--metric: %w", err)
		}
		o.Metrics = append(o.Metrics, m)
	}
	if f.windows == "" {
		return o, nil
	}
	var err error
	if o.Windows, err = sweep.ParseWindows(f.windows); err != nil {
		return o, fmt.Errorf("--windows: %w", err)
	}
	return o, nil
}
