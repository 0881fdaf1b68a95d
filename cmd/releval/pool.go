package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/pool"
	"github.com/releval/releval/eval/titles"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/edit"
)

// candidateFlags are the flags that say what is judged next, for releval pool
// and releval judge.
type candidateFlags struct {
	connection
	overrides   eval.Overrides
	options     pool.Options
	from        string
	runs        []string
	textField   string
	concurrency int
	warmUp      time.Duration
}

func (f *candidateFlags) addFlags(flags *pflag.FlagSet) {
	f.connection.addFlags(flags)
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
	switch {
	case f.options.Depth < 1:
		return usageError(cmd, "--depth should be 1 or more, found %d", f.options.Depth)
	case f.options.Limit < 0:
		return usageError(cmd, "--limit should be 1 or more, found %d", f.options.Limit)
	case f.concurrency < 1:
		return usageError(cmd, "--concurrency should be 1 or more, found %d", f.concurrency)
	}
	return nil
}

// candidates finds what is to be judged next for a suite; texts are cut at
// length characters.
func (p *program) candidates(ctx context.Context, suite *judgments.Suite, f *candidateFlags, length int) (*pool.Pool, error) {
	plan, err := eval.NewPlan(suite, f.overrides)
	if err != nil {
		return nil, err
	}
	if len(plan.Metrics) == 0 {
		return nil, withExit(exitUsage, errors.New("the suite names no metric to order by; give one by --metric"))
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
		p.note("%s nothing: %s", counted(len(empty), "query finds", "queries find"), strings.Join(empty[:min(5, len(empty))], ", "))
	}
	found := pool.New(run, plan.Metrics[0], f.options)
	field := f.textField
	if field == "" && len(plan.Rerankers) > 0 {
		field = plan.Rerankers[0].Field
	}
	return found, found.Complete(ctx, client, where, field, length)
}

// runToPool searches, or reads a saved run and gives it the suite's newest
// judgments.
func (p *program) runToPool(ctx context.Context, client *cluster.Client, plan *eval.Plan, f *candidateFlags) (*eval.Run, error) {
	if f.from != "" {
		stored, err := eval.ReadRun(f.from)
		if err != nil {
			return nil, err
		}
		return plan.Rejudge(&stored.Run)
	}
	progress := p.newProgress(len(plan.Queries), plan.Systems())
	settings := eval.Settings{Tool: toolName(), Concurrency: f.concurrency, Seed: f.options.Seed, WarmUp: f.warmUp, Note: func(text string) { p.note("%s", text) }}
	if progress != nil {
		settings.Observer = progress
	}
	run, err := eval.Execute(ctx, client, plan, settings)
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
	rankings, tag, err := pool.ReadRun(path, max(depth, 100))
	if err != nil {
		return withExit(exitUsage, fmt.Errorf("--run: %w", err))
	}
	if tag == "" {
		tag = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	answered, err := pool.AddRun(ctx, client, where, run, tag, rankings)
	if err != nil {
		return fmt.Errorf("--run: %s: %w", path, err)
	}
	if answered == 0 {
		return withExit(exitUsage, fmt.Errorf("--run: %s: answers none of the suite's queries; its first column must be their ids", path))
	}
	p.note("%s answers %d of %d queries", path, answered, len(run.Queries))
	return nil
}

// poolFlags are the flags of releval pool.
type poolFlags struct {
	candidateFlags
	out     string
	merge   string
	queries string
	length  int
	first   pool.First
}

func newPoolCommand(p *program) *cobra.Command {
	var f poolFlags
	cmd := &cobra.Command{
		Use:   "pool SUITE",
		Short: "List the documents that are worth judging next, and take grades back",
		Long: `List the documents that are worth judging next: what the first stage and the
rerankers return near the top, and nobody has judged. First come those whose
judgment could change the verdict most. The list is YAML to fill in: put a
grade in the place of each question mark, here or by releval judge.

--merge takes such a file back: the grades become judgments of the suite,
behind its own; its comments stay.

--queries makes a first suite from a list of queries, one a line: SUITE is
written, with the index and the fields that the flags name, and the documents
to judge for it are listed.`,
		Example: `  releval pool --out pool.yaml suite.yaml
  releval pool --merge pool.yaml suite.yaml
  releval pool --blind --limit 100 --from run.jsonl --out pool.yaml suite.yaml
  releval pool --queries queries.txt --index films --title-field title \
      --field title --field plot --rerank-field plot --out pool.yaml suite.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			if f.merge != "" {
				return p.mergePool(args[0], f.merge)
			}
			if f.queries != "" {
				if err := p.firstSuite(args[0], &f); err != nil {
					return err
				}
			}
			return p.pool(cmd.Context(), args[0], &f)
		},
	}
	flags := cmd.Flags()
	f.candidateFlags.addFlags(flags)
	flags.StringVar(&f.out, "out", "", "write the documents to judge to `FILE` instead of standard output")
	flags.StringVar(&f.merge, "merge", "", "put the grades of the pool file `FILE` into the suite")
	flags.IntVar(&f.length, "text-length", 400, "show at most `N` characters of each document's text")
	flags.StringVar(&f.queries, "queries", "", "make a first suite of the queries in `FILE`, one a line")
	flags.StringVar(&f.first.Index, "index", "", "with --queries: the index or alias to search")
	flags.StringVar(&f.first.TitleField, "title-field", "", "with --queries: the `FIELD` whose value identifies a document to the judgments")
	flags.StringArrayVar(&f.first.Fields, "field", nil, "with --queries: a `FIELD` that the first stage matches, repeatable, also as field^boost; else the title field")
	flags.StringVar(&f.first.RerankField, "rerank-field", "", "with --queries: the `FIELD` that the reranker reads; else there is no reranker")
	flags.StringVar(&f.first.InferenceID, "inference-id", "", "with --queries: the reranker's inference endpoint `ID`; else the server's default")
	flags.IntVar(&f.first.Window, "window", 50, "with --queries: rank_window_size of the reranker")
	flags.StringVar(&f.first.Documents, "documents", "", "with --queries: an NDJSON `FILE` with the documents, for releval load and the embedded engine")
	return cmd
}

func (f *poolFlags) check(cmd *cobra.Command) error {
	if err := f.candidateFlags.check(cmd); err != nil {
		return err
	}
	var needed []string
	for _, name := range []string{"index", "title-field", "field", "rerank-field", "inference-id", "window", "documents"} {
		if f.queries == "" && cmd.Flags().Changed(name) {
			return usageError(cmd, "--%s is for a first suite, made by --queries; a suite names its own", name)
		}
	}
	if f.queries != "" && f.first.Index == "" {
		needed = append(needed, "--index")
	}
	if f.queries != "" && f.first.TitleField == "" {
		needed = append(needed, "--title-field")
	}
	switch {
	case len(needed) > 0:
		return usageError(cmd, "--queries needs %s as well", strings.Join(needed, " and "))
	case f.queries != "" && f.merge != "":
		return usageError(cmd, "--queries and --merge exclude each other")
	case f.queries != "" && f.first.Window < 1:
		return usageError(cmd, "--window should be 1 or more, found %d", f.first.Window)
	case f.length < 0:
		return usageError(cmd, "--text-length should be 0 or more, found %d", f.length)
	case f.merge != "" && f.out != "":
		return usageError(cmd, "--merge writes the suite itself; remove --out")
	}
	return nil
}

// pool lists what is to be judged next.
func (p *program) pool(ctx context.Context, path string, f *poolFlags) error {
	if f.out != "" {
		if _, err := os.Stat(f.out); err == nil {
			return withExit(exitUsage, fmt.Errorf("--out: %s exists, and may hold grades: merge it, or name another file", f.out))
		}
	}
	suite, err := loadSuite(path)
	if err != nil {
		return err
	}
	found, err := p.candidates(ctx, suite, &f.candidateFlags, f.length)
	if err != nil {
		return err
	}
	name := f.out
	if name == "" {
		name = "FILE"
	}
	var b bytes.Buffer
	if err := found.Write(&b, name, path); err != nil {
		return err
	}
	if f.out == "" {
		if _, err := p.Stdout.Write(b.Bytes()); err != nil {
			return fmt.Errorf("cannot write to standard output: %w", err)
		}
	} else if err := edit.WriteFile(f.out, b.Bytes()); err != nil {
		return err
	}
	note := fmt.Sprintf("%s of %s to judge", counted(found.Count(), "document", "documents"), counted(len(found.Queries), "query", "queries"))
	if found.Left > 0 {
		note += fmt.Sprintf(", and %d more beyond --limit", found.Left)
	}
	if f.out != "" {
		note += ", in " + f.out
	}
	p.note("%s", note)
	return nil
}

// mergePool puts the grades of a pool file into a suite.
func (p *program) mergePool(path, from string) error {
	file, err := pool.Read(from)
	if err != nil {
		return err
	}
	suite, err := loadSuite(path)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return withExit(exitUsage, err)
	}
	merged, done, err := pool.Merge(suite, text, file)
	if err != nil {
		return err
	}
	if merged != nil {
		if err := edit.WriteFile(path, merged); err != nil {
			return err
		}
	}
	note := fmt.Sprintf("%s added to %s", counted(done.Added, "judgment", "judgments"), path)
	if done.Already > 0 {
		note += fmt.Sprintf(", %d were there", done.Already)
	}
	if done.Ungraded > 0 {
		note += fmt.Sprintf(", %d are not graded yet", done.Ungraded)
	}
	p.note("%s", note)
	return nil
}

// firstSuite writes a suite of a list of queries.
func (p *program) firstSuite(path string, f *poolFlags) error {
	if _, err := os.Stat(path); err == nil {
		return withExit(exitUsage, fmt.Errorf("%s exists: --queries makes a new suite; name another file, or leave --queries out", path))
	}
	in := p.Stdin
	if f.queries != "-" {
		file, err := os.Open(f.queries)
		if err != nil {
			return withExit(exitUsage, fmt.Errorf("--queries: %w", err))
		}
		defer file.Close()
		in = file
	}
	queries, again, err := pool.ReadQueries(f.queries, in)
	if err != nil {
		return withExit(exitUsage, fmt.Errorf("--queries: %w", err))
	}
	if again > 0 {
		p.note("%s more than once; each is taken once", counted(again, "query stands", "queries stand"))
	}
	first := f.first
	first.File = path
	first.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if f.cluster == embeddedCluster {
		first.Cluster = embeddedCluster
	}
	text, err := pool.NewSuite(queries, first)
	if err != nil {
		return err
	}
	if err := edit.WriteFile(path, text); err != nil {
		return err
	}
	p.note("%s: a suite of %s", path, counted(len(queries), "query", "queries"))
	return nil
}

// counted gives "1 query" or "2 queries".
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
