package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/releval/releval/reports"
)

// output is the flags that say where the report goes, and in which format.
type output struct {
	format  string
	reports []string
	query   string
}

func (o *output) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.format, "format", "table", "what standard output gets: table, markdown, json, csv, junit or html")
	flags.StringArrayVar(&o.reports, "report", nil, "write a report to `FILE`, repeatable; by its ending: .md .html .json .csv .xml (JUnit) .txt; - is standard output")
}

// check finds out before the first search that every report can be written.
func (o *output) check(p *program) error {
	if _, err := reports.ParseFormat(o.format); err != nil {
		return withExit(exitUsage, fmt.Errorf("--format: %w", err))
	}
	if _, err := p.colored(); err != nil {
		return err
	}
	for _, path := range o.reports {
		if path == "-" {
			continue
		}
		if _, err := reports.FormatOf(path); err != nil {
			return withExit(exitUsage, fmt.Errorf("--report: %w", err))
		}
		folder := filepath.Dir(path)
		probe, err := os.CreateTemp(folder, ".releval-*")
		if err != nil {
			return withExit(exitUsage, fmt.Errorf("--report: cannot write into %s: %w", folder, err))
		}
		probe.Close()
		os.Remove(probe.Name())
	}
	return nil
}

func (o *output) checkSuites(cmd *cobra.Command, suites int) error {
	for _, path := range o.reports {
		if suites > 1 && path != "-" && !strings.Contains(path, "{suite}") {
			return usageError(cmd, "--report %s names one file for several suites: put {suite} into the name", path)
		}
	}
	return nil
}

// write renders the report to standard output and to the files.
func (p *program) write(report *reports.Report, o *output) error {
	format, err := reports.ParseFormat(o.format)
	if err != nil {
		return err
	}
	color, err := p.colored()
	if err != nil {
		return err
	}
	options := reports.Options{Width: p.width(p.Stdout), Color: color, Query: o.query}
	if err := reports.Write(p.Stdout, format, report, options); err != nil {
		return fmt.Errorf("cannot write the report to standard output: %w", err)
	}
	for _, path := range o.reports {
		path = strings.ReplaceAll(path, "{suite}", report.Evaluation.Run.Manifest.Suite)
		if path == "-" {
			continue
		}
		if err := reports.WriteFile(path, report, reports.Options{Query: o.query}); err != nil {
			return err
		}
	}
	return nil
}
