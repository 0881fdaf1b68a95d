package reports

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/releval/releval/reports/chart"
	"github.com/releval/releval/reports/grid"
)

// chartFile is an SVG file beside a Markdown report.
type chartFile struct {
	name string // the file's name
	of   charted
	alt  string
	// content is the SVG.
	content []byte
}

// charted is what a chart shows, for the place that asks for it.
type charted struct {
	kind     chartKind
	reranker string // empty where the chart shows several
}

// chartKind is a kind of chart.
type chartKind int

const (
	differencesChart chartKind = iota // a reranker, query by query
	sweptChart                        // a reranker, window by window
	sweptTogether                     // rerankers side by side, window by window
	systemsChart                      // quality against latency, a point a system
)

// chart is the Markdown image of a chart, empty where it was not written.
func (d *document) chart(of charted) string {
	for _, c := range d.options.charts {
		if c.of == of {
			return "![" + grid.EscapeMarkdown(c.alt) + "](" + strings.NewReplacer("(", "%28", ")", "%29").Replace(url.PathEscape(c.name)) + ")\n"
		}
	}
	return ""
}

// chartFiles draws every chart of the report as a file named after a stem.
func (r *Report) chartFiles(stem string) []chartFile {
	var files []chartFile
	for i, system := range r.compared() {
		s := &r.Evaluation.Systems[system]
		b := r.bars(i)
		if b == nil {
			continue
		}
		files = append(files, chartFile{numbered(stem+".differences", i), charted{differencesChart, s.System}, b.Summary(), b.File()})
	}
	if d := r.chosenFrom(); d != nil {
		if c := scatter(d); c != nil {
			files = append(files, chartFile{stem + ".systems.svg", charted{kind: systemsChart}, c.Summary(), c.File()})
		}
	}
	curves := r.curves()
	if c := chart.NewLines(curves); c != nil {
		files = append(files, chartFile{stem + ".sweeps.svg", charted{kind: sweptTogether}, c.Summary(), c.File()})
	}
	for i := range curves {
		c := chart.NewLine(&curves[i])
		if c == nil {
			continue
		}
		files = append(files, chartFile{numbered(stem+".sweep", i), charted{sweptChart, curves[i].Name}, c.Summary(), c.File()})
	}
	return files
}

// bars are what the system at a place of compared did to each query; nil where
// nothing is defined.
func (r *Report) bars(reranker int) *chart.Bars {
	var bars []chart.Bar
	for _, row := range r.Queries[reranker] {
		bars = append(bars, chart.Bar{
			Query: row.Query, Name: queryName(&r.Evaluation.Run.Queries[row.Query]),
			Without: row.Without, With: row.With, Difference: row.Difference, Failed: row.Failed,
		})
	}
	return chart.NewBars(r.leadMetric().String(), r.Evaluation.Systems[r.compared()[reranker]].System, bars)
}

// curves are what the sweep has to draw, a curve for each reranker.
func (r *Report) curves() []chart.Curve {
	var curves []chart.Curve
	for _, one := range r.swept() {
		c := chart.Curve{Name: one.Name, Metric: r.Sweep.Lead(), Without: without(r.Sweep, &one), Recommended: recommended(&one)}
		for _, p := range one.Points {
			c.Points = append(c.Points, chart.Point{
				Window: p.Window, Value: float64(p.Values[0]),
				Gain: float64(p.Gain.Mean), GainLow: float64(p.Gain.Low), GainHigh: float64(p.Gain.High),
				Ceiling: float64(p.Ceilings[0]), Recall: float64(p.Recall),
			})
		}
		curves = append(curves, c)
	}
	return curves
}

// numbered names the first file plainly and counts the others.
func numbered(stem string, i int) string {
	if i == 0 {
		return stem + ".svg"
	}
	return stem + "-" + strconv.Itoa(i+1) + ".svg"
}
