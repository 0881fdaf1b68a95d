package main

import (
	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/runfile"
)

func newReportCommand(p *program) *cobra.Command {
	var o output
	var j judging
	var tag string
	var systems []string
	cmd := &cobra.Command{
		Use:   "report [RUN]",
		Short: "Report a saved run again, in any format",
		Long: `Report a saved run again, in any format, without a cluster. With --query ID the
report explains one query: both rankings, ranks before and after, grades,
scores, what each title contributed, and what nobody judged.

Without a file it is the last run of this user, which releval run and sweep keep
in the cache folder, unless --no-keep.`,
		Args: cobra.MaximumNArgs(1),
		RunE: p.ends(&o, &j.github, func(_ *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			if len(args) == 0 {
				path, err := kept()
				if err != nil {
					return err
				}
				args, o.kept = []string{path}, true
			}
			o.owe(args[0])
			var reader runfile.Reader
			base, err := j.readBaseline(p, &reader)
			if err != nil {
				return err
			}
			stored, err := reader.Read(args[0])
			if err != nil {
				return err
			}
			run, err := byTag(&stored.Run, tag)
			if err != nil {
				return err
			}
			if base, err = byTag(base, tag); err != nil {
				return err
			}
			if run, err = bySystem(run, systems); err != nil {
				return err
			}
			base = baseOf(base, systems)
			file := args[0]
			if o.kept {
				m := &run.Manifest
				p.note("the last run: %s, of %s", m.Suite, m.Started.Local().Format("2 January 15:04"))
				file = ""
			}
			return p.report(run, base, file, &j, &o)
		}),
	}
	o.addFlags(cmd.Flags())
	j.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&j.baseline, "baseline", "", "compare with the saved run in `FILE`")
	cmd.Flags().StringVar(&o.query, "query", "", "explain the query with this `ID`")
	cmd.Flags().StringArrayVar(&systems, "system", nil, "`NAME` of a system, such as bm25+elastic, repeatable; only these and the first stages that they rerank")
	cmd.Flags().StringVar(&tag, "tag", "", "only the queries with this `TAG`")
	return cmd
}
