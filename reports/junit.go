package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// The structs are the part of JUnit's XML that CI servers agree on.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Timestamp string      `xml:"timestamp,attr,omitempty"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		Class     string        `xml:"classname,attr"`
		File      string        `xml:"file,attr,omitempty"`
		Line      string        `xml:"line,attr,omitempty"`
		Failure   *junitProblem `xml:"failure"`
		Error     *junitProblem `xml:"error"`
		Skipped   *junitProblem `xml:"skipped"`
		SystemOut string        `xml:"system-out,omitempty"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Body    string `xml:",chardata"`
	}
)

// writeJUnit renders a test case for each gate and each expectation, and one
// for the run itself, so that a run with failed queries is seen to be broken
// even where a suite has no gate. What a failure says stands both in its
// message and in its body: CI servers show one or the other.
func writeJUnit(w io.Writer, r *Report) error {
	m := &r.Evaluation.Run.Manifest
	suites := junitSuites{Name: xmlText(m.Suite)}
	run := junitSuite{Name: xmlText(m.Suite + ": run"), Timestamp: junitTime(m.Started)}
	run.add(r.runCase())
	gates := junitSuite{Name: xmlText(m.Suite + ": gates"), Timestamp: run.Timestamp}
	expectations := junitSuite{Name: xmlText(m.Suite + ": expectations"), Timestamp: run.Timestamp}
	for i := range r.Gates {
		g := &r.Gates[i]
		if g.Expectation() {
			expectations.add(gateCase(m.Suite, g))
		} else {
			gates.add(gateCase(m.Suite, g))
		}
	}
	for _, s := range []junitSuite{run, gates, expectations} {
		if s.Tests > 0 {
			suites.add(s)
		}
	}
	content, err := xml.MarshalIndent(suites, "", "  ")
	if err != nil {
		return fmt.Errorf("cannot encode the report as XML: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(content)+"\n")
	return err
}

func (s *junitSuites) add(suite junitSuite) {
	s.Tests += suite.Tests
	s.Failures += suite.Failures
	s.Errors += suite.Errors
	s.Skipped += suite.Skipped
	s.Suites = append(s.Suites, suite)
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// runCaseName is the test case of the run itself.
const runCaseName = "every query is answered"

// runCase says whether every query was answered. What it printed is the change since the
// baseline, then the verdicts.
func (r *Report) runCase() junitCase {
	m := &r.Evaluation.Run.Manifest
	c := junitCase{Name: runCaseName, Class: xmlText(m.Suite + ".run"), File: xmlText(m.File)}
	said := r.junitChange()
	var serious, items []string
	for _, v := range r.verdicts() {
		said = append(said, xmlText(v.Sentence))
	}
	for _, f := range r.longTexts() {
		said = append(said, xmlText(f.Text))
	}
	for _, f := range r.findings() {
		if f.Serious {
			serious = append(serious, xmlText(f.Text))
			items = append(items, xmlText(f.Text))
			for _, item := range f.Items {
				items = append(items, "  "+xmlText(item))
			}
		}
	}
	if m.StandIn() {
		said = append(said, standInNote)
	}
	c.SystemOut = strings.Join(said, "\n")
	if len(serious) > 0 {
		c.Error = &junitProblem{Message: strings.Join(serious, "; "), Type: "run", Body: strings.Join(items, "\n")}
	}
	return c
}

// junitChange says what changed since the baseline, and what differs; nothing
// where there is no baseline.
func (r *Report) junitChange() []string {
	b := r.Baseline
	if b == nil {
		return nil
	}
	said := []string{xmlText(r.changeTitle() + ":")}
	if phrase := meaningless(b); phrase != "" {
		said = append(said, xmlText(phrase))
	}
	for _, g := range r.changed() {
		said = append(said, xmlText(g.sentence))
	}
	changes := b.changes()
	if len(changes) == 0 {
		said = append(said, "No setting differs.")
	} else {
		said = append(said, "What differs, old → new:")
	}
	for i, line := range changes {
		if i == settingsShown {
			said = append(said, fmt.Sprintf("  and %s more", text.Thousands(len(changes)-i)))
			break
		}
		said = append(said, "  "+xmlText(line))
	}
	for _, line := range b.LeftOut.Says() {
		said = append(said, xmlText("not compared with the baseline: "+line))
	}
	return said
}

func gateCase(suite string, g *gate.Result) junitCase {
	class := suite + ".gates"
	name := g.Source
	if g.Expectation() {
		class = suite + ".expectations"
		name = g.Query + ": " + g.Source
	}
	if g.System != "" {
		name += " [" + g.System + "]"
	}
	c := junitCase{Name: xmlText(name), Class: xmlText(class)}
	if g.Line > 0 {
		c.File, c.Line = xmlText(g.File), strconv.Itoa(g.Line)
	}
	expected, actual := xmlText(g.Expected), xmlText(g.Actual)
	message := fmt.Sprintf("expected %s, got %s", expected, actual)
	body := fmt.Sprintf("gate:     %s\nexpected: %s\nactual:   %s", xmlText(g.Source), expected, actual)
	if g.Reason != "" {
		body += "\nreason:   " + xmlText(g.Reason)
	}
	if g.Position.String() != "" {
		body += "\nplace:    " + xmlText(g.Position.String())
	}
	switch g.Verdict {
	case gate.Failed:
		c.Failure = &junitProblem{Message: message, Type: "gate", Body: body}
	case gate.Skipped:
		c.Skipped = &junitProblem{Message: xmlText(g.Reason)}
	case gate.Inconclusive:
		c.SystemOut = "inconclusive, counts as passed\n" + body
	}
	return c
}

// longestXML keeps a name that is no name from filling a CI server's page.
const longestXML = 1000

// xmlText is one inert line; the encoder escapes the rest.
func xmlText(s string) string { return grid.Clip(text.Clean(s), longestXML) }

func junitTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05")
}
