package main

import (
	"github.com/spf13/cobra"

	"github.com/releval/releval/eval"
)

func newReportCommand(p *program) *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "Report a saved run again, in any format",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := o.check(p); err != nil {
				return err
			}
			stored, err := eval.ReadRun(args[0])
			if err != nil {
				return err
			}
			return p.report(&stored.Run, nil, &o)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}
