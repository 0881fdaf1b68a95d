package reports

import "html"

// chartFile is an SVG file beside a Markdown report.
type chartFile struct {
	name, of string
	alt      string
	content  []byte
}

// escapeHTML makes one inert line of a text in HTML and SVG.
func escapeHTML(s string) string { return html.EscapeString(clean(s)) }

// chart is the Markdown image of a chart, empty where it was not written.
func (d *document) chart(of string) string {
	for _, c := range d.options.charts {
		if c.of == of {
			return "![" + escapeMarkdown(c.alt) + "](" + c.name + ")\n"
		}
	}
	return ""
}
