package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments/spelling"
)

// nouns are what the arguments in a command's usage stand for.
var nouns = map[string]string{
	"SUITE": "a suite", "SUITE...": "a suite", "SUITE|RUN": "a suite or a run file", "RUN": "a run file", "RUN...": "a run file",
	"BASE": "a base run", "NEW": "a new run", "QRELS": "a qrels file", "IN": "a file to read", "OUT": "a file to write",
	"A": "a suite", "B": "a second suite", "FOLDER": "a folder",
}

// ownArguments makes every command say in its own words which arguments it
// lacks, or has too many of, by the usage that it prints, and which file it was
// given twice. It counts no better than the command's own check, which decides.
func ownArguments(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		ownArguments(sub)
	}
	onceEach(cmd)
	check := cmd.Args
	if check == nil || !cmd.Runnable() {
		return
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		for _, arg := range args {
			if quoted := typographic(arg); quoted != "" {
				return usageError(cmd, "%s", quoted)
			}
		}
		var wrong string
		cmd.Flags().Visit(func(f *pflag.Flag) {
			values := []string{f.Value.String()}
			if list, ok := f.Value.(pflag.SliceValue); ok {
				values = list.GetSlice()
			}
			for _, value := range values {
				if quoted := typographic(value); quoted != "" && wrong == "" {
					wrong = "--" + f.Name + ": " + quoted
				}
			}
		})
		if wrong != "" {
			return usageError(cmd, "%s", wrong)
		}
		err := check(cmd, args)
		if err == nil {
			return nil
		}
		needed, most := argumentsOf(cmd.Use)
		switch {
		case len(args) < len(needed):
			return usageError(cmd, "%s needs %s: %s", cmd.CommandPath(), text.And(needed[len(args):]), cmd.CommandPath()+strings.TrimPrefix(cmd.Use, cmd.Name()))
		case most == 0:
			return usageError(cmd, "%s takes no arguments, and got %s", cmd.CommandPath(), text.And(args))
		case most > 0 && len(args) > most:
			return usageError(cmd, "%s takes %s, and got %d: %s", cmd.CommandPath(), text.Count(most, "argument"), len(args), text.And(args))
		}
		return usageError(cmd, "%v", err)
	}
}

// files are the flags that name one file: of two, the first would be lost without
// a word.
var files = []string{"out", "resume", "baseline"}

// onceEach makes a command refuse a flag of these that is given twice.
func onceEach(cmd *cobra.Command) {
	for _, name := range files {
		if f := cmd.Flags().Lookup(name); f != nil {
			f.Value = &once{Value: f.Value}
		}
	}
}

// once is the value of a flag that may be given once.
type once struct {
	pflag.Value
	given bool
}

// Set takes the first value.
func (o *once) Set(value string) error {
	if o.given {
		return fmt.Errorf("it was given before, as %q, and takes one value", o.String())
	}
	o.given = true
	return o.Value.Set(value)
}

// argumentsOf reads the usage of a command: what it needs, and how many
// arguments it takes at most; -1 for any number.
func argumentsOf(use string) (needed []string, most int) {
	for _, word := range strings.Fields(use)[1:] {
		bare := strings.Trim(word, "[]")
		if strings.HasSuffix(bare, "...") {
			most = -1
		} else if most >= 0 {
			most++
		}
		if bare != word {
			continue
		}
		noun := nouns[word]
		if noun == "" {
			noun = strings.TrimSuffix(word, "...")
		}
		needed = append(needed, noun)
	}
	return needed, most
}

// flagError says what is wrong with a flag, and what its value must be.
func flagError(cmd *cobra.Command, err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		flag, value := invalid.GetFlag(), invalid.GetValue()
		if quoted := typographic(value); quoted != "" {
			return usageError(cmd, "--%s: %s", flag.Name, quoted)
		}
		if must, ok := kinds[flag.Value.Type()]; ok {
			return usageError(cmd, "--%s is %q, and must be %s", flag.Name, value, must)
		}
		return usageError(cmd, "--%s is %q: %v", flag.Name, value, errors.Unwrap(err))
	}
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		name, dashes := unknown.GetSpecifiedName(), "--"
		if letters := unknown.GetSpecifiedShortnames(); letters != "" { // a long name behind one hyphen, mostly
			name, dashes = letters, "-"
			name, _, _ = strings.Cut(name, "=")
		}
		var known []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		if near := spelling.Nearest(name, known); near != "" && len(name) > 1 {
			return usageError(cmd, "unknown flag %s%s; did you mean --%s?", dashes, name, near)
		}
		return usageError(cmd, "unknown flag %s%s", dashes, name)
	}
	if missing, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usageError(cmd, "--%s needs a value", missing.GetFlag().Name)
	}
	return usageError(cmd, "%v", err)
}

// kinds are what the values of flags must be, by their type.
var kinds = map[string]string{
	"int":      "a whole number",
	"int64":    "a whole number",
	"uint":     "a whole number of 0 or more",
	"uint64":   "a whole number of 0 or more",
	"float64":  "a number",
	"duration": "a time with its unit, such as 300ms, 60s or 5m",
	"bool":     "true or false",
}

// typographic says that an argument stands between quotes that a word processor
// made, which a shell takes for letters; empty where it does not.
func typographic(arg string) string {
	quote := spelling.TypographicQuote(arg)
	if quote == 0 {
		return ""
	}
	return fmt.Sprintf("%s begins with %c, a typographic quote, which the shell takes for a letter: type ' or \" in its place", arg, quote)
}
