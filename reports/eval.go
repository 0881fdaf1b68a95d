package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/eval/trec"
	"github.com/releval/releval/reports/grid"
)

// An EvalReport is what one or more TREC runs come to on the same qrels. The
// first run is the one that the others are compared with.
type EvalReport struct {
	// Qrels is the name of the judgments.
	Qrels string
	// PerQuery asks for the values of each query too.
	PerQuery bool
	Runs     []EvalRun
	// Differences holds, for each run but the first, one entry a metric that
	// can be tested: those of the first such metric together.
	Differences []score.Difference
	// Overlaps say how much alike the runs rank; they need no judgments.
	Overlaps []EvalOverlap
}

// An EvalOverlap is the rank-biased overlap (RBO) of a run with the first one.
type EvalOverlap struct {
	Run string
	// P is the persistence of the reader, Mean the mean RBO over Queries
	// queries: those that either run answers.
	P, Mean float64
	Queries int
}

// An EvalRun is one run under a name that no other of the report has.
type EvalRun struct {
	Name string
	*trec.Result
}

// NewEvalReport holds runs that were scored by the same metrics on the same
// qrels against the first of them.
func NewEvalReport(qrels string, results []*trec.Result, o stats.Options) (*EvalReport, error) {
	r := &EvalReport{Qrels: qrels}
	for i, name := range runNames(results) {
		r.Runs = append(r.Runs, EvalRun{name, results[i]})
	}
	var names []string
	var values [][][]float64
	for _, run := range r.Runs {
		names, values = append(names, run.Name), append(values, run.Values)
	}
	var err error
	r.Differences, err = score.CompareColumns(names, r.Runs[0].Metrics, values, r.Runs[0].Largest, o)
	return r, err
}

// runNames are the runs' file names, with their folders where two are equal,
// and with a number where that does not help.
func runNames(results []*trec.Result) []string {
	names := make([]string, len(results))
	count := map[string]int{}
	for i, r := range results {
		names[i] = filepath.Base(r.Name)
		count[names[i]]++
	}
	seen := map[string]int{}
	for i, r := range results {
		if count[names[i]] > 1 {
			names[i] = r.Name
		}
		seen[names[i]]++
		if n := seen[names[i]]; n > 1 {
			names[i] += " #" + strconv.Itoa(n)
		}
	}
	return names
}

// difference is a run's difference on a metric; nil for the first run and
// where the metric is no mean.
func (r *EvalReport) difference(run string, m metrics.Metric) *score.Difference {
	for i := range r.Differences {
		if d := &r.Differences[i]; d.System == run && d.Metric == m {
			return d
		}
	}
	return nil
}

// grid shows every metric: of one run a row each, of several a row for each
// run, with the difference against the first. A narrow grid puts the interval
// behind the difference.
func (r *EvalReport) grid(narrow bool, notes *grid.Footnotes) *grid.Table {
	g := &grid.Table{Columns: []grid.Column{{Head: "metric", Shrink: 12}}}
	if len(r.Runs) == 1 {
		g.Columns = append(g.Columns, grid.Column{Head: grid.Short(r.Runs[0].Name), Right: true, Shrink: 8})
	} else {
		g.Columns = append(g.Columns, grid.Column{Head: "run", Shrink: 8}, grid.Column{Head: "value", Right: true})
	}
	if len(r.Differences) > 0 {
		sure := coverage(r.Differences[0].Confidence)
		if narrow {
			g.Columns = append(g.Columns, grid.Column{Head: "difference [" + sure + "]", Right: true},
				grid.Column{Head: "p", Right: true}, grid.Column{Head: "+/−/=", Right: true})
		} else {
			g.Columns = append(g.Columns, grid.Column{Head: "difference", Right: true}, grid.Column{Head: sure + " interval", Right: true},
				grid.Column{Head: "p", Right: true}, grid.Column{Head: "won/lost/tied", Right: true})
		}
	}
	for m, metric := range r.Runs[0].Metrics {
		for i, run := range r.Runs {
			row := []grid.Cell{{Text: metric.String()}}
			if len(r.Runs) > 1 {
				row = append(row, grid.Cell{Text: grid.Short(run.Name)})
				if i > 0 {
					row[0].Text = ""
				}
			}
			value := grid.Cell{Text: evalValue(metric, run.Summaries[m].Value)}
			if n := run.Summaries[m].Undefined; n > 0 {
				value.Note = notes.Mark([]string{"undefined for " + text.Count(n, "query") + ", which are left out"})
			}
			row = append(row, value)
			if len(r.Differences) > 0 {
				row = append(row, differenceCells(r.difference(run.Name, metric), narrow, notes)...)
			}
			g.Add(row...)
		}
	}
	return g
}

// differenceCells are the cells of a difference; empty ones where there is none.
func differenceCells(d *score.Difference, narrow bool, notes *grid.Footnotes) []grid.Cell {
	switch {
	case d == nil && narrow:
		return grid.Words("", "", "")
	case d == nil:
		return grid.Words("", "", "", "")
	}
	difference := grid.Cell{Text: evalSigned(d.Mean), Tone: toneOf(d), Note: notes.Mark(remarks(d))}
	rest := grid.Words(pValue(corrected(d)), fmt.Sprintf("%d/%d/%d", d.Wins, d.Losses, d.Ties))
	if narrow {
		between := absent
		if !math.IsNaN(d.Low) {
			between = evalSigned(d.Low) + ", " + evalSigned(d.High)
		}
		difference.Text += " [" + between + "]"
		return append([]grid.Cell{difference}, rest...)
	}
	between := absent
	if !math.IsNaN(d.Low) && !math.IsNaN(d.High) {
		between = evalSigned(d.Low) + " to " + evalSigned(d.High)
	}
	return append([]grid.Cell{difference, {Text: between}}, rest...)
}

// queryGrid shows the values of each query, a row for each run.
func (r *EvalReport) queryGrid() *grid.Table {
	g := &grid.Table{Columns: []grid.Column{{Head: "query", Shrink: 10}}}
	if len(r.Runs) > 1 {
		g.Columns = append(g.Columns, grid.Column{Head: "run", Shrink: 10})
	}
	g.Columns = append(g.Columns, grid.Column{Head: "hits", Right: true})
	for _, m := range r.Runs[0].Metrics {
		if !onlyOverall(m) {
			g.Columns = append(g.Columns, grid.Column{Head: m.String(), Right: true})
		}
	}
	for q, id := range r.Runs[0].Queries {
		for i, run := range r.Runs {
			row := []grid.Cell{{Text: grid.Short(id)}}
			if len(r.Runs) > 1 {
				row = append(row, grid.Cell{Text: grid.Short(run.Name)})
				if i > 0 {
					row[0].Text = ""
				}
			}
			row = append(row, grid.Cell{Text: strconv.Itoa(run.Hits[q])})
			for m, metric := range run.Metrics {
				if !onlyOverall(metric) {
					row = append(row, grid.Cell{Text: evalValue(metric, run.Values[m][q])})
				}
			}
			g.Add(row...)
		}
	}
	return g
}

// onlyOverall tells whether a metric says nothing about one query.
func onlyOverall(m metrics.Metric) bool { return m.String() == "num_q" }

// says is what a reader must know beside the numbers, a sentence each.
func (r *EvalReport) says() []string {
	queries := len(r.Runs[0].Queries)
	said := []string{"Over all " + text.Count(queries, "query") + " of " + r.Qrels + "."}
	for _, run := range r.Runs {
		if run.Missing > 0 {
			said = append(said, run.Name+" answers "+text.Thousands(queries-run.Missing)+" of them; the others count 0.")
		}
		if run.Unjudged > 0 {
			said = append(said, run.Name+" answers "+text.Count(run.Unjudged, "query")+" that nobody judged, which count nowhere.")
		}
	}
	for _, o := range r.Overlaps {
		said = append(said, fmt.Sprintf("RBO (p = %s) of %s with %s: %.4f, the mean over %s that either answers.",
			grid.Compact(o.P), o.Run, r.Runs[0].Name, o.Mean, text.Count(o.Queries, "query")))
	}
	for i := range r.Differences {
		if d := &r.Differences[i]; d.Primary {
			said = append(said, newVerdict(d).Sentence)
		}
	}
	if s := method(r.Differences); s != "" {
		said = append(said, "Differences are against "+r.Runs[0].Name+"; "+s+".")
	}
	return said
}

// evalValue prints a value with four decimals, as trec_eval does, and a count
// without any.
func evalValue(m metrics.Metric, v float64) string {
	switch {
	case math.IsNaN(v):
		return text.Undefined
	case m.IsCount():
		return text.Thousands(int64(v))
	}
	return strconv.FormatFloat(v, 'f', 4, 64)
}

// evalSigned prints a difference with four decimals and its sign.
func evalSigned(v float64) string { return text.Signed(v, 4) }

// WriteEval renders an EvalReport as Table, Markdown, JSON or CSV. It renders
// to memory first, so that an error of the report leaves w untouched.
func WriteEval(w io.Writer, format Format, r *EvalReport, o Options) error {
	var b bytes.Buffer
	var err error
	switch format {
	case Table:
		err = r.writeText(&b, o)
	case Markdown:
		err = r.writeMarkdown(&b)
	case JSON:
		err = r.writeJSON(&b)
	case CSV:
		err = r.writeCSV(&b)
	default:
		err = fmt.Errorf("no TREC evaluation in the format %q: use table, markdown, json, csv or trec", format)
	}
	if err != nil {
		return err
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("cannot write the report: %w", err)
	}
	return nil
}

func (r *EvalReport) writeText(b *bytes.Buffer, o Options) error {
	var notes grid.Footnotes
	g := r.grid(false, &notes)
	if !g.Fits(o.screen()) {
		g = r.grid(true, &notes)
	}
	phrase, err := g.Text(o.screen())
	if err != nil {
		return err
	}
	b.WriteString(phrase + "\n")
	for _, line := range append(notes.Lines(), r.says()...) {
		b.WriteString(grid.Wrap(text.Clean(line), o.screen().Columns(), "", ""))
	}
	if !r.PerQuery {
		return nil
	}
	if phrase, err = r.queryGrid().Text(o.screen()); err != nil {
		return err
	}
	b.WriteString("\n" + phrase)
	return nil
}

func (r *EvalReport) writeMarkdown(b *bytes.Buffer) error {
	var notes grid.Footnotes
	phrase, err := r.grid(false, &notes).Markdown()
	if err != nil {
		return err
	}
	b.WriteString(phrase + "\n")
	for _, line := range append(notes.Lines(), r.says()...) {
		b.WriteString(grid.EscapeLineStart(line) + "  \n")
	}
	if !r.PerQuery {
		return nil
	}
	if phrase, err = r.queryGrid().Markdown(); err != nil {
		return err
	}
	b.WriteString("\n" + phrase)
	return nil
}

// evalFormat is the version of the JSON that WriteEval writes, in its key
// "format". Within a version a key is never taken away or changed in meaning.
// Version 3 has the comparisons of a run's report in its format 2.
const evalFormat = 3

// The structs below are the JSON; a value that is undefined is null.
type (
	jsonEval struct {
		Format      int              `json:"format"`
		Qrels       string           `json:"qrels"`
		Queries     int              `json:"queries"`
		Runs        []jsonEvalRun    `json:"runs"`
		Comparisons []jsonComparison `json:"comparisons"`
		Rows        []jsonEvalQuery  `json:"per_query,omitempty"`
	}
	jsonEvalRun struct {
		Name     string           `json:"name"`
		RunID    string           `json:"run_id"`
		Missing  int              `json:"missing_queries"`
		Unjudged int              `json:"unjudged_queries"`
		RBO      *jsonEvalOverlap `json:"rbo,omitempty"`
		Metrics  []jsonEvalMetric `json:"metrics"`
	}
	jsonEvalOverlap struct {
		P       float64 `json:"p"`
		Value   float64 `json:"value"`
		Queries int     `json:"queries"`
	}
	jsonEvalMetric struct {
		Metric    string   `json:"metric"`
		Mean      *float64 `json:"mean"`
		Undefined int      `json:"undefined"`
	}
	jsonEvalQuery struct {
		Query  string              `json:"query"`
		Run    string              `json:"run"`
		Hits   int                 `json:"hits"`
		Values map[string]*float64 `json:"values"`
	}
)

func (r *EvalReport) writeJSON(b *bytes.Buffer) error {
	out := jsonEval{Format: evalFormat, Qrels: r.Qrels, Queries: len(r.Runs[0].Queries), Comparisons: comparisons(r.Differences)}
	for _, run := range r.Runs {
		j := jsonEvalRun{Name: run.Name, RunID: strings.ToValidUTF8(run.RunID, "\uFFFD"), Missing: run.Missing, Unjudged: run.Unjudged}
		for m, metric := range run.Metrics {
			j.Metrics = append(j.Metrics, jsonEvalMetric{metric.String(), finite(run.Summaries[m].Value), run.Summaries[m].Undefined})
		}
		for _, o := range r.Overlaps {
			if o.Run == run.Name {
				j.RBO = &jsonEvalOverlap{o.P, o.Mean, o.Queries}
			}
		}
		out.Runs = append(out.Runs, j)
	}
	if r.PerQuery {
		for q, id := range r.Runs[0].Queries {
			for _, run := range r.Runs {
				row := jsonEvalQuery{Query: strings.ToValidUTF8(id, "\uFFFD"), Run: run.Name, Hits: run.Hits[q], Values: map[string]*float64{}}
				for m, metric := range run.Metrics {
					if !onlyOverall(metric) {
						row.Values[metric.String()] = finite(run.Values[m][q])
					}
				}
				out.Rows = append(out.Rows, row)
			}
		}
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// writeCSV renders a row for each run and metric, its query empty; and a row
// for each query before them where those are asked for.
func (r *EvalReport) writeCSV(b *bytes.Buffer) error {
	rows := [][]string{{"run", "query", "metric", "value", "difference", "low", "high", "p", "p_corrected", "won", "lost", "tied"}}
	for i, run := range r.Runs {
		if !r.PerQuery {
			break
		}
		for q, id := range run.Queries {
			for m, metric := range run.Metrics {
				if onlyOverall(metric) {
					continue
				}
				difference := math.NaN()
				if i > 0 {
					difference = run.Values[m][q] - r.Runs[0].Values[m][q]
				}
				rows = append(rows, []string{csvText(run.Name), csvText(id), metric.String(), csvNumber(run.Values[m][q]),
					csvNumber(difference), "", "", "", "", "", "", ""})
			}
		}
	}
	for _, run := range r.Runs {
		for m, metric := range run.Metrics {
			row := []string{csvText(run.Name), "", metric.String(), csvNumber(run.Summaries[m].Value)}
			if d := r.difference(run.Name, metric); d != nil {
				row = append(row, csvNumber(d.Mean), csvNumber(d.Low), csvNumber(d.High), csvNumber(d.P), csvNumber(d.PCorrected),
					strconv.Itoa(d.Wins), strconv.Itoa(d.Losses), strconv.Itoa(d.Ties))
			} else {
				row = append(row, make([]string, 8)...)
			}
			rows = append(rows, row)
		}
	}
	for _, o := range r.Overlaps {
		row := []string{csvText(o.Run), "", "rbo(" + grid.Compact(o.P) + ")", csvNumber(o.Mean)}
		rows = append(rows, append(row, make([]string, 8)...))
	}
	return writeRows(b, rows)
}
