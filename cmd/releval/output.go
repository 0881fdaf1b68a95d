package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/reports"
)

// output is the flags that say where the report goes, and in which format.
type output struct {
	format  string
	reports []string
	query   string
	details bool
	kept    bool   // releval report without a file shows the run
	written bool   // a report is on standard output already
	flags   string // those that made the run; empty where they are not known
	owed    []owed
}

func (o *output) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.format, "format", "table", "what standard output gets: table, markdown, json, csv, junit or html")
	flags.BoolVar(&o.details, "details", false, "print all tables, not only what a screen of a terminal holds")
	flags.StringArrayVar(&o.reports, "report", nil, "write a report to `FILE`, repeatable; by its ending: .md .html .json .csv .xml (JUnit) .txt; - is standard output")
}

// suitePlace stands for a suite's name in the name of a file.
const suitePlace = "{suite}"

// fileOf puts a suite's name into the name of a file. A suite's name is no
// path: what could lead to another folder becomes a hyphen.
func fileOf(pattern, suite string) string {
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || unicode.IsControl(r) {
			return '-'
		}
		return r
	}, suite)
	if name == "." || name == ".." {
		name = strings.ReplaceAll(name, ".", "-")
	}
	return strings.ReplaceAll(pattern, suitePlace, name)
}

// check finds out before the first search that every report can be written,
// but for those whose names depend on a suite's: checkFiles looks at them.
func (o *output) check() error {
	if _, err := reports.ParseFormat(o.format); err != nil {
		return withExit(exitUsage, fmt.Errorf("--format: %w", err))
	}
	for _, path := range o.reports {
		if path == "-" {
			continue
		}
		if _, err := reports.FormatOf(path); err != nil {
			return withExit(exitUsage, fmt.Errorf("--report: %w", err))
		}
		if strings.Contains(path, suitePlace) {
			continue
		}
		if err := writable(path); err != nil {
			return withExit(exitUsage, fmt.Errorf("--report: %w", err))
		}
	}
	return nil
}

// writable says whether a report can be put at a path.
func writable(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a directory", path)
	}
	folder := filepath.Dir(path)
	probe, err := os.CreateTemp(folder, ".releval-*")
	if err != nil {
		if failed, ok := errors.AsType[*fs.PathError](err); ok {
			err = failed.Err // the probe's name says nothing to the user
		}
		return fmt.Errorf("cannot write into %s: %w", folder, err)
	}
	probe.Close()
	os.Remove(probe.Name())
	return nil
}

// checkSuites refuses what is for one suite alone.
func (o *output) checkSuites(cmd *cobra.Command, suites int) error {
	if suites < 2 {
		return nil
	}
	for _, path := range o.reports {
		if path != "-" && !strings.Contains(path, suitePlace) {
			return usageError(cmd, "--report %s names one file for several suites: put {suite} into the name", path)
		}
	}
	switch reports.Format(o.format) {
	case reports.JUnit:
		return usageError(cmd, "--format junit is a document of one suite: write --report {suite}.xml for several")
	case reports.HTML:
		return usageError(cmd, "--format html is a document of one suite: write --report {suite}.html for several")
	}
	return nil
}

// checkFiles finds out before the first search what becomes of {suite}: that
// the reports and the runs can be written, and that no two suites write one
// file. Out is --out.
func (o *output) checkFiles(suites []*judgments.Suite, out string) error {
	type target struct{ flag, pattern string }
	targets := []target{{"--out", out}}
	for _, path := range o.reports {
		targets = append(targets, target{"--report", path})
	}
	for _, t := range targets {
		if !strings.Contains(t.pattern, suitePlace) {
			continue
		}
		writers := make(map[string]*judgments.Suite)
		for _, s := range suites {
			path := fileOf(t.pattern, s.Name)
			if other := writers[path]; other != nil {
				return withExit(exitUsage, fmt.Errorf("%s and %s are both named %s: %s %s would be one file for both", other.File, s.File, s.Name, t.flag, t.pattern))
			}
			writers[path] = s
			if err := writable(path); err != nil {
				return withExit(exitUsage, fmt.Errorf("%s: %w", t.flag, err))
			}
			if _, err := os.Lstat(path); err == nil && t.flag == "--out" {
				return withExit(exitUsage, fmt.Errorf("--out: %w", runfile.Taken(path)))
			}
		}
	}
	return nil
}

// write renders the report to standard output and to the files.
func (p *program) write(report *reports.Report, o *output) error {
	if err := p.print(report, o); err != nil {
		return err
	}
	return p.writeFiles(report, o)
}

// print renders the report to standard output.
func (p *program) print(report *reports.Report, o *output) error {
	format, err := reports.ParseFormat(o.format)
	if err != nil {
		return err
	}
	color, err := p.colored()
	if err != nil {
		return err
	}
	options := reports.Options{Width: p.width(p.Stdout), Color: color, Query: o.query, NoHead: o.written, Screen: !o.details}
	if err := reports.Write(p.Stdout, format, report, options); err != nil {
		return err
	}
	o.written = true
	return nil
}

// writeFiles renders the report to the files, and settles what is owed.
func (p *program) writeFiles(report *reports.Report, o *output) error {
	for _, path := range o.reports {
		if path == "-" {
			continue
		}
		path = fileOf(path, report.Evaluation.Run.Manifest.Suite)
		if err := reports.WriteFile(path, report, reports.Options{Query: o.query}); err != nil {
			return err
		}
	}
	o.settle()
	return nil
}
