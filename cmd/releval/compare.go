package main

import (
	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/runfile"
)

func newCompareCommand(p *program) *cobra.Command {
	var o output
	var j judging
	var tag string
	cmd := &cobra.Command{
		Use:   "compare BASE NEW",
		Short: "Compare two saved runs: differences, tests, verdict",
		Long: `Compare two saved runs of a suite. The report says what changed on each metric
of each system, with an interval and a test, which queries lost and won, and
which titles did it. The gates of the new run's suite decide the exit code.

Runs whose judgments or queries differ are refused, because their difference
means nothing; --force compares the queries that both have.`,
		Args: cobra.ExactArgs(2),
		RunE: p.ends(&o, &j.github, func(_ *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			o.owe(args[1])
			j.baseline = args[0]
			var reader runfile.Reader
			base, err := j.readBaseline(p, &reader)
			if err != nil {
				return err
			}
			next, err := reader.Read(args[1])
			if err != nil {
				return err
			}
			run, err := byTag(&next.Run, tag)
			if err != nil {
				return err
			}
			if base, err = byTag(base, tag); err != nil {
				return err
			}
			return p.report(run, base, args[1], &j, &o)
		}),
	}
	o.addFlags(cmd.Flags())
	j.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&tag, "tag", "", "only the queries with this `TAG`")
	return cmd
}
