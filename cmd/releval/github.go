package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/pflag"

	"github.com/releval/releval/eval/check"
	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/reports"
)

// githubFlag is --github: on by itself on GitHub, where the command line says
// neither that it is wanted nor, by --github=false, that it is not.
type githubFlag struct{ said, wanted bool }

func (f *githubFlag) addFlag(flags *pflag.FlagSet, usage string) {
	flags.Var(f, "github", usage+"; on by default where GITHUB_ACTIONS is true")
	flags.Lookup("github").NoOptDefVal = "true"
}

// String is empty where the command line says nothing.
func (f *githubFlag) String() string {
	if !f.said {
		return ""
	}
	return strconv.FormatBool(f.wanted)
}

// Set reads a value as flags that are on or off do.
func (f *githubFlag) Set(value string) error {
	wanted, err := strconv.ParseBool(value)
	if err != nil {
		return errors.New("it is true or false")
	}
	*f = githubFlag{said: true, wanted: wanted}
	return nil
}

// Type makes the help show the flag as one that is on or off.
func (f *githubFlag) Type() string { return "bool" }

// onGitHub says whether the step summary and annotations are wanted.
func (p *program) onGitHub(flag githubFlag) bool {
	if flag.said {
		return flag.wanted
	}
	return p.Getenv("GITHUB_ACTIONS") == "true"
}

// github adds the report to the step's summary, and an annotation for every
// gate that failed or is inconclusive, on its line of the suite, and for what
// keeps the numbers from being trusted; nil for nothing.
func (p *program) github(report *reports.Report, broken error) error {
	err := p.addToSummary(func(summary *bytes.Buffer) error {
		return reports.Write(summary, reports.Markdown, report, reports.Options{})
	})
	if err != nil {
		return err
	}
	var found []check.Finding
	if broken != nil {
		found = trouble(broken, report.Evaluation.Run.Manifest.File)
	}
	return p.annotate(append(found, gateFindings(report.Gates)...))
}

// addToSummary adds what is rendered to the step's summary, where there is one.
func (p *program) addToSummary(render func(*bytes.Buffer) error) error {
	path := p.Getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	var summary bytes.Buffer
	if err := render(&summary); err != nil {
		return err
	}
	if err := appendTo(path, summary.Bytes()); err != nil {
		return fmt.Errorf("the step's summary: %w", err)
	}
	return nil
}

// annotate prints findings as annotations, to standard error, where the runner
// reads them as well: standard output is the report's.
func (p *program) annotate(found []check.Finding) error {
	all := "the report lists them all"
	if p.Getenv("GITHUB_STEP_SUMMARY") != "" {
		all = "the step's summary lists them all"
	}
	return reports.WriteAnnotations(p.commands, found, p.Getenv("GITHUB_WORKSPACE"), all)
}

// gateFindings are the gates that did not pass.
func gateFindings(results []gate.Result) []check.Finding {
	var found []check.Finding
	for _, r := range results {
		finding := check.Finding{Position: r.Position, Kind: "gate", Message: r.Source + ": expected " + r.Expected}
		if r.System != "" {
			finding.Message = r.System + ": " + finding.Message
		}
		if r.Query != "" {
			finding.Message = fmt.Sprintf("query %q: %s", r.Query, finding.Message)
		}
		if r.Actual != "" {
			finding.Message += ", found " + r.Actual
		}
		if r.Reason != "" {
			finding.Message += ": " + r.Reason
		}
		switch r.Verdict {
		case gate.Failed:
			finding.Severity = preflight.SeverityError
		case gate.Inconclusive:
			finding.Severity = preflight.SeverityWarning
		default:
			continue
		}
		found = append(found, finding)
	}
	return found
}

func appendTo(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
