package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/compare"
	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports"
)

// judging is the flags that say what a run is compared with.
type judging struct {
	baseline string
	maxAge   time.Duration
	force    bool
	strict   bool
	github   githubFlag
}

func (j *judging) addFlags(flags *pflag.FlagSet) {
	flags.DurationVar(&j.maxAge, "baseline-max-age", 30*24*time.Hour, "warn where the baseline is older; 0 for never")
	flags.BoolVar(&j.force, "force", false, "compare with the baseline even where the difference means nothing")
	j.github.addFlag(flags, "add to the step's summary, and annotate failed gates")
	flags.BoolVar(&j.strict, "strict", false, "an inconclusive gate fails")
}

// readBaseline reads the run to compare with before the first search; nil
// where there is none.
func (j *judging) readBaseline(p *program, reader *runfile.Reader) (*eval.Run, error) {
	if j.baseline == "" {
		return nil, nil
	}
	stored, err := reader.Read(j.baseline)
	if err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	if stored.Complete == nil {
		return nil, withExit(exitUsage, fmt.Errorf("baseline: %s is incomplete, %d of %d queries; complete it with --resume, or choose another", j.baseline, len(stored.Queries), stored.Manifest.QueryCount))
	}
	age := time.Since(stored.Manifest.Started)
	if j.maxAge > 0 && age > j.maxAge {
		p.note("the baseline %s is %d days old; if today's results are good, record a new one: releval run --out %s", j.baseline, int(age.Hours()/24), j.baseline)
	}
	return &stored.Run, nil
}

// byTag cuts a saved run to the queries with a tag; the empty tag, and no run,
// are left as they are.
func byTag(run *eval.Run, tag string) (*eval.Run, error) {
	if run == nil || tag == "" {
		return run, nil
	}
	selected, err := eval.Select(run, tag)
	if err != nil {
		return nil, withExit(exitUsage, fmt.Errorf("--tag: %w", err))
	}
	return selected, nil
}

// bySystem cuts a saved run to the named systems and the first stages that they
// rerank; none leave it as it is.
func bySystem(run *eval.Run, names []string) (*eval.Run, error) {
	if len(names) == 0 {
		return run, nil
	}
	selected, err := eval.SelectSystems(run, names)
	if err != nil {
		return nil, withExit(exitUsage, fmt.Errorf("--system: %w", err))
	}
	return selected, nil
}

// baseOf cuts a baseline as bySystem cuts the run that is compared with it: to
// those of the systems that it has. One that has none of them stays whole, and
// the comparison says so.
func baseOf(base *eval.Run, names []string) *eval.Run {
	if base == nil {
		return nil
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return base.Manifest.System(name) == nil })
	if selected, err := bySystem(base, names); err == nil {
		return selected
	}
	return base
}

// byQuery cuts a saved run to the queries whose id matches a pattern, as the run
// that is compared with it was cut.
func byQuery(run *eval.Run, glob string) *eval.Run {
	if glob == "" {
		return run
	}
	selected := *run
	selected.Queries = slices.DeleteFunc(slices.Clone(run.Queries), func(q eval.Query) bool {
		matched, err := plan.Matches(glob, q.ID)
		return err != nil || !matched
	})
	selected.Cut = run.Cut || len(selected.Queries) < len(run.Queries)
	return &selected
}

// report works a report out of a run, renders it everywhere it should go, and
// gives the verdict as an error: errGate where a gate failed, one of exit code
// 3 where the run lacks answers.
func (p *program) report(run, base *eval.Run, file string, j *judging, o *output) error {
	report, err := p.judge(run, base, j)
	if err != nil {
		return err
	}
	report.RunFile, report.Kept = file, o.kept
	if err := p.write(report, o); err != nil {
		return err
	}
	broken := integrityError(report, o.flags)
	if p.onGitHub(j.github) {
		if err := p.github(report, broken); err != nil {
			return err
		}
	}
	if broken != nil {
		return broken
	}
	switch gate.Overall(report.Gates) {
	case gate.Failed:
		return errGate
	case gate.Inconclusive:
		p.note("a gate is inconclusive: it passes with this warning, and fails under --strict")
	}
	return nil
}

// judge evaluates a run once, by the metrics of its suite and of its gates,
// compares it with the baseline and decides its gates. The report is by the
// suite's metrics alone.
func (p *program) judge(run, base *eval.Run, j *judging) (*reports.Report, error) {
	options := stats.Options{Seed: run.Manifest.Seed}
	shown, err := score.Metrics(&run.Manifest)
	if err != nil {
		return nil, err
	}
	needed, err := gate.Metrics(run.Manifest.Gates)
	if err != nil {
		return nil, fmt.Errorf("the run's gates: %w", err)
	}
	all := slices.Clone(shown)
	for _, m := range needed {
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	scores, err := score.Evaluate(run, all)
	if err != nil {
		return nil, err
	}
	report, err := reports.New(scores.OfMetrics(shown), options)
	if err != nil {
		return nil, err
	}
	input := gate.Input{Scores: scores, Integrity: &report.Integrity, Now: time.Now()}
	if base != nil {
		compared, err := compare.Runs(base, scores, compare.Options{Metrics: shown, Force: j.force, Stats: options})
		if err != nil {
			return nil, withExit(exitUsage, err)
		}
		input.Baseline, input.Doubt = compared.Base, compared.Doubt
		report.Baseline = report.NewBaselineView(j.baseline, compared)
	}
	report.Gates = gate.Evaluate(input)
	for i := range report.Gates {
		if g := &report.Gates[i]; j.strict && g.Verdict == gate.Inconclusive { // in every format, as the exit code has it
			g.Verdict, g.Reason = gate.Failed, "inconclusive, which --strict makes a failure: "+g.Reason
		}
	}
	return report, nil
}

// flagsOf are the flags that were given to releval run, as they are given to it
// again to resume what it wrote: without its file.
func flagsOf(cmd *cobra.Command) string {
	var given strings.Builder
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name == "out" || f.Name == "resume" {
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, value := range values {
			if f.Name == "cluster" && strings.Contains(value, "@") {
				address, err := url.Parse(value)
				if err != nil {
					continue
				}
				address.User = nil // it may be a password: the environment has it again
				value = address.String()
			}
			given.WriteString(" --" + f.Name)
			switch {
			case f.NoOptDefVal == "":
				given.WriteString(" " + text.ShellWord(value))
			case f.NoOptDefVal != value:
				given.WriteString("=" + text.ShellWord(value))
			}
		}
	})
	return given.String()
}

// resumeCommand is the command that resumes a run of a suite.
func resumeCommand(flags, file, suite string) string {
	return fmt.Sprintf("releval run%s --resume %s %s", flags, text.ShellWord(file), text.ShellWord(suite))
}

// integrityError is the error of a run whose numbers cannot be trusted: of
// every run whose report says so. The flags are those that made it, empty where
// they are not known.
func integrityError(r *reports.Report, flags string) error {
	for _, s := range r.Integrity.Systems {
		switch {
		case len(s.NotReranked) > 0:
			first := s.NotReranked[0]
			return withExit(exitCluster, fmt.Errorf("the reranker %s did not run for %s (%q: %s), so its numbers mean nothing", s.System, text.Count(len(s.NotReranked), "query"), first.Query, first.Reason))
		case len(s.Failed) > 0:
			first := s.Failed[0]
			again := ""
			if r.RunFile != "" && r.Evaluation.Run.Retryable() > 0 {
				again = "; search them again by " + resumeCommand(flags, r.RunFile, r.Evaluation.Run.Manifest.File)
				if flags == "" {
					again += ", with the flags of the run"
				}
			}
			return withExit(exitCluster, fmt.Errorf("%s of %s failed, and count in no comparison (%q: %s)%s", text.Count(len(s.Failed), "query"), s.System, first.Query, first.Reason, again))
		}
	}
	if r.Integrity.Incomplete {
		return withExit(exitCluster, fmt.Errorf("the run is incomplete: %s missing", text.Plural(r.Integrity.Missing, "query is", "queries are")))
	}
	if reasons := r.Distrusted(); len(reasons) > 0 {
		return withExit(exitCluster, fmt.Errorf("the numbers cannot be trusted: %s", strings.Join(reasons, "; ")))
	}
	return nil
}
