package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/eval/trec"
	"github.com/releval/releval/eval/trecrun"
	"github.com/releval/releval/judgments"
)

// reportTREC makes a run of TREC files, reports it as any other, and decides the
// gates.
func (p *program) reportTREC(ctx context.Context, f *evalFlags, gates []judgments.Gate, inputs []trec.Input, measures trec.Measures, o trec.Options) error {
	run, err := trecrun.Read(ctx, inputs[0], inputs[1:], o, f.qrels())
	if err != nil {
		return err
	}
	run.Manifest.Tool, run.Manifest.Seed = toolName(), f.seed
	for _, m := range measures.Metrics {
		if !m.IsMean() && !m.IsCount() {
			p.note("%s is over all queries together, and is left out of the report", m)
			continue
		}
		run.Manifest.Metrics = append(run.Manifest.Metrics, m.String())
	}
	run.Manifest.Gates = gates
	report, err := p.judge(run, nil, &judging{strict: f.strict})
	if err != nil {
		return err
	}
	if err := p.writeFiles(report, &output{reports: f.reports}); err != nil {
		return err
	}
	passed := 0
	for _, g := range report.Gates {
		if g.Verdict == gate.Passed {
			passed++
			continue
		}
		p.note("gate %s, %s: %s: %s", text.Clean(g.Source), g.System, g.Verdict, strings.TrimSpace(g.Actual+" "+text.Clean(g.Reason)))
	}
	if len(report.Gates) > 0 {
		p.note("%d of %s passed", passed, text.Count(len(report.Gates), "verdict"))
	}
	switch overall := gate.Overall(report.Gates); {
	case overall == gate.Failed, overall == gate.Inconclusive && f.strict:
		return errGate
	}
	return nil
}

// readGates reads the file of gates, which are on the runs by their names.
func (f *evalFlags) readGates(runs []string) ([]judgments.Gate, error) {
	if f.gates == "" {
		return nil, nil
	}
	systems := make([]string, len(runs))
	for i, path := range runs {
		systems[i] = trecrun.Name(path)
	}
	data, err := judgments.ReadText(f.gates, judgments.DefaultMaxBytes)
	if err != nil {
		return nil, err
	}
	gates, err := judgments.ParseGates(f.gates, data, judgments.Options{Metric: checkMetric})
	if err != nil {
		return nil, err
	}
	var problems judgments.Problems
	for _, g := range gates {
		problems = append(problems, gate.Check(g, systems, checkMetric)...)
		if why := unmeasured(g); why != "" {
			problems = append(problems, judgments.Problem{Position: g.Position, Message: why})
		}
	}
	return gates, problems.ErrorOrNil()
}

// unmeasured says what TREC files have nothing of.
func unmeasured(g judgments.Gate) string {
	switch {
	case slices.Contains(judgments.Latencies, g.Metric), slices.Contains(judgments.Counts, g.Metric), g.Metric == judgments.Cost:
		return fmt.Sprintf("TREC files say nothing of %s; bound a metric", g.Metric)
	case g.Versus == "baseline", g.Versus == judgments.FirstStage:
		return fmt.Sprintf("there is no %s among TREC runs; name a run as versus", g.Versus)
	case g.Tag != "":
		return "TREC files have no tags; remove tag"
	}
	m, err := metrics.Parse(g.Metric)
	if err == nil && !m.IsMean() && !m.IsCount() {
		return fmt.Sprintf("%s is over all queries together, which a gate cannot bound", m)
	}
	return ""
}
