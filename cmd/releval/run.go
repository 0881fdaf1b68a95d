package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/compare"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
)

// runFlags are the flags of releval run.
type runFlags struct {
	connection
	suspicion
	outside
	output
	judging
	keeping
	overrides   plan.Overrides
	out, resume string
	concurrency int
	repeat      int
	timed       int
	seed        uint64
	seedSaid    bool
	warmUp      time.Duration
	maxUSD      moneyFlag
}

func newRunCommand(p *program) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run SUITE...",
		Short: "Search every query with and without the reranker, and report",
		Long: `Search every query of the suites with and without the reranker, compute the
metrics, and report. Gates decide the exit code: 0 all hold, 1 one failed.

Standard output gets the report and nothing else; progress, warnings and
errors go to standard error.`,
		Example: `  releval run judgments/films/films.yaml
  releval run --cluster https://search.example:9200 --out run.jsonl suite.yaml
  releval run --baseline main.jsonl --report report.html --report report.md suite.yaml`,
		Args: cobra.MinimumNArgs(1),
		RunE: p.ends(&f.output, &f.github, func(cmd *cobra.Command, args []string) error {
			f.seedSaid = cmd.Flags().Changed("seed")
			if err := f.maxUSD.check(cmd); err != nil {
				return err
			}
			return p.runSuites(cmd, args, &f)
		}),
	}
	flags := cmd.Flags()
	f.connection.addFlags(flags)
	f.suspicion.addFlags(flags)
	f.outside.addFlags(flags)
	f.output.addFlags(flags)
	f.judging.addFlags(flags)
	f.keeping.addFlag(flags)
	flags.StringVar(&f.out, "out", "", "write the run to `FILE` (JSON Lines; gzip where it ends in .gz); {suite} stands for the suite's name")
	flags.StringVar(&f.resume, "resume", "", "resume the run in `FILE`: search what it lacks, and what failed")
	flags.StringVar(&f.baseline, "baseline", "", "compare with the saved run in `FILE`")
	flags.StringArrayVar(&f.overrides.Metrics, "metric", nil, "`NAME` of a metric, repeatable; replaces the suite's list")
	flags.StringArrayVar(&f.overrides.Rerankers, "reranker", nil, "`NAME` of a reranker of the suite, repeatable; only these")
	flags.StringArrayVar(&f.overrides.Systems, "system", nil, "`NAME` of a system, such as bm25+elastic, repeatable; only these and the first stages that they rerank")
	flags.IntVar(&f.overrides.Window, "window", 0, "rank_window_size of every reranker instead of the suite's")
	flags.StringVar(&f.overrides.InferenceID, "inference-id", "", "inference endpoint `ID` of every reranker instead of the suite's")
	flags.StringVar(&f.overrides.QueryGlob, "query", "", "only the queries whose id matches `GLOB`")
	flags.StringVar(&f.overrides.Tag, "tag", "", "only the queries with this `TAG`")
	flags.IntVar(&f.concurrency, "concurrency", 4, "queries in flight; 1 for honest latencies")
	flags.IntVar(&f.repeat, "repeat", 1, "search each query `N` times, and report those whose ranking is not stable")
	flags.IntVar(&f.timed, "latency-samples", 0, "measure latencies on `N` of the queries after the run, one search at a time")
	flags.Uint64Var(&f.seed, "seed", 1, "for every random choice")
	f.maxUSD.addFlag(flags)
	flags.DurationVar(&f.warmUp, "warm-up", 10*time.Minute, "how long to wait for a cold model")
	return cmd
}

// runSuites runs the suites one after the other. A failed gate does not keep
// the next suite from running; anything else does.
func (p *program) runSuites(cmd *cobra.Command, paths []string, f *runFlags) error {
	if err := f.output.check(); err != nil {
		return err
	}
	if err := f.output.checkSuites(cmd, len(paths)); err != nil {
		return err
	}
	f.output.owe(paths...)
	if err := f.check(cmd, len(paths)); err != nil {
		return err
	}
	suites, plans, err := planSuites(paths, f.overrides, &f.suspicion)
	if err != nil {
		return err
	}
	f.output.oweSuites(suites)
	if err := f.output.checkFiles(suites, f.out); err != nil {
		return err
	}
	base, err := f.judging.readBaseline(p, new(runfile.Reader))
	if err != nil {
		return err
	}
	if base, err = byTag(base, f.overrides.Tag); err != nil {
		return err
	}
	if base != nil {
		base = byQuery(base, f.overrides.QueryGlob)
		if err := compare.Check(base, plans[0].Unsearched()); err != nil && !f.force {
			return withExit(exitUsage, fmt.Errorf("%w; nothing was searched", err))
		}
	}
	f.output.flags = flagsOf(cmd)
	failed := false
	for i, suite := range suites {
		err := p.runSuite(cmd.Context(), suite, plans[i], base, f)
		if errors.Is(err, errGate) {
			failed = true
		} else if err != nil {
			return err
		}
	}
	if failed {
		return errGate
	}
	return nil
}

func (f *runFlags) check(cmd *cobra.Command, suites int) error {
	if err := f.suspicion.check(cmd); err != nil {
		return err
	}
	if err := f.suspicion.places(named{"--baseline", f.baseline}, named{"--resume", f.resume}); err != nil {
		return err
	}
	if err := f.outside.check(cmd); err != nil {
		return err
	}
	several := suites > 1 && !strings.Contains(f.out, suitePlace)
	switch {
	case f.out != "" && f.resume != "":
		return usageError(cmd, "--out and --resume exclude each other: --resume writes to its own file")
	case f.out != "" && several:
		return usageError(cmd, "--out names one file for several suites: put {suite} into the name")
	case f.resume != "" && suites > 1:
		return usageError(cmd, "--resume takes one suite")
	case f.baseline != "" && suites > 1:
		return usageError(cmd, "--baseline takes one suite")
	case f.concurrency < 1:
		return usageError(cmd, "--concurrency must be 1 or more, not %d", f.concurrency)
	case f.repeat < 1:
		return usageError(cmd, "--repeat must be 1 or more, not %d", f.repeat)
	case f.timed < 0:
		return usageError(cmd, "--latency-samples must be 0 or more, not %d", f.timed)
	case f.warmUp < 0:
		return usageError(cmd, "--warm-up must be 0 or more, such as 10m, not %v", f.warmUp)
	case f.overrides.Window < 1 && cmd.Flags().Changed("window"):
		return usageError(cmd, "--window must be 1 or more, not %d", f.overrides.Window)
	}
	return nil
}

// planSuites reads all suites before the first search, and reports the
// problems of all.
func planSuites(paths []string, o plan.Overrides, u *suspicion) ([]*judgments.Suite, []*plan.Plan, error) {
	var suites []*judgments.Suite
	var plans []*plan.Plan
	var problems judgments.Problems
	for _, path := range paths {
		suite, err := u.load(path)
		if found, ok := errors.AsType[judgments.Problems](err); ok {
			problems = append(problems, found...)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		plan, err := plan.New(suite, o)
		if err != nil {
			return nil, nil, err
		}
		suites, plans = append(suites, suite), append(plans, plan)
	}
	return suites, plans, problems.ErrorOrNil()
}

// runSuite runs one suite and reports it.
func (p *program) runSuite(ctx context.Context, suite *judgments.Suite, plan *plan.Plan, base *eval.Run, f *runFlags) error {
	settings := execute.Settings{
		Tool:           toolName(),
		Out:            fileOf(f.out, suite.Name),
		ResumePath:     f.resume,
		Concurrency:    f.concurrency,
		Repeat:         f.repeat,
		LatencySamples: f.timed,
		Seed:           f.seed,
		WarmUp:         f.warmUp,
		MaxUSD:         f.maxUSD.limit,
		Note:           func(text string) { p.note("%s", text) },
	}
	if f.resume != "" {
		stored, err := runfile.Read(f.resume)
		if err != nil {
			return err
		}
		if f.seedSaid && stored.Manifest.Seed != f.seed {
			return withExit(exitUsage, fmt.Errorf("--seed %d: %s was started with seed %d, on which every random choice of a run depends; leave --seed out", f.seed, f.resume, stored.Manifest.Seed))
		}
		settings.Resume = stored
	}
	for _, w := range suite.Warnings {
		p.note("%s", w)
	}
	client, err := f.connection.open(ctx, p, suite, f.concurrency, f.seed)
	if err != nil {
		return err
	}
	defer client.Close()
	if settings.Rerankers, err = f.outside.open(p, plan, client, f.connection.patience(p, f.concurrency, f.seed)); err != nil {
		return err
	}
	if settings.Rerankers != nil {
		defer settings.Rerankers.Close()
	}
	progress := p.newProgress(len(plan.Queries), plan.Names())
	if progress != nil {
		settings.Observer = progress
	}
	done := p.orderly.keep(nil)
	run, err := execute.Execute(ctx, client, plan, settings)
	progress.stop()
	if err != nil {
		defer done() // the reports of what there is are written in order, too
		if cost, ok := errors.AsType[*execute.CostError](err); ok {
			return withExit(exitUsage, cost)
		}
		ended := interrupted(err, run, settings, f.output.flags)
		if _, wrong := errors.AsType[judgments.Problems](err); wrong || run == nil || len(run.Queries) == 0 {
			return ended
		}
		f.kept = p.keep(&f.keeping, run, settings.File())
		return p.reportBroken(run, base, settings.File(), ended, f)
	}
	done()
	f.kept = p.keep(&f.keeping, run, settings.File())
	return p.report(run, base, settings.File(), &f.judging, &f.output)
}

// interrupted says what is safe of a run that did not come to its end. The
// flags are those that it was started with.
func interrupted(err error, run *eval.Run, s execute.Settings, flags string) error {
	file := s.File()
	if _, wrong := errors.AsType[judgments.Problems](err); wrong || run == nil || file == "" {
		return withExit(exitCode(err), err)
	}
	if errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	return withExit(exitCluster, fmt.Errorf("%w: %d of %d queries are safe in %s; continue with %s", err, len(run.Queries), run.Manifest.QueryCount, file, resumeCommand(flags, file, run.Manifest.File)))
}
