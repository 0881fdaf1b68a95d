package chart

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/releval/releval/reports/grid"
)

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
	b.WriteString(">" + grid.EscapeHTML(text) + "</text>\n")
}
