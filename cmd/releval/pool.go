package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/pool"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments/edit"
)

// poolFlags are the flags of releval pool.
type poolFlags struct {
	candidateFlags
	proposalFlags
	out    string
	merge  string
	length int
}

func newPoolCommand(p *program) *cobra.Command {
	var f poolFlags
	cmd := &cobra.Command{
		Use:   "pool SUITE",
		Short: "List the documents that are worth judging next, and take grades back",
		Long: `List the documents that are worth judging next: what the first stage and the
rerankers return near the top, and nobody has judged. First come those whose
judging could settle the sign of a comparison, as the file says at its top, then
those whose judgment could change the verdict most. The list is YAML to fill in: put a
grade in the place of each question mark, here or by releval judge.

--merge takes such a file back: the grades become judgments of the suite,
behind its own; its comments stay.

--queries makes a first suite from a list of queries, one a line, as releval init
does, and lists the documents to judge for it.`,
		Example: `  releval pool --out pool.yaml suite.yaml
  releval pool --merge pool.yaml suite.yaml
  releval pool --blind --limit 100 --from run.jsonl --out pool.yaml suite.yaml
  releval pool --queries queries.txt --index films --out pool.yaml suite.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			if f.merge != "" {
				return p.mergePool(args[0], &f)
			}
			if f.queries != "" {
				if _, err := os.Stat(args[0]); err == nil {
					return withExit(exitUsage, fmt.Errorf("%s exists: --queries makes a new suite; name another file, or leave --queries out", args[0]))
				}
				if err := p.firstSuite(cmd.Context(), args[0], &f.proposalFlags, &f.connection); err != nil {
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
	f.proposalFlags.addFlags(flags, "with --queries: ")
	return cmd
}

func (f *poolFlags) check(cmd *cobra.Command) error {
	if err := f.candidateFlags.check(cmd); err != nil {
		return err
	}
	files := []named{{"--merge", f.merge}, {"--documents", f.documents}}
	if f.queries != "-" {
		files = append(files, named{"--queries", f.queries})
	}
	if err := f.suspicion.places(files...); err != nil {
		return err
	}
	for _, name := range proposalFlagNames {
		if f.queries == "" && cmd.Flags().Changed(name) {
			return usageError(cmd, "--%s is for a first suite, made by --queries; a suite names its own", name)
		}
	}
	if f.queries != "" {
		if err := f.proposalFlags.check(cmd, &f.connection); err != nil {
			return err
		}
	}
	switch {
	case f.queries != "" && f.merge != "":
		return usageError(cmd, "--queries and --merge exclude each other")
	case f.length < 0:
		return usageError(cmd, "--text-length must be 0 or more, not %d", f.length)
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
	suite, err := f.suspicion.load(path)
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
	note := fmt.Sprintf("%s of %s to judge", text.Count(found.Count(), "document"), text.Count(len(found.Queries), "query"))
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
func (p *program) mergePool(path string, f *poolFlags) error {
	file, err := pool.Read(f.merge)
	if err != nil {
		return err
	}
	suite, err := f.suspicion.load(path)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return withExit(exitUsage, err)
	}
	merged, done, err := pool.Merge(suite, content, file)
	if err != nil {
		return err
	}
	if merged != nil {
		if err := edit.WriteFile(path, merged); err != nil {
			return err
		}
	}
	note := fmt.Sprintf("%s added to %s", text.Count(done.Added, "judgment"), path)
	if done.Already > 0 {
		note += fmt.Sprintf(", %d were there", done.Already)
	}
	if done.Ungraded > 0 {
		note += fmt.Sprintf(", %d are not graded yet", done.Ungraded)
	}
	p.note("%s", note)
	return nil
}
