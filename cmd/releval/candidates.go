package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/pool"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/eval/titles"
	"github.com/releval/releval/eval/trec"
	"github.com/releval/releval/judgments"
)

// candidateFlags are the flags that say what is judged next, for releval pool
// and releval judge.
type candidateFlags struct {
	connection
	suspicion
	outside
	overrides   plan.Overrides
	options     pool.Options
	from        string
	runs        []string
	textField   string
	concurrency int
	warmUp      time.Duration
}

func (f *candidateFlags) addFlags(flags *pflag.FlagSet) {
	f.connection.addFlags(flags)
	f.suspicion.addFlags(flags)
	f.outside.addFlags(flags)
	flags.IntVar(&f.options.Depth, "depth", 10, "down to which rank the hits of every system are taken")
	flags.IntVar(&f.options.Limit, "limit", 0, "at most `N` documents, those that could change the verdict most")
	flags.BoolVar(&f.options.Blind, "blind", false, "shuffle the documents of each query, and say not which system found what")
	flags.Uint64Var(&f.options.Seed, "seed", 1, "what --blind shuffles by")
	flags.StringVar(&f.from, "from", "", "take the hits of the saved run in `FILE` instead of searching")
	flags.StringArrayVar(&f.runs, "run", nil, "also take the hits of the TREC run in `FILE`, repeatable; its documents are the index's ids")
	flags.StringVar(&f.textField, "text-field", "", "`FIELD` to show of each document; else what the first reranker reads")
	flags.StringArrayVar(&f.overrides.Metrics, "metric", nil, "`NAME` of the metric that the order goes by; else the suite's first")
	flags.StringArrayVar(&f.overrides.Rerankers, "reranker", nil, "`NAME` of a reranker of the suite, repeatable; only these")
	flags.StringVar(&f.overrides.QueryGlob, "query", "", "only the queries whose id matches `GLOB`")
	flags.StringVar(&f.overrides.Tag, "tag", "", "only the queries with this `TAG`")
	flags.IntVar(&f.concurrency, "concurrency", 4, "queries in flight")
	flags.DurationVar(&f.warmUp, "warm-up", 10*time.Minute, "how long to wait for a cold model")
}

func (f *candidateFlags) check(cmd *cobra.Command) error {
	if err := f.suspicion.check(cmd); err != nil {
		return err
	}
	if err := f.suspicion.places(append(namedAll("--run", f.runs), named{"--from", f.from})...); err != nil {
		return err
	}
	if err := f.outside.check(cmd); err != nil {
		return err
	}
	switch {
	case f.options.Depth < 1:
		return usageError(cmd, "--depth must be 1 or more, not %d", f.options.Depth)
	case f.options.Limit < 0:
		return usageError(cmd, "--limit must be 1 or more, not %d", f.options.Limit)
	case f.warmUp < 0:
		return usageError(cmd, "--warm-up must be 0 or more, such as 10m, not %v", f.warmUp)
	case f.concurrency < 1:
		return usageError(cmd, "--concurrency must be 1 or more, not %d", f.concurrency)
	}
	return nil
}

// candidates finds what is to be judged next for a suite; texts are cut at
// length characters.
func (p *program) candidates(ctx context.Context, suite *judgments.Suite, f *candidateFlags, length int) (*pool.Pool, error) {
	plan, err := plan.New(suite, f.overrides)
	if err != nil {
		return nil, err
	}
	if len(plan.Metrics) == 0 {
		return nil, withExit(exitUsage, errors.New("the suite names no metric to order by; give one by --metric"))
	}
	field := f.textField
	if field == "" && len(plan.Rerankers) > 0 {
		field = plan.Rerankers[0].Reads()[0]
	}
	if err := f.suspicion.shows(field); err != nil {
		return nil, err
	}
	plan.Depth = max(plan.Depth, f.options.Depth)
	client, err := f.connection.open(ctx, p, suite, f.concurrency, f.options.Seed)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	run, err := p.runToPool(ctx, client, plan, f)
	if err != nil {
		return nil, err
	}
	where := titles.Place{Index: suite.Search.Index, Field: suite.Search.TitleField}
	for _, path := range f.runs {
		if err := p.addRun(ctx, client, where, run, path, f.options.Depth); err != nil {
			return nil, err
		}
	}
	if empty := emptyQueries(run); len(empty) > 0 {
		p.note("%s nothing: %s", text.Plural(len(empty), "query finds", "queries find"), text.List(empty, 5))
	}
	found := pool.New(run, plan.Metrics[0], f.options)
	return found, found.Complete(ctx, client, where, field, length)
}

// runToPool searches, or reads a saved run and gives it the suite's newest
// judgments.
func (p *program) runToPool(ctx context.Context, client *cluster.Client, plan *plan.Plan, f *candidateFlags) (*eval.Run, error) {
	if f.from != "" {
		stored, err := runfile.Read(f.from)
		if err != nil {
			return nil, err
		}
		return plan.Rejudge(&stored.Run)
	}
	settings := execute.Settings{Tool: toolName(), Concurrency: f.concurrency, Seed: f.options.Seed, WarmUp: f.warmUp, Note: func(text string) { p.note("%s", text) }}
	var err error
	if settings.Rerankers, err = f.outside.open(p, plan, client, f.connection.patience(p, f.concurrency, f.options.Seed)); err != nil {
		return nil, err
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
	done()
	progress.stop()
	if err != nil {
		return nil, err
	}
	if failed := run.Failed(); failed > 0 {
		p.note("%d of %d queries lack the answer of some system, whose hits are left out", failed, len(run.Queries))
	}
	return run, nil
}

// emptyQueries are the ids of the queries for which no system returns a
// document: there is nothing to judge.
func emptyQueries(run *eval.Run) []string {
	var ids []string
	for i := range run.Queries {
		hits := 0
		for _, result := range run.Queries[i].Results {
			if !result.Failed() {
				hits += len(result.Hits)
			}
		}
		if hits == 0 {
			ids = append(ids, run.Queries[i].ID)
		}
	}
	return ids
}

// addRun adds a TREC run as a system named by its tag.
func (p *program) addRun(ctx context.Context, client *cluster.Client, where titles.Place, run *eval.Run, path string, depth int) error {
	added, err := trec.ReadRun(ctx, trec.Input{Path: path}, trec.Options{})
	if err != nil {
		return err
	}
	answered, err := pool.AddRun(ctx, client, where, run, added, max(depth, 100))
	if err != nil {
		return fmt.Errorf("--run: %s: %w", path, err)
	}
	if answered == 0 {
		return withExit(exitUsage, fmt.Errorf("--run: %s: answers none of the suite's queries; its first column must be their ids", path))
	}
	p.note("%s answers %d of %d queries", path, answered, len(run.Queries))
	return nil
}
