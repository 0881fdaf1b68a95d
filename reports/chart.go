package reports

import (
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
)

// A chart is made of shapes in a box that a page stretches to the width it
// has, so the shapes carry no text and no stroke that scales: the page writes
// the labels around it as HTML. A chart that stands alone as a file is drawn
// at a fixed size with its labels inside.

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
)

// escapeHTML makes one inert line of a text in HTML and SVG.
func escapeHTML(s string) string { return html.EscapeString(clean(s)) }

// chart is the Markdown image of a chart, empty where it was not written.
func (d *document) chart(of charted) string {
	for _, c := range d.options.charts {
		if c.of == of {
			return "![" + escapeMarkdown(c.alt) + "](" + strings.NewReplacer("(", "%28", ")", "%29").Replace(url.PathEscape(c.name)) + ")\n"
		}
	}
	return ""
}

// chartFiles draws every chart of the report as a file named after a stem.
func (r *Report) chartFiles(stem string) []chartFile {
	var files []chartFile
	for i, s := range r.Evaluation.Systems[1:] {
		b := r.bars(i)
		if len(b.rows) == 0 {
			continue
		}
		files = append(files, chartFile{numbered(stem+".differences", i), charted{differencesChart, s.System}, b.summary(), b.file()})
	}
	curves := r.curves()
	if c := newSweepsChart(curves); c != nil {
		files = append(files, chartFile{stem + ".sweeps.svg", charted{kind: sweptTogether}, c.summary(), c.file()})
	}
	for i := range curves {
		c := newSweepChart(&curves[i])
		if c == nil {
			continue
		}
		files = append(files, chartFile{numbered(stem+".sweep", i), charted{sweptChart, curves[i].Name}, c.summary(), c.file()})
	}
	return files
}

// curves are what the sweep has to draw, a curve for each reranker.
func (r *Report) curves() []Curve {
	var curves []Curve
	for _, one := range r.swept() {
		c := Curve{Name: one.Name, Metric: r.Sweep.Lead(), Without: float64(r.Sweep.FirstStage.Values[0]), Recommended: recommended(&one)}
		for _, p := range one.Points {
			c.Points = append(c.Points, Point{
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

// chartStyle is the look of a chart that stands alone, in both colour
// schemes; a page has its own.
const chartStyle = `text{font:13px system-ui,sans-serif;fill:#5a626b}.head{font-weight:600;fill:#1d2125}` +
	`.w{fill:#0f766e}.l{fill:#b54708}.t{fill:#8b939b}.f{fill:#7a271a}` +
	`.zero,.grid{stroke:#c9ced3}.value{stroke:#1d4ed8}.ceiling{stroke:#5a626b}.first{stroke:#5a626b}.band{fill:#1d4ed8;opacity:.14}.pick{stroke:#0f766e}` +
	`@media(prefers-color-scheme:dark){text{fill:#a9b1ba}.head{fill:#e8eaed}.w{fill:#4fc4b4}.l{fill:#f0a05c}.t{fill:#78818a}.f{fill:#f97066}` +
	`.zero,.grid{stroke:#454c54}.value{stroke:#8ab4ff}.ceiling,.first{stroke:#a9b1ba}.band{fill:#8ab4ff;opacity:.2}.pick{stroke:#4fc4b4}}` +
	`path{vector-effect:non-scaling-stroke;fill:none}path.w,path.l,path.t,path.f,path.band{stroke:none}` +
	`.w{fill-opacity:1}.value{stroke-width:2.5}.ceiling{stroke-width:1.5;stroke-dasharray:6 4}.first{stroke-width:1.5;stroke-dasharray:2 3}.pick{stroke-width:1.5}`

// number prints a coordinate with as few characters as it needs.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

// svgText writes a label.
func svgText(b *strings.Builder, x, y float64, anchor, class, text string) {
	fmt.Fprintf(b, `<text x="%s" y="%s" text-anchor="%s"`, number(x), number(y), anchor)
	if class != "" {
		fmt.Fprintf(b, ` class="%s"`, class)
	}
	b.WriteString(">" + escapeHTML(text) + "</text>\n")
}
