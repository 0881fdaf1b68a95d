package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/check"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// Failure is what stands in the place of a report where there is no run to
// report: a suite is wrong, or the cluster could not answer. A reader of a
// report that was asked for must not find the one of an earlier run, or none.
type Failure struct {
	// Suite is the suite's name, that of its file where it could not be read.
	Suite string
	// Says is why there is no result, a clause such as "the suite is wrong".
	Says string
	// Code is the command's exit code.
	Code int
	// Problems are what is wrong, each with its place where it has one.
	Problems []check.Finding
}

// headline is the answer.
func (f *Failure) headline() string { return "No result: " + f.Says + "." }

// problems are the problems as inert lines, at most so many.
func (f *Failure) problems(most int) []string {
	var lines []string
	for i, p := range f.Problems {
		if i == most {
			lines = append(lines, "and "+text.Thousands(len(f.Problems)-i)+" more")
			break
		}
		line := p.Message
		if place := p.Position.String(); place != "" && p.Kind != check.KindRun {
			line = place + ": " + line
		}
		lines = append(lines, grid.Clip(text.Clean(line), 1000))
	}
	return lines
}

// problemsShown is how many problems a page or a comment lists.
const problemsShown = 50

// WriteFailure renders a failure in a format of reports.
func WriteFailure(w io.Writer, format Format, f *Failure, o Options) error {
	content, err := renderFailure(format, f, o)
	if err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return fmt.Errorf("cannot write the report: %w", err)
	}
	return nil
}

// WriteFailureFile writes a failure in the format that the name's ending asks
// for, whole or not at all.
func WriteFailureFile(path string, f *Failure) error {
	format, err := FormatOf(path)
	if err != nil {
		return err
	}
	content, err := renderFailure(format, f, Options{})
	if err != nil {
		return err
	}
	if err := replaceFile(path, content); err != nil {
		return fmt.Errorf("cannot write the report %s: %w", path, err)
	}
	return nil
}

func renderFailure(format Format, f *Failure, o Options) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch format {
	case Table:
		f.table(&b, o.screen())
	case Markdown:
		f.markdown(&b)
	case JSON:
		err = f.json(&b)
	case CSV:
		err = f.csv(&b)
	case JUnit:
		err = f.junit(&b)
	case HTML:
		err = f.html(&b)
	default:
		_, err = ParseFormat(string(format))
	}
	return b.Bytes(), err
}

func (f *Failure) table(b *bytes.Buffer, s grid.Screen) {
	b.WriteString(grid.Wrap(grid.Short(f.Suite), s.Columns(), "", ""))
	b.WriteString(s.PaintLines(grid.Bad, grid.Wrap(text.Clean(f.headline()), s.Columns(), "", "")))
	for _, line := range f.problems(problemsShown) {
		b.WriteString(grid.Wrap(line, s.Columns(), "- ", "  "))
	}
}

func (f *Failure) markdown(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s\n## %s\n\n❌ **%s** Exit code %d.\n\n", marker, grid.EscapeMarkdown("Relevance: "+grid.Short(f.Suite)), grid.EscapeMarkdown(text.Clean(f.headline())), f.Code)
	for _, line := range f.problems(problemsShown) {
		b.WriteString("- " + grid.EscapeLineStart(line) + "\n")
	}
}

type (
	jsonFailure struct {
		Suite    string               `json:"suite"`
		ExitCode int                  `json:"exit_code"`
		Says     string               `json:"says"`
		Problems []jsonFailureProblem `json:"problems"`
	}
	jsonFailureProblem struct {
		File    string `json:"file,omitempty"`
		Line    int    `json:"line,omitempty"`
		Column  int    `json:"column,omitempty"`
		Message string `json:"message"`
	}
)

func (f *Failure) json(b *bytes.Buffer) error {
	failure := jsonFailure{Suite: f.Suite, ExitCode: f.Code, Says: f.Says, Problems: []jsonFailureProblem{}}
	for _, p := range f.Problems {
		failure.Problems = append(failure.Problems, jsonFailureProblem{p.File, p.Line, p.Column, p.Message})
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Format  int         `json:"format"`
		Failure jsonFailure `json:"failure"`
	}{jsonFormat, failure})
}

func (f *Failure) csv(b *bytes.Buffer) error {
	w := csv.NewWriter(b)
	rows := [][]string{{"suite", "exit_code", "file", "line", "column", "problem"}}
	for _, p := range f.Problems {
		place := []string{"", ""}
		if p.Line > 0 {
			place = []string{strconv.Itoa(p.Line), strconv.Itoa(p.Column)}
		}
		rows = append(rows, []string{csvText(f.Suite), strconv.Itoa(f.Code), csvText(p.File), place[0], place[1], csvText(p.Message)})
	}
	return w.WriteAll(rows)
}

// junit is the test case of the run itself, which a report has as well: the
// same test that passed in another build is seen to fail in this one.
func (f *Failure) junit(b *bytes.Buffer) error {
	run := junitSuite{Name: xmlText(f.Suite + ": run")}
	c := junitCase{Name: runCaseName, Class: xmlText(f.Suite + ".run")}
	for _, p := range f.Problems {
		if p.File != "" {
			c.File = xmlText(p.File)
			if p.Line > 0 {
				c.Line = strconv.Itoa(p.Line)
			}
			break
		}
	}
	message := f.headline()
	if lines := f.problems(1); len(lines) > 0 {
		message += " " + lines[0]
	}
	c.Error = &junitProblem{Message: xmlText(message), Type: "run", Body: strings.Join(f.problems(problemsShown), "\n")}
	run.add(c)
	suites := junitSuites{Name: xmlText(f.Suite)}
	suites.add(run)
	content, err := xml.MarshalIndent(suites, "", "  ")
	b.WriteString(xml.Header + string(content) + "\n")
	return err
}

// failurePage is the page of a failure.
const failurePage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>{{.Suite}}: no result</title><style>{{.Style}}</style></head>
<body><header><h1>{{.Suite}}</h1></header>
<main><div class="verdicts"><section class="verdict worse"><div><span class="word">No result</span><h2>{{.Says}}</h2><p class="evidence">Exit code {{.Code}}.</p></div></section></div>
<ul class="finds">{{range .Lines}}<li>{{.}}</li>{{end}}</ul></main></body></html>
`

func (f *Failure) html(b *bytes.Buffer) error {
	t, err := template.New("failure").Parse(failurePage)
	if err != nil {
		return fmt.Errorf("cannot read the page's template: %w", err)
	}
	says := text.Clean(f.Says)
	return t.Execute(b, struct {
		Suite, Says string
		Code        int
		Lines       []string
		Style       template.CSS
	}{grid.Short(f.Suite), strings.ToUpper(says[:1]) + says[1:] + ".", f.Code, f.problems(problemsShown), template.CSS(pageStyle)})
}
