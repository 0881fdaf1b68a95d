package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/eval/trec"
	"github.com/releval/releval/reports"
)

// evalFlags is what the command line says beside the files.
type evalFlags struct {
	metrics     []string
	perQuery    bool
	format      string
	rankBy      string
	float32     bool
	trecVersion string
	rbo         float64
	grades      string
	ties        string
	seed        uint64
	// reports are files for reports of all runs together, gates a file of gates
	// that they must meet.
	reports []string
	gates   string
	strict  bool
	// excludeQueryDocument leaves out hits and judgments that have their query's id.
	excludeQueryDocument bool
}

// evalMetrics are the metrics of eval where none is named; for trec it is
// trec_eval's own choice.
var evalMetrics = []string{"ndcg@10", "mrr@10", "map", "recall@100", "judged@10"}

func newEvalCommand(p *program) *cobra.Command {
	var f evalFlags
	cmd := &cobra.Command{
		Use:   "eval QRELS RUN [RUN...]",
		Short: "Score TREC run files: metrics, and comparison where there are several",
		Long: `Score TREC run files against TREC qrels, always over all queries of the qrels.
Several runs are compared with the first, with intervals and tests.

A file may be gzip; - is standard input. Metrics have the names of this
project, of trec_eval (ndcg_cut_10, P.5,10, official) or of ir_measures.
--format trec prints as trec_eval -c does, with --per-query as -c -q; the names
of trec_eval then mean what they mean there (rbp is graded, with p = 0.9), and
its measures that are not computed here are refused by name.

Scores are double precision, and queries that the run does not answer are
printed, as in trec_eval 10.0. Recall levels (iprec_at_recall, 11pt_avg) are
rounded up, as up to 9.0.8. --trec-version is exact in everything.

--report writes a report as of a run: HTML, Markdown, JSON, CSV, JUnit or text,
with every run compared with the first. --gates FILE decides gates on them; where
one fails the exit code is 1.`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.eval(cmd, args[0], args[1:], &f)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.metrics, "metric", nil, "a metric, repeatable (default ndcg@10, mrr@10, map, recall@100, judged@10; for trec: official)")
	flags.BoolVar(&f.perQuery, "per-query", false, "the values of each query as well")
	flags.StringVar(&f.format, "format", "table", "what standard output gets: table, markdown, json, csv or trec")
	flags.StringVar(&f.rankBy, "rank-by", "score", "the column that ranks: score (equal ones by document id, the greatest first) or rank")
	flags.BoolVar(&f.float32, "trec-float32", false, "keep scores in single precision, as trec_eval up to 9.0.8")
	flags.StringVar(&f.trecVersion, "trec-version", "", "do as this version of trec_eval: 9.0.8 or 10.0")
	flags.Float64Var(&f.rbo, "rbo", 0, "how much alike the others rank as the first run: rank-biased overlap with this persistence, as 0.9")
	flags.StringVar(&f.ties, "ties", "trec", "hits of one score: trec (by document id, as trec_eval) or expected (the mean over all their orders)")
	flags.StringVar(&f.grades, "grades", "integer", "what grades of the qrels may be: integer, or fractional (0.7), which trec_eval cuts to whole numbers")
	flags.StringArrayVar(&f.reports, "report", nil, "write a report of all runs to `FILE`, repeatable; by its ending: .md .html .json .csv .xml (JUnit) .txt")
	flags.StringVar(&f.gates, "gates", "", "a `FILE` of gates, as under the key gates of a suite; systems are the runs' file names without folder and ending")
	flags.BoolVar(&f.strict, "strict", false, "an inconclusive gate fails")
	flags.BoolVar(&f.excludeQueryDocument, "exclude-query-document", false, "leave out hits and judgments with the id of their query, as for ArguAna and Quora, where each query is a document itself")
	flags.Uint64Var(&f.seed, "seed", 1, "for every random choice")
	return cmd
}

// eval scores the runs and prints what they come to.
func (p *program) eval(cmd *cobra.Command, qrels string, runs []string, f *evalFlags) (err error) {
	o := trec.Options{ExcludeQueryDocument: f.excludeQueryDocument}
	switch f.rankBy {
	case "score":
	case "rank":
		o.Order = trec.ByRank
	default:
		return usageError(cmd, "--rank-by must be score or rank, not %q", f.rankBy)
	}
	switch {
	case f.ties == "expected" && o.Order == trec.ByRank:
		return usageError(cmd, "--ties expected is about equal scores, and --rank-by rank does not look at scores")
	case f.ties == "expected":
		o.ExpectTies, o.Seed = true, f.seed
	case f.ties != "trec":
		return usageError(cmd, "--ties must be trec or expected, not %q", f.ties)
	}
	write := trec.WriteOptions{PerQuery: f.perQuery}
	rounded := false
	switch {
	case f.trecVersion == "9.0.8", f.trecVersion == "" && f.float32:
		o.Float32, write.OmitMissing = true, true
	case f.trecVersion == "10.0" && !f.float32:
		rounded = true
	case f.trecVersion == "10.0":
		return usageError(cmd, "--trec-float32 and --trec-version 10.0 exclude each other: 10.0 keeps scores in double precision")
	case f.trecVersion != "":
		return usageError(cmd, "--trec-version must be 9.0.8 or 10.0, not %q", f.trecVersion)
	}
	if f.grades != "integer" && f.grades != "fractional" {
		return usageError(cmd, "--grades must be integer or fractional, not %q", f.grades)
	}
	format, err := reports.ParseFormat(f.format)
	switch {
	case f.format == "trec" && len(runs) > 1:
		return usageError(cmd, "--format trec is for one run, and %d are given", len(runs))
	case f.format != "trec" && (err != nil || format == reports.JUnit || format == reports.HTML):
		return usageError(cmd, "--format must be table, markdown, json, csv or trec, not %q", f.format)
	}
	switch {
	case f.rbo == 0:
	case !(f.rbo > 0 && f.rbo < 1):
		return usageError(cmd, "--rbo must be above 0 and below 1, not %v", f.rbo)
	case len(runs) < 2:
		return usageError(cmd, "--rbo compares rankings, and only one run is given")
	}
	inputs, err := p.inputs(append([]string{qrels}, runs...))
	if err != nil {
		return err
	}
	for i, in := range inputs {
		switch {
		case in.Reader == nil:
		case f.rbo > 0 && i > 0:
			return usageError(cmd, "--rbo reads the runs twice: give files, not standard input")
		case len(f.reports) > 0 || f.gates != "":
			return usageError(cmd, "--report and --gates read the files twice: give files, not standard input")
		}
	}
	gates, err := f.readGates(runs)
	if err != nil {
		return withExit(exitUsage, err)
	}
	reporting := output{format: "table", reports: f.reports}
	if err := reporting.check(); err != nil {
		return err
	}
	measures, err := f.measures()
	if err != nil {
		return withExit(exitUsage, fmt.Errorf("--metric: %w", err))
	}
	if f.format != "trec" && len(measures.Metrics) == 0 {
		return usageError(cmd, "--metric: runid is for --format trec, and no metric is named beside it")
	}
	if rounded {
		for i, m := range measures.Metrics {
			measures.Metrics[i] = m.RoundedRecall()
		}
	}
	results, err := p.evaluate(cmd.Context(), inputs, measures, o, f.qrels())
	if err != nil {
		return err
	}
	if len(f.reports) > 0 || f.gates != "" {
		defer func() {
			if err == nil {
				err = p.reportTREC(cmd.Context(), f, gates, inputs, measures, o)
			}
		}()
	}
	if f.format == "trec" {
		write.RunID = measures.RunID
		if err := trec.WriteTrecEval(p.Stdout, results[0], write); err != nil {
			return fmt.Errorf("cannot write to standard output: %w", err)
		}
		return nil
	}
	report, err := reports.NewEvalReport(inputs[0].Name, results, stats.Options{Seed: f.seed})
	if err != nil {
		return err
	}
	report.PerQuery = f.perQuery
	if f.rbo > 0 {
		if err := addOverlaps(cmd.Context(), report, inputs[1:], f.rbo, o); err != nil {
			return err
		}
	}
	color, err := p.colored()
	if err != nil {
		return err
	}
	return reports.WriteEval(p.Stdout, format, report, reports.Options{Width: p.width(p.Stdout), Color: color})
}

// addOverlaps reads the runs again, whole, and compares each with the first.
func addOverlaps(ctx context.Context, report *reports.EvalReport, runs []trec.Input, p float64, o trec.Options) error {
	var first *trec.Run
	for i, in := range runs {
		run, err := trec.ReadRun(ctx, in, o)
		if err != nil {
			return err
		}
		if i == 0 {
			first = run
			continue
		}
		queries, values := trec.Overlap(first, run, p)
		sum := 0.0
		for _, v := range values {
			sum += v
		}
		report.Overlaps = append(report.Overlaps, reports.EvalOverlap{
			Run: report.Runs[i].Name, P: p, Mean: sum / float64(len(values)), Queries: len(queries),
		})
	}
	return nil
}

// measures are the metrics asked for, in trec_eval's order where its format is.
func (f *evalFlags) measures() (trec.Measures, error) {
	names := f.metrics
	switch {
	case len(names) > 0:
	case f.format == "trec":
		names = []string{"official"}
	default:
		names = evalMetrics
	}
	measures, err := trec.ParseMeasures(names, f.format == "trec")
	if err != nil {
		return measures, err
	}
	if f.format == "trec" {
		measures.Sort()
	}
	return measures, nil
}

// qrels says how the judgments are read.
func (f *evalFlags) qrels() trec.QrelsOptions {
	return trec.QrelsOptions{Fractional: f.grades == "fractional", ExcludeQueryDocument: f.excludeQueryDocument}
}

// inputs turns file names into inputs; - is standard input, once.
func (p *program) inputs(paths []string) ([]trec.Input, error) {
	inputs := make([]trec.Input, len(paths))
	stdin := false
	for i, path := range paths {
		inputs[i] = trec.Input{Name: path, Path: path}
		if path == "-" {
			if stdin {
				return nil, withExit(exitUsage, fmt.Errorf("standard input (-) can be read only once: name a file for the other"))
			}
			stdin = true
			inputs[i] = trec.Input{Name: "standard input", Reader: p.Stdin}
		}
	}
	return inputs, nil
}

// evaluate reads the qrels, then each run.
func (p *program) evaluate(ctx context.Context, inputs []trec.Input, measures trec.Measures, o trec.Options, q trec.QrelsOptions) ([]*trec.Result, error) {
	qrels, err := trec.ReadQrels(ctx, inputs[0], q)
	if err != nil {
		return nil, err
	}
	if n := qrels.Excluded(); n > 0 {
		p.note("%s: %s left out, of the query's own document", inputs[0].Name, text.Count(n, "judgment"))
	}
	var results []*trec.Result
	for _, in := range inputs[1:] {
		start := time.Now()
		result, err := trec.Evaluate(ctx, qrels, in, measures.Metrics, o)
		if err != nil {
			return nil, err
		}
		p.logger().Debug("evaluated", "run", in.Name, "took", time.Since(start).Round(time.Millisecond))
		if result.Missing > 0 {
			p.note("%s answers %d of %d judged queries; the others count 0", in.Name, len(result.Queries)-result.Missing, len(result.Queries))
		}
		switch {
		case o.ExcludeQueryDocument && result.Excluded == 0 && qrels.Excluded() == 0:
			p.note("%s has no hit with the id of its query, and the qrels no judgment: --exclude-query-document changed nothing", in.Name)
		case result.Excluded > 0:
			p.note("%s: %s left out, the query's own document", in.Name, text.Count(result.Excluded, "hit"))
		}
		results = append(results, result)
	}
	return results, nil
}
