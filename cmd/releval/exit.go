package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Exit codes, as scripts rely on them.
const (
	exitOK      = 0 // all gates hold
	exitGate    = 1 // a gate failed
	exitUsage   = 2 // the command line or a suite is wrong
	exitCluster = 3 // the cluster could not answer, or the run is incomplete
)

// exitError carries an exit code on an error.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// withExit gives an error an exit code; the outermost one counts.
func withExit(code int, err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code, err}
}

// usageError is an error of the command line, with the way to its help.
func usageError(cmd *cobra.Command, format string, args ...any) error {
	return withExit(exitUsage, fmt.Errorf("%s (see %s --help)", fmt.Sprintf(format, args...), cmd.CommandPath()))
}

// errGate is returned where the report has already said which gate failed.
var errGate = errors.New("a gate failed")

// exitCode decides the process's exit code, once.
func exitCode(err error) int {
	var carried *exitError
	var problems judgments.Problems
	var failure *cluster.Error
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errGate):
		return exitGate
	case errors.As(err, &carried):
		return carried.code
	case errors.As(err, &problems):
		return exitUsage
	case errors.As(err, &failure), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return exitCluster
	default:
		return exitUsage
	}
}

// printError says what went wrong, a line for each problem.
func (p *program) printError(err error) {
	if errors.Is(err, errGate) {
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintf(p.Stderr, "releval: %s\n", text.Clean(line))
	}
}
