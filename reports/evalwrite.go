package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

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
	var notes footnotes
	g := r.grid(false, &notes)
	if !g.fits(o) {
		g = r.grid(true, &notes)
	}
	text, err := g.text(o)
	if err != nil {
		return err
	}
	b.WriteString(text + "\n")
	for _, line := range append(notes.lines(), r.says()...) {
		b.WriteString(wrap(clean(line), o.width(), "", ""))
	}
	if !r.PerQuery {
		return nil
	}
	if text, err = r.queryGrid().text(o); err != nil {
		return err
	}
	b.WriteString("\n" + text)
	return nil
}

func (r *EvalReport) writeMarkdown(b *bytes.Buffer) error {
	var notes footnotes
	text, err := r.grid(false, &notes).markdown()
	if err != nil {
		return err
	}
	b.WriteString(text + "\n")
	for _, line := range append(notes.lines(), r.says()...) {
		b.WriteString(escapeLineStart(line) + "  \n")
	}
	if !r.PerQuery {
		return nil
	}
	if text, err = r.queryGrid().markdown(); err != nil {
		return err
	}
	b.WriteString("\n" + text)
	return nil
}

// EvalFormat is the version of the JSON that WriteEval writes, in its key
// "format". Within a version a key is never taken away or changed in meaning.
// Version 2 has the comparisons of a run's report, under its names.
const EvalFormat = 2

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
	out := jsonEval{Format: EvalFormat, Qrels: r.Qrels, Queries: len(r.Runs[0].Queries), Comparisons: comparisons(r.Differences)}
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
	rows := [][]string{{"run", "query", "metric", "value", "difference", "low", "high", "p", "p_holm", "won", "lost", "tied"}}
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
				row = append(row, csvNumber(d.Difference), csvNumber(d.Low), csvNumber(d.High), csvNumber(d.P), csvNumber(d.AdjustedP),
					strconv.Itoa(d.Wins), strconv.Itoa(d.Losses), strconv.Itoa(d.Ties))
			} else {
				row = append(row, make([]string, 8)...)
			}
			rows = append(rows, row)
		}
	}
	for _, o := range r.Overlaps {
		row := []string{csvText(o.Run), "", "rbo(" + compact(o.P) + ")", csvNumber(o.Mean)}
		rows = append(rows, append(row, make([]string, 8)...))
	}
	return writeRows(b, rows)
}
