package reports

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/eval/trec"
)

// An EvalReport is what one or more TREC runs come to on the same qrels. The
// first run is the one that the others are held against.
type EvalReport struct {
	// Qrels is the name of the judgments.
	Qrels string
	// PerQuery asks for the values of each query too.
	PerQuery bool
	Runs     []EvalRun
	// Differences holds, for each run but the first, one entry a metric that
	// is a mean, tested together.
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
	for _, run := range r.Runs[1:] {
		base := r.Runs[0]
		for m, metric := range run.Metrics {
			if !metric.IsMean() {
				continue
			}
			d, err := score.NewDifference(metric, base.Name, run.Name, base.Values[m], run.Values[m], o)
			if err != nil {
				return nil, err
			}
			r.Differences = append(r.Differences, d)
		}
	}
	score.AdjustHolm(r.Differences)
	return r, nil
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
func (r *EvalReport) grid(narrow bool, notes *footnotes) *grid {
	g := &grid{columns: []column{{head: "metric", shrink: 12}}}
	if len(r.Runs) == 1 {
		g.columns = append(g.columns, column{head: clipLong(r.Runs[0].Name), right: true, shrink: 8})
	} else {
		g.columns = append(g.columns, column{head: "run", shrink: 8}, column{head: "value", right: true})
	}
	if len(r.Differences) > 0 {
		sure := coverage(r.Differences[0].Confidence)
		if narrow {
			g.columns = append(g.columns, column{head: "difference [" + sure + "]", right: true},
				column{head: "p (Holm)", right: true}, column{head: "+/−/=", right: true})
		} else {
			g.columns = append(g.columns, column{head: "difference", right: true}, column{head: sure + " interval", right: true},
				column{head: "p (Holm)", right: true}, column{head: "won/lost/tied", right: true})
		}
	}
	for m, metric := range r.Runs[0].Metrics {
		for i, run := range r.Runs {
			row := []cell{{text: metric.String()}}
			if len(r.Runs) > 1 {
				row = append(row, cell{text: clipLong(run.Name)})
				if i > 0 {
					row[0].text = ""
				}
			}
			value := cell{text: evalValue(metric, run.Summaries[m].Value)}
			if n := run.Summaries[m].Undefined; n > 0 {
				value.note = notes.mark([]string{"undefined for " + queriesOf(n) + ", which are left out"})
			}
			row = append(row, value)
			if len(r.Differences) > 0 {
				row = append(row, differenceCells(r.difference(run.Name, metric), narrow, notes)...)
			}
			g.add(row...)
		}
	}
	return g
}

// differenceCells are the cells of a difference; empty ones where there is none.
func differenceCells(d *score.Difference, narrow bool, notes *footnotes) []cell {
	switch {
	case d == nil && narrow:
		return words("", "", "")
	case d == nil:
		return words("", "", "", "")
	}
	difference := cell{text: evalSigned(d.Difference), tone: significant(*d), note: notes.mark(d.Warnings)}
	rest := words(pValue(d.AdjustedP), fmt.Sprintf("%d/%d/%d", d.Wins, d.Losses, d.Ties))
	if narrow {
		difference.text += " [" + evalSigned(d.Low) + ", " + evalSigned(d.High) + "]"
		return append([]cell{difference}, rest...)
	}
	between := undefined
	if !math.IsNaN(d.Low) && !math.IsNaN(d.High) {
		between = evalSigned(d.Low) + " to " + evalSigned(d.High)
	}
	return append([]cell{difference, {text: between}}, rest...)
}

// queryGrid shows the values of each query, a row for each run.
func (r *EvalReport) queryGrid() *grid {
	g := &grid{columns: []column{{head: "query", shrink: 10}}}
	if len(r.Runs) > 1 {
		g.columns = append(g.columns, column{head: "run", shrink: 10})
	}
	g.columns = append(g.columns, column{head: "hits", right: true})
	for _, m := range r.Runs[0].Metrics {
		if !onlyOverall(m) {
			g.columns = append(g.columns, column{head: m.String(), right: true})
		}
	}
	for q, id := range r.Runs[0].Queries {
		for i, run := range r.Runs {
			row := []cell{{text: clipLong(id)}}
			if len(r.Runs) > 1 {
				row = append(row, cell{text: clipLong(run.Name)})
				if i > 0 {
					row[0].text = ""
				}
			}
			row = append(row, cell{text: strconv.Itoa(run.Hits[q])})
			for m, metric := range run.Metrics {
				if !onlyOverall(metric) {
					row = append(row, cell{text: evalValue(metric, run.Values[m][q])})
				}
			}
			g.add(row...)
		}
	}
	return g
}

// onlyOverall tells whether a metric says nothing about one query.
func onlyOverall(m metrics.Metric) bool { return m.String() == "num_q" }

// says is what a reader must know beside the numbers, a sentence each.
func (r *EvalReport) says() []string {
	queries := len(r.Runs[0].Queries)
	said := []string{"Over all " + queriesOf(queries) + " of " + r.Qrels + "."}
	for _, run := range r.Runs {
		if run.Missing > 0 {
			said = append(said, run.Name+" answers "+thousands(queries-run.Missing)+" of them; the others count 0.")
		}
		if run.Unjudged > 0 {
			said = append(said, run.Name+" answers "+queriesOf(run.Unjudged)+" that nobody judged, which count nowhere.")
		}
	}
	for _, o := range r.Overlaps {
		said = append(said, fmt.Sprintf("RBO (p = %s) of %s with %s: %.4f, the mean over %s that either answers.",
			compact(o.P), o.Run, r.Runs[0].Name, o.Mean, queriesOf(o.Queries)))
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
		return undefined
	case m.IsCount():
		return thousands(int64(v))
	}
	return strconv.FormatFloat(v, 'f', 4, 64)
}

// evalSigned prints a difference with four decimals and its sign.
func evalSigned(v float64) string { return text.Signed(v, 4) }
