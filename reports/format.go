package reports

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments/spelling"
	"github.com/releval/releval/reports/grid"
)

// Format is a way to render a report, by the name that --format takes.
type Format string

// The formats.
const (
	Table    Format = "table"    // for a terminal
	Markdown Format = "markdown" // GitHub-flavoured, for a pull request
	JSON     Format = "json"     // report.schema.json describes it
	CSV      Format = "csv"      // a row for each query, system and metric
	JUnit    Format = "junit"    // a test case for each gate and expectation
	HTML     Format = "html"     // one file that needs nothing else
)

// Options say how a report is rendered. The zero value asks for the defaults.
type Options struct {
	// Width is how many columns the terminal has; 0 means 80.
	Width int
	// Screen cuts the table format to what a terminal shows at once: the answer,
	// in at most 30 lines of 80 columns or more.
	Screen bool
	// Color allows ANSI colours in the table format.
	Color bool
	// Query restricts table and markdown to the explanation of the query
	// with this id, and json and csv to its rows; empty for all queries.
	Query string
	// NoHead leaves out the line that names CSV's columns, for a report that
	// follows another one.
	NoHead bool
	// charts are the names of the SVG files beside a Markdown file.
	charts []chartFile
}

// screen is the terminal that a report is written for.
func (o Options) screen() grid.Screen { return grid.Screen{Width: o.Width, Color: o.Color} }

// formats are all formats with the file name endings that choose them.
func formats() []struct {
	format Format
	ending string
} {

	return []struct {
		format Format
		ending string
	}{
		{Table, ".txt"}, {Markdown, ".md"}, {HTML, ".html"}, {JSON, ".json"}, {CSV, ".csv"}, {JUnit, ".xml"},
	}
}

// ParseFormat reads a format's name.
func ParseFormat(name string) (Format, error) {
	var names []string
	for _, f := range formats() {
		if string(f.format) == name {
			return f.format, nil
		}
		names = append(names, string(f.format))
	}
	near := spelling.Nearest(name, names)
	for _, f := range formats() {
		if strings.EqualFold("."+name, f.ending) {
			near = string(f.format)
		}
	}
	if near != "" {
		return "", fmt.Errorf("unknown format %q; did you mean %s?", name, near)
	}
	return "", fmt.Errorf("unknown format %q: use %s", name, strings.Join(names, ", "))
}

// FormatOf is the format that a file's name asks for by its ending.
func FormatOf(path string) (Format, error) {
	ending := strings.ToLower(filepath.Ext(path))
	var endings []string
	for _, f := range formats() {
		if f.ending == ending {
			return f.format, nil
		}
		endings = append(endings, f.ending)
	}
	return "", fmt.Errorf("report %q: the ending says no format: use one of %s", path, strings.Join(endings, ", "))
}

// Write renders a report. It renders to memory first, so that an error of the
// report itself leaves w untouched; an error of w is returned.
func Write(w io.Writer, format Format, r *Report, o Options) error {
	content, err := render(format, r, o)
	if err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return fmt.Errorf("cannot write the report: %w", err)
	}
	return nil
}

func render(format Format, r *Report, o Options) ([]byte, error) {
	if o.Query != "" {
		if _, err := r.findQuery(o.Query); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	var err error
	switch format {
	case Table:
		switch {
		case o.Query != "":
			err = writeQuery(&b, r, o.Query, o)
		case o.Screen:
			err = writeScreen(&b, r, o)
		default:
			err = writeTerminal(&b, r, o)
		}
	case Markdown:
		err = writeMarkdown(&b, r, o)
	case JSON:
		err = writeJSON(&b, r, o)
	case CSV:
		err = writeCSV(&b, r, o)
	case JUnit, HTML:
		if o.Query != "" {
			return nil, fmt.Errorf("format %s cannot be restricted to one query: use table, markdown, json or csv", format)
		}
		if format == JUnit {
			err = writeJUnit(&b, r)
		} else {
			err = writeHTML(&b, r)
		}
	default:
		_, err = ParseFormat(string(format))
	}
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// findQuery is the index of the query with the given id.
func (r *Report) findQuery(id string) (int, error) {
	queries := r.Evaluation.Run.Queries
	for i := range queries {
		if queries[i].ID == id {
			return i, nil
		}
	}
	var near []string
	for i := range queries {
		q := &queries[i]
		if strings.Contains(strings.ToLower(q.ID+" "+q.Text), strings.ToLower(id)) {
			near = append(near, q.ID)
		}
	}
	switch {
	case len(queries) == 0:
		return 0, fmt.Errorf("no query %q: the run holds no query", id)
	case len(near) == 0:
		for i := range queries {
			near = append(near, queries[i].ID)
		}
		slices.Sort(near)
		return 0, fmt.Errorf("no query %q in the run: it has %s", text.Clean(id), text.Clean(text.List(near, 8)))
	}
	return 0, fmt.Errorf("no query %q in the run: did you mean %s?", text.Clean(id), text.Clean(text.List(near, 4)))
}
