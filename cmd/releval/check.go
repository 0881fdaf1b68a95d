package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/check"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/edit"
	"github.com/releval/releval/reports"
)

// checkFlags are the flags of releval check.
type checkFlags struct {
	connection
	suspicion
	outside
	offline     bool
	fix         string
	format      string
	github      githubFlag
	strict      bool
	runs        []string
	concurrency int
	overrides   plan.Overrides
}

func newCheckCommand(p *program) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check SUITE...",
		Short: "Check suites, by themselves and against the index",
		Long: `Check suites by themselves and against the index: the fields, the endpoints,
and every judged title. A reranker outside of Elasticsearch is asked to score one
text, which is the first query itself, unless its key is not set. A title that no document has, or several have, is
listed with those that it may mean.

--fix rewrites a title in the suite where the new one is certain: the letters
are the same but for case, accents, signs or a moved article, or the document
that had the title has another one now. That is known from the suite's
documents, from its ids, and from earlier runs (--run). Only the title itself
is changed; comments and the order stay. --fix=likely also takes the one near
title where there is only one.

Exit codes: 0 nothing is wrong; 2 something is; 3 the cluster could not
answer. Warnings count as wrong under --strict.`,
		Example: `  releval check --offline suite.yaml
  releval check --fix suite.yaml
  releval check --format json suite.yaml | jq '.findings[].message'`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.check(cmd, args, &f)
		},
	}
	flags := cmd.Flags()
	f.connection.addFlags(flags)
	f.suspicion.addFlags(flags)
	f.outside.addKeys(flags)
	f.outside.fresh = true
	flags.BoolVar(&f.offline, "offline", false, "look at the suites alone, ask no cluster")
	flags.StringVar(&f.fix, "fix", "", "rewrite titles: certain (also without a value) or likely")
	flags.Lookup("fix").NoOptDefVal = "certain"
	flags.StringVar(&f.format, "format", "text", "what standard output gets: text (file:line:column: message) or json")
	f.github.addFlag(flags, "also print GitHub annotations on standard error")
	flags.BoolVar(&f.strict, "strict", false, "warnings are errors")
	flags.StringArrayVar(&f.runs, "run", nil, "an earlier run `FILE`, repeatable, that knows which document had which title")
	flags.StringVar(&f.overrides.QueryGlob, "query", "", "only the titles of queries whose id matches `GLOB`")
	flags.StringVar(&f.overrides.Tag, "tag", "", "only the titles of queries with this `TAG`")
	flags.IntVar(&f.concurrency, "concurrency", 4, "requests in flight")
	return cmd
}

func (f *checkFlags) check(cmd *cobra.Command) error {
	if err := f.suspicion.check(cmd); err != nil {
		return err
	}
	if err := f.outside.check(cmd); err != nil {
		return err
	}
	if err := f.suspicion.places(namedAll("--run", f.runs)...); err != nil {
		return err
	}
	switch {
	case f.fix != "" && f.fix != "certain" && f.fix != "likely":
		return usageError(cmd, "--fix is certain or likely, not %q; write --fix=likely with an equals sign", f.fix)
	case f.format != "text" && f.format != "json":
		return usageError(cmd, "--format is text or json, not %q", f.format)
	case f.offline && f.fix != "":
		return usageError(cmd, "--fix needs the index, which --offline does not ask")
	case f.concurrency < 1:
		return usageError(cmd, "--concurrency must be 1 or more, not %d", f.concurrency)
	}
	return nil
}

// check checks all suites and prints the findings together.
func (p *program) check(cmd *cobra.Command, paths []string, f *checkFlags) error {
	if err := f.check(cmd); err != nil {
		return err
	}
	var runs []*eval.Run
	for _, path := range f.runs {
		stored, err := runfile.Read(path)
		if err != nil {
			return err
		}
		runs = append(runs, &stored.Run)
	}
	found := []check.Finding{}
	var failure error
	for _, path := range paths {
		these, err := p.checkSuite(cmd.Context(), path, f, runs)
		found = append(found, these...)
		if err != nil {
			failure = err
			break
		}
	}
	return p.printFindings(found, failure, f)
}

// checkSuite checks one suite, and mends it where that is asked for.
func (p *program) checkSuite(ctx context.Context, path string, f *checkFlags, runs []*eval.Run) ([]check.Finding, error) {
	suite, err := f.suspicion.load(path)
	if problems, ok := errors.AsType[judgments.Problems](err); ok {
		return check.Problems(problems), nil
	}
	if err != nil {
		return nil, withExit(exitUsage, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, withExit(exitUsage, err)
	}
	found := check.Offline(suite, text, time.Now(), f.offline)
	if f.offline {
		return found, nil
	}
	plan, err := plan.New(suite, f.overrides)
	if problems, ok := errors.AsType[judgments.Problems](err); ok {
		return append(found, check.Problems(problems)...), nil
	}
	if err != nil {
		return found, err
	}
	client, err := f.connection.open(ctx, p, suite, f.concurrency, 1)
	if err != nil {
		return found, err
	}
	defer client.Close()
	note := func(text string) { p.note("%s", text) }
	online, err := check.Online(ctx, client, plan, check.Options{Concurrency: f.concurrency, Runs: runs, Note: note})
	if err != nil {
		return found, err
	}
	found = append(found, online...)
	check.Sort(found)
	if f.fix != "" {
		fixed, err := check.Fix(suite, text, found, f.fix == "likely")
		if err != nil {
			return found, err
		}
		if fixed != nil {
			if err := edit.WriteFile(path, fixed); err != nil {
				return found, err
			}
		}
	}
	return p.checkOutside(ctx, plan, client, found, f, note)
}

// checkOutside asks the rerankers outside of Elasticsearch whether they answer,
// and adds to what was found why they cannot be asked.
func (p *program) checkOutside(ctx context.Context, plan *plan.Plan, client *cluster.Client, found []check.Finding, f *checkFlags, note func(string)) ([]check.Finding, error) {
	set, err := f.outside.open(p, plan, client, f.connection.patience(p, f.concurrency, 1))
	if problems, ok := errors.AsType[judgments.Problems](err); ok {
		found = append(found, check.Problems(problems)...)
		check.Sort(found)
		return found, nil
	}
	if err != nil || set == nil {
		return found, err
	}
	defer set.Close()
	return found, check.Outside(ctx, set, plan, note)
}

// printFindings prints what was found everywhere it should go, and gives the
// verdict as an error: that of a check that did not come to its end comes
// first, and then nothing is said to be right.
func (p *program) printFindings(found []check.Finding, failure error, f *checkFlags) error {
	write := func(w io.Writer) error { return reports.WriteCheck(w, found) }
	if f.format == "json" {
		write = func(w io.Writer) error { return reports.WriteCheckJSON(w, found) }
	}
	if err := write(p.Stdout); err != nil {
		return fmt.Errorf("cannot write the findings: %w", err)
	}
	if p.onGitHub(f.github) {
		if err := reports.WriteAnnotations(p.commands, found, p.Getenv("GITHUB_WORKSPACE"), "releval check lists them all"); err != nil {
			return fmt.Errorf("cannot write the annotations: %w", err)
		}
	}
	counts := check.Count(found)
	summary := errors.New(check.Summary(counts))
	switch {
	case failure != nil && len(found) > 0:
		return withExit(exitCode(failure), errors.Join(failure, summary))
	case failure != nil:
		return failure
	case counts.Errors > 0 || f.strict && counts.Warnings > 0:
		return withExit(exitUsage, summary)
	}
	p.note("%v", summary)
	return nil
}
