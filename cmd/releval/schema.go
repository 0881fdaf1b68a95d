package main

import (
	"github.com/spf13/cobra"

	"github.com/releval/releval/judgments"
)

func newSchemaCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a suite",
		Long: `Print the JSON Schema of a suite, by which editors complete and check it:

  # yaml-language-server: $schema=suite.schema.json

as the first line of a suite makes them read it from a file beside the suite.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := p.Stdout.Write(judgments.Schema())
			return err
		},
	}
}
