package main

import (
	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/agree"
	"github.com/releval/releval/reports"
)

func newAgreeCommand(p *program) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "agree A B",
		Short: "Tell how much two judges agree: Cohen's kappa, and where they do not",
		Long: `Tell how much two judges of the same queries agree. A and B are suites, or two
copies of one pool file that different people filled in.

Cohen's kappa is 1 for full agreement and 0 for what chance alone would give.
Unweighted it counts every difference alike, linear by its distance, quadratic
by the square of that. Each comes with a 95 % interval for documents like these,
and with how many of the graded documents it is about: those that one judge
alone graded enter no kappa.`,
		Example: "  releval agree pool-anna.yaml pool-ben.yaml",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usageError(cmd, "--format is text or json, not %q", format)
			}
			var judges [2]agree.Judge
			for i, path := range args {
				var err error
				if judges[i], err = agree.Read(path, loadSuite); err != nil {
					return err
				}
			}
			found, err := agree.Compare(judges[0], judges[1])
			if err != nil {
				return withExit(exitUsage, err)
			}
			if format == "json" {
				return reports.WriteAgreementJSON(p.Stdout, found)
			}
			return reports.WriteAgreement(p.Stdout, found)
		},
	}
	cmd.Flags().StringVar(&format, "format", format, "what standard output gets: text or json")
	return cmd
}
