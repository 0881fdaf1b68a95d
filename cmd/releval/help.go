package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// strictHelp makes cobra's own subcommands refuse what they do not know:
// without it, help on an unknown topic and the completion of an unknown shell
// print a help text on standard output and exit with 0, and a script takes
// that for what it asked for.
func strictHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			show := cmd.Run
			cmd.RunE = func(cmd *cobra.Command, args []string) error {
				topic, rest, err := root.Find(args)
				switch {
				case err != nil:
					return usageError(cmd, "%v", err)
				case topic == root && len(rest) > 0:
					return unknownCommand(root, rest[0])
				case len(rest) > 0:
					return usageError(cmd, "unknown command %q of %s", rest[0], topic.CommandPath())
				}
				show(cmd, args)
				return nil
			}
		case "completion":
			var shells []string
			for _, shell := range cmd.Commands() {
				shells = append(shells, shell.Name())
			}
			last := len(shells) - 1
			cmd.Args = cobra.ArbitraryArgs
			cmd.RunE = func(cmd *cobra.Command, args []string) error {
				if len(args) == 0 {
					return cmd.Help()
				}
				return usageError(cmd, "unknown shell %q: it is one of %s and %s", args[0], strings.Join(shells[:last], ", "), shells[last])
			}
		}
	}
}

// unknownCommand is the error of a subcommand that is none, with those that
// may be meant.
func unknownCommand(root *cobra.Command, name string) error {
	near := root.SuggestionsFor(name)
	if len(near) == 0 {
		return usageError(root, "unknown command %q", name)
	}
	return usageError(root, "unknown command %q: did you mean %s?", name, strings.Join(near, " or "))
}
