package reports

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/text"
)

// writeCSV renders a row for each query, system and metric. Numbers have all
// their digits; an undefined one is an empty cell.
func writeCSV(w io.Writer, r *Report, o Options) error {
	e := r.Evaluation
	rows := [][]string{{"suite", "query_id", "query", "inference_text", "tags", "system", "metric", "value", "low", "high", "difference", "failed", "too_long"}}
	long := make([]*integrity.LongTexts, len(e.Systems))
	for s := range e.Systems {
		long[s] = integrity.FindLongTexts(e.Run, e.Systems[s].System)
	}
	for i := range e.Run.Queries {
		q := &e.Run.Queries[i]
		if o.Query != "" && q.ID != o.Query {
			continue
		}
		for s, system := range e.Systems {
			for m, metric := range e.Metrics {
				difference := math.NaN()
				if r.baseOf(s) != s {
					difference = system.Values[m][i] - e.Systems[r.baseOf(s)].Values[m][i]
				}
				rows = append(rows, []string{
					csvText(e.Run.Manifest.Suite), csvText(q.ID), csvText(q.Text), csvText(q.InferenceText), csvText(strings.Join(q.Tags, " ")),
					csvText(system.System), csvText(metric.String()),
					csvNumber(system.Values[m][i]), csvNumber(system.Low[m][i]), csvNumber(system.High[m][i]), csvNumber(difference),
					strconv.FormatBool(system.Unanswered(m, i) != ""), csvTooLong(long[s], i),
				})
			}
		}
	}
	if o.NoHead {
		rows = rows[1:]
	}
	return writeRows(w, rows)
}

// renderHits renders a row for each hit of each query and system. The column
// contribution is the hit's term in the lead metric.
func renderHits(r *Report, o Options) ([]byte, error) {
	e := r.Evaluation
	rows := [][]string{{"suite", "query_id", "system", "rank", "index", "id", "title", "score", "grade", "judged", "contribution"}}
	for i := range e.Run.Queries {
		q := &e.Run.Queries[i]
		if o.Query != "" && q.ID != o.Query {
			continue
		}
		for s := range e.Systems {
			a := r.answer(i, s)
			for j, h := range a.hits {
				rows = append(rows, []string{
					csvText(e.Run.Manifest.Suite), csvText(q.ID), csvText(a.system), strconv.Itoa(j + 1), csvText(h.Index), csvText(h.ID), csvText(h.Title),
					csvNumber(h.Score), csvNumber(a.grades[j]), strconv.FormatBool(!math.IsNaN(a.grades[j])), csvNumber(a.terms[j]),
				})
			}
		}
	}
	var b bytes.Buffer
	err := writeRows(&b, rows)
	return b.Bytes(), err
}

// renderWindows renders a row for each window of each reranker that was swept.
func renderWindows(r *Report) ([]byte, error) {
	rows := [][]string{{"suite", "reranker", "window", "metric", "without", "value", "gain", "gain_low", "gain_high", "ceiling", "recall", "captured", "p50_ms", "p95_ms", "documents", "recommended", "present", "loss", "at_most"}}
	for _, one := range r.swept() {
		for _, p := range one.Points {
			row := []string{csvText(r.Evaluation.Run.Manifest.Suite), csvText(one.Name), strconv.Itoa(p.Window), csvText(r.Sweep.Lead())}
			p50, p95 := wall(&p)
			for _, v := range []float64{
				without(r.Sweep, &one), float64(p.Values[0]), float64(p.Gain.Mean), float64(p.Gain.Low), float64(p.Gain.High),
				float64(p.Ceilings[0]), float64(p.Recall), float64(p.Captured), p50, p95, p.Documents,
			} {
				row = append(row, csvNumber(v))
			}
			rows = append(rows, append(row, strconv.FormatBool(p.Window == recommended(&one)), strconv.FormatBool(p.Present), csvNumber(float64(p.Loss)), csvNumber(float64(p.AtMost))))
		}
	}
	var b bytes.Buffer
	err := writeRows(&b, rows)
	return b.Bytes(), err
}

// renderSystems renders a row for each system: the decision table.
func renderSystems(r *Report) ([]byte, error) {
	rows := [][]string{{"suite", "system", "kind", "first_stage", "reranker", "window", "metric", "queries", "mean", "as_ranked", "low", "high", "gain", "gain_low", "gain_high", "gain_p_corrected",
		"distinguishable_from_best", "best", "ceiling", "latency_source", "latency_samples", "concurrency", "took_p50_ms", "took_p95_ms", "wall_p50_ms", "wall_p95_ms", "documents_scored", "usd_per_1000", "pareto_front"}}
	d := r.chosenFrom()
	if d == nil {
		d = r.Decision
	}
	for i := range d.Rows {
		row := &d.Rows[i]
		gain, low, high, p := math.NaN(), math.NaN(), math.NaN(), math.NaN()
		if row.Gain != nil {
			gain, low, high, p = row.Gain.Mean, row.Gain.Low, row.Gain.High, row.Gain.PCorrected
		}
		apart, l := "", newJSONLatency(row.Latency)
		if d.Best != "" && row.Compared {
			apart = strconv.FormatBool(row.Apart)
		}
		concurrency := ""
		if l.Concurrency != nil {
			concurrency = strconv.Itoa(*l.Concurrency)
		}
		cells := []string{csvText(r.Evaluation.Run.Manifest.Suite), csvText(row.Name), string(row.Kind), csvText(row.FirstStage), csvText(row.Reranker), windowCell(row), csvText(d.Lead.String()), strconv.Itoa(d.Queries)}
		for _, v := range []float64{row.Mean, row.AsRanked, row.Low, row.High, gain, low, high, p} {
			cells = append(cells, csvNumber(v))
		}
		cells = append(cells, apart, strconv.FormatBool(slices.Contains(d.Highest, row.Name)), csvNumber(row.Ceiling), l.Source, strconv.Itoa(l.Samples), concurrency)
		for _, v := range []float64{row.Latency.Took.P50, row.Latency.Took.P95, row.Latency.Wall.P50, row.Latency.Wall.P95, row.Documents, row.USD} {
			cells = append(cells, csvNumber(v))
		}
		rows = append(rows, append(cells, strconv.FormatBool(row.Front)))
	}
	var b bytes.Buffer
	err := writeRows(&b, rows)
	return b.Bytes(), err
}

func windowCell(row *score.DecisionRow) string {
	if row.FirstStage == "" {
		return ""
	}
	return strconv.Itoa(row.Window)
}

func writeRows(w io.Writer, rows [][]string) error {
	c := csv.NewWriter(w)
	if err := c.WriteAll(rows); err != nil {
		return fmt.Errorf("cannot write CSV: %w", err)
	}
	return nil
}

// csvText makes a cell of a text: one line, and with an apostrophe before
// what a spreadsheet would take for a formula.
func csvText(s string) string {
	s = text.Clean(s)
	if s != "" && strings.ContainsRune("=+-@|%", rune(s[0])) {
		return "'" + s
	}
	return s
}

func csvNumber(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
