package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/text"
)

func newLoadCommand(p *program) *cobra.Command {
	var connect connection
	recreate := false
	cmd := &cobra.Command{
		Use:   "load SUITE",
		Short: "Load the suite's documents into its index",
		Long: `Load the suite's documents into its index, which is created with the suite's
mappings and settings where it does not exist. Documents of the same id are
replaced, all others stay; --recreate deletes the index first.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			suite, err := loadSuite(args[0])
			if err != nil {
				return err
			}
			client, err := connect.open(cmd.Context(), p, suite, 1, 1)
			if err != nil {
				return err
			}
			defer client.Close()
			loaded, err := load.Documents(cmd.Context(), client, suite, recreate)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.Stdout, "%s loaded into %s on %s\n", text.Count(loaded, "document"), suite.Search.Index, client.Address())
			return err
		},
	}
	connect.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&recreate, "recreate", false, "delete the index first, with all that is in it")
	return cmd
}
