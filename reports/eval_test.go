package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/trec"
)

const evalQrels = "q|1 0 a 1\nq2 0 b 1\nq3 0 c 1\n"

// evalReport scores runs by mrr, judged@10 and num_ret.
func evalReport(t *testing.T, runs ...string) *EvalReport {
	t.Helper()
	qrels, err := trec.ReadQrels(t.Context(), trec.Input{Name: "qrels", Reader: strings.NewReader(evalQrels)}, trec.QrelsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ms, err := trec.ParseMeasures([]string{"mrr", "judged@10", "num_ret", "num_q"}, false)
	if err != nil {
		t.Fatal(err)
	}
	var results []*trec.Result
	for i, text := range runs {
		name := []string{"old/run.txt", "new/run.txt", "new/run.txt"}[i]
		r, err := trec.Evaluate(t.Context(), qrels, trec.Input{Name: name, Reader: strings.NewReader(text)}, ms.Metrics, trec.Options{})
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	r, err := NewEvalReport("qrels", results, stats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func written(t *testing.T, format Format, r *EvalReport) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteEval(&b, format, r, Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const (
	// mrr 1, 1/2, nothing; judged@10 1, 1/2, undefined.
	oldRun = "q|1 Q0 a 1 2 t\nq2 Q0 x 1 9 t\nq2 Q0 b 2 8 t\n"
	// mrr 1, 1, 1.
	newRun = "q|1 Q0 a 1 2 t\nq2 Q0 b 1 9 t\nq3 Q0 c 1 8 t\nq9 Q0 c 1 8 t\n"
)

func TestEvalTableOfOneRun(t *testing.T) {
	want := `metric      run.txt
──────────────────
mrr          0.5000
judged@10   0.7500¹
num_ret           3
num_q             3

¹ undefined for 1 query, which are left out
Over all 3 queries of qrels.
run.txt answers 2 of them; the others count 0.
`
	got := written(t, Table, evalReport(t, oldRun))
	// The rule's length and the padding are the table's business.
	if diff := cmp.Diff(fields(want), fields(got)); diff != "" {
		t.Errorf("table (-want +got):\n%s\n%s", diff, got)
	}
}

// fields are the words of each line, without rules.
func fields(text string) [][]string {
	var lines [][]string
	for line := range strings.Lines(text) {
		if !strings.Contains(line, "──") {
			lines = append(lines, strings.Fields(line))
		}
	}
	return lines
}

func TestEvalTableOfSeveralRuns(t *testing.T) {
	got := written(t, Table, evalReport(t, oldRun, newRun, newRun))
	// Equal base names get their folder, equal names a number. The difference
	// of the means: (0 + 1/2 + 1)/3. Coverage and counts are not tested.
	for _, want := range []string{"old/run.txt", "new/run.txt ", "new/run.txt #2", "+0.5000", "2/0/1",
		"corrected for 2 comparisons", "3 queries are too few", "new/run.txt answers 1 query that nobody judged, which count nowhere."} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestEvalMarkdownKeepsItsRows(t *testing.T) {
	r := evalReport(t, oldRun, newRun)
	r.PerQuery = true
	got := written(t, Markdown, r)
	if !strings.Contains(got, `| q\|1 `) {
		t.Errorf("the bar in a query id is not escaped in\n%s", got)
	}
	if strings.Contains(strings.SplitN(got, "| query", 2)[1], "num_q") {
		t.Errorf("num_q of a query says nothing, but is in\n%s", got)
	}
}

func TestEvalCSV(t *testing.T) {
	r := evalReport(t, oldRun, newRun)
	r.PerQuery = true
	rows, err := csv.NewReader(strings.NewReader(written(t, CSV, r))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	// 2 runs: 3 queries of 3 metrics, and 4 metrics over all.
	if len(rows) != 1+2*(3*3+4) {
		t.Errorf("%d rows, want 27", len(rows))
	}
	values := map[string]string{}
	for _, row := range rows {
		values[strings.Join(row[:3], " ")] = row[3] + " " + row[4]
	}
	want := map[string]string{
		"old/run.txt q3 mrr": "0 ", "old/run.txt q3 judged@10": " ", "new/run.txt q2 mrr": "1 0.5", "new/run.txt  num_ret": "3 ",
		"old/run.txt  judged@10": "0.75 ", "new/run.txt  mrr": "1 0.5",
	}
	for key, value := range want {
		if got, ok := values[key]; !ok || got != value {
			t.Errorf("%s is %q, %v, want %q", key, got, ok, value)
		}
	}
}

func TestEvalJSON(t *testing.T) {
	r := evalReport(t, oldRun, newRun)
	r.PerQuery = true
	var got jsonEval
	if err := json.Unmarshal([]byte(written(t, JSON, r)), &got); err != nil {
		t.Fatal(err)
	}
	judged := got.Runs[0].Metrics[1]
	if judged.Metric != "judged@10" || *judged.Mean != .75 || judged.Undefined != 1 {
		t.Errorf("judged@10 of the first run: %+v", judged)
	}
	// The keys are those of a run's report.
	d := got.Comparisons[0]
	if *d.Difference != .5 || d.Won != 2 || d.Lost != 0 || d.Tied != 1 || d.Queries != 3 || d.Base != "old/run.txt" || d.System != "new/run.txt" || d.Metric != "mrr" {
		t.Errorf("difference of mrr: %+v", d)
	}
	if v, ok := got.Rows[2].Values["judged@10"]; got.Rows[2].Query != "q3" || !ok || v != nil || got.Rows[2].Hits != 0 {
		t.Errorf("the missing query: %+v", got.Rows[2])
	}
	if got.Format != evalFormat || got.Queries != 3 || got.Runs[0].Missing != 1 || got.Runs[1].Unjudged != 1 || got.Runs[0].RunID != "t" {
		t.Errorf("report: %+v", got)
	}
}

func TestEvalOverlap(t *testing.T) {
	r := evalReport(t, oldRun, newRun)
	r.Overlaps = []EvalOverlap{{Run: "new/run.txt", P: .9, Mean: .75, Queries: 4}}
	want := "RBO (p = 0.9) of new/run.txt with old/run.txt: 0.7500, the mean over 4 queries that either answers."
	if got := written(t, Table, r); !strings.Contains(strings.ReplaceAll(got, "\n", " "), want) {
		t.Errorf("%q is not in\n%s", want, got)
	}
	if got := written(t, CSV, r); !strings.Contains(got, "\nnew/run.txt,,rbo(0.9),0.75,") {
		t.Errorf("no row of the overlap in\n%s", got)
	}
	var got jsonEval
	if err := json.Unmarshal([]byte(written(t, JSON, r)), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&jsonEvalOverlap{P: .9, Value: .75, Queries: 4}, got.Runs[1].RBO); diff != "" || got.Runs[0].RBO != nil {
		t.Errorf("rbo (-want +got):\n%s", diff)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestEvalErrors(t *testing.T) {
	r := evalReport(t, oldRun)
	if err := WriteEval(brokenWriter{}, Table, r, Options{}); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("a failing writer: %v", err)
	}
	if err := WriteEval(&bytes.Buffer{}, HTML, r, Options{}); err == nil || !strings.Contains(err.Error(), `"html"`) {
		t.Errorf("html: %v", err)
	}
}
