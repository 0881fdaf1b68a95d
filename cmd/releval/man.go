package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newManCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "man [FOLDER]",
		Short: "Print the manual page, or write one for each command into a folder",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			header := &doc.GenManHeader{Title: "RELEVAL", Section: "1", Source: toolName(), Manual: "releval"}
			if len(args) == 0 {
				return doc.GenMan(cmd.Root(), header, p.Stdout)
			}
			return doc.GenManTree(cmd.Root(), header, args[0])
		},
	}
}
