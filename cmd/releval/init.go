package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/releval/releval/eval/propose"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/edit"
)

// proposalFlags are the flags of a first suite, for releval init and releval
// pool --queries.
type proposalFlags struct {
	queries, index, documents string
	wishes                    propose.Wishes
}

// proposalFlagNames are those that only a first suite takes.
var proposalFlagNames = []string{"index", "title-field", "field", "rerank-field", "inference-id", "no-rerankers", "window", "embedding-model", "documents"}

// addFlags adds the flags; what is before the text of each.
func (f *proposalFlags) addFlags(flags *pflag.FlagSet, what string) {
	flags.StringVar(&f.queries, "queries", "", "make a first suite of the queries in `FILE`: one a line, id, tab and text, a table with a header, or queries.jsonl; - is standard input")
	flags.StringVar(&f.index, "index", "", what+"the index or alias to search")
	flags.StringVar(&f.wishes.TitleField, "title-field", "", what+"the `FIELD` whose value identifies a document to the judgments; else the one that looks like it")
	flags.StringArrayVar(&f.wishes.Fields, "field", nil, what+"a `FIELD` that the first stage matches, repeatable, also as field^boost; else those with text")
	flags.StringVar(&f.wishes.RerankField, "rerank-field", "", what+"the `FIELD` that the rerankers read; else the one with the most text")
	flags.StringArrayVar(&f.wishes.InferenceIDs, "inference-id", nil, what+"inference endpoint `ID` of a reranker, repeatable; else all endpoints for reranking")
	flags.BoolVar(&f.wishes.Alone, "no-rerankers", false, what+"leave rerankers out")
	flags.IntVar(&f.wishes.Window, "window", propose.DefaultWindow, what+"rank_window_size of the rerankers, where their endpoint returns so many")
	flags.StringVar(&f.wishes.EmbeddingModel, "embedding-model", "", what+"the `MODEL` that made the vectors of a dense_vector field, to search them")
	flags.StringVar(&f.documents, "documents", "", what+"a `FILE` with the documents, for releval load and the embedded engine")
}

// check refuses what no suite can be made of.
func (f *proposalFlags) check(cmd *cobra.Command, c *connection) error {
	switch {
	case f.index == "":
		return usageError(cmd, "--queries needs --index as well")
	case f.wishes.Alone && (len(f.wishes.InferenceIDs) > 0 || f.wishes.RerankField != ""):
		return usageError(cmd, "--no-rerankers excludes --inference-id and --rerank-field")
	case f.wishes.Window < 1:
		return usageError(cmd, "--window must be 1 or more, not %d", f.wishes.Window)
	case c.cluster == embeddedCluster && f.documents == "":
		return usageError(cmd, "--cluster %s has no documents of its own; name a file by --documents", embeddedCluster)
	}
	return nil
}

func newInitCommand(p *program) *cobra.Command {
	var f struct {
		connection
		proposalFlags
		force bool
	}
	cmd := &cobra.Command{
		Use:   "init SUITE",
		Short: "Make a first suite of an index and a list of queries",
		Long: `Make a first suite of an index and a list of queries, one a line. The mapping and
100 documents show which field identifies a document, which have text, and which
one a reranker should read. Each inference endpoint for reranking becomes a
reranker. Where there is a semantic_text field the suite compares the words, the
meaning and both together (bm25, semantic, hybrid). Comments say what each
choice was made from, and flags make it instead.

The suite is written once the cluster has answered, and passes releval check there.
Nothing is judged yet: releval pool lists what to judge.`,
		Example: `  releval init --index films --queries queries.txt suite.yaml
  releval init --index films --queries queries.txt --title-field title \
      --field title^2 --field plot --rerank-field plot --inference-id my-reranker suite.yaml
  releval pool --out pool.yaml suite.yaml && releval judge pool.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.queries == "" {
				return usageError(cmd, "--queries is missing: name a file with a query on each line")
			}
			if err := f.proposalFlags.check(cmd, &f.connection); err != nil {
				return err
			}
			if _, err := os.Stat(args[0]); err == nil && !f.force {
				return withExit(exitUsage, fmt.Errorf("%s exists; name another file, or write it anew with --force", args[0]))
			}
			return p.firstSuite(cmd.Context(), args[0], &f.proposalFlags, &f.connection)
		},
	}
	flags := cmd.Flags()
	f.connection.addFlags(flags)
	f.proposalFlags.addFlags(flags, "")
	flags.BoolVar(&f.force, "force", false, "write the suite anew where the file exists; its judgments are lost")
	return cmd
}

// firstSuite writes a suite of a list of queries, after the index.
func (p *program) firstSuite(ctx context.Context, path string, f *proposalFlags, c *connection) error {
	in := p.Stdin
	if f.queries != "-" {
		file, err := os.Open(f.queries)
		if err != nil {
			return withExit(exitUsage, fmt.Errorf("--queries: %w", err))
		}
		defer file.Close()
		in = file
	}
	read, again, err := propose.ReadQueries(f.queries, in)
	if err != nil {
		return withExit(exitUsage, fmt.Errorf("--queries: %w", err))
	}
	if read.Header != "" {
		p.note("%s: the first line, %s, is taken for a header", f.queries, text.Quote(read.Header))
	}
	if read.Comments > 0 {
		p.note("%s: %s with #, passed over", f.queries, text.Plural(read.Comments, "comment begins", "comments begin"))
	}
	if again > 0 {
		p.note("%s more than once; each is taken once", text.Plural(again, "query stands", "queries stand"))
	}
	to := propose.File{Path: path, Name: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), Documents: f.documents}
	if c.cluster == embeddedCluster {
		to.Cluster = embeddedCluster
	}
	client, err := c.open(ctx, p, &judgments.Suite{File: path, Search: judgments.Search{Index: f.index, Documents: f.documents}}, 1, 1)
	if err != nil {
		return err
	}
	defer client.Close()
	index, err := propose.Look(ctx, client, f.index)
	if err != nil {
		return err
	}
	if index.Hidden != nil {
		p.note("%v; semantic_text is taken for text", index.Hidden)
	}
	chosen, err := propose.Choose(index, f.wishes)
	if err != nil {
		return err
	}
	content, err := chosen.Suite(read.Queries, to)
	if err != nil {
		return err
	}
	if err := edit.WriteFile(path, content); err != nil {
		return err
	}
	p.note("%s: a suite of %s; systems: %s", path, text.Count(len(read.Queries), "query"), text.List(chosen.Systems(), 12))
	return nil
}
