package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/sweep"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/reports"
)

func newSweepCommand(p *program) *cobra.Command {
	var f sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep SUITE|RUN",
		Short: "Find out how deep to rerank: every window from one pass",
		Long: `Find out how deep to rerank. Every query of the suite is searched twice,
without the reranker and with it at the largest window; the rankings at all
smaller windows are derived from those two. A random sample of windows is
searched for real to audit that, and where it differs every window is measured
instead. Latencies are measured on a sample of queries.

For each window: the metrics, the gain over no reranker, what it loses against
the largest window on these queries and at most on others like them, the ceiling
that a perfect reranker would reach on the same window, and what a search takes.

The decision is about the suite's present window. A window is recommended if no
larger one tried gains --delta or more over it, with 95 % confidence for queries
sampled as these were. Where the queries cannot show that, sweep says so and how
many could, before it searches where it is known then. It recommends nothing
without answers, and exits with 3.

A run file in the place of a suite is swept without a cluster, and so without
an audit and latencies.`,
		Example: `  releval sweep judgments/films/films.yaml
  releval sweep --windows 10..200:10 --latency-budget 300ms --report sweep.html suite.yaml
  releval sweep --out deep.jsonl suite.yaml && releval sweep --windows 1..200 deep.jsonl`,
		Args: cobra.ExactArgs(1),
		RunE: p.ends(&f.output, new(githubFlag), func(cmd *cobra.Command, args []string) error {
			return p.sweep(cmd, args[0], &f)
		}),
	}
	flags := cmd.Flags()
	f.connection.addFlags(flags)
	f.suspicion.addFlags(flags)
	f.outside.addFlags(flags)
	f.output.addFlags(flags)
	f.keeping.addFlag(flags)
	f.addFlags(flags)
	return cmd
}

// sweep sweeps a suite, or a saved run.
func (p *program) sweep(cmd *cobra.Command, path string, f *sweepFlags) error {
	if err := f.check(cmd); err != nil {
		return err
	}
	if err := f.suspicion.check(cmd); err != nil {
		return err
	}
	if err := f.suspicion.places(named{"", path}); err != nil {
		return err
	}
	if err := f.outside.check(cmd); err != nil {
		return err
	}
	if err := f.output.check(); err != nil {
		return err
	}
	f.output.owe(path)
	options, err := f.options()
	if err != nil {
		return withExit(exitUsage, err)
	}
	options.AuditOutside, options.TimeOutside = cmd.Flags().Changed("audit"), cmd.Flags().Changed("latency-samples")
	saved, err := runfile.IsRun(path)
	if err != nil {
		return withExit(exitUsage, err)
	}
	if saved {
		return p.sweepRun(cmd, path, f, options)
	}
	return p.sweepSuite(cmd.Context(), path, f, options)
}

// sweepRun sweeps a saved run.
func (p *program) sweepRun(cmd *cobra.Command, path string, f *sweepFlags, o sweep.Options) error {
	for _, name := range []string{"audit", "latency-samples", "latency-budget", "derive-only", "max-usd", "out", "no-keep", "query", "tag", "inference-id"} {
		if cmd.Flags().Changed(name) {
			return usageError(cmd, "--%s needs the suite and its cluster, and %s is a saved run", name, path)
		}
	}
	stored, err := runfile.Read(path)
	if err != nil {
		return err
	}
	run, err := bySystem(&stored.Run, f.overrides.Systems)
	if err != nil {
		return err
	}
	result, err := sweep.FromRun(run, o)
	if err != nil {
		return withExit(exitUsage, err)
	}
	return p.reportSweep(run, result, path, o, f)
}

// sweepSuite sweeps a suite on its cluster.
func (p *program) sweepSuite(ctx context.Context, path string, f *sweepFlags, o sweep.Options) error {
	suites, plans, err := planSuites([]string{path}, f.overrides, &f.suspicion)
	if err != nil {
		return err
	}
	if err := f.output.checkFiles(suites, f.out); err != nil {
		return err
	}
	f.output.oweSuites(suites)
	suite, whole := suites[0], plans[0]
	o.Windows = p.ownWindows(whole, o.Windows)
	if _, err := sweep.Plan(whole, o.Windows); err != nil {
		return withExit(exitUsage, fmt.Errorf("%s: %w", path, err))
	}
	if note := sweep.DeltaNote(len(whole.Queries), o.Delta, o.Confidence); note != "" {
		p.note("%s", note)
	}
	for _, w := range suite.Warnings {
		p.note("%s", w)
	}
	client, err := f.connection.open(ctx, p, suite, f.concurrency, f.seed)
	if err != nil {
		return err
	}
	defer client.Close()
	if o.Outside, err = f.outside.open(p, whole, client, f.connection.patience(p, f.concurrency, f.seed)); err != nil {
		return err
	}
	if o.Outside != nil {
		defer o.Outside.Close()
	}
	settings := execute.Settings{
		Rerankers: o.Outside,
		Tool:      toolName(), Out: fileOf(f.out, suite.Name), Concurrency: f.concurrency, Seed: f.seed, WarmUp: f.warmUp, MaxUSD: o.MaxUSD,
		Note: func(text string) { p.note("%s", text) },
	}
	o.Notify = p.noteStep
	o.Pass = func(ctx context.Context, snapshot *execute.Snapshot, plan *plan.Plan) (*eval.Run, error) {
		progress := p.newProgress(len(plan.Queries), plan.Names())
		if progress != nil {
			settings.Observer = progress
		}
		defer progress.stop()
		settings.Snapshot, settings.Further = snapshot, o.Further(plan)
		return execute.Execute(ctx, client, plan, settings)
	}
	done := p.orderly.keep(nil)
	result, run, err := sweep.Execute(ctx, whole, client, o)
	done()
	if err != nil {
		if cost, ok := errors.AsType[*execute.CostError](err); ok {
			return withExit(exitUsage, cost)
		}
		return interruptedSweep(err, run, settings)
	}
	f.kept = p.keep(&f.keeping, run, settings.File())
	return p.reportSweep(run, result, settings.File(), o, f)
}

// ownWindows are those asked for, or the default ones, and with them the
// suite's present windows, which the decision is about; where windows are asked
// for, none above the largest of them.
func (p *program) ownWindows(plan *plan.Plan, asked []int) []int {
	windows := slices.Clone(asked)
	if len(asked) == 0 {
		var note string
		if windows, note = sweep.DefaultWindowsOf(plan); note != "" {
			p.note("%s", note)
		}
	}
	for _, r := range plan.Rerankers {
		if len(asked) == 0 || r.Window <= slices.Max(asked) {
			windows = append(windows, r.Window)
		}
	}
	slices.Sort(windows)
	return slices.Compact(windows)
}

// noteStep says what comes after the pass: it can take long, and cost.
func (p *program) noteStep(s sweep.Step) {
	switch s.Name {
	case "audit":
		p.note("auditing %s: %s", s.Reranker, text.Count(s.Searches, "search"))
	case "measure":
		p.note("measuring every window of %s, because %s: %d searches", s.Reranker, s.Reason, s.Searches)
	case "latency":
		p.note("measuring the latencies of %s, one search at a time: %d searches", s.Reranker, s.Searches)
	}
}

// interruptedSweep says what is safe. A pass that came to its end is a run
// file that can be swept; one that did not is continued by releval run.
func interruptedSweep(err error, run *eval.Run, s execute.Settings) error {
	file := s.File()
	if _, wrong := errors.AsType[judgments.Problems](err); wrong || run == nil || file == "" {
		return withExit(exitCode(err), err)
	}
	if errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	if run.Complete != nil {
		return withExit(exitCluster, fmt.Errorf("%w: the pass is safe in %s; releval sweep %s needs no cluster, but has no audit and no latencies", err, file, file))
	}
	return withExit(exitCluster, fmt.Errorf("%w: %d of %d queries are safe in %s; continue with releval run --window %d --resume %s %s, then releval sweep %s",
		err, len(run.Queries), run.Manifest.QueryCount, file, run.Manifest.LargestWindow(), file, run.Manifest.File, file))
}

// reportSweep renders the run at the largest window with its sweeps. Gates are
// left aside: they are about the suite's own window.
func (p *program) reportSweep(run *eval.Run, result *sweep.Result, file string, o sweep.Options, f *sweepFlags) error {
	evaluation, err := score.Evaluate(run, o.Metrics)
	if err != nil {
		return err
	}
	report, err := reports.New(evaluation, stats.Options{Seed: f.seed})
	if err != nil {
		return err
	}
	report.RunFile, report.Kept = file, f.kept
	report.Sweep = result
	if err := p.write(report, &f.output); err != nil {
		return err
	}
	for _, one := range result.Rerankers {
		if one.Recommendation.Queries == 0 {
			return withExit(exitCluster, fmt.Errorf("%s: %s", one.Name, one.Recommendation.Decision.Sentence))
		}
	}
	return integrityError(report, "")
}
