package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// releaseVersion is the version that runs and reports name.
const releaseVersion = "0.1.0"

func newVersionCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(p.Stdout, versionLine())
			return err
		},
	}
}

// versionLine is the version with what built it.
func versionLine() string {
	line := toolName()
	if info, ok := debug.ReadBuildInfo(); ok {
		line += " " + info.GoVersion
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				line += " " + s.Value
			}
		}
	}
	return line
}

// toolName is how a run file names the program that wrote it.
func toolName() string { return "releval " + releaseVersion }
