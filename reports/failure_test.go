package reports

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/releval/releval/eval/check"
	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/judgments"
)

// brokenSuite is a suite with two errors, one of which quotes what an attacker
// wrote; clusterAway is a cluster that cannot be reached.
func brokenSuite() *Failure {
	return &Failure{Suite: "films", Says: "the suite has 2 errors", Code: 2, Problems: check.Problems(judgments.Problems{
		{Position: judgments.Position{File: "films.yaml", Line: 9, Column: 13}, Message: `unknown metric "ndgc@10": did you mean ndcg@10?`},
		{Position: judgments.Position{File: "films.yaml", Line: 12, Column: 3}, Message: "unknown key \"<b>=1+1\n## [x](y)\""},
	})}
}

func clusterAway() *Failure {
	return &Failure{Suite: "films", Says: "the cluster could not answer", Code: 3, Problems: []check.Finding{
		{Position: judgments.Position{File: "films.yaml"}, Kind: check.KindRun, Severity: preflight.SeverityError, Message: "https://localhost:9200: connection refused; is the address right?"},
	}}
}

func TestFailureGoldens(t *testing.T) {
	for name, f := range map[string]*Failure{"broken": brokenSuite(), "away": clusterAway()} {
		for format, ending := range map[Format]string{Table: ".txt", Markdown: ".md", HTML: ".html", JSON: ".json", CSV: ".csv", JUnit: ".xml"} {
			content, err := renderFailure(format, f, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if format == HTML { // the styles are those of every page
				content = bytes.Replace(content, []byte(pageStyle), []byte("…"), 1)
			}
			golden(t, name+ending, content)
		}
	}
}

// A failure's JSON follows the schema of reports, and has nothing of one beside
// it.
func TestFailureFollowsTheSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	content, err := renderFailure(JSON, brokenSuite(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(instance); err != nil {
		t.Error(err)
	}
	instance.(map[string]any)["lead_metric"] = "mrr"
	if schema.Validate(instance) == nil {
		t.Error("a failure with a part of a report is accepted")
	}
}

func TestFailureFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.pdf")
	if err := WriteFailureFile(path, brokenSuite()); err == nil || !strings.Contains(err.Error(), "the ending says no format") {
		t.Errorf("got %v", err)
	}
	var b bytes.Buffer
	if err := WriteFailure(&b, Format("pdf"), brokenSuite(), Options{}); err == nil || b.Len() > 0 {
		t.Errorf("got %v and %q", err, b.String())
	}
}
