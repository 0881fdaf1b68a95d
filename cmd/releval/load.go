package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/text"
)

func newLoadCommand(p *program) *cobra.Command {
	connect := connection{lasting: true}
	recreate := false
	cmd := &cobra.Command{
		Use:   "load SUITE",
		Short: "Load the suite's documents into its index",
		Long: `Load the suite's documents into its index, which is created with the suite's
mappings and settings where it does not exist. Documents of the same id are
replaced, all others stay; --recreate deletes the index first. An index that maps
a field otherwise than the suite is refused without it.

The file that the suite names as documents may be NDJSON, a JSON array, the lines
of a bulk request, the answer of a search, a dump with _source, or a table with a
header (CSV, TSV); plain, or compressed by gzip or zstd. Its content tells which.
A document without _id and id gets an id made from its content.`,
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
			for _, note := range loaded.Notes(suite) {
				p.note("%s", note)
			}
			_, err = fmt.Fprintf(p.Stdout, "%s loaded into %s on %s\n", text.Count(loaded.Documents, "document"), suite.Search.Index, client.Address())
			return err
		},
	}
	connect.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&recreate, "recreate", false, "delete the index first, with all that is in it")
	return cmd
}
