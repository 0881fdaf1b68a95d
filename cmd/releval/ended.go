package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/check"
	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/reports"
)

// owed is a suite, or a saved run, whose reports are still to be written.
type owed struct {
	// name stands for {suite} in the names of reports.
	name string
	// file is the suite's file, "" for a saved run.
	file string
}

// owe says whose reports are still to be written, in the order in which write
// will write them. A suite that has not been read has the name of its file.
func (o *output) owe(files ...string) {
	o.owed = nil
	for _, file := range files {
		o.owed = append(o.owed, owed{name: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), file: file})
	}
}

// oweSuites says it of suites that have been read.
func (o *output) oweSuites(suites []*judgments.Suite) {
	o.owed = nil
	for _, s := range suites {
		o.owed = append(o.owed, owed{name: s.Name, file: s.File})
	}
}

// settle takes the first from the list.
func (o *output) settle() {
	if len(o.owed) > 0 {
		o.owed = o.owed[1:]
	}
}

// ends makes a command leave its outputs whichever way it ends: where run
// returns an error before the reports of a suite are written, these say what
// happened in their place, so that nobody takes those of an earlier build for
// today's. Files that cannot be written are said beside the error.
func (p *program) ends(o *output, github *githubFlag, run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := run(cmd, args)
		if err == nil || errors.Is(err, errGate) || len(o.owed) == 0 {
			return err
		}
		also := p.writeFailures(err, o, p.onGitHub(*github))
		if also == nil {
			return err
		}
		return withExit(exitCode(err), errors.Join(err, also))
	}
}

// writeFailures writes what happened wherever a report should have gone. The
// table of standard output is for people, who read the error beside it.
func (p *program) writeFailures(err error, o *output, onGitHub bool) error {
	format, wrong := reports.ParseFormat(o.format)
	if wrong != nil {
		format = reports.Table
	}
	var failed []error
	var annotated []check.Finding
	for i := range o.owed {
		f := failureOf(err, o.owed, i)
		if i == 0 {
			annotated = f.Problems
		}
		if format != reports.Table {
			failed = append(failed, reports.WriteFailure(p.Stdout, format, f, reports.Options{}))
		}
		for _, path := range o.reports {
			if path == "-" {
				continue
			}
			failed = append(failed, reports.WriteFailureFile(fileOf(path, f.Suite), f))
		}
		if onGitHub {
			failed = append(failed, p.addToSummary(func(summary *bytes.Buffer) error {
				return reports.WriteFailure(summary, reports.Markdown, f, reports.Options{})
			}))
		}
	}
	if onGitHub {
		failed = append(failed, p.annotate(annotated))
	}
	return errors.Join(failed...)
}

// failureOf is what happened to one of the suites that are owed a report: its
// own problems where it has any; else, for the first, the error that ended the
// command, and for those after it that they were not reached.
func failureOf(err error, suites []owed, at int) *reports.Failure {
	suite := suites[at]
	f := &reports.Failure{Suite: suite.name, Code: exitCode(err)}
	if problems, ok := errors.AsType[judgments.Problems](err); ok {
		var own judgments.Problems
		for _, problem := range problems {
			if problem.File == suite.file {
				own = append(own, problem)
			}
		}
		f.Says, f.Problems = "the suite has "+text.Plural(len(own), "error", "errors"), check.Problems(own)
		if len(own) == 0 {
			f.Says, f.Problems = "it was not searched, because another suite is wrong", check.Problems(problems)
		}
		return f
	}
	switch {
	case at > 0:
		f.Says = "it was not searched, because " + suites[0].name + " ended the command"
	case errors.Is(err, context.Canceled), errors.Is(err, errInterrupted):
		f.Says = "the command was interrupted"
	case f.Code == exitCluster:
		f.Says = "the cluster could not answer"
	default:
		f.Says = "the command could not be carried out"
	}
	f.Problems = trouble(err, suite.file)
	return f
}

// trouble makes findings of an error, one a line, about a file.
func trouble(err error, file string) []check.Finding {
	var found []check.Finding
	for line := range strings.SplitSeq(err.Error(), "\n") {
		found = append(found, check.Finding{Position: judgments.Position{File: file}, Kind: check.KindRun, Severity: preflight.SeverityError, Message: line})
	}
	return found
}

// errInterrupted is the cause of a run that a signal ended.
var errInterrupted = errors.New("interrupted")

// reportBroken reports what a run has that did not come to its end, everywhere
// but in a table on standard output, and returns the error that ended it.
func (p *program) reportBroken(run, base *eval.Run, file string, ended error, f *runFlags) error {
	report, err := p.judge(run, base, &f.judging)
	if err != nil {
		return fmt.Errorf("%w; what there is of the run cannot be reported: %w", ended, err)
	}
	report.RunFile, report.Kept = file, f.kept
	report.Ended = ended.Error()
	if reports.Format(f.output.format) != reports.Table {
		if err := p.print(report, &f.output); err != nil {
			return errors.Join(ended, err)
		}
	}
	if err := p.writeFiles(report, &f.output); err != nil {
		return errors.Join(ended, err)
	}
	if p.onGitHub(f.github) {
		if err := p.github(report, ended); err != nil {
			return errors.Join(ended, err)
		}
	}
	return ended
}
